/** What a stretch of the audit trail says of the work in it, counted from its end. Pure. */
import type { AuditEntry } from '../audit/chain.ts';

/** How often something happened. */
export interface WorkCounts {
  /** Cases that ended, by the outcome of their last end (`CaseOutcome`); words of a newer version stay as they are. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Unbinds that were let go on to the device, with a password each. */
  readonly attempts: number;
  /** Those the device answered with "wrong password". */
  readonly wrong: number;
  /** Ends of an unbind because the device was locked. */
  readonly locks: number;
}

export interface WorkCount {
  /** Takes an entry; the newest comes first. */
  add(entry: AuditEntry): void;
  counts(): WorkCounts;
}

/** A thing that the trail holds twice after a crash (cases/desk.ts) is counted once. */
export function createWorkCount(): WorkCount {
  const seen = new Set<string>();
  const outcomes = new Map<string, number>();
  let [attempts, wrong, locks] = [0, 0, 0];
  const isNew = (...key: readonly unknown[]) => {
    const text = JSON.stringify(key);
    const before = seen.size;
    return seen.add(text).size > before;
  };
  return {
    add({ what, case: caseId, detail }) {
      // A case that was opened again counts with its last end, and while it is open not at all.
      const isEnd = what === 'case.closed' || what === 'case.reopened';
      if (isEnd && isNew('end', caseId) && what === 'case.closed') {
        const outcome = String(detail.outcome);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      if (what === 'case.attempt' && detail.granted === true && isNew('attempt', detail.job)) attempts += 1;
      if (what === 'case.reported' && isNew('reported', caseId, detail.job)) {
        if (detail.outcome === 'wrong-password') wrong += 1;
        if (detail.outcome === 'locked') locks += 1;
      }
    },
    counts: () => ({ outcomes, attempts, wrong, locks }),
  };
}
