/** Whatever lies in place of a record: nothing is thrown out of the store, and no neighbour is lost. */
import fc from 'fast-check';
import { open } from 'lmdb';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod';
import { KINDS } from '../../../src/bot/kinds.ts';
import { type Kind, kind } from '../../../src/store/kind.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Store, Unreadable } from '../../../src/store/store.ts';
import { temporaryFolder } from '../../support/store.ts';
import { reason, value } from './contract.ts';

const THINGS = kind({ name: 'things', version: 2, schema: z.object({ n: z.number() }), steps: [NUMBERED()] });
const POST = kind({ name: 'post', version: 1, schema: z.object({ n: z.number() }) });
const HOUR = 3_600_000;

/** Version 1 held the number alone. */
function NUMBERED() {
  return { name: 'numbers have a name', run: (old: unknown) => ({ n: z.number().parse(old) }) };
}

/** Anything that may stand in a record's place: bytes, JSON, and records that are cut off or of another kind. */
const junk = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  fc.json().map((text) => Buffer.from(`{"version":2,"expires":null,"value":${text}}`)),
  fc.json().map((text) => Buffer.from(`{"version":1,"expires":null,"value":${text}}`)),
  fc.json().map((text) => Buffer.from(JSON.stringify({ data: { value: text }, expiresAt: null }))),
  fc.nat(40).map((length) => Buffer.from('{"version":2,"expires":null,"value":{"n":1}}').subarray(0, length)),
  fc
    .integer({ min: 3 })
    .map((version) => Buffer.from(`{"version":${version},"expires":null,"value":{"n":1}}`)),
);

async function opened<T>(path: string, task: (store: Store, aside: Unreadable[]) => Promise<T>): Promise<T> {
  const aside: Unreadable[] = [];
  const store = await value(openStore(`lmdb:${path}`, { onSetAside: (record) => aside.push(record) }));
  try {
    return await task(store, aside);
  } finally {
    await store.close();
  }
}

/** Puts bytes where a record lies, and says how many copies lie aside. */
async function overwrite(path: string, key: string[], bytes: Buffer): Promise<void> {
  const root = open({ path, noSubdir: false, maxDbs: 4 });
  const records = root.openDB<Buffer, string[]>({ name: 'records', encoding: 'binary', useVersions: true });
  await records.put(key, bytes, 1);
  await root.close();
}

