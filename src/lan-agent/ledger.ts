import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';
import { ensureHome, errorCode, type HomeFailure, replaceFile } from './home.ts';
import type { UnbindAnswer } from './sadp/reply.ts';

/** Tries that must remain after the one that is asked for to be made (protocol/sadp.md 15, rule 3). */
const FEW_ATTEMPTS = 2;
/** Attempts in a row whose result never came and which may have used up a try each. */
const MAX_WITHOUT_RESULT = 2;
/** No device locks for longer than a week; a longer lock in the file is a clock that jumped. */
const MAX_LOCK_MINUTES = 10_080;

const record = z.object({
  shortSerial: z.string(),
  /** For the reader of the file; see `openLedger`. */
  mac: z.string().nullable(),
  /** The device refused a password, or may have (`failed`), and nothing good came since. */
  failed: z.boolean(),
  /** By the device's words after its last refusal; null when it did not say a readable number. */
  attemptsLeft: z.number().int().min(0).nullable(),
  /** Attempts since the device last said anything. */
  withoutResult: z.number().int().min(0),
  /** End of the lock the device spoke of, ms since 1970. */
  lockedUntil: z.number().nullable(),
  /** The one careful try after that lock was made. */
  afterLockUsed: z.boolean(),
  at: z.string(),
});
type Entry = z.infer<typeof record>;

/** Whether a password may be tried on a device. */
export type Permission =
  | { readonly kind: 'allowed'; readonly attemptsLeft: number | null }
  | { readonly kind: 'few-attempts'; readonly attemptsLeft: number | null }
  | { readonly kind: 'lock-running'; readonly lockMinutes: number }
  /** A lock has run out: one careful try, if a person says so. */
  | { readonly kind: 'after-lock' };

/** Attempts per device, as the device itself counts them; survives restarts. */
export interface Ledger {
  /** `afterLock`: a person confirmed the one careful try. */
  permission(shortSerial: string, afterLock: boolean): Promise<Result<Permission, HomeFailure>>;
  /** To be called before an attempt: from here on its result counts as unknown. */
  begin(shortSerial: string, mac: string): Promise<Result<void, HomeFailure>>;
  /** What the device answered. */
  answered(shortSerial: string, answer: UnbindAnswer): Promise<Result<void, HomeFailure>>;
}

/**
 * Opens the ledger: one file per device. It is found by the short serial alone, so that a recorder with two network
 * cards, or somebody with another MAC, does not get a fresh set of tries.
 */
export function openLedger(home: string, now: () => number = Date.now): Ledger {
  const pathOf = (shortSerial: string) => join(home, 'ledger', `${shortSerial}.json`);

  const load = async (shortSerial: string): Promise<Result<Entry, HomeFailure>> => {
    try {
      return ok(record.parse(JSON.parse(await readFile(pathOf(shortSerial), 'utf8'))));
    } catch (error) {
      const code = errorCode(error);
      // An unreadable file may hide a lock, so only a missing one is a clean sheet.
      return code === 'ENOENT' ? ok(cleanSheet(shortSerial, now())) : fail({ reason: 'unwritable', code });
    }
  };
  const change = async (shortSerial: string, to: (before: Entry) => Partial<Entry>) => {
    const before = await load(shortSerial);
    if (!before.ok) return before;
    const made = await ensureHome(home);
    if (!made.ok) return made;
    const after = { ...before.value, ...to(before.value), at: new Date(now()).toISOString() };
    try {
      await mkdir(join(home, 'ledger'), { recursive: true, mode: 0o700 });
    } catch (error) {
      return fail({ reason: 'unwritable' as const, code: errorCode(error) });
    }
    return replaceFile(pathOf(shortSerial), `${JSON.stringify(after, null, 2)}\n`);
  };

  return {
    permission: async (shortSerial, afterLock) => {
      const entry = await load(shortSerial);
      return entry.ok ? ok(judge(entry.value, afterLock, now())) : entry;
    },
    begin: (shortSerial, mac) =>
      change(shortSerial, (before) => ({
        mac,
        withoutResult: before.withoutResult + 1,
        afterLockUsed: before.lockedUntil !== null,
      })),
    answered: (shortSerial, answer) =>
      answer.kind === 'unreadable'
        ? Promise.resolve(ok(undefined))
        : change(shortSerial, () => learn(answer, now())),
  };
}

function cleanSheet(shortSerial: string, now: number): Entry {
  return {
    shortSerial,
    mac: null,
    failed: false,
    attemptsLeft: null,
    withoutResult: 0,
    lockedUntil: null,
    afterLockUsed: false,
    at: new Date(now).toISOString(),
  };
}

function judge(entry: Entry, afterLock: boolean, now: number): Permission {
  // An attempt without a result may have been a wrong password: the device's number may be that much lower.
  const attemptsLeft =
    entry.attemptsLeft === null ? null : Math.max(0, entry.attemptsLeft - entry.withoutResult);
  if (entry.lockedUntil !== null) {
    const lockMinutes = Math.ceil((entry.lockedUntil - now) / 60_000);
    if (lockMinutes > 0)
      return { kind: 'lock-running', lockMinutes: Math.min(lockMinutes, MAX_LOCK_MINUTES) };
    if (entry.afterLockUsed) return { kind: 'few-attempts', attemptsLeft };
    return afterLock ? { kind: 'allowed', attemptsLeft } : { kind: 'after-lock' };
  }
  const tooFew = attemptsLeft === null ? entry.failed : attemptsLeft <= FEW_ATTEMPTS;
  if (tooFew || entry.withoutResult >= MAX_WITHOUT_RESULT) return { kind: 'few-attempts', attemptsLeft };
  return { kind: 'allowed', attemptsLeft };
}

function learn(answer: Exclude<UnbindAnswer, { kind: 'unreadable' }>, now: number): Partial<Entry> {
  const heard = { withoutResult: 0, lockedUntil: null, afterLockUsed: false };
  switch (answer.kind) {
    case 'success':
      return { ...heard, failed: false, attemptsLeft: null };
    case 'locked':
      return { ...heard, failed: true, attemptsLeft: null, lockedUntil: lockEnd(answer.lockMinutes, now) };
    case 'not-activated':
      return heard;
    case 'wrong-password':
    case 'denied':
    case 'unexpected':
      return {
        ...heard,
        failed: true,
        attemptsLeft: answer.attemptsLeft,
        // A zero beside a refusal means that no lock has begun.
        lockedUntil: answer.lockMinutes ? lockEnd(answer.lockMinutes, now) : null,
      };
  }
}

/** Minutes are whole, so "0 minutes left" of a lock still means up to one. */
function lockEnd(minutes: number, now: number): number {
  return now + Math.max(1, minutes) * 60_000;
}
