import type { InspectReport } from '../inspect/contract.ts';
import type { Report } from '../unbind/contract.ts';

/** Exit codes of the command line: a contract with scripts. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** For safety, before anything dangerous was sent. */
  refused: 3,
  /** The unbind was sent, or a password; whether it worked is not known. */
  unknown: 4,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code of an unbind. A lock is a refusal of ours where only the ledger knew of it. */
export function exitOf(report: Report): ExitCode {
  switch (report.outcome) {
    case 'unbound':
    case 'not-bound':
      return EXIT.done;
    case 'accepted-unconfirmed':
    case 'unknown':
      return EXIT.unknown;
    case 'wrong-password':
    case 'denied':
    case 'not-found':
      return EXIT.failed;
    case 'locked':
      return report.reason === 'lock-running' ? EXIT.refused : EXIT.failed;
    case 'refused':
      return EXIT.refused;
  }
}

/** The exit code of an inspection, by the same rules. */
export function exitOfInspect({ outcome, reason }: InspectReport): ExitCode {
  switch (outcome) {
    case 'read':
      return EXIT.done;
    case 'refused':
      return EXIT.refused;
    case 'unknown':
      return EXIT.unknown;
    case 'locked':
      return reason === 'lock-running' ? EXIT.refused : EXIT.failed;
    case 'incomplete':
    case 'wrong-password':
    case 'not-found':
    case 'failed':
      return EXIT.failed;
  }
}
