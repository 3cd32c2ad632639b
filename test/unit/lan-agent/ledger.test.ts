import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../../src/lan-agent/ledger.ts';
import type { UnbindAnswer } from '../../../src/lan-agent/sadp/reply.ts';

const SERIAL = 'AC7000101';
const MAC = '00-00-5e-00-53-a1';
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = Date.parse('2026-01-02T03:04:05Z');

let home = '';
let now = 0;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'unbind-agent-'));
  now = START;
});
afterEach(() => rm(home, { recursive: true, force: true }));

const ledger = () => openLedger(home, () => now);
const path = () => join(home, 'ledger', `${SERIAL}.json`);
const permission = async (confirmed = false) => {
  const judged = await ledger().permission(SERIAL, confirmed);
  return judged.ok ? judged.value : { ...judged.failure, kind: 'failure' as const };
};
const attempt = async (answer?: UnbindAnswer) => {
  await ledger().begin(SERIAL, MAC);
  if (answer) await ledger().answered(SERIAL, answer);
};
/** An attempt without an answer, after which the device was still bound. */
const lost = async () => {
  await attempt();
  await ledger().notCarriedOut(SERIAL, 1);
};
const wrong = (attemptsLeft: number | null, lockMinutes: number | null = null): UnbindAnswer => ({
  kind: 'wrong-password',
  attemptsLeft,
  lockMinutes,
});
const DENIED: UnbindAnswer = { kind: 'denied', attemptsLeft: null, lockMinutes: null };
const FRESH = { kind: 'allowed', attemptsLeft: null, assumed: false };

describe('the ledger', () => {
  it('allows the first attempt', async () => {
    expect(await permission()).toEqual(FRESH);
  });

  it('is as it was before an attempt of which nothing was sent', async () => {
    await attempt(wrong(null));
    now += 31 * MINUTE;
    const { at: _, ...before } = JSON.parse(await readFile(path(), 'utf8'));
    const begun = await ledger().begin(SERIAL, MAC);
    expect(await permission(true)).toEqual({ kind: 'try-used' });
    expect(begun.ok && (await begun.value.takeBack()).ok).toBe(true);
    expect(JSON.parse(await readFile(path(), 'utf8'))).toMatchObject(before);
    expect((await permission(true)).kind).toBe('allowed');
  });

  it.for([2, 1, 0])('stops where the device itself says %j attempts left', async (attemptsLeft) => {
    await attempt(wrong(attemptsLeft));
    for (const confirmed of [false, true]) {
      expect(await permission(confirmed)).toEqual({ kind: 'few-attempts', attemptsLeft });
    }
    now += 40 * DAY;
    expect(await permission(true)).toEqual({ kind: 'few-attempts', attemptsLeft });
  });

  it('goes on where it says three', async () => {
    await attempt(wrong(3));
    expect(await permission()).toEqual({ kind: 'allowed', attemptsLeft: 3, assumed: false });
  });

  it('keeps to a lock to the last minute, then allows one careful try', async () => {
    await attempt({ kind: 'locked', lockMinutes: 29 });
    expect(await permission(true)).toEqual({ kind: 'lock-running', lockMinutes: 29, assumed: false });
    now += 28 * MINUTE + 1;
    expect(await permission(true)).toEqual({ kind: 'lock-running', lockMinutes: 1, assumed: false });
    now += MINUTE;
    expect(await permission()).toEqual({ kind: 'after-lock' });
    expect(await permission(true)).toMatchObject({ kind: 'allowed' });
    await attempt();
    expect(await permission(true)).toEqual({ kind: 'try-used' });
  });

  it('takes a lock of zero minutes for one that is about to end', async () => {
    await attempt({ kind: 'locked', lockMinutes: 0 });
    expect(await permission()).toMatchObject({ kind: 'lock-running', lockMinutes: 1 });
  });

  it('begins anew after a success', async () => {
    await attempt(wrong(3));
    await attempt({ kind: 'success' });
    expect(await permission()).toEqual(FRESH);
  });

  it('survives a restart, for the reader too', async () => {
    await attempt(wrong(5));
    expect(JSON.parse(await readFile(path(), 'utf8'))).toMatchObject({
      version: 2,
      shortSerial: SERIAL,
      mac: MAC,
      attemptsLeft: 5,
    });
  });

  it('does not take a damaged file for a clean sheet', async () => {
    await mkdir(join(home, 'ledger'));
    await writeFile(path(), '{}');
    expect(await permission()).toMatchObject({ reason: 'unwritable' });
    expect((await ledger().begin(SERIAL, MAC)).ok).toBe(false);
  });
});

