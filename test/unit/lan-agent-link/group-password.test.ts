import fc from 'fast-check';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/lan-agent/link/clock.ts';
import {
  type Asks,
  afterEnd,
  createGroupPasswords,
  type GroupPlace,
} from '../../../src/lan-agent/prompt/group-password.ts';
import type { AskOptions, ConsentAnswer, LaptopPrompt } from '../../../src/lan-agent/prompt/prompt.ts';
import { copySecret } from '../../../src/lan-agent/secret-bytes.ts';
import { GROUP_PASSWORD_MS } from '../../../src/lan-agent/times.ts';
import type { Report } from '../../../src/lan-agent/unbind/contract.ts';
import { PROMPT_LIMIT_MS } from '../../../src/link/times.ts';
import { PLAN } from '../../support/plan.ts';

const PASSWORD = 'Pass-word1';
const MINUTE = 60_000;
const report = (outcome: Report['outcome'], reason?: Report['reason']): Report => ({
  shortSerial: PLAN.shortSerial,
  outcome,
  ...(reason === undefined ? {} : { reason }),
  verified: outcome === 'unbound' || outcome === 'not-bound',
});

/** Time that passes when the test says so, or, for a laptop that slept, without waking anybody. */
class HandClock implements Clock {
  #now = 1_800_000_000_000;
  #sleepers: { until: number; resolve: () => void }[] = [];
  readonly now = () => this.#now;
  readonly sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      this.#sleepers.push({ until: this.#now + ms, resolve });
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  async advance(ms: number, isAsleep = false): Promise<void> {
    this.#now += ms;
    if (isAsleep) return;
    for (const { until, resolve } of this.#sleepers) if (until <= this.#now) resolve();
    await settled();
  }
}
/** Everything that waits for nothing has been done. */
const settled = () => new Promise((done) => setImmediate(done));

/** What the person at the laptop does about one question. */
interface Person {
  readonly key?: ConsentAnswer['kind'];
  readonly types?: string | null;
  /** Before the answer: time passes, or something happens in the chat. */
  readonly meanwhile?: () => Promise<void> | void;
  /** Whether this device has refused the kept password last. */
  readonly refused?: boolean;
  readonly signal?: AbortSignal;
  /** The same before a password is typed. */
  readonly whileTyping?: () => void;
  /** The key was pressed in the very moment in which the question was taken away. */
  readonly inTheMoment?: true;
}

/** A laptop with nobody's device: what it asks, and every copy of a password it has made. */
function laptop() {
  const clock = new HandClock();
  const copies: Buffer[] = [];
  const forgotten: number[] = [];
  const groups = createGroupPasswords({
    clock,
    onForgotten: () => forgotten.push(clock.now()),
    copy: (password) => {
      const made = copySecret(password);
      copies.push(made);
      return made;
    },
  });
  const options: (AskOptions | undefined)[] = [];
  /** One unbind up to its password; the engine zeroes what it gets. Null: it was not begun. */
  const unbind = async (place: GroupPlace | undefined, end: Report | null, person: Person = {}) => {
    const { key = 'agreed', types = PASSWORD, meanwhile, refused = false } = person;
    const { signal = new AbortController().signal, inTheMoment = false, whileTyping } = person;
    const prompt: LaptopPrompt = {
      consent: async (_to, over) => {
        await meanwhile?.();
        return over.aborted && !inTheMoment ? { kind: 'abandoned' } : ({ kind: key } as ConsentAnswer);
      },
      ask: async (_plan, over, _refused, how) => {
        options.push(how);
        await whileTyping?.();
        if (over.aborted || types === null) return { kind: 'abandoned' };
        const password = Buffer.from(types);
        copies.push(password);
        return { kind: 'typed', password };
      },
    };
    const turn = groups.begin(place, prompt);
    if (!turn) return null;
    const asks: Asks[] = [];
    const answer = await turn.ask(
      PLAN,
      signal,
      async () => refused,
      async (what) => void asks.push(what),
    );
    const sent = answer.kind === 'typed' ? answer.password.toString() : null;
    if (answer.kind === 'typed') answer.password.fill(0);
    groups.ended(place, answer.kind === 'typed' ? end : report('refused', 'abandoned'));
    return { asks, sent, kind: answer.kind };
  };
  /** Passwords that are not zeroed, as texts: what is kept. */
  const kept = () => copies.filter((copy) => copy.some((byte) => byte !== 0)).map(String);
  return { clock, groups, unbind, kept, options, copies, forgotten };
}
const place = (id: string, change: Partial<GroupPlace> = {}): GroupPlace => ({
  id,
  samePassword: true,
  last: false,
  number: 1,
  of: 12,
  ...change,
});
const typed = { kind: 'typed', sent: PASSWORD };

describe('the password of a group', () => {
  it('is typed once, and confirmed with one key for each further device, each with a copy of its own', async () => {
    const at = laptop();
    const run = ulid();
    expect(await at.unbind(place(run), report('unbound'))).toEqual({ ...typed, asks: ['password'] });
    expect(at.options).toEqual([
      { group: { number: 1, of: 12, password: 'kept' }, limitMs: PROMPT_LIMIT_MS },
    ]);
    for (const number of [2, 3]) {
      const then = await at.unbind(place(run, { number }), report('unbound'), { types: 'not asked for' });
      expect(then).toEqual({ ...typed, asks: ['confirm'] });
    }
    expect(at.kept()).toEqual([PASSWORD]);
    expect(at.copies).toHaveLength(4);
  });

  it('is not kept where the technician does not say that it is the same', async () => {
    const at = laptop();
    const run = ulid();
    for (let times = 0; times < 2; times++) {
      const then = await at.unbind(place(run, { samePassword: false }), report('unbound'));
      expect(then?.asks).toEqual(['password']);
      expect(at.kept()).toEqual([]);
    }
    expect(at.options[0]).toMatchObject({ group: { number: 1, of: 12 } });
  });

  it.each<[string, (at: ReturnType<typeof laptop>, run: string) => unknown]>([
    ['after the last device', (at, run) => at.unbind(place(run, { last: true }), report('unbound'))],
    ['ten minutes after the last key', (at) => at.clock.advance(GROUP_PASSWORD_MS)],
    ['where another group asks', (at) => at.unbind(place(ulid(), { last: true }), report('not-bound'))],
    ['where a device that stands alone asks', (at) => at.unbind(undefined, report('unbound'))],
    ['where the person says no', (at, run) => at.unbind(place(run), null, { key: 'declined' })],
    ['where the confirmation is left', (at, run) => at.unbind(place(run), null, { key: 'abandoned' })],
    ['when the unbind is cancelled', (at, run) => at.unbind(place(run), report('refused', 'cancelled'))],
    ['when a fault ends it', (at, run) => at.unbind(place(run), null)],
    ['when the chat stops the run', (at, run) => at.groups.stop(run)],
    ['when the agent stops', (at) => at.groups.forget()],
    ['after a wrong password', (at, run) => at.unbind(place(run), report('wrong-password'))],
    [
      'when somebody is in between',
      (at, run) => at.unbind(place(run), report('refused', 'spoofed-exchange')),
    ],
  ])('is zeroed %s, and what was kept is said to be forgotten', async (_, happens) => {
    const at = laptop();
    const run = ulid();
    await at.unbind(place(run), report('unbound'));
    const held = at.copies.find((copy) => String(copy) === PASSWORD);
    expect(held?.toString()).toBe(PASSWORD);
    await happens(at, run);
    expect(held?.every((byte) => byte === 0)).toBe(true);
    expect(at.kept()).toEqual([]);
    expect(at.forgotten).toHaveLength(1);
    expect((await at.unbind(place(run), report('unbound')))?.asks ?? ['password']).toEqual(['password']);
  });

  it('has its ten minutes from the last key, and none while the laptop sleeps', async () => {
    const at = laptop();
    const run = ulid();
    await at.unbind(place(run), report('unbound'));
    for (let times = 0; times < 3; times++) {
      await at.clock.advance(9 * MINUTE);
      expect((await at.unbind(place(run), report('unbound')))?.asks).toEqual(['confirm']);
    }
    await at.clock.advance(11 * MINUTE, true);
    expect((await at.unbind(place(run), report('unbound')))?.asks).toEqual(['password']);
  });

  it('is asked for in what is left of the time where it is forgotten while the key is waited for', async () => {
    const at = laptop();
    const run = ulid();
    await at.unbind(place(run), report('unbound'));
    await at.clock.advance(4 * MINUTE);
    const then = await at.unbind(place(run), report('unbound'), {
      meanwhile: () => at.clock.advance(6 * MINUTE),
    });
    expect(then).toEqual({ ...typed, asks: ['confirm', 'password'] });
    expect(at.options.at(-1)?.limitMs).toBe(PROMPT_LIMIT_MS - 6 * MINUTE);
    expect(at.kept()).toEqual([PASSWORD]);
  });

  it('is never handed out as zeroes: a key pressed as it is forgotten has it asked for', async () => {
    const at = laptop();
    const run = ulid();
    await at.unbind(place(run), report('unbound'));
    const then = await at.unbind(place(run), report('unbound'), {
      inTheMoment: true,
      meanwhile: () => at.clock.advance(GROUP_PASSWORD_MS),
      types: 'typed-anew',
    });
    expect(then).toEqual({ kind: 'typed', sent: 'typed-anew', asks: ['confirm', 'password'] });
  });

  it.each([{}, { inTheMoment: true as const }])(
    'is not asked for where the run is stopped while the key is waited for, and nothing is handed out: %j',
    async (person) => {
      const at = laptop();
      const run = ulid();
      await at.unbind(place(run), report('unbound'));
      const then = await at.unbind(place(run), null, { ...person, meanwhile: () => at.groups.stop(run) });
      expect(then).toEqual({ kind: 'abandoned', sent: null, asks: ['confirm'] });
      expect(await at.unbind(place(run), report('unbound'))).toBeNull();
      expect(at.kept()).toEqual([]);
    },
  );

  it('is not sent where the run is stopped while it is typed', async () => {
    const at = laptop();
    const run = ulid();
    const then = await at.unbind(place(run), null, { whileTyping: () => at.groups.stop(run) });
    expect(then).toEqual({ kind: 'abandoned', sent: null, asks: ['password'] });
    expect(at.kept()).toEqual([]);
  });

  it('is not asked for either where the unbind is cancelled while the key is waited for', async () => {
    const at = laptop();
    const run = ulid();
    await at.unbind(place(run), report('unbound'));
    const cancelled = new AbortController();
    const then = await at.unbind(place(run), null, {
      signal: cancelled.signal,
      meanwhile: () => cancelled.abort(),
    });
    expect(then).toEqual({ kind: 'abandoned', sent: null, asks: ['confirm'] });
    expect(at.kept()).toEqual([]);
  });

  it('is not given to a device that may have refused it: its own is asked for, and changes nothing for others', async () => {
    const at = laptop();
    const run = ulid();
    await at.unbind(place(run), report('unbound'));
    const own = await at.unbind(place(run), report('unbound'), { refused: true, types: 'its-own-1' });
    expect(own).toEqual({ kind: 'typed', sent: 'its-own-1', asks: ['password'] });
    expect(at.options.at(-1)).toMatchObject({ group: { password: 'refused' } });
    expect(at.kept()).toEqual([PASSWORD]);
    expect(await at.unbind(place(run), report('unbound'))).toEqual({ ...typed, asks: ['confirm'] });
  });

  it('is handed out with the word about the cable, and not without it', async () => {
    const at = laptop();
    const run = ulid();
    await at.unbind(place(run), report('unbound'));
    const denied = await at.unbind(place(run), null, { key: 'no-cable' });
    expect(denied).toEqual({ kind: 'no-cable', sent: null, asks: ['confirm'] });
  });

  it('of a run that was stopped is asked for no more; the next run begins anew', async () => {
    const at = laptop();
    const [run, next] = [ulid(), ulid()];
    await at.unbind(place(run), report('wrong-password'));
    for (let times = 0; times < 2; times++) expect(await at.unbind(place(run), report('unbound'))).toBeNull();
    expect(await at.unbind(undefined, report('unbound'))).toEqual({ ...typed, asks: ['password'] });
    expect(await at.unbind(place(next), report('unbound'))).toEqual({ ...typed, asks: ['password'] });
  });
});

describe('the end of one unbind, to the rest of its run', () => {
  it.each([
    ['unbound', undefined, 'go-on'],
    ['not-bound', undefined, 'go-on'],
    ['not-found', undefined, 'go-on'],
    ['refused', 'cloud-offline', 'go-on'],
    ['refused', 'few-attempts', 'go-on'],
    ['refused', 'permit-refused', 'go-on'],
    ['refused', 'abandoned', 'forget'],
    ['refused', 'cancelled', 'forget'],
    ['refused', 'no-direct-cable', 'forget'],
    ['refused', 'spoofed-exchange', 'forget'],
    ['wrong-password', undefined, 'stop'],
    ['denied', undefined, 'stop'],
    ['locked', undefined, 'stop'],
    ['locked', 'lock-running', 'stop'],
    ['unknown', 'no-reply', 'stop'],
    ['accepted-unconfirmed', undefined, 'stop'],
  ] as const)('%s %s: %s', (outcome, reason, effect) => {
    expect(afterEnd(report(outcome, reason))).toBe(effect);
  });

  it('is none to go on from where the device has not confirmed it', () => {
    expect(afterEnd({ ...report('unbound'), verified: false })).toBe('stop');
    expect(afterEnd(null)).toBe('forget');
  });
});

/** What may happen at a laptop, in any order. */
const RUNS = ['01ARZ3NDEKTSV4RRFFQ69G5FA0', '01ARZ3NDEKTSV4RRFFQ69G5FA1'];
const ENDS: readonly (Report | null)[] = [
  report('unbound'),
  report('unbound'),
  report('unbound'),
  report('not-bound'),
  report('refused', 'permit-refused'),
  report('refused', 'cancelled'),
  report('wrong-password'),
  report('unknown', 'no-reply'),
  null,
];
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('unbind' as const),
      run: fc.option(fc.constantFrom(...RUNS), { nil: undefined, freq: 8 }),
      samePassword: fc.boolean().map((is) => is || undefined),
      last: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0),
      end: fc.constantFrom(...ENDS),
      key: fc.constantFrom('agreed' as const, 'agreed' as const, 'declined' as const),
      types: fc.constantFrom(PASSWORD, PASSWORD, null),
      refused: fc.integer({ min: 0, max: 7 }).map((drawn) => drawn === 0),
      waitMs: fc.constantFrom(0, 0, MINUTE, 11 * MINUTE),
    }),
  },
  fc.record({ what: fc.constant('time' as const), ms: fc.constantFrom(MINUTE, 5 * MINUTE, 9 * MINUTE) }),
  fc.record({ what: fc.constant('sleep' as const), ms: fc.constantFrom(9 * MINUTE, 12 * MINUTE) }),
  fc.record({ what: fc.constant('stop' as const), run: fc.constantFrom(...RUNS) }),
);