describe('anything in place of a record', () => {
  it('is read or refused, leaves its neighbours alone, and is kept until it is replaced, and after', async () => {
    const folder = await temporaryFolder();
    let tried = 0;
    await opened(folder.path, async (store) => {
      for (const name of ['before', 'it', 'past']) await value(store.values(THINGS).set(name, { n: 7 }));
    });
    await fc.assert(
      fc.asyncProperty(junk, async (bytes) => {
        tried += 1;
        await overwrite(folder.path, ['value', 'things', 'it'], bytes);
        await opened(folder.path, async (store, aside) => {
          const things = store.values(THINGS);
          const read = await things.get('it');
          if (read.ok) expect(read.value === undefined || typeof read.value.n === 'number').toBe(true);
          else expect(read.failure.reason).toBe('unreadable');
          expect(await things.get('it')).toEqual(read);
          const named = await value(store.unreadable([THINGS]));
          expect(named.some(({ key }) => key[2] === 'it')).toBe(!read.ok);
          // Named with its names, and nothing of what is in it; the same bytes once for good.
          expect(aside.length).toBeLessThanOrEqual(read.ok ? 0 : 1);
          if (bytes.length > 8)
            expect(JSON.stringify([aside, named])).not.toContain(bytes.toString('base64'));
          for (const name of ['before', 'past']) expect(await value(things.get(name))).toEqual({ n: 7 });
          await value(things.set('it', { n: 8 }));
          expect(await value(things.get('it'))).toEqual({ n: 8 });
          expect(await value(store.unreadable([THINGS]))).toEqual([]);
        });
      }),
      { numRuns: 150 },
    );
    expect(tried).toBeGreaterThanOrEqual(150);
    await folder.remove();
  });

  it('leaves a mailbox, whose other messages go on in their order', async () => {
    const folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(junk, async (bytes) => {
        const ids = await opened(folder.path, async (store) => {
          const box = store.mailboxes(POST);
          await value(box.clear('box'));
          const sent: string[] = [];
          for (const n of [1, 2, 3]) sent.push(await value(box.append('box', { n }, HOUR)));
          return sent;
        });
        await overwrite(folder.path, ['message', 'post:box', ids[1] ?? ''], bytes);
        await opened(folder.path, async (store) => {
          const messages = await value(store.mailboxes(POST).read('box', null, 10));
          const numbers = messages.map(({ message }) => message.n);
          expect(numbers.filter((n) => n === 1 || n === 3).length).toBeGreaterThanOrEqual(2);
          expect(messages.map(({ id }) => id)).toEqual(
            ids.filter((id) => messages.some((one) => one.id === id)),
          );
          expect(await value(store.mailboxes(POST).read('box', ids[2] ?? '', 10))).toEqual([]);
        });
      }),
      { numRuns: 40 },
    );
    await folder.remove();
  });

  it('holds up no claim: one is taken anew with a higher fence, and what happened once has happened', async () => {
    const folder = await temporaryFolder();
    const first = await opened(folder.path, async (store) => {
      await value(store.claims.once('permit', HOUR));
      return value(store.claims.take('chat', HOUR, 'a'));
    });
    await overwrite(folder.path, ['claim', 'chat'], Buffer.from('{'));
    await overwrite(folder.path, ['once', 'permit'], Buffer.from('{'));
    await opened(folder.path, async (store, aside) => {
      expect((await value(store.claims.take('chat', HOUR, 'b')))?.fence).toBeGreaterThanOrEqual(
        first?.fence ?? 0,
      );
      expect(aside).toEqual([{ key: ['claim', 'chat'], why: 'no-record' }]);
      expect(await value(store.claims.once('permit', HOUR))).toBe(false);
    });
    await folder.remove();
  });

  it('is named by its copy, which can be erased alone; the record is not, and is set aside again', async () => {
    // Both within one millisecond, where the order of their times says nothing.
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const folder = await temporaryFolder();
    await opened(folder.path, async (store) => {
      for (const name of ['a', 'b', 'good']) await value(store.values(THINGS).set(name, { n: 1 }, HOUR));
      await value(store.claims.take('chat', HOUR, 'a'));
      expect(await value(store.aside())).toEqual([]);
    });
    for (const name of ['a', 'b']) await overwrite(folder.path, ['value', 'things', name], Buffer.from(name));
    await opened(folder.path, async (store) => {
      for (const name of ['a', 'b', 'good']) await store.values(THINGS).get(name);
      const [first, second, ...others] = await value(store.aside());
      expect(others).toEqual([]);
      expect(first).toEqual({
        copy: expect.stringMatching(/^[0-9a-f]{16}$/),
        key: ['value', 'things', 'a'],
        why: 'no-record',
        at: expect.any(Number),
        expires: null,
      });
      expect(await value(store.eraseAside([first?.copy ?? '', '0000']))).toBe(1);
      expect(await value(store.aside())).toEqual([second]);
      expect(await reason(store.values(THINGS).get('a'))).toBe('unreadable');
      expect(await value(store.aside())).toHaveLength(2);
      expect(await value(store.eraseAside())).toBe(2);
      expect(await value(store.aside())).toEqual([]);
      expect(await value(store.values(THINGS).get('good'))).toEqual({ n: 1 });
      expect(await value(store.claims.take('chat', HOUR, 'b'))).toBeNull();
    });
    await folder.remove();
  });

  it('is refused by every kind the bot stores, and by none with an exception', async () => {
    const folder = await temporaryFolder();
    await opened(folder.path, async (store) => {
      for (const declared of KINDS) {
        const loose: Kind<unknown> = { ...declared, schema: z.unknown() };
        await value(store.values(loose).set('k', { junk: true }));
        expect(await reason(store.values(declared).get('k')), declared.name).toBe('unreadable');
      }
    });
    await folder.remove();
  });
});