describe('attempts without an answer', () => {
  it('are no failure where the device was still bound afterwards', async () => {
    await lost();
    await lost();
    expect(await permission()).toEqual(FRESH);
    await attempt({ kind: 'success' });
    expect(await permission()).toEqual(FRESH);
  });

  it('ask for a pause and a person when three in a row had none, each time, and never for ever', async () => {
    for (let round = 0; round < 3; round++) await lost();
    for (let round = 0; round < 5; round++) {
      expect(await permission(true)).toEqual({ kind: 'lock-running', lockMinutes: 30, assumed: true });
      now += 30 * MINUTE;
      expect(await permission()).toEqual({ kind: 'after-lock' });
      expect(await permission(true)).toMatchObject({ kind: 'allowed' });
      await lost();
    }
  });

  it('lower what the device has said, and that is told as assumed', async () => {
    await attempt(wrong(5));
    await lost();
    expect(await permission()).toEqual({ kind: 'allowed', attemptsLeft: 4, assumed: true });
    await attempt({ kind: 'unreadable' });
    expect(await permission()).toEqual({ kind: 'allowed', attemptsLeft: 3, assumed: true });
    await lost();
    expect(await permission(true)).toEqual({ kind: 'lock-running', lockMinutes: 30, assumed: true });
    now += 30 * MINUTE;
    expect(await permission()).toEqual({ kind: 'after-lock' });
    expect(await permission(true)).toMatchObject({ kind: 'allowed', attemptsLeft: 2, assumed: true });
  });

  it('stop after two where nothing shows that the device did not act on them', async () => {
    await attempt();
    expect(await permission()).toMatchObject({ kind: 'allowed' });
    await attempt();
    expect(await permission(true)).toEqual({ kind: 'lock-running', lockMinutes: 30, assumed: true });
    now += 30 * MINUTE;
    expect(await permission(true)).toMatchObject({ kind: 'allowed' });
  });

  it('give the careful try after a lock of the device’s own back when nothing came of it', async () => {
    await attempt({ kind: 'locked', lockMinutes: 30 });
    now += 30 * MINUTE;
    await lost();
    expect(await permission()).toEqual({ kind: 'after-lock' });
  });
});

describe('a refusal without a readable number', () => {
  it.for<[string, UnbindAnswer]>([
    ['a wrong password', wrong(null)],
    ['failed', DENIED],
    ['an unknown word', { kind: 'unexpected', word: 'x', attemptsLeft: null, lockMinutes: null }],
  ])('stands for half an hour, then for one try that a person confirms: %s', async ([, refusal]) => {
    await attempt(refusal);
    expect(await permission(true)).toEqual({ kind: 'lock-running', lockMinutes: 30, assumed: true });
    now += 30 * MINUTE;
    expect(await permission()).toEqual({ kind: 'after-lock' });
    expect(await permission(true)).toMatchObject({ kind: 'allowed' });
    await attempt({ kind: 'success' });
    expect(await permission()).toEqual(FRESH);
  });

  it.for<[string, () => Promise<void>]>([
    ['refused', () => attempt(DENIED)],
    ['lost', lost],
    ['cut off', () => attempt()],
  ])('allows no second one in all: %s', async ([, make]) => {
    await attempt(DENIED);
    now += 30 * MINUTE;
    await make();
    for (const later of [0, 30 * MINUTE, 40 * DAY]) {
      now += later;
      expect(await permission(true)).toEqual({ kind: 'try-used' });
    }
  });

  it('is over when the device has said a number above two, not when it says two', async () => {
    await attempt(DENIED);
    now += 30 * MINUTE;
    await attempt(wrong(2));
    expect(await permission(true)).toEqual({ kind: 'few-attempts', attemptsLeft: 2 });
    await attempt(wrong(3));
    expect(await permission()).toEqual({ kind: 'allowed', attemptsLeft: 3, assumed: false });
    await attempt(DENIED);
    now += 30 * MINUTE;
    expect(await permission()).toEqual({ kind: 'after-lock' });
  });

  it('of a lock without its minutes is assumed to last half an hour', async () => {
    await attempt({ kind: 'locked', lockMinutes: null });
    expect(await permission()).toEqual({ kind: 'lock-running', lockMinutes: 30, assumed: true });
  });
});

