import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';
import { errorCode } from './error-code.ts';
import { ensureHome, type HomeFailure, replaceFile } from './home.ts';
import type { UnbindAnswer } from './sadp/reply.ts';

const FOLDER = 'ledger';
/** Tries that must remain after the one that is asked for to be made (protocol/sadp.md 15, rule 3). */
const FEW_ATTEMPTS = 2;
/** Attempts in a row whose result never came and which nothing speaks against having used up a try each. */
const MAX_WITHOUT_RESULT = 2;
/** Attempts in a row without a word from the device, whatever its status says: no device is known to lock before five. */
const MAX_UNHEARD = 3;
/** How long a device that may be locked is left alone where it has not said so, minutes (protocol/sadp.md 10.2). */
const ASSUMED_LOCK_MINUTES = 30;
/** No device locks for longer than a week; a longer lock in the file is a clock that jumped. */
const MAX_LOCK_MINUTES = 10_080;
const MINUTE_MS = 60_000;

const lock = z.object({
  /** Its end, ms since 1970. */
  until: z.number(),
  /** Its length when it was noted, minutes. */
  minutes: z.number().min(0),
  /** The device has not said this lock: it refused a password without a readable number. */
  assumed: z.boolean(),
});

const record = z.object({
  version: z.literal(2),
  shortSerial: z.string(),
  /** For the reader of the file; see `openLedger`. */
  mac: z.string().nullable(),
  /** By the device's words at its last refusal; null when it did not say a readable number, or nothing was refused. */
  attemptsLeft: z.number().int().min(0).nullable(),
  /** Attempts since the device last said anything, but for those below. */
  withoutResult: z.number().int().min(0),
  /** Of those that got no answer: the device was still bound, as it said twice after the wait. */
  notCarriedOut: z.number().int().min(0),
  /** The lock after the last refusal. */
  lock: lock.nullable(),
  /** The one try that a person confirms was made, and the device has neither said a good number nor accepted a password. */
  confirmedTry: z.boolean(),
  /** When the last attempt was begun, ms since 1970. */
  lastAttempt: z.number().nullable(),
  at: z.string(),
});
type Entry = z.infer<typeof record>;

/** The file as it was before it had a version. */
const record1 = z.object({
  version: z.undefined().optional(),
  shortSerial: z.string(),
  mac: z.string().nullable(),
  failed: z.boolean(),
  attemptsLeft: z.number().int().min(0).nullable(),
  withoutResult: z.number().int().min(0),
  lockedUntil: z.number().nullable(),
  afterLockUsed: z.boolean(),
  at: z.string(),
});

/** `attemptsLeft`: null where the device never said a number. */
export interface Allowed {
  readonly kind: 'allowed';
  readonly attemptsLeft: number | null;
  readonly assumed: boolean;
}

/** Whether a password may be tried on a device. Numbers are the device's own words unless they are `assumed`. */
export type Permission =
  | Allowed
  /** The device itself has said so. */
  | { readonly kind: 'few-attempts'; readonly attemptsLeft: number }
  /** `assumed`: the device may be locked, but has not said so. */
  | { readonly kind: 'lock-running'; readonly lockMinutes: number; readonly assumed: boolean }
  /** A lock, or the time of an assumed one, has run out: one careful try, if a person says so. */
  | { readonly kind: 'after-lock' }
  /** That try was made. What leads on is the owner's own login. */
  | { readonly kind: 'try-used' };

/** An attempt that is on the ledger. */
export interface Begun {
  /** Nothing was sent after all: it was none. */
  takeBack(): Promise<Result<void, HomeFailure>>;
}

/** Attempts per device, as the device itself counts them; survives restarts. */
export interface Ledger {
  /** `confirmed`: a person confirmed one careful try. */
  permission(shortSerial: string, confirmed: boolean): Promise<Result<Permission, HomeFailure>>;
  /** To be called before an attempt: from here on its result counts as unknown. */
  begin(shortSerial: string, mac: string): Promise<Result<Begun, HomeFailure>>;
  /** What the device answered. */
  answered(shortSerial: string, answer: UnbindAnswer): Promise<Result<void, HomeFailure>>;
  /** So many attempts got no answer and changed nothing: after the wait the device said twice that it is still bound. */
  notCarriedOut(shortSerial: string, attempts: number): Promise<Result<void, HomeFailure>>;
}

