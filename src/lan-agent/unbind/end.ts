import type { Permission } from '../ledger.ts';
import type { Report, UnbindReason } from './contract.ts';
import type { PendingAnswer } from './send-once.ts';
import type { Settlement } from './settle.ts';

/** An outcome on its way to the report. */
export type End = Omit<Report, 'shortSerial' | 'verified'> & { readonly verified?: boolean };

/** The outcome after the datagram (protocol/sadp.md 10, 13). */
export function concluded({ answer, notBound }: Settlement, pending: PendingAnswer): End {
  if (notBound) return { outcome: 'unbound', verified: true };
  switch (answer?.kind) {
    case undefined: {
      const silent = pending.current() === null ? 'no-reply' : 'unreadable-reply';
      return { outcome: 'unknown', reason: pending.sendError() === null ? silent : 'send-failed' };
    }
    case 'success':
      return { outcome: 'accepted-unconfirmed' };
    case 'wrong-password':
      return { outcome: 'wrong-password', ...attemptsOf(answer.attemptsLeft), ...locked(answer.lockMinutes) };
    case 'denied':
      return { outcome: 'denied', ...attemptsOf(answer.attemptsLeft), ...locked(answer.lockMinutes) };
    case 'locked':
      return { outcome: 'locked', ...locked(answer.lockMinutes) };
    case 'not-activated':
      return { outcome: 'denied', reason: 'not-activated' };
    case 'unexpected':
      return { outcome: 'denied', reason: 'unexpected-word', ...attemptsOf(answer.attemptsLeft) };
  }
}

/** An end before anything dangerous was sent. */
export function refused(reason: UnbindReason): End & { reason: UnbindReason } {
  return { outcome: 'refused', reason };
}

/** What the ledger has against an attempt, in words of a report. */
export function ledgerRefusal(permission: Exclude<Permission, { kind: 'allowed' }>) {
  switch (permission.kind) {
    case 'lock-running': {
      const { lockMinutes, assumed } = permission;
      return assumed
        ? ({ outcome: 'refused', reason: 'lock-assumed', lockMinutes, lockAssumed: true } as const)
        : ({ outcome: 'locked', reason: 'lock-running', lockMinutes } as const);
    }
    case 'after-lock':
    case 'try-used':
      return { outcome: 'refused', reason: permission.kind } as const;
    case 'few-attempts':
      return {
        outcome: 'refused',
        reason: 'few-attempts',
        ...attemptsOf(permission.attemptsLeft),
      } as const;
  }
}

/** The device's counter as part of a report; nothing where it said no number. */
export function attemptsOf(attemptsLeft: number | null): Pick<Report, 'attemptsLeft'> {
  return attemptsLeft === null ? {} : { attemptsLeft };
}

/** The time of a lock as part of a report; nothing where the device did not say it. */
export function locked(lockMinutes: number | null): Pick<Report, 'lockMinutes'> {
  return lockMinutes === null ? {} : { lockMinutes };
}

/** The report of one unbind, as printed and as sent to the bot. */
export function toReport(shortSerial: string, { outcome, verified = false, ...rest }: End): Report {
  return { shortSerial, outcome, ...rest, verified };
}