describe('a clock that was wrong', () => {
  it.for<[string, UnbindAnswer]>([
    ['said', wrong(0, 30)],
    ['assumed', wrong(null)],
  ])('years ahead does not lock for ever: a lock that is %s', async ([, refusal]) => {
    now = START + 3650 * DAY;
    await attempt(refusal);
    now = START;
    expect(await permission()).toEqual({ kind: 'after-lock' });
    expect(await permission(true)).toMatchObject({ kind: 'allowed' });
  });

  it('a few days ahead keeps to the length of the lock, from the present clock on', async () => {
    now = START + 3 * DAY;
    await attempt(wrong(0, 30));
    now = START;
    expect(await permission(true)).toMatchObject({ kind: 'lock-running', lockMinutes: 30 });
    now += 30 * MINUTE;
    expect(await permission()).toEqual({ kind: 'after-lock' });
  });

  it('does not shorten a lock that was set back by a moment', async () => {
    await attempt(wrong(0, 30));
    now -= 2000;
    expect(await permission(true)).toMatchObject({ kind: 'lock-running', lockMinutes: 30 });
  });

  it('years ahead does not keep attempts without an answer back', async () => {
    now = START + 3650 * DAY;
    for (let round = 0; round < 3; round++) await lost();
    now = START;
    expect(await permission(true)).toMatchObject({ kind: 'allowed' });
  });
});

describe('a ledger of the first format', () => {
  const OLD = {
    shortSerial: SERIAL,
    mac: MAC,
    failed: false,
    attemptsLeft: null,
    withoutResult: 0,
    lockedUntil: null,
    afterLockUsed: false,
    at: new Date(START).toISOString(),
  };
  it.for<[string, object, object, object]>([
    ['nothing', {}, FRESH, FRESH],
    ['four left', { failed: true, attemptsLeft: 4 }, { kind: 'allowed', attemptsLeft: 4 }, {}],
    ['two left', { failed: true, attemptsLeft: 2 }, { kind: 'few-attempts' }, { kind: 'few-attempts' }],
    ['a refusal without a number', { failed: true }, { kind: 'lock-running' }, { kind: 'after-lock' }],
    ['two without a result', { withoutResult: 2 }, { kind: 'lock-running' }, { kind: 'after-lock' }],
    [
      'a lock',
      { failed: true, attemptsLeft: 0, lockedUntil: START + 20 * MINUTE },
      { kind: 'lock-running', lockMinutes: 20, assumed: false },
      { kind: 'after-lock' },
    ],
    [
      'a lock from years ahead',
      { failed: true, lockedUntil: START + 3650 * DAY },
      { kind: 'after-lock' },
      { kind: 'after-lock' },
    ],
    [
      'the try after a lock',
      { failed: true, lockedUntil: START - MINUTE, afterLockUsed: true },
      { kind: 'try-used' },
      { kind: 'try-used' },
    ],
  ])('opens: %s', async ([, changes, first, later]) => {
    await mkdir(join(home, 'ledger'));
    await writeFile(path(), JSON.stringify({ ...OLD, ...changes }));
    expect(await permission()).toMatchObject(first);
    now += 30 * MINUTE;
    expect(await permission()).toMatchObject(later);
    await attempt({ kind: 'success' });
    expect(await permission()).toEqual(FRESH);
  });
});

/** A device with a counter of its own, which answers as it likes and whose datagrams get lost. */
class Device {
  readonly tries: number;
  left: number;
  lockedUntil = 0;
  constructor(tries: number) {
    this.tries = tries;
    this.left = tries;
  }

  /** @returns its answer, and whether this very attempt has locked it */
  attempt(isRight: boolean, at: number, says: 'numbers' | 'nothing'): [UnbindAnswer, boolean] {
    const minutes = Math.ceil((this.lockedUntil - at) / MINUTE);
    if (minutes > 0) return [{ kind: 'locked', lockMinutes: says === 'numbers' ? minutes : null }, false];
    if (this.left === 0) this.left = this.tries;
    if (isRight) {
      this.left = this.tries;
      return [{ kind: 'success' }, false];
    }
    this.left--;
    if (this.left > 0) return [says === 'numbers' ? wrong(this.left) : DENIED, false];
    this.lockedUntil = at + 30 * MINUTE;
    return [{ kind: 'locked', lockMinutes: says === 'numbers' ? 30 : null }, true];
  }
}