it('is kept exactly as long as was promised, and zeroed in every other case, whatever happens in which order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 30 }), async (story) => {
      const at = laptop();
      const stopped = new Set<string>();
      /** What is promised: the run whose password is kept, and until when. */
      let run: string | null = null;
      let until = 0;
      for (const one of story) {
        if (one.what === 'time' || one.what === 'sleep') {
          await at.clock.advance(one.ms, one.what === 'sleep');
          // A laptop that slept forgets at the next question: nothing runs while it sleeps.
          if (one.what === 'time' && at.clock.now() >= until) run = null;
        } else if (one.what === 'stop') {
          at.groups.stop(one.run);
          stopped.add(one.run);
          if (run === one.run) run = null;
        } else {
          const samePassword = one.samePassword ?? false;
          const where = one.run === undefined ? undefined : place(one.run, { samePassword, last: one.last });
          const began = at.clock.now();
          const meanwhile = () => at.clock.advance(one.waitMs);
          const told = await at.unbind(where, one.end, { ...one, meanwhile });
          if (one.run !== run || !samePassword || began >= until) run = null;
          const isStopped = one.run !== undefined && stopped.has(one.run);
          expect(told === null).toBe(isStopped);
          if (told && one.run) {
            const asks: Asks[] = [];
            const isKnown = run !== null;
            let sent: string | null = null;
            if (isKnown && !one.refused) {
              asks.push('confirm');
              if (began + one.waitMs >= until) run = null;
              else if (one.key === 'agreed') {
                sent = PASSWORD;
                until = began + one.waitMs + GROUP_PASSWORD_MS;
              }
            }
            if (run === null || (isKnown && one.refused)) {
              asks.push('password');
              sent = one.types;
              if (sent !== null && samePassword && !one.last && !(isKnown && one.refused)) {
                run = one.run;
                until = at.clock.now() + GROUP_PASSWORD_MS;
              }
            }
            expect(told).toMatchObject({ asks, sent });
            const effect = afterEnd(sent === null ? report('refused', 'abandoned') : one.end);
            if (effect === 'stop') stopped.add(one.run);
            if (effect !== 'go-on' || one.last) run = null;
          }
        }
        expect(at.kept()).toEqual(run === null ? [] : [PASSWORD]);
      }
    }),
    { numRuns: 300 },
  );
});
