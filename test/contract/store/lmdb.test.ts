import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { dumpStore, openStore, replaceStore } from '../../../src/store/open.ts';
import type { Store } from '../../../src/store/store.ts';
import { anyKind } from '../../support/store.ts';
import { POST, reason, storeContract, value } from './contract.ts';

const HOUR = 3_600_000;

storeContract('lmdb', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'store-'));
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  return {
    open: () => value(openStore(`lmdb:${directory}`)),
    dump: (each) => dumpStore(`lmdb:${directory}`, each),
    replace: (fill) => replaceStore(`lmdb:${directory}`, fill),
    passTime: async (ms) => void vi.setSystemTime(Date.now() + ms),
    remove: async () => {
      vi.useRealTimers();
      await rm(directory, { recursive: true });
    },
  };
});

describe('lmdb store on disk', () => {
  let root: string;
  let directory: string;
  const stores: Store[] = [];
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-'));
    directory = join(root, 'new', 'data');
  });
  afterEach(async () => {
    vi.useRealTimers();
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const store of stores.splice(0)) await store.close();
    await rm(root, { recursive: true, force: true });
  });

  const start = async () => {
    const store = await value(openStore(`lmdb:${directory}`));
    stores.push(store);
    return store;
  };
  /** The engine's own view of the records; nobody else may have the directory open in this process. */
  const raw = async <T>(look: (records: ReturnType<typeof open>) => T | Promise<T>): Promise<T> => {
    const root = open({ path: directory, noSubdir: false, overlappingSync: false });
    const records = root.openDB({ name: 'records', encoding: 'string', useVersions: true });
    const seen = await look(records as unknown as ReturnType<typeof open>);
    await root.close();
    return seen;
  };
  const commits = () => raw((records) => (records.getStats() as { lastTxnId: number }).lastTxnId);
  const run = async (task: (store: Store) => Promise<unknown>) => {
    const store = await value(openStore(`lmdb:${directory}`));
    await task(store);
    await store.close();
  };
  /** How many commits a task makes, those of opening and closing among them. */
  const costOf = async (task: (store: Store) => Promise<unknown>) => {
    const before = await commits();
    await run(task);
    return (await commits()) - before;
  };
  const spawnProcess = (task: string, setUp = 'true') => {
    const script = fileURLToPath(new URL('./lmdb-process.ts', import.meta.url));
    const node = [process.execPath, '--import', 'tsx', script, directory, task];
    const child = spawn('sh', ['-c', `${setUp}; exec "$@"`, 'sh', ...node], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    children.push(child);
    const lines = createInterface({ input: child.stdout });
    const heard = lines[Symbol.asyncIterator]();
    return { child, lines, next: async () => (await heard.next()).value };
  };

  it('is readable for its owner alone', async () => {
    await start();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(join(root, 'new'))).mode & 0o777).toBe(0o700);
    for (const name of await readdir(directory)) {
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    }
  });

  it('leaves the mode of a directory alone that was there before', async () => {
    await mkdir(directory, { recursive: true, mode: 0o755 });
    await start();
    expect((await stat(directory)).mode & 0o777).toBe(0o755);
    expect((await stat(join(directory, 'data.mdb'))).mode & 0o777).toBe(0o600);
  });

  it('takes a directory with a dot in its name for a directory', async () => {
    directory = join(root, 'data.v2');
    await start();
    expect(await readdir(directory)).toContain('data.mdb');
  });

  it.each(['', 'lmdb:', 'redis:', 'sqlite:./data', './data', 'lmdb'])(
    'refuses %j and says what it supports',
    async (url) => {
      const opened = await openStore(url);
      expect(opened).toMatchObject({
        ok: false,
        failure: { reason: 'unsupported', supported: ['lmdb', 'redis', 'rediss'] },
      });
    },
  );

  it('takes an absolute path with and without slashes before it', async () => {
    stores.push(await value(openStore(`lmdb://${directory}`)));
    expect(await readdir(directory)).toContain('data.mdb');
  });

  it('does not repeat the URL in a failure: others carry passwords', async () => {
    const opened = await openStore('redi://user:hunter2@host');
    expect(JSON.stringify(opened)).not.toContain('hunter2');
  });

  it.each([1, 100, 5_000, 100_000])('calls a data file of %i bytes of garbage corrupt', async (size) => {
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'data.mdb'), Buffer.alloc(size, 'garbage '));
    expect(await reason(openStore(`lmdb:${directory}`))).toBe('corrupt');
  });

  it('calls a place it cannot use unavailable', async () => {
    await writeFile(join(root, 'file'), '');
    expect(await reason(openStore(`lmdb:${join(root, 'file')}`))).toBe('unavailable');
    expect(await reason(openStore(`lmdb:${join(root, 'file', 'below')}`))).toBe('unavailable');
  });

  it('calls a damaged record unreadable, goes on with the others, and mends it by writing', async () => {
    const before = await start();
    for (const key of ['good', 'broken', 'foreign'])
      await value(before.values(anyKind('things')).set(key, 'secret'));
    await before.close();
    await raw(async (records) => {
      await records.put(['value', 'things', 'broken'], '{"data":{"value":"secret', 1);
      await records.put(['value', 'things', 'foreign'], '"secret"', 1);
    });

    const values = (await start()).values(anyKind('things'));
    for (const key of ['broken', 'foreign']) {
      const read = await values.get(key);
      expect(read).toMatchObject({ ok: false, failure: { reason: 'unreadable' } });
      expect(JSON.stringify(read)).not.toContain('secret');
    }
    expect(await value(values.get('good'))).toBe('secret');
    expect(await value(values.keys())).toEqual(['broken', 'foreign', 'good']);
    await value(values.set('broken', 'mended'));
    await value(values.delete('foreign'));
    expect(await value(values.get('broken'))).toBe('mended');
    expect(await value(values.keys())).toEqual(['broken', 'good']);
  });

  describe('what has expired', () => {
    const fill = async () => {
      const store = await start();
      await value(store.values(anyKind('things')).set('short', 'secret', 1_000));
      await value(store.values(anyKind('things')).set('extended', 1, 1_000));
      await value(store.values(anyKind('things')).set('extended', 2, HOUR));
      await value(store.claims.once('once', 1_000));
      await value(store.mailboxes(POST).append('box', 'secret', 1_000));
      return store;
    };
    const keysOnDisk = () => raw((records) => [...records.getKeys()].map((key) => String(key)));

    it('leaves the disk when it is read', async () => {
      vi.useFakeTimers({ toFake: ['Date'] });
      const store = await fill();
      vi.setSystemTime(Date.now() + 1_001);
      await value(store.values(anyKind('things')).get('short'));
      await store.close();
      expect(await keysOnDisk()).not.toContain('value,things,short');
    });

    it('leaves the disk when the store is opened', async () => {
      vi.useFakeTimers({ toFake: ['Date'] });
      await (await fill()).close();
      vi.setSystemTime(Date.now() + 1_001);
      await (await start()).close();
      expect(await keysOnDisk()).toEqual(['last-id,post:box', 'value,things,extended']);
    });

    it('leaves the disk within a minute by itself', async () => {
      vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
      const store = await fill();
      vi.advanceTimersByTime(60_000);
      await store.close();
      expect(await keysOnDisk()).toEqual(['last-id,post:box', 'value,things,extended']);
    });
  });

  it('loses nothing that was confirmed when the process is killed', async () => {
    const { child, lines } = spawnProcess('write-and-say');
    let last = -1;
    lines.on('line', (line) => {
      last = Number(line);
      if (last === 60) child.kill('SIGKILL');
    });
    await once(child, 'exit');
    expect(last).toBeGreaterThanOrEqual(60);

    const store = await start();
    for (let n = 0; n <= last; n++) {
      expect(await value(store.values(anyKind('written')).get(String(n)))).toBe(n);
      expect(await value(store.claims.once(`written:${n}`, HOUR))).toBe(false);
    }
    const messages = await value(store.mailboxes(POST).read('written', null, 1000));
    expect(messages.slice(0, last + 1).map(({ message }) => message)).toEqual([...Array(last + 1).keys()]);
  });

  it('commits a message with what its task has written before', async () => {
    const things = { ...anyKind<number>('gathered things'), gathers: true } as const;
    await run((store) => value(store.mailboxes(POST).append('box', 0, HOUR)));
    const nothing = await costOf(async () => undefined);
    const both = await costOf((store) =>
      value(
        store.together(async () => {
          await value(store.values(things).set('a', 1));
          await value(store.mailboxes(POST).append('box', 1, HOUR));
        }),
      ),
    );
    expect(both - nothing).toBe(1);
    const store = await start();
    expect(await value(store.values(things).get('a'))).toBe(1);
    const read = await value(store.mailboxes(POST).read('box', null, 10));
    expect(read.map(({ message }) => message)).toEqual([0, 1]);
  });

  it('commits what joins as one with the task that rests on it, and by itself where there is none', async () => {
    const waiting = { ...anyKind<number>('waiting'), gathers: true, joins: true } as const;
    const things = { ...anyKind<number>('gathered things'), gathers: true } as const;
    await run((store) => value(store.values(things).set('made', 1)));
    const nothing = await costOf(async () => undefined);
    const alone = await costOf((store) => value(store.values(waiting).set('a', 1)));
    const both = await costOf(async (store) => {
      const written = store.values(waiting).set('b', 1);
      const done = store.behind(written, () => store.together(() => value(store.values(things).set('c', 1))));
      await Promise.all([value(written), value(done)]);
    });
    const said = await costOf(async (store) => {
      const once = store.claims.once('a name', HOUR, true);
      const again = store.claims.once('a name', HOUR, true);
      const done = store.behind(once, () => store.together(() => value(store.values(things).set('d', 1))));
      expect([await value(once), await value(again)]).toEqual([true, false]);
      await value(done);
    });
    expect([alone - nothing, both - nothing, said - nothing]).toEqual([1, 1, 1]);
    const store = await start();
    expect(await value(store.claims.wasSaid('a name'))).toBe(true);
    expect(await value(store.claims.once('a name', HOUR, true))).toBe(false);
    expect(await value(store.values(things).get('d'))).toBe(1);
    expect(await value(store.values(waiting).get('a'))).toBe(1);
    expect(await value(store.values(waiting).get('b'))).toBe(1);
    expect(await value(store.values(things).get('c'))).toBe(1);
  });

  it.each([{ trusted: true }, { frozen: true }] as const)(
    'holds to the schema of a kind that is %o what others wrote, and not what it has written itself',
    async (how) => {
      const held: unknown[] = [];
      const schema = z.custom<object>((data) => held.push(data) > 0);
      const kind = { ...anyKind<object>('own things'), schema, ...how };
      const store = await start();
      const [values, others] = [store.values(kind), store.values(kind)];
      await value(values.set('a', { n: 1 }));
      const [first, again] = [await value(values.get('a')), await value(values.get('a'))];
      expect([first, again, held]).toEqual([{ n: 1 }, { n: 1 }, []]);
      expect(first === again).toBe('frozen' in how);
      await value(others.set('a', { n: 2 }));
      expect(await value(values.get('a'))).toEqual({ n: 2 });
      expect(held).toEqual([{ n: 2 }]);
    },
  );

  it('says that it is full when the disk takes no more, and goes on reading', async () => {
    // No file may grow beyond a megabyte (2048 blocks of 512 bytes).
    const { next } = spawnProcess('fill', 'ulimit -f 2048');
    expect(await next()).toBe('true full true');
  });

  it('ends a wait with a message of this process without looking at the disk again', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const store = await start();
    const wait = store.mailboxes(POST).wait('box', null, HOUR, new AbortController().signal);
    await value(store.mailboxes(POST).append('box', 1, HOUR));
    await wait;
  });

  it('lets whoever waits for a message read it before its sender goes on', async () => {
    const store = await start();
    const box = store.mailboxes(POST);
    const order: string[] = [];
    const read = box.wait('box', null, HOUR, new AbortController().signal).then(async () => {
      await value(box.read('box', null, 1));
      order.push('read');
    });
    await value(box.append('box', 1, HOUR));
    order.push('sent');
    await read;
    expect(order).toEqual(['read', 'sent']);
  });

  it('ends a wait with a message of another process', async () => {
    const store = await start();
    const other = spawnProcess('append');
    expect(await other.next()).toBe('ready');
    const wait = store.mailboxes(POST).wait('box', null, HOUR, new AbortController().signal);
    other.child.stdin?.write('go\n');
    await wait;
    expect(await value(store.mailboxes(POST).read('box', null, 1))).toMatchObject([
      { message: 'from another process' },
    ]);
  });

  it('says yes once across processes that ask at the same time', async () => {
    const processes = [spawnProcess('once'), spawnProcess('once')];
    for (const { next } of processes) expect(await next()).toBe('ready');
    const answers = processes.map(({ next }) => next());
    for (const { child } of processes) child.stdin?.write('go\n');
    const [first, second] = await Promise.all(answers);
    const sums = [...String(first)].map((said, n) => Number(said) + Number(String(second)[n]));
    expect(sums).toEqual(Array(100).fill(1));
  });
});