const step = fc.record({
  isRight: fc.constantFrom(false, false, false, true),
  confirmed: fc.constantFrom(true, true, false),
  says: fc.constantFrom('numbers', 'nothing'),
  fate: fc.constantFrom(
    'answered',
    'request-lost',
    'reply-lost',
    'reply-lost',
    'crash-before',
    'crash-after',
  ),
  /** Whether a later status settles it, where nobody saw its end. */
  isSettled: fc.boolean(),
  /** How the time goes on, and how the laptop's clock jumps beside it. */
  minutes: fc.constantFrom(0, 0, 1, 31, 2000),
  jump: fc.constantFrom(0, 0, 0, 0, -20, 20, -4000, 4000, 5_256_000, -5_256_000),
});

/** What holds all through a run: a network that loses one thing, a person who is always wrong, never confirms, or hurries. */
const mood = fc.record(
  {
    isRight: fc.constant(false),
    confirmed: fc.boolean(),
    fate: fc.constantFrom('answered', 'request-lost', 'reply-lost', 'crash-after'),
    minutes: fc.constantFrom(0, 31),
    jump: fc.constant(0),
  },
  { requiredKeys: [] },
);

describe('whatever answers, losses, jumps of the clock and crashes come', () => {
  it('lets only a try that a person confirmed lock a device, says for the device only what it said, and ends nowhere', async () => {
    let attempts = 0;
    let locks = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 5, max: 7 }),
        fc.array(step, { minLength: 1, maxLength: 40 }),
        mood,
        async (tries, steps, always) => {
          await rm(path(), { force: true });
          now = START;
          /** The true time, which is the device's. */
          let time = START;
          const device = new Device(tries);
          let said: number | null = null;
          let unsaidTries = 0;
          let isUnsaid = false;
          const hear = async (answer: UnbindAnswer) => {
            await ledger().answered(SERIAL, answer);
            said = 'attemptsLeft' in answer ? answer.attemptsLeft : null;
            if (answer.kind === 'success' || (said ?? 0) > 2) isUnsaid = false;
            else if (answer.kind === 'denied' && !isUnsaid) {
              isUnsaid = true;
              unsaidTries = 0;
            }
          };
          for (const one of steps) {
            const { isRight, confirmed, says, fate, isSettled, minutes, jump } = { ...one, ...always };
            time += minutes * MINUTE;
            now += (minutes + jump) * MINUTE;
            const allowed = await permission(confirmed);
            if ('attemptsLeft' in allowed && !('assumed' in allowed && allowed.assumed)) {
              expect(allowed.attemptsLeft).toBe(said);
            }
            if (allowed.kind === 'few-attempts') expect(said).toBeLessThanOrEqual(2);
            if (allowed.kind !== 'allowed') continue;
            attempts++;
            await ledger().begin(SERIAL, MAC);
            if (isUnsaid) unsaidTries++;
            expect(unsaidTries).toBeLessThanOrEqual(1);
            if (fate === 'crash-before' || fate === 'request-lost') {
              if (isSettled) await ledger().notCarriedOut(SERIAL, 1);
              continue;
            }
            const [answer, hasLocked] = device.attempt(isRight, time, says);
            if (hasLocked) {
              locks++;
              expect(confirmed).toBe(true);
            }
            if (fate === 'answered') await hear(answer);
            else if (answer.kind === 'success') await hear(answer);
            else if (isSettled) await ledger().notCarriedOut(SERIAL, 1);
          }
          now += 8 * DAY;
          const end = await permission(true);
          if (end.kind === 'few-attempts') expect(said).toBeLessThanOrEqual(2);
          else if (end.kind !== 'try-used') expect(end.kind).toBe('allowed');
        },
      ),
      { numRuns: 100 },
    );
    expect(attempts).toBeGreaterThan(50);
    process.stdout.write(`ledger: ${attempts} attempts, ${locks} locks, each by a confirmed try\n`);
  }, 60_000);
});