/**
 * Opens the ledger: one file per device. It is found by the short serial alone, so that a recorder with two network
 * cards, or somebody with another MAC, does not get a fresh set of tries.
 */
export function openLedger(home: string, now: () => number = Date.now): Ledger {
  const pathOf = (shortSerial: string) => join(home, FOLDER, `${shortSerial}.json`);

  const load = async (shortSerial: string): Promise<Result<Entry, HomeFailure>> => {
    try {
      const read = z.union([record, record1]).parse(JSON.parse(await readFile(pathOf(shortSerial), 'utf8')));
      return ok(read.version === 2 ? read : from1To2(read));
    } catch (error) {
      const code = errorCode(error);
      // An unreadable file may hide a lock, so only a missing one is a clean sheet.
      return code === 'ENOENT' ? ok(cleanSheet(shortSerial, now())) : fail({ reason: 'unwritable', code });
    }
  };
  const change = async (shortSerial: string, to: (before: Entry) => Partial<Entry>) => {
    const before = await load(shortSerial);
    if (!before.ok) return before;
    const made = await ensureHome(home, FOLDER);
    if (!made.ok) return made;
    const after = { ...before.value, ...to(before.value), at: new Date(now()).toISOString() };
    return replaceFile(pathOf(shortSerial), `${JSON.stringify(after, null, 2)}\n`);
  };

  return {
    permission: async (shortSerial, confirmed) => {
      const read = await load(shortSerial);
      if (!read.ok) return read;
      const entry = rightClock(read.value, now());
      if (entry !== read.value) {
        const saved = await change(shortSerial, () => entry);
        if (!saved.ok) return saved;
      }
      return ok(judge(entry, confirmed, now()));
    },
    begin: async (shortSerial, mac) => {
      const old = await load(shortSerial);
      if (!old.ok) return old;
      const saved = await change(shortSerial, (before) => ({
        mac,
        withoutResult: before.withoutResult + 1,
        confirmedTry: before.confirmedTry || before.lock !== null || isLowered(before),
        lastAttempt: now(),
      }));
      return saved.ok ? ok({ takeBack: () => change(shortSerial, () => old.value) }) : saved;
    },
    answered: (shortSerial, answer) =>
      answer.kind === 'unreadable'
        ? Promise.resolve(ok(undefined))
        : change(shortSerial, (before) => learn(before, answer, now())),
    notCarriedOut: (shortSerial, attempts) =>
      change(shortSerial, (before) => {
        const known = Math.min(attempts, before.withoutResult);
        return {
          withoutResult: before.withoutResult - known,
          notCarriedOut: before.notCarriedOut + known,
          // The confirmed try was none; but after a refusal without a number there is one in all, come what may.
          confirmedTry: before.confirmedTry && (known === 0 || before.lock?.assumed === true),
        };
      }),
  };
}

function cleanSheet(shortSerial: string, now: number): Entry {
  return {
    version: 2,
    shortSerial,
    mac: null,
    attemptsLeft: null,
    withoutResult: 0,
    notCarriedOut: 0,
    lock: null,
    confirmedTry: false,
    lastAttempt: null,
    at: new Date(now).toISOString(),
  };
}

/** Version 1 to 2. A refusal without a number had no end; it gets the lock that is assumed now, from its own time on. */
function from1To2({ lockedUntil, afterLockUsed, failed, ...old }: z.infer<typeof record1>): Entry {
  const written = Date.parse(old.at);
  const length = lockedUntil === null ? null : Math.max(1, Math.ceil((lockedUntil - written) / MINUTE_MS));
  const isUnsaid = length === null && failed && old.attemptsLeft === null;
  return {
    ...old,
    version: 2,
    attemptsLeft: length === null ? old.attemptsLeft : null,
    notCarriedOut: 0,
    lock:
      lockedUntil !== null && length !== null
        ? { until: lockedUntil, minutes: length, assumed: false }
        : isUnsaid
          ? lockFrom(written, null)
          : null,
    confirmedTry: afterLockUsed,
    lastAttempt: written,
  };
}

/**
 * Puts right what a clock has spoilt that was ahead and was set back since: a lock longer than the device's own begins
 * anew, by the present clock. One further ahead than any device locks is left alone: it has run out.
 */
