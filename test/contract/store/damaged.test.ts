/** What a store says of a place it cannot use, and that no damage ends the process that opens it. */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  open as openFile,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { open } from 'lmdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtStore, openStore } from '../../../src/store/open.ts';
import type { KindLook, Store, StoreFailure, StoreHooks } from '../../../src/store/store.ts';
import { anyKind } from '../../support/store.ts';
import { value } from './contract.ts';
import { damaged, type FileDamage } from './damage.ts';

const POST = anyKind('post');
const HOUR = 3_600_000;
const PAGE = 4_096;
const ROUNDS = 60;

let root: string;
let good: string;
let file: Buffer;
let places = 0;

const fresh = () => join(root, `place-${places++}`);
const openAt = (place: string, hooks?: StoreHooks) => openStore(`lmdb:${place}`, hooks);
/** What the store says of a place; opened: nothing. */
async function problem(place: string): Promise<string> {
  const opened = await openAt(place);
  if (!opened.ok) return 'problem' in opened.failure ? opened.failure.problem : opened.failure.reason;
  await opened.value.close();
  return 'none';
}
/** A copy of the good store to which something has happened. */
async function placeAfter(what: FileDamage): Promise<string> {
  const place = fresh();
  await cp(good, place, { recursive: true });
  await writeFile(join(place, 'data.mdb'), damaged(file, what));
  return place;
}
async function using<T>(place: string, task: (store: Store) => Promise<T>): Promise<T> {
  const store = await value(openAt(place));
  const done = await task(store);
  await store.close();
  return done;
}

