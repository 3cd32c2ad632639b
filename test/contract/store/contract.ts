/** What every store has to do, whatever it is made of. A backend's own test file runs it with `storeContract`. */
import { AsyncLocalStorage } from 'node:async_hooks';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Result } from '../../../src/kernel/result.ts';
import {
  FENCED,
  type Held,
  MAILBOX_LIMIT,
  MAX_NAME_BYTES,
  type NewStore,
  type Store,
  type StoredRecord,
  type TakeRecord,
} from '../../../src/store/store.ts';
import { withClaim } from '../../../src/store/with-claim.ts';
import { anyKind } from '../../support/store.ts';

/** One empty place to keep state in, made for one test. */
export interface Place {
  open(): Promise<Store>;
  /** `dumpStore` and `replaceStore` of this place. */
  dump(each: TakeRecord): Promise<Result<number, { reason: string }>>;
  replace<T, F>(
    fill: (made: NewStore) => Promise<Result<T, F>>,
  ): Promise<Result<{ readonly value: T; readonly before: string | null }, F | { reason: string }>>;
  /** Lets the store's clock go on (or back) by `ms`. */
  passTime(ms: number): Promise<void>;
  remove(): Promise<void>;
}

const HOUR = 3_600_000;
/** Messages of any sort. */
export const POST = anyKind('post');
const never = () => new AbortController().signal;

/** The value of a success; a failure fails the test with its reason. */
export async function value<T>(result: Promise<Result<T, unknown>>): Promise<T> {
  const settled = await result;
  if (!settled.ok) throw new Error(`unexpected failure ${JSON.stringify(settled.failure)}`);
  return settled.value;
}

export async function reason(result: Promise<Result<unknown, { reason: string }>>): Promise<string> {
  const settled = await result;
  return settled.ok ? 'no failure' : settled.failure.reason;
}