function rightClock(entry: Entry, now: number): Entry {
  const { lock, lastAttempt } = entry;
  const isFar = (time: number) => time - now > MAX_LOCK_MINUTES * MINUTE_MS;
  const isLate = lock !== null && lock.until - now > lock.minutes * MINUTE_MS && !isFar(lock.until);
  const isAhead = lastAttempt !== null && lastAttempt > now && !isFar(lastAttempt);
  if (!isLate && !isAhead) return entry;
  return {
    ...entry,
    lock: isLate ? { ...lock, until: now + lock.minutes * MINUTE_MS } : lock,
    lastAttempt: isAhead ? now : lastAttempt,
  };
}

/** What the device has said, lowered by the attempts since of which nobody knows whether they used up a try. */
function lowered({ attemptsLeft, withoutResult, notCarriedOut }: Entry): number | null {
  return attemptsLeft === null ? null : Math.max(0, attemptsLeft - withoutResult - notCarriedOut);
}

/** By the device's own word there were enough tries; counted with what it did not answer, there may not be. */
function isLowered(entry: Entry): boolean {
  const left = lowered(entry);
  return left !== null && left <= FEW_ATTEMPTS && (entry.attemptsLeft ?? 0) > FEW_ATTEMPTS;
}

function judge(entry: Entry, confirmed: boolean, now: number): Permission {
  const { attemptsLeft: said, withoutResult, notCarriedOut } = entry;
  const left = lowered(entry);
  const allowed: Allowed = { kind: 'allowed', attemptsLeft: left, assumed: left !== said };
  const careful = (): Permission => {
    if (entry.confirmedTry) return { kind: 'try-used' };
    return confirmed ? allowed : { kind: 'after-lock' };
  };
  if (entry.lock !== null) {
    const { assumed } = entry.lock;
    const lockMinutes = minutesLeft(entry.lock, now);
    // Nothing follows on an assumed lock once the one try was made: nobody needs to wait for its end.
    if (lockMinutes === 0 || (assumed && entry.confirmedTry)) return careful();
    return { kind: 'lock-running', lockMinutes, assumed };
  }
  if (said !== null && said <= FEW_ATTEMPTS) return { kind: 'few-attempts', attemptsLeft: said };
  const unheard = withoutResult >= MAX_WITHOUT_RESULT || withoutResult + notCarriedOut >= MAX_UNHEARD;
  if (!unheard && !isLowered(entry)) return allowed;
  // Nothing was refused, but nobody knows what the device has counted: it is given the time of a lock, every time.
  const lockMinutes = entry.lastAttempt === null ? 0 : minutesLeft(lockFrom(entry.lastAttempt, null), now);
  return lockMinutes > 0 ? { kind: 'lock-running', lockMinutes, assumed: true } : careful();
}

function learn(
  before: Entry,
  answer: Exclude<UnbindAnswer, { kind: 'unreadable' }>,
  now: number,
): Partial<Entry> {
  const heard = { withoutResult: 0, notCarriedOut: 0 };
  switch (answer.kind) {
    case 'success':
      return { ...heard, attemptsLeft: null, lock: null, confirmedTry: false };
    case 'locked':
      return { ...heard, attemptsLeft: null, lock: lockFrom(now, answer.lockMinutes) };
    case 'not-activated':
      return { ...heard, lock: null };
    case 'wrong-password':
    case 'denied':
    case 'unexpected': {
      const { attemptsLeft, lockMinutes } = answer;
      // A zero beside a refusal means that no lock has begun; without any number one may have.
      const isLocked = lockMinutes ? true : attemptsLeft === null;
      return {
        ...heard,
        // A lock that is over gives all tries back: what was said before it says nothing about after it.
        attemptsLeft: lockMinutes ? null : attemptsLeft,
        lock: isLocked ? lockFrom(now, lockMinutes || null) : null,
        confirmedTry: before.confirmedTry && (attemptsLeft ?? 0) <= FEW_ATTEMPTS,
      };
    }
  }
}

/** A lock from now on; null: the device has not said how long. Minutes are whole: "0 left" still means up to one. */
function lockFrom(now: number, said: number | null): z.infer<typeof lock> {
  const minutes = said === null ? ASSUMED_LOCK_MINUTES : Math.max(1, said);
  return { until: now + minutes * MINUTE_MS, minutes, assumed: said === null };
}

/** Whole minutes until a lock ends; 0 when it has, or ends further ahead than any device locks (`rightClock`). */
function minutesLeft({ until }: z.infer<typeof lock>, now: number): number {
  const left = Math.max(0, Math.ceil((until - now) / MINUTE_MS));
  return left > MAX_LOCK_MINUTES ? 0 : left;
}