/** What a process of its own is told of some places. */
async function problemsOf(asked: readonly string[], as: { uid?: number }, mounts = ''): Promise<string[]> {
  const script = fileURLToPath(new URL('./places-process.ts', import.meta.url));
  const node = [process.execPath, '--import', 'tsx', script, ...asked];
  const mounted = ['unshare', '-rm', 'sh', '-c', `${mounts} && exec "$@"`, 'sh', ...node];
  const [command = '', ...args] = mounts === '' ? node : mounted;
  const child = spawn(command, args, { ...as, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await once(child, 'close');
  return lines;
}

async function canMount(): Promise<boolean> {
  const child = spawn('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', root], { stdio: 'ignore' });
  const [code] = await once(child, 'close').catch(() => [1]);
  return code === 0;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'damaged-'));
  good = fresh();
  await using(good, async (store) => {
    const things = store.values(anyKind<unknown>('things'));
    for (let n = 0; n < 200; n++) await value(things.set(`key${n}`, { n, text: 'x'.repeat(n) }));
    for (let n = 0; n < 80; n++) await value(things.delete(`key${n}`));
    for (let n = 1; n < 6; n++)
      await value(store.values(anyKind('blobs')).set(`blob${n}`, 'y'.repeat(9_000 * n), HOUR));
    await value(store.mailboxes(POST).append('box', 'hello', HOUR));
    await value(store.claims.once('once', HOUR));
  });
  file = await readFile(join(good, 'data.mdb'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('a damaged store', () => {
  it('ends no process that opens it and uses what is left, whatever was damaged', async () => {
    const script = fileURLToPath(new URL('./damage-process.ts', import.meta.url));
    const seed = Math.trunc(Math.random() * 2 ** 31);
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', script, good, fresh(), String(seed), String(ROUNDS)],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    const [code, signal] = await once(child, 'close');
    expect({ seed, code, signal, last: lines.at(-1) }).toEqual({ seed, code: 0, signal: null, last: 'done' });
    expect(lines.filter((line) => line.startsWith('refused')).length).toBeGreaterThan(ROUNDS / 10);
    expect(lines).toContain('opened');
  }, 120_000);

  it('is told by how it was damaged', async () => {
    expect(await problem(await placeAfter({ cutAt: file.length - 60 * PAGE }))).toBe('cut-off');
    expect(await problem(await placeAfter({ cutAt: 3 * PAGE }))).toBe('cut-off');
    expect(await problem(await placeAfter({ cutAt: PAGE + 100 }))).toBe('header');
    expect(await problem(await placeAfter({ zeroedPage: 0 }))).toBe('header');
    expect(await problem(await placeAfter({ zeroedPage: 1 }))).toBe('header');
    expect(await problem(await placeAfter({ cutAt: 100 }))).toBe('foreign');
    // Version of the layout in both header pages (MDB_meta, mm_version).
    const changed = [28, PAGE + 28].map((at) => ({ at, to: 9 }));
    expect(await problem(await placeAfter({ changed }))).toBe('other-version');
    const zeroed = await Promise.all(
      Array.from({ length: file.length / PAGE - 2 }, async (_, n) =>
        problem(await placeAfter({ zeroedPage: n + 2 })),
      ),
    );
    expect(new Set(zeroed)).toEqual(new Set(['pages', 'none']));
  });

  it('is told with its place and numbers, and never with what it holds', async () => {
    const place = await placeAfter({ cutAt: 3 * PAGE });
    expect(await openAt(place)).toEqual({
      ok: false,
      failure: {
        reason: 'corrupt',
        problem: 'cut-off',
        place,
        numbers: { bytes: 3 * PAGE, needed: file.length },
        detail: 'data.mdb: cut-off',
      },
    });
  });

  it('is left as it is', async () => {
    const place = await placeAfter({ zeroedPage: 0 });
    const before = await readFile(join(place, 'data.mdb'));
    await openAt(place);
    expect((await readFile(join(place, 'data.mdb'))).equals(before)).toBe(true);
  });

  it('is heard of while it is in use', async () => {
    const place = fresh();
    await cp(good, place, { recursive: true });
    const heard: StoreFailure[] = [];
    const store = await value(openAt(place, { onDamage: (failure) => heard.push(failure) }));
    expect((await store.values(anyKind('things')).get('key100')).ok).toBe(true);
    const handle = await openFile(join(place, 'data.mdb'), 'r+');
    await handle.write(Buffer.alloc(file.length - 2 * PAGE), 0, undefined, 2 * PAGE);
    await handle.close();
    expect(await store.values(anyKind('things')).get('key101')).toMatchObject({
      failure: { reason: 'corrupt' },
    });
    expect(heard.length).toBeGreaterThan(0);
    await store.close();
  });

  it('is opened where only records cannot be read, and tells which', async () => {
    const place = fresh();
    await cp(good, place, { recursive: true });
    const engine = open({ path: place, noSubdir: false, overlappingSync: false });
    const records = engine.openDB({ name: 'records', encoding: 'string', useVersions: true });
    await records.put(['value', 'things', 'key100'], '{"data":', 1);
    await engine.close();
    const heard: KindLook[] = [];
    const store = await value(openAt(place, { onUnreadable: (kinds) => heard.push(...kinds) }));
    expect(heard).toEqual([{ kind: 'value:things', records: 120, unreadable: 1 }]);
    await store.close();
    const look = await value(lookAtStore(`lmdb:${place}`, null));
    expect(look.damage).toBeNull();
    expect(look.kinds.find(({ kind }) => kind === 'value:things')).toEqual(heard[0]);
  });
});

describe('a whole store', () => {
  it('is never called damaged, whatever was written to it', async () => {
    const key = fc.integer({ min: 0, max: 40 }).map(String);
    const step = fc.oneof(
      fc.record({ key, size: fc.oneof(fc.nat(300), fc.nat(30_000)), ttl: fc.boolean() }),
      fc.record({ deleted: key }),
      fc.record({ message: key }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 120 }),
        fc.integer({ min: 1, max: 9 }),
        async (steps, width) => {
          const place = fresh();
          const kept = await using(place, async (store) => {
            const things = store.values(anyKind<string>('things'));
            for (let from = 0; from < steps.length; from += width) {
              const writes = steps.slice(from, from + width).map((one) => {
                if ('message' in one) return store.mailboxes(POST).append('box', one.message, HOUR);
                if ('deleted' in one) return things.delete(one.deleted);
                const text = randomBytes(one.size).toString('latin1');
                return things.set(one.key, text, one.ttl ? HOUR : undefined);
              });
              for (const write of await Promise.all(writes)) expect(write.ok).toBe(true);
            }
            return (await value(things.keys())).length;
          });
          const look = await value(lookAtStore(`lmdb:${place}`, null));
          expect(look.damage).toBeNull();
          expect(look.kinds.find(({ kind }) => kind === 'value:things')?.records ?? 0).toBe(kept);
          expect(look.kinds.some(({ unreadable }) => unreadable > 0)).toBe(false);
          expect(await problem(place)).toBe('none');
          await rm(place, { recursive: true });
        },
      ),
      { numRuns: 25, endOnFailure: true },
    );
  });

  it('is looked at beside somebody who writes', async () => {
    const place = fresh();
    await using(place, async (store) => {
      let writing = true;
      const writes = (async () => {
        for (let n = 0; writing; n++)
          await value(store.values(anyKind('things')).set(String(n % 50), 'x'.repeat(n % 9_000)));
      })();
      for (let n = 0; n < 40; n++) {
        const look = await value(lookAtStore(`lmdb:${place}`, null));
        expect(look.damage).toBeNull();
        expect(look.kinds.some(({ unreadable }) => unreadable > 0)).toBe(false);
      }
      writing = false;
      await writes;
    });
  });

  it.each(['nothing', 'less', 'garbage'] as const)(
    'is opened with %s in the lock file of another machine',
    async (left) => {
      const place = fresh();
      await cp(good, place, { recursive: true });
      const lock = join(place, 'lock.mdb');
      const was = await readFile(lock);
      await writeFile(
        lock,
        left === 'nothing' ? '' : left === 'less' ? was.subarray(0, 100) : randomBytes(was.length),
      );
      expect(await problem(place)).toBe('none');
    },
  );
});