export function storeContract(name: string, makePlace: () => Promise<Place>): void {
  describe(`${name} store`, () => {
    let place: Place;
    let store: Store;

    beforeEach(async () => {
      place = await makePlace();
      store = await place.open();
    });
    afterEach(async () => {
      await store.close();
      await place.remove();
    });
    const reopen = async () => {
      await store.close();
      store = await place.open();
    };

    describe('values', () => {
      it('gives back what was set, and nothing for an unknown key', async () => {
        const values = store.values(anyKind<{ n: number }>('things'));
        await value(values.set('a', { n: 1 }));
        await value(values.set('a', { n: 2 }));
        expect(await value(values.get('a'))).toEqual({ n: 2 });
        expect(await value(values.get('b'))).toBeUndefined();
      });

      it('keeps any JSON as it is', async () => {
        const values = store.values(anyKind<unknown>('json'));
        await fc.assert(
          fc.asyncProperty(fc.jsonValue(), async (json) => {
            await value(values.set('k', json));
            expect(await value(values.get('k'))).toEqual(JSON.parse(JSON.stringify(json)));
          }),
          { numRuns: 60 },
        );
      });

      it('keeps strings that look like the format of a store', async () => {
        const values = store.values(anyKind<string>('odd'));
        for (const text of [':base64:AAAA', ':x', '', '{"value":1}', '\u0000', '__proto__']) {
          await value(values.set('k', text));
          expect(await value(values.get('k'))).toBe(text);
        }
      });

      it('is not changed by what happens to the object afterwards', async () => {
        const values = store.values(anyKind<{ list: number[] }>('things'));
        const given = { list: [1] };
        const set = values.set('a', given);
        given.list.push(2);
        await value(set);
        const got = await value(values.get('a'));
        got?.list.push(3);
        expect(await value(values.get('a'))).toEqual({ list: [1] });
      });

      it('keeps namespaces apart even where their names and keys run together', async () => {
        await value(store.values(anyKind('a')).set('b:c', 1));
        await value(store.values(anyKind('a:b')).set('c', 2));
        await value(store.values(anyKind('a')).set('a:x', 3));
        await value(store.values(anyKind('a')).set('x', 4));
        expect(await value(store.values(anyKind('a')).get('b:c'))).toBe(1);
        expect(await value(store.values(anyKind('a:b')).get('c'))).toBe(2);
        expect(await value(store.values(anyKind('a')).get('a:x'))).toBe(3);
        expect(await value(store.values(anyKind('a')).keys())).toEqual(['a:x', 'b:c', 'x']);
      });

      it('deletes, and does not mind deleting what is not there', async () => {
        const values = store.values(anyKind('things'));
        await value(values.set('a', 1));
        await value(values.delete('a'));
        await value(values.delete('a'));
        expect(await value(values.get('a'))).toBeUndefined();
        expect(await value(values.keys())).toEqual([]);
      });

      it('lists keys in byte order, all or by prefix', async () => {
        const values = store.values(anyKind('things'));
        const keys = ['case:2', 'case:10', 'case:1', 'cas', 'case', 'd', '\u0416', '\u{1f600}', '\uffee'];
        for (const key of keys) await value(values.set(key, 1));
        const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(await value(values.keys())).toEqual(sorted);
        expect(await value(values.keys('case:'))).toEqual(['case:1', 'case:10', 'case:2']);
        expect(await value(values.keys('nothing'))).toEqual([]);
      });

      it('gives keys by pages, from either end, whatever lies around them', async () => {
        const values = store.values(anyKind('pages'));
        await value(store.values(anyKind('page')).set('z', 1));
        await value(store.values(anyKind('pagess')).set('a', 1));
        const name = fc.string({
          unit: fc.constantFrom('a', 'b', '\u0416', '\u{1f600}', '\uffee'),
          maxLength: 4,
        });
        const keys = fc.sample(
          fc.string({ unit: fc.constantFrom('a', 'b', '\u{1f600}', '\uffee'), minLength: 1, maxLength: 4 }),
          60,
        );
        for (const key of keys) await value(values.set(key, 1));
        const inOrder = await value(values.keys());
        const isBefore = (one: string, other: string) =>
          Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
        const range = fc.record(
          {
            prefix: name,
            after: name,
            before: name,
            descending: fc.boolean(),
            most: fc.integer({ min: 1, max: 9 }),
          },
          { requiredKeys: ['most'] },
        );
        await fc.assert(
          fc.asyncProperty(range, async (asked) => {
            const { prefix = '', after, before, descending, most } = asked;
            const meant = inOrder.filter(
              (key) =>
                key.startsWith(prefix) &&
                (after === undefined || isBefore(after, key)) &&
                (before === undefined || isBefore(key, before)),
            );
            if (descending) meant.reverse();
            expect(await value(values.page(asked))).toEqual(meant.slice(0, most));
          }),
          { numRuns: 150 },
        );
      });

      it('gives no key on a page whose time has run out, and fills the page with others', async () => {
        const values = store.values(anyKind('pages'));
        for (const key of ['a', 'b', 'c', 'd']) await value(values.set(key, 1, key < 'c' ? 1_000 : HOUR));
        await value(values.set('b', 2));
        await place.passTime(1_001);
        expect(await value(values.page({ most: 2 }))).toEqual(['b', 'c']);
        expect(await value(values.page({ most: 9, descending: true, before: 'd' }))).toEqual(['c', 'b']);
      });

      it('takes any key of up to 512 bytes', async () => {
        const values = store.values(anyKind<string>('keys'));
        const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
        await fc.assert(
          fc.asyncProperty(key, async (text) => {
            await value(values.set(text, text));
            expect(await value(values.get(text))).toBe(text);
            expect(await value(values.keys(text))).toContain(text);
          }),
          { numRuns: 60 },
        );
        await value(values.set('k'.repeat(MAX_NAME_BYTES), 'long'));
        expect(await value(values.get('k'.repeat(MAX_NAME_BYTES)))).toBe('long');
      });

      it('forgets a value when its time has run out, and not before', async () => {
        const values = store.values(anyKind('things'));
        await value(values.set('short', 1, 2_000));
        await value(values.set('long', 1, HOUR));
        expect(await value(values.keys())).toEqual(['long', 'short']);
        await place.passTime(2_001);
        expect(await value(values.keys())).toEqual(['long']);
        expect(await value(values.get('short'))).toBeUndefined();
        expect(await value(values.get('long'))).toBe(1);
      });

      it('lets the last set decide how long a value lives', async () => {
        const values = store.values(anyKind('things'));
        await value(values.set('a', 1, 1_000));
        await value(values.set('a', 2));
        await value(values.set('b', 1, HOUR));
        await value(values.set('b', 2, 1_000));
        await place.passTime(1_001);
        await reopen();
        expect(await value(store.values(anyKind('things')).get('a'))).toBe(2);
        expect(await value(store.values(anyKind('things')).get('b'))).toBeUndefined();
      });

      it('gives of a frozen kind what nobody can change in place, and after every change what is there then', async () => {
        const kind = { ...anyKind('frozen'), frozen: true as const };
        const [values, others] = [store.values(kind), store.values(kind)];
        await value(values.set('a', { list: [1] }));
        const read = (await value(values.get('a'))) as { list: number[] };
        expect(() => read.list.push(2)).toThrow(TypeError);
        expect(await value(values.get('a'))).toEqual({ list: [1] });
        await value(others.set('a', { list: [2] }));
        expect(await value(values.get('a'))).toEqual({ list: [2] });
        await value(others.change('a', () => ({ value: { list: [3] } })));
        expect(await value(values.get('a'))).toEqual({ list: [3] });
        await value(others.set('a', { list: [4] }, HOUR));
        expect(await value(values.get('a'))).toEqual({ list: [4] });
        await place.passTime(HOUR + 1);
        expect(await value(values.get('a'))).toBeUndefined();
        await value(others.set('a', { list: [1] }));
        expect(await value(values.get('a'))).toEqual({ list: [1] });
        await value(others.delete('a'));
        expect(await value(values.get('a'))).toBeUndefined();
      });

      it('gives a task of a frozen kind what the task has made of it', async () => {
        const kind = { ...anyKind('frozen-gathered'), frozen: true as const, gathers: true as const };
        const values = store.values(kind);
        await value(values.set('a', 1));
        await value(values.get('a'));
        await value(
          store.together(async () => {
            await value(values.set('a', 2));
            expect(await value(values.get('a'))).toBe(2);
            await value(values.set('a', 3, HOUR));
            expect(await value(values.get('a'))).toBe(3);
            await value(values.delete('a'));
            expect(await value(values.get('a'))).toBeUndefined();
            await value(values.set('a', 4));
          }),
        );
        expect(await value(values.get('a'))).toBe(4);
      });

      it('refuses what it could not give back', async () => {
        const values = store.values(anyKind<unknown>('things'));
        const circular: { self?: unknown } = {};
        circular.self = circular;
        for (const [key, wrong, ttlMs] of [
          ['', 1],
          ['k'.repeat(MAX_NAME_BYTES + 1), 1],
          ['\u0416'.repeat(MAX_NAME_BYTES / 2 + 1), 1],
          ['a', circular],
          ['a', 1n],
          ['a', undefined],
          ['a', 1, 0],
          ['a', 1, -1],
          ['a', 1, Number.NaN],
          ['a', 1, Number.POSITIVE_INFINITY],
        ] as const) {
          expect(await reason(values.set(key, wrong, ttlMs))).toBe('invalid');
        }
        expect(await value(values.keys())).toEqual([]);
        expect(await reason(values.get(''))).toBe('invalid');
      });

      it('finds everything again after it was closed and opened', async () => {
        await Promise.all(
          Array.from({ length: 200 }, (_, n) => value(store.values(anyKind('many')).set(String(n), { n }))),
        );
        await reopen();
        expect(await value(store.values(anyKind('many')).keys())).toHaveLength(200);
        expect(await value(store.values(anyKind('many')).get('150'))).toEqual({ n: 150 });
      });
    });

    describe('claims', () => {
      it('says yes once to any number of askers', async () => {
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => value(store.claims.once('permit', HOUR))),
        );
        expect(answers.filter(Boolean)).toHaveLength(1);
        expect(await value(store.claims.once('another', HOUR))).toBe(true);
      });

      it('remembers for as long as it was told to, across a restart', async () => {
        const { wasSaid } = store.claims;
        expect(await value(wasSaid('update'))).toBe(false);
        expect(await value(store.claims.once('update', 5_000))).toBe(true);
        expect(await value(wasSaid('update'))).toBe(true);
        await reopen();
        expect(await value(store.claims.wasSaid('update'))).toBe(true);
        expect(await value(store.claims.once('update', 5_000))).toBe(false);
        await place.passTime(5_001);
        expect(await value(store.claims.wasSaid('update'))).toBe(false);
        expect(await value(store.claims.once('update', 5_000))).toBe(true);
        expect(await value(store.claims.once('update', 5_000))).toBe(false);
      });

      it('lets one of many askers take a claim', async () => {
        const taken = await Promise.all(
          Array.from({ length: 50 }, (_, n) => value(store.claims.take('chat', HOUR, `owner ${n}`))),
        );
        expect(taken.filter(Boolean)).toHaveLength(1);
      });

      it('refuses a taken claim to everybody, its owner included', async () => {
        await value(store.claims.take('chat', HOUR, 'a'));
        expect(await value(store.claims.take('chat', HOUR, 'b'))).toBeNull();
        expect(await value(store.claims.take('chat', HOUR, 'a'))).toBeNull();
      });

      it('counts fences up with every take, after release, expiry and restart', async () => {
        const fences: number[] = [];
        const take = async () => {
          const taken = await value(store.claims.take('chat', 1_000, 'a'));
          fences.push(taken?.fence ?? Number.NaN);
        };
        await take();
        await value(store.claims.release('chat', 'a'));
        await take();
        await place.passTime(1_001);
        await take();
        await value(store.claims.release('chat', 'a'));
        await reopen();
        await take();
        expect(fences.every((fence, i) => i === 0 || fence > (fences[i - 1] ?? 0))).toBe(true);
      });

      it('counts fences up while the clock goes back', async () => {
        const first = await value(store.claims.take('chat', 1_000, 'a'));
        await value(store.claims.release('chat', 'a'));
        await place.passTime(-HOUR);
        const second = await value(store.claims.take('chat', 1_000, 'a'));
        expect(second?.fence).toBeGreaterThan(first?.fence ?? 0);
      });

      it('lets only the owner release', async () => {
        await value(store.claims.take('chat', HOUR, 'a'));
        await value(store.claims.release('chat', 'b'));
        expect(await value(store.claims.take('chat', HOUR, 'b'))).toBeNull();
        await value(store.claims.release('chat', 'a'));
        expect(await value(store.claims.take('chat', HOUR, 'b'))).not.toBeNull();
      });

      it('does not let an owner who came too late release the next one', async () => {
        await value(store.claims.take('chat', 1_000, 'a'));
        await place.passTime(1_001);
        await value(store.claims.take('chat', HOUR, 'b'));
        await value(store.claims.release('chat', 'a'));
        expect(await value(store.claims.renew('chat', HOUR, 'a'))).toBe(false);
        expect(await value(store.claims.take('chat', HOUR, 'c'))).toBeNull();
      });

      it('extends the owner on renewal, and nobody else', async () => {
        await value(store.claims.take('chat', 1_000, 'a'));
        expect(await value(store.claims.renew('chat', HOUR, 'b'))).toBe(false);
        expect(await value(store.claims.renew('chat', HOUR, 'a'))).toBe(true);
        await place.passTime(2_000);
        expect(await value(store.claims.take('chat', HOUR, 'b'))).toBeNull();
        await place.passTime(HOUR);
        expect(await value(store.claims.renew('chat', HOUR, 'a'))).toBe(false);
      });

      it('keeps the two kinds of names apart', async () => {
        expect(await value(store.claims.once('x', HOUR))).toBe(true);
        expect(await value(store.claims.take('x', HOUR, 'a'))).not.toBeNull();
      });

      it('refuses times to live that would mean nothing', async () => {
        for (const ttlMs of [0, -1, Number.NaN]) {
          expect(await reason(store.claims.take('x', ttlMs, 'a'))).toBe('invalid');
          expect(await reason(store.claims.renew('x', ttlMs, 'a'))).toBe('invalid');
          expect(await reason(store.claims.once('x', ttlMs))).toBe('invalid');
        }
      });

      it('ends a wait for a claim when it is given back, and waits for no free one', async () => {
        await store.claims.wait('chat', HOUR, never());
        await value(store.claims.take('chat', HOUR, 'a'));
        await value(store.claims.take('other', HOUR, 'a'));
        let woken = false;
        const wait = store.claims.wait('chat', HOUR, never()).then(() => {
          woken = true;
        });
        await value(store.claims.release('other', 'a'));
        await value(store.claims.renew('chat', HOUR, 'a'));
        expect(woken).toBe(false);
        await value(store.claims.release('chat', 'a'));
        await wait;
      });

      it('ends a wait for a claim whose time runs out, by time, by signal and by closing', async () => {
        await value(store.claims.take('chat', 1_000, 'a'));
        const ranOut = store.claims.wait('chat', HOUR, never());
        await place.passTime(1_001);
        await ranOut;
        await value(store.claims.take('chat', HOUR, 'b'));
        const abort = new AbortController();
        const aborted = store.claims.wait('chat', HOUR, abort.signal);
        abort.abort();
        await aborted;
        await store.claims.wait('chat', 5, never());
        const closed = store.claims.wait('chat', HOUR, never());
        await store.close();
        await closed;
        await store.claims.wait('chat', HOUR, never());
      });

      it('orders read-then-write among any number of workers', async () => {
        const counter = store.values(anyKind<number>('counter'));
        const add = () =>
          withClaim(store, 'counter', async () => {
            const n = await value(counter.get('n'));
            return counter.set('n', (n ?? 0) + 1);
          });
        await Promise.all(Array.from({ length: 20 }, () => value(add())));
        expect(await value(counter.get('n'))).toBe(20);
      });
    });

    describe('writing under a claim', () => {
      const HELD = 10_000;
      const take = async (name: string, owner: string): Promise<Held> => {
        const taken = await value(store.claims.take(name, HELD, owner));
        if (!taken) throw new Error(`${name} is taken`);
        return { name, owner, fence: taken.fence };
      };
      /** Every way there is to write. */
      const writes = (to: Store) => ({
        set: () => to.values(anyKind('things')).set('a', 'late'),
        delete: () => to.values(anyKind('things')).delete('kept'),
        deleteMany: () => to.values(anyKind('things')).deleteMany(['kept']),
        change: () =>
          to.values(anyKind('things')).change('kept', () => ({ value: 'late', also: { a: 'late' } })),
        'change of nothing there': () => to.values(anyKind('things')).change('b', () => ({ value: 'late' })),
        take: () => to.claims.take('another', HOUR, 'late'),
        once: () => to.claims.once('permit', HOUR),
        append: () => to.mailboxes(POST).append('box', 'late', HOUR),
        ack: () => to.mailboxes(POST).ack('box', '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'),
        clear: () => to.mailboxes(POST).clear('box'),
      });
      const kept = async () => ({
        keys: await value(store.values(anyKind('things')).keys()),
        kept: await value(store.values(anyKind('things')).get('kept')),
        box: (await value(store.mailboxes(POST).read('box', null, 9))).map(({ message }) => message),
      });
      const asBefore = { keys: ['kept'], kept: 'kept', box: ['kept'] };
      beforeEach(async () => {
        await value(store.values(anyKind('things')).set('kept', 'kept'));
        await value(store.mailboxes(POST).append('box', 'kept', HOUR));
      });

      it('writes while it is held, renewed or not', async () => {
        const held = await take('chat', 'a');
        await store.guarded(held, async () => {
          await value(store.values(anyKind('things')).set('a', 1));
          await value(store.claims.renew('chat', HOUR, 'a'));
          await value(store.values(anyKind('things')).change('a', () => ({ value: 2 })));
          await value(store.mailboxes(POST).append('box', 'another', HOUR));
          expect(await value(store.claims.once('permit', HOUR))).toBe(true);
        });
        expect(await value(store.values(anyKind('things')).get('a'))).toBe(2);
      });

      it.each(['has overslept it', 'has given it back'])('refuses every write of who %s', async (how) => {
        const held = await take('chat', 'a');
        await store.guarded(held, async () => {
          if (how === 'has overslept it') await place.passTime(HELD + 1);
          else await value(store.claims.release('chat', 'a'));
          for (const [name, write] of Object.entries(writes(store))) {
            expect({ name, said: await write() }).toEqual({
              name,
              said: { ok: false, failure: { reason: 'unavailable', detail: FENCED } },
            });
          }
        });
        expect(await kept()).toEqual(asBefore);
        expect(await value(store.claims.once('permit', HOUR))).toBe(true);
      });

      it('refuses a holder whose claim another has now, and lets that one write', async () => {
        const first = await take('chat', 'a');
        await place.passTime(HELD + 1);
        const second = await take('chat', 'b');
        const [late, inTime] = await Promise.all([
          store.guarded(first, () => store.values(anyKind('things')).set('a', 'late')),
          store.guarded(second, () => store.values(anyKind('things')).set('b', 'in time')),
        ]);
        expect([late.ok, inTime.ok]).toEqual([false, true]);
        expect(await value(store.claims.renew('chat', HOUR, 'a'))).toBe(false);
      });

      it('holds a task within another to both claims', async () => {
        const outer = await take('outer', 'a');
        await store.guarded(outer, async () => {
          const inner = await take('inner', 'a');
          await store.guarded(inner, async () => {
            await value(store.claims.release('outer', 'a'));
            expect(await reason(store.values(anyKind('things')).set('a', 1))).toBe('unavailable');
            // Or the inner one would be held by nobody, until its time has run out.
            expect(await value(store.claims.renew('inner', HOUR, 'a'))).toBe(true);
            await value(store.claims.release('inner', 'a'));
          });
        });
        expect(await value(store.claims.take('inner', HOUR, 'b'))).not.toBeNull();
      });

      it('writes what is written while the inner of two claims is renewed', async () => {
        const outer = await take('outer', 'a');
        const things = store.values(anyKind('things'));
        await store.guarded(outer, async () => {
          const inner = await take('inner', 'a');
          await store.guarded(inner, async () => {
            for (let n = 0; n < 20; n++) {
              const [renewed] = await Promise.all([
                value(store.claims.renew('inner', HOUR, 'a')),
                value(things.set('a', n)),
              ]);
              expect(renewed).toBe(true);
              expect(await value(things.get('a'))).toBe(n);
            }
          });
        });
      });

      it('holds to it what is written before the task ends, and nothing after', async () => {
        const held = await take('chat', 'a');
        let after: (() => Promise<unknown>) | undefined;
        const ended = new Promise<void>((resolve) => {
          after = async () => resolve();
        });
        const late = await store.guarded(held, async () => {
          await value(store.claims.release('chat', 'a'));
          return { goesOn: ended.then(() => store.values(anyKind('things')).set('a', 1)) };
        });
        await after?.();
        expect(await late.goesOn).toMatchObject({ ok: true });
      });

      it('gives the task its answer, and its error', async () => {
        const held = await take('chat', 'a');
        expect(await store.guarded(held, async () => 7)).toBe(7);
        const wrong = store.guarded(held, async () => {
          throw new Error('wrong');
        });
        await expect(wrong).rejects.toThrow('wrong');
      });
    });

    it('names its primary, which is the same as long as nothing happens to it', async () => {
      const term = await value(store.primary.term());
      expect(term).not.toBe('');
      await reopen();
      expect(await value(store.primary.term())).toBe(term);
      expect(await value(store.primary.settled())).toBe(true);
    });

    describe('writing together', () => {
      const THINGS = { ...anyKind<number>('gathered things'), gathers: true } as const;
      const OTHERS = { ...anyKind<number>('gathered others'), gathers: true } as const;
      /** Reads as somebody outside of the task that asks. */
      const outside = AsyncLocalStorage.snapshot();
      const sees = (key: string) => outside(() => value(store.values(THINGS).get(key)));

      it('shows what a task writes to the task alone until it ends, then to all', async () => {
        const things = store.values(THINGS);
        await value(things.set('gone', 1));
        const done = await value(
          store.together(async () => {
            await value(things.set('a', 1));
            await value(things.set('a', 2));
            await value(things.delete('gone'));
            expect(await value(things.get('a'))).toBe(2);
            expect(await value(things.get('gone'))).toBeUndefined();
            expect([await sees('a'), await sees('gone')]).toEqual([undefined, 1]);
            return 'done';
          }),
        );
        expect(done).toBe('done');
        expect([await value(things.get('a')), await value(things.get('gone'))]).toEqual([2, undefined]);
      });

      it('refuses of a task what it would refuse of anybody, and keeps the rest', async () => {
        const things = store.values(THINGS);
        const invalid = { ok: false, failure: { reason: 'invalid' } };
        await value(
          store.together(async () => {
            await value(things.set('kept', 1));
            expect(await things.set('', 2)).toMatchObject(invalid);
            expect(await things.set('kept', 2, 0)).toMatchObject(invalid);
            expect(await things.amend('', () => ({ value: 2 }))).toMatchObject(invalid);
          }),
        );
        expect(await sees('kept')).toBe(1);
      });

      it('has all of it on disk when the task asks, and when it goes on to what others act on', async () => {
        const things = store.values(THINGS);
        const steps: readonly ((n: number) => Promise<Result<unknown, unknown>>)[] = [
          () => store.flush(),
          (n) => store.values(anyKind('at once')).set('k', n),
          (n) => store.values(anyKind('at once')).change('k', () => ({ value: n })),
          () => store.values(anyKind('at once')).delete('k'),
          (n) => store.claims.once(`once ${n}`, HOUR),
          (n) => store.claims.take(`take ${n}`, HOUR, 'me'),
          (n) => store.mailboxes(POST).append('box', n, HOUR),
          () => things.keys(),
          () => things.page({ most: 1 }),
          (n) => store.together(() => things.set(`inner ${n}`, n)),
        ];
        await value(
          store.together(async () => {
            for (const [n, step] of steps.entries()) {
              await value(things.set('a', n));
              expect(await sees('a')).not.toBe(n);
              await value(step(n));
              expect(await sees('a')).toBe(n);
            }
          }),
        );
      });

      it('writes at once under a claim, after what came before it', async () => {
        const things = store.values(THINGS);
        await value(
          store.together(async () => {
            await value(things.set('before', 1));
            await withClaim(store, 'a claim', async () => {
              await value(things.set('under', 1));
              expect([await sees('before'), await sees('under')]).toEqual([1, 1]);
              return { ok: true, value: null } as const;
            });
          }),
        );
      });

      it('keeps what a task had written before it failed', async () => {
        const things = store.values(THINGS);
        const broken = store.together(async () => {
          await value(things.set('a', 1));
          throw new Error('broken');
        });
        await expect(broken).rejects.toThrow('broken');
        expect(await value(things.get('a'))).toBe(1);
      });

      it('writes at once what goes on after its task has ended', async () => {
        const things = store.values(THINGS);
        let goOn: () => void = () => undefined;
        let late: Promise<unknown> = Promise.resolve();
        await value(
          store.together(async () => {
            const ended = new Promise<void>((resolve) => {
              goOn = resolve;
            });
            late = ended.then(() => value(things.set('late', 1)));
          }),
        );
        goOn();
        await late;
        expect(await value(things.get('late'))).toBe(1);
      });

      it('lets a task begin before what it rests on is on disk, and nobody act on what it did before that is', async () => {
        const things = store.values(THINGS);
        const steps: string[] = [];
        let write: () => void = () => undefined;
        const written = new Promise<void>((resolve) => {
          write = resolve;
        }).then(() => {
          steps.push('written');
          return { ok: true, value: null } as const;
        });
        const done = await store.behind(written, () =>
          store.together(async () => {
            steps.push('begun');
            await value(things.set('a', 1));
            write();
            await value(store.flush());
            steps.push('flushed');
            await value(store.flush());
            return 'done';
          }),
        );
        expect(await value(Promise.resolve(done))).toBe('done');
        expect(steps).toEqual(['begun', 'written', 'flushed']);
        expect(await sees('a')).toBe(1);
      });

      it('begins with what a task has written while that goes on, and tells it whether it was taken', async () => {
        const things = store.values(THINGS);
        await value(
          store.together(async () => {
            store.begin();
            await value(things.set('a', 1));
            store.begin();
            await value(things.set('a', 2));
            expect(await value(things.get('a'))).toBe(2);
            await value(store.flush());
            expect(await sees('a')).toBe(2);
          }),
        );
        const failed = await store.together(async () => {
          await value(things.set('a', 3));
          await value(things.set('b', 3));
          await store.close();
          store.begin();
          expect(await reason(store.flush())).toBe('unavailable');
          expect(await reason(things.get('a'))).toBe('unavailable');
        });
        expect(failed.ok).toBe(false);
        store = await place.open();
        expect(await value(store.values(THINGS).get('a'))).toBe(2);
      });

      it('takes nothing more of a task once what it rests on was not taken', async () => {
        const written = Promise.resolve({ ok: false, failure: { reason: 'full', detail: '' } } as const);
        const others = store.values(anyKind<number>('at once'));
        const failed = await store.behind(written, () =>
          store.together(async () => {
            expect(await reason(store.flush())).toBe('full');
            expect(await reason(store.claims.once('a claim', HOUR))).toBe('full');
            expect(await reason(others.set('a', 1))).toBe('full');
          }),
        );
        expect(failed).toMatchObject({ ok: false, failure: { reason: 'full' } });
        await store.behind(written, async () => {
          expect(await reason(others.set('a', 1))).toBe('full');
        });
        expect(await value(others.get('a'))).toBeUndefined();
      });

      it('decides what is amended when it is written, whoever else does the same', async () => {
        const things = store.values(THINGS);
        const count = (name: string) =>
          things.amend('count', (current = 0) => ({
            value: current + 1,
            also: { [`${name} ${current}`]: 1 },
          }));
        await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            n % 2 === 0
              ? value(count('alone'))
              : value(
                  store.together(async () => {
                    await value(count('together'));
                    await value(count('together'));
                    await value(store.values(OTHERS).set(String(n), n));
                  }),
                ),
          ),
        );
        expect(await value(things.get('count'))).toBe(30);
        expect(await value(things.keys('alone'))).toHaveLength(10);
        expect(await value(things.keys('together'))).toHaveLength(20);
        expect(await value(store.values(OTHERS).keys())).toHaveLength(10);
      });

      it('amends for a time, and takes what nobody can read for nothing where that is asked', async () => {
        const things = store.values(THINGS);
        const narrow = store.values({ ...THINGS, schema: z.number() });
        const most = (n: number, ttlMs: number) =>
          narrow.amend('most', (current = 0) => ({ value: Math.max(current, n) }), { ttlMs, anyway: true });
        await value(store.values({ ...THINGS, schema: z.unknown() }).set('most', 'no number'));
        expect(await reason(narrow.amend('most', () => ({ value: 1 })))).toBe('unreadable');
        for (const n of [2, 1]) {
          await value(most(n, HOUR));
          expect(await value(things.get('most'))).toBe(2);
        }
        // Somebody else was faster, with a higher one.
        await value(
          store.together(async () => {
            await value(most(3, HOUR));
            await value(outside(() => most(4, HOUR)));
            expect(await reason(most(9, 0))).toBe('invalid');
          }),
        );
        expect(await value(things.get('most'))).toBe(4);
        await place.passTime(2 * HOUR);
        expect(await value(things.get('most'))).toBeUndefined();
      });

      it('refuses a message there is no room for, and keeps what its task has written', async () => {
        const things = store.values(THINGS);
        const append = () => store.mailboxes(POST).append('box', 1, HOUR);
        for (let n = 0; n < MAILBOX_LIMIT; n++) await value(append());
        await value(
          store.together(async () => {
            await value(things.set('a', 1));
            expect(await reason(append())).toBe('full');
            await value(things.set('b', 1));
          }),
        );
        expect([await value(things.get('a')), await value(things.get('b'))]).toEqual([1, 1]);
      });

      it('refuses a name nobody can write while others are kept', async () => {
        const things = store.values(THINGS);
        await value(
          store.together(async () => {
            await value(things.set('a', 1));
            expect(await reason(things.set('', 1))).toBe('invalid');
            expect(await reason(things.amend('x'.repeat(MAX_NAME_BYTES + 1), () => ({ value: 1 })))).toBe(
              'invalid',
            );
          }),
        );
        expect(await value(things.get('a'))).toBe(1);
      });

      it('fails whole when it cannot be written, and whatever is asked of it afterwards', async () => {
        const things = store.values(THINGS);
        await value(things.set('count', 1));
        const failed = await store.together(async () => {
          await value(things.set('a', 1));
          await value(things.amend('count', (current = 0) => ({ value: current + 1 })));
          await store.close();
          expect(await reason(store.flush())).toBe('unavailable');
          expect(await reason(things.get('count'))).toBe('unavailable');
        });
        expect(failed).toMatchObject({ ok: false, failure: { reason: 'unavailable' } });
        store = await place.open();
        expect(await value(store.values(THINGS).get('a'))).toBeUndefined();
        expect(await value(store.values(THINGS).get('count'))).toBe(1);
      });
    });

    describe('mailboxes', () => {
      const read = async (box: string, after: string | null = null, max = 100) =>
        (await value(store.mailboxes(POST).read(box, after, max))).map(({ message }) => message);

      it('gives messages in the order they came, from the cursor on', async () => {
        const ids: string[] = [];
        for (const n of [1, 2, 3, 4]) ids.push(await value(store.mailboxes(POST).append('box', { n }, HOUR)));
        expect([...ids].sort()).toEqual(ids);
        expect(await value(store.mailboxes(POST).read('box', null, 2))).toEqual([
          { id: ids[0], message: { n: 1 } },
          { id: ids[1], message: { n: 2 } },
        ]);
        expect(await read('box', ids[1] ?? '')).toEqual([{ n: 3 }, { n: 4 }]);
        expect(await read('box', ids[3] ?? '')).toEqual([]);
      });

      it('gives every message of many senders an id of its own', async () => {
        const ids = await Promise.all(
          Array.from({ length: 60 }, (_, n) => value(store.mailboxes(POST).append('box', n, HOUR))),
        );
        const stored = await value(store.mailboxes(POST).read('box', null, 100));
        expect(new Set(ids).size).toBe(60);
        expect(stored.map(({ id }) => id)).toEqual([...ids].sort());
      });

      it('keeps ids ascending across a restart, an empty box and a clock that goes back', async () => {
        const append = () => value(store.mailboxes(POST).append('box', 1, HOUR));
        const ids = [await append(), await append()];
        await place.passTime(-HOUR);
        ids.push(await append());
        await value(store.mailboxes(POST).ack('box', ids[2] ?? ''));
        await reopen();
        ids.push(await append());
        await value(store.mailboxes(POST).clear('box'));
        await place.passTime(-24 * HOUR);
        ids.push(await append());
        expect([...ids].sort()).toEqual(ids);
        expect(new Set(ids).size).toBe(5);
      });

      it('deletes up to the cursor and nothing behind it', async () => {
        const ids: string[] = [];
        for (const n of [1, 2, 3]) ids.push(await value(store.mailboxes(POST).append('box', n, HOUR)));
        await value(store.mailboxes(POST).ack('box', ids[1] ?? ''));
        await value(store.mailboxes(POST).ack('box', ids[0] ?? ''));
        expect(await read('box')).toEqual([3]);
      });

      it('keeps boxes apart', async () => {
        await value(store.mailboxes(POST).append('a', 1, HOUR));
        await value(store.mailboxes(POST).append('a:b', 2, HOUR));
        await value(store.mailboxes(POST).append('ab', 3, HOUR));
        await value(store.mailboxes(POST).ack('a', '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'));
        expect(await read('a')).toEqual([]);
        expect(await read('a:b')).toEqual([2]);
        await value(store.mailboxes(POST).clear('a:b'));
        expect(await read('ab')).toEqual([3]);
      });

      it('lets a message go when its time has run out', async () => {
        await value(store.mailboxes(POST).append('box', 'short', 1_000));
        await value(store.mailboxes(POST).append('box', 'long', HOUR));
        await place.passTime(1_001);
        expect(await read('box')).toEqual(['long']);
      });

      it('refuses one message too many, keeps the oldest, and has room again after an acknowledgement', async () => {
        const oldest = await value(store.mailboxes(POST).append('box', 0, HOUR));
        for (let n = 1; n < MAILBOX_LIMIT; n++) await value(store.mailboxes(POST).append('box', n, 2 * HOUR));
        expect(await reason(store.mailboxes(POST).append('box', 'too many', HOUR))).toBe('full');
        expect(await value(store.mailboxes(POST).read('box', null, 1))).toMatchObject([{ id: oldest }]);
        await value(store.mailboxes(POST).ack('box', oldest));
        await value(store.mailboxes(POST).append('box', 'fits', HOUR));
        expect(await reason(store.mailboxes(POST).append('box', 'too many', HOUR))).toBe('full');
        await place.passTime(HOUR);
        await value(store.mailboxes(POST).append('box', 'takes the place of what ran out', HOUR));
      });

      it('refuses a message that JSON cannot carry', async () => {
        expect(await reason(store.mailboxes(POST).append('box', undefined, HOUR))).toBe('invalid');
        expect(await reason(store.mailboxes(POST).append('box', 1n, HOUR))).toBe('invalid');
        expect(await read('box')).toEqual([]);
      });

      it('does not wait when a message is there already', async () => {
        const id = await value(store.mailboxes(POST).append('box', 1, HOUR));
        await store.mailboxes(POST).wait('box', null, HOUR, never());
        await value(store.mailboxes(POST).append('box', 2, HOUR));
        await store.mailboxes(POST).wait('box', id, HOUR, never());
      });

      it('ends a wait with the message it waits for, and not with another box or an old message', async () => {
        const old = await value(store.mailboxes(POST).append('box', 'old', HOUR));
        let woken = false;
        const wait = store
          .mailboxes(POST)
          .wait('box', old, HOUR, never())
          .then(() => {
            woken = true;
          });
        await value(store.mailboxes(POST).append('other', 1, HOUR));
        await value(store.mailboxes(POST).ack('box', old));
        expect(woken).toBe(false);
        await value(store.mailboxes(POST).append('box', 'new', HOUR));
        await wait;
        expect(await read('box', old)).toEqual(['new']);
      });

      it('ends a wait by time, by signal and by closing', async () => {
        const abort = new AbortController();
        const aborted = store.mailboxes(POST).wait('box', null, HOUR, abort.signal);
        abort.abort();
        await aborted;
        await store.mailboxes(POST).wait('box', null, HOUR, abort.signal);
        await store.mailboxes(POST).wait('box', null, 5, never());
        const closed = store.mailboxes(POST).wait('box', null, HOUR, never());
        await store.close();
        await closed;
        await store.mailboxes(POST).wait('box', null, HOUR, never());
      });
    });

    describe('handing over everything', () => {
      const dump = async () => {
        const records: StoredRecord[] = [];
        const count = await value(place.dump((record) => records.push(record) > 0));
        expect(count).toBe(records.length);
        return records;
      };

      it('has all live records, as they are, while the store is open', async () => {
        await value(store.values(anyKind('things')).set('a', { n: 1 }));
        await value(store.values(anyKind('things')).set('short', 'gone', 1_000));
        await value(store.claims.once('first', HOUR));
        await value(store.mailboxes(POST).append('box', 'letter', HOUR));
        await place.passTime(2_000);
        const found = new Map((await dump()).map(({ key, text }) => [key.slice(0, 2).join(' '), text]));
        expect([...found.keys()]).toEqual([
          'last-id post:box',
          'message post:box',
          'once first',
          'value things',
        ]);
        expect(found.get('value things')).toBe('{"version":1,"expires":null,"value":{"n":1}}');
      });

      it('is of one moment, whoever writes meanwhile', async () => {
        const values = store.values(anyKind<number>('pair'));
        const both = (n: number) => value(values.change('one', () => ({ value: n, also: { two: n } })));
        await both(0);
        let open = true;
        const writing = (async () => {
          for (let n = 1; open; n++) await both(n);
        })();
        for (let round = 0; round < 20; round++) {
          const seen: string[] = [];
          await value(
            place.dump(async ({ key, text }) => {
              // Others get on between two records, as they do while a slow disk takes them.
              await value(values.get('one'));
              return key[1] !== 'pair' || seen.push(text) > 0;
            }),
          );
          expect(seen).toHaveLength(2);
          expect(seen[0]).toBe(seen[1]);
        }
        open = false;
        await writing;
      });

      it('stops where the taker has enough', async () => {
        for (const key of ['a', 'b', 'c']) await value(store.values(anyKind('things')).set(key, key));
        expect(await value(place.dump(({ key }) => key[2] === 'a'))).toBe(1);
      });

      it('fills a store that takes the place of another, which is kept', async () => {
        await value(store.values(anyKind('things')).set('a', 'old'));
        await value(store.mailboxes(POST).append('box', 'letter', HOUR));
        const records = await dump();
        await value(store.values(anyKind('things')).set('a', 'newer'));
        await store.close();
        const replaced = await value(
          place.replace(async (made) => {
            await value(made.put(records));
            await value(made.store.values(anyKind('things')).set('b', 'added'));
            return { ok: true, value: 'filled' } as const;
          }),
        );
        expect(replaced.value).toBe('filled');
        expect(replaced.before).not.toBeNull();
        store = await place.open();
        expect(await value(store.values(anyKind('things')).get('a'))).toBe('old');
        expect(await value(store.values(anyKind('things')).get('b'))).toBe('added');
        const [letter] = await value(store.mailboxes(POST).read('box', null, 9));
        expect(letter?.message).toBe('letter');
        await value(store.mailboxes(POST).append('box', 'next', HOUR));
        expect(
          (await value(store.mailboxes(POST).read('box', null, 9))).map(({ message }) => message),
        ).toEqual(['letter', 'next']);
      });

      it('leaves a store as it is where its successor does not come about', async () => {
        await value(store.values(anyKind('things')).set('a', 'old'));
        await store.close();
        const replaced = await place.replace(async ({ put }) => {
          await value(
            put([{ key: ['value', 'things', 'a'], text: '{"version":1,"expires":null,"value":1}' }]),
          );
          return { ok: false, failure: { reason: 'thought-better' } } as const;
        });
        expect(replaced).toEqual({ ok: false, failure: { reason: 'thought-better' } });
        store = await place.open();
        expect(await value(store.values(anyKind('things')).get('a'))).toBe('old');
      });

      it('sweeps what has run out when it comes back', async () => {
        await value(store.values(anyKind('things')).set('short', 'soon gone', HOUR));
        const records = await dump();
        await store.close();
        await place.passTime(2 * HOUR);
        await value(
          place.replace(async ({ put }) => {
            await value(put(records));
            return { ok: true, value: null } as const;
          }),
        );
        store = await place.open();
        expect(await value(store.values(anyKind('things')).get('short'))).toBeUndefined();
        expect(await dump()).toEqual([]);
      });
    });

    it('finishes writes under way when it is closed', async () => {
      const writes = Array.from({ length: 50 }, (_, n) => store.values(anyKind('late')).set(String(n), n));
      await reopen();
      expect((await Promise.all(writes)).every(({ ok }) => ok)).toBe(true);
      expect(await value(store.values(anyKind('late')).keys())).toHaveLength(50);
    });

    it('answers everything with a failure once it is closed', async () => {
      const values = store.values(anyKind('things'));
      await store.close();
      await store.close();
      for (const late of [
        values.get('a'),
        values.set('a', 1),
        values.delete('a'),
        values.keys(),
        store.claims.take('a', HOUR, 'b'),
        store.claims.renew('a', HOUR, 'b'),
        store.claims.release('a', 'b'),
        store.claims.once('a', HOUR),
        store.mailboxes(POST).append('a', 1, HOUR),
        store.mailboxes(POST).read('a', null, 1),
        store.mailboxes(POST).ack('a', 'b'),
        store.mailboxes(POST).clear('a'),
      ]) {
        expect(await reason(late)).toBe('unavailable');
      }
    });
  });
}