describe('a place that is no store', () => {
  it.skipIf(process.platform !== 'linux')(
    'says so at once where no folder can be made (Linux has such a place)',
    async () => {
      const opened = await openStore('lmdb:/proc/nothing/data');
      expect(opened).toMatchObject({ ok: false, failure: { problem: 'other', place: '/proc/nothing/data' } });
    },
  );

  it('is told what it is', async () => {
    const place = fresh();
    await writeFile(place, '');
    expect(await problem(place)).toBe('not-a-folder');
    expect(await problem(join(place, 'below'))).toBe('not-a-folder');
  });

  it('is told where it is not ours to use', async () => {
    const place = fresh();
    await mkdir(place);
    const isRoot = process.getuid?.() === 0;
    // Root may everything: somebody else asks then, who has to be able to come here.
    if (isRoot) await chmod(root, 0o755);
    await chmod(place, isRoot ? 0o700 : 0o500);
    if (isRoot) await chown(place, 1, 1);
    expect(await problemsOf([place], isRoot ? { uid: 2 } : {})).toEqual(['no-rights']);
  });

  it('is told where the file system takes nothing, or has no room', async (test) => {
    // A file system that is read-only or full can only be had by mounting one, which not every system lets a test do.
    if (!(await canMount())) return test.skip('nobody may mount a file system of his own here');
    const [readOnly, small] = [fresh(), fresh()];
    for (const place of [readOnly, small]) await mkdir(place);
    const mounts = `mount -t tmpfs -o ro none ${readOnly} && mount -t tmpfs -o size=8k none ${small}`;
    expect(await problemsOf([readOnly, small], {}, mounts)).toEqual(['read-only', 'no-room']);
  });

  it('is not made by a look', async () => {
    const place = fresh();
    expect(await lookAtStore(`lmdb:${place}`, null)).toMatchObject({
      failure: { problem: 'nothing', place },
    });
    await expect(readFile(join(place, 'data.mdb'))).rejects.toThrow('ENOENT');
  });
});
