import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPool, type Pool, type PoolOptions } from '../../../src/label/pool.ts';
import { bundle } from '../../support/bundle.ts';
import { eventually } from '../../support/eventually.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

vi.setConfig({ testTimeout: 120_000 });

type Job =
  | number
  | 'exit'
  | 'throw'
  | 'hang'
  | 'fill'
  | 'lie'
  | 'shout'
  | 'patience'
  | 'late'
  | 'says'
  | 'home';
interface Home {
  readonly env: Record<string, string>;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly files: readonly string[];
}
/** The pool's process, and a program with a pool of its own whose only process hangs: bundled, because many are started. */
const PROGRAMS = ['pool-process.mjs', 'pool-bot.mjs'] as const;
const { path: programs, remove } = await temporaryFolder();
beforeAll(async () => {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  for (const name of PROGRAMS) await bundle(join(folder, name), join(programs, name));
});
afterAll(remove);

const deaths: string[] = [];
let pool: Pool<Job, number | Home>;
function start(options: Partial<PoolOptions<Job>> = {}): Pool<Job, number | Home> {
  pool = createPool({
    entry: pathToFileURL(join(programs, 'pool-process.mjs')),
    execArgv: [],
    workers: 1,
    queue: 4,
    killAfterMs: 600_000,
    idleMs: 600_000,
    memoryMb: 300,
    isAnswer: (said) => typeof said === 'number' || (typeof said === 'object' && said !== null),
    onCrash: (error) => deaths.push(error.message),
    ...options,
  });
  return pool;
}
afterEach(async () => {
  vi.unstubAllEnvs();
  deaths.length = 0;
  await pool.close();
});

const answer = (value: number) => ({ ok: true, value });
const failure = (reason: string) => ({ ok: false, failure: reason });
function isAlive(pid: number | undefined): boolean {
  try {
    return process.kill(pid ?? 0, 0);
  } catch {
    return false;
  }
}
/** Files and connections behind the descriptors of a process; Linux only. */
const shared = (files: readonly string[]) => files.filter((file) => /^(?:\/|socket:|pipe:)/.test(file));

describe('a pool of processes', () => {
  it('answers every job with its own answer, in one process and in several', async () => {
    for (const workers of [1, 3]) {
      const { run, close } = start({ workers });
      expect(await Promise.all([run(1), run(2), run(3), run(4)])).toEqual([2, 4, 6, 8].map(answer));
      await close();
    }
  });

  it('refuses what does not fit into the queue', async () => {
    const { run } = start({ queue: 1 });
    expect(await Promise.all([run(1), run(2), run(3)])).toEqual([answer(2), answer(4), failure('busy')]);
  });

  it.each([
    ['exit', 'the process ended with 3'],
    ['throw', 'told to throw'],
  ] as const)('replaces a process that dies (%s) and loses its job only', async (death, cause) => {
    const { run } = start();
    expect(await Promise.all([run(1), run(death), run(2)])).toEqual([
      answer(2),
      failure('crashed'),
      answer(4),
    ]);
    expect(deaths).toHaveLength(1);
    expect(deaths[0]).toContain(cause);
  });

  it('kills a process that hangs: it is gone when the job is answered', async () => {
    const { run, pids } = start({ killAfterMs: 1000 });
    await run(1);
    const [pid] = pids();
    const answers = await Promise.all([run('hang').then((one) => [one, isAlive(pid)]), run(2)]);
    expect(answers).toEqual([[failure('timeout'), false], answer(4)]);
  });

  it('gives each job the time that is its own, and tells when it begins', async () => {
    const begun: string[] = [];
    const limits: Record<string, number> = { hang: 100 };
    const { run } = start({ killAfterMs: (job) => limits[job] ?? 600_000 });
    const jobs = [
      run(1, undefined, () => begun.push('one')),
      run('hang', undefined, () => begun.push('hang')),
    ];
    const late = run(2, AbortSignal.abort(), () => begun.push('never')).catch(() => 'aborted');
    expect(await Promise.all([...jobs, late])).toEqual([answer(2), failure('timeout'), 'aborted']);
    expect(begun).toEqual(['one', 'hang']);
  });

  describe('that has to answer in time', () => {
    /** Of the others nobody waits for ever, on any machine. */
    const limits: Record<string, number> = { hang: 300, late: 300, says: 2000 };
    const answerMs = (job: Job) => limits[job] ?? 600_000;

    it('answers whatever its process does, which is ended; the next job does not wait behind it', async () => {
      const { run, pids } = start({ answerMs });
      await run(1);
      const [pid] = pids();
      expect(await run('hang')).toEqual(failure('timeout'));
      // It has what it takes to end a step: it is not gone yet.
      expect(pids()).toEqual([pid]);
      expect(await run(2)).toEqual(answer(4));
      expect([pids().length, pids()[0] === pid, isAlive(pid)]).toEqual([1, false, false]);
      expect(deaths).toEqual([]);
    });

    it('keeps a process that ends its step, drops what it says, and gives the next job to it', async () => {
      const { run, pids } = start({ answerMs });
      await run(1);
      const [pid] = pids();
      expect(await run('late')).toEqual(failure('timeout'));
      expect(await run(2)).toEqual(answer(4));
      expect([pids(), deaths]).toEqual([[pid], []]);
    });

    it('answers with what was said so far', async () => {
      const { run } = start({ answerMs });
      await run(1);
      expect(await run('says')).toEqual(answer(42));
    });

    it('counts the start of a process, which goes on starting for the next job', async () => {
      const { run, pids } = start({ answerMs: (job) => (job === 1 ? 0 : 600_000) });
      const given = run(1);
      const [pid] = pids();
      expect(await given).toEqual(failure('timeout'));
      expect(await run(2)).toEqual(answer(4));
      expect([pids(), deaths]).toEqual([[pid], []]);
    });

    it('counts no time in which others stand before, but tells of it', async () => {
      const waited: number[] = [];
      const { run } = start({
        answerMs: (job, waitedMs) => {
          if (job === 2) waited.push(waitedMs);
          return job === 'hang' ? 300 : 600_000;
        },
      });
      await run(1);
      const told: number[] = [];
      const jobs = [run('hang'), run(2, undefined, (waitedMs) => told.push(waitedMs))];
      expect(await Promise.all(jobs)).toEqual([failure('timeout'), answer(4)]);
      expect(waited).toEqual(told);
      expect(waited.map((ms) => ms > 0)).toEqual([true]);
    });

    it('does not keep a process at a job that nobody waits for any more', async () => {
      const { run, pids } = start();
      await run(1);
      const [pid] = pids();
      const abort = new AbortController();
      const left = run('hang', abort.signal, () => abort.abort(new Error('not any more')));
      await expect(left).rejects.toThrow('not any more');
      expect(await run(2)).toEqual(answer(4));
      expect([isAlive(pid), deaths]).toEqual([false, []]);
    });
  });

  it('ends a process that takes more memory than it may, although it never listens', async () => {
    const { run } = start();
    expect(await Promise.all([run('fill'), run(2)])).toEqual([failure('crashed'), answer(4)]);
    expect(deaths.join()).toContain('SIGKILL');
  });

  it.each(['lie', 'shout'] as const)('ends a process that says what none of ours says (%s)', async (how) => {
    const { run, pids } = start();
    await run(1);
    const [pid] = pids();
    expect(await run(how)).toEqual(failure('crashed'));
    expect([deaths.length, isAlive(pid)]).toEqual([1, false]);
    expect(await run(2)).toEqual(answer(4));
  });

  it('ends a process that has nothing to do, and starts another when it is needed', async () => {
    const { run, pids } = start({ idleMs: 100 });
    await run(1);
    const [pid] = pids();
    await eventually(() => expect([pids(), isAlive(pid)]).toEqual([[], false]));
    expect(await run(2)).toEqual(answer(4));
    expect(deaths).toEqual([]);
  });

  it('starts a process ahead where none is there, once, and ends it where nothing comes', async () => {
    const { run, prepare, pids } = start({ idleMs: 100 });
    prepare();
    const [pid] = pids();
    prepare();
    expect(pids()).toEqual([pid]);
    expect(await run(1)).toEqual(answer(2));
    expect(pids()).toEqual([pid]);
    prepare();
    await eventually(() => expect(pids()).toEqual([]));
    prepare();
    await eventually(() => expect(pids()).toEqual([]));
  });

  it('answers crashed when the process cannot even start', async () => {
    const { run } = start({ entry: new URL('./missing.mjs', import.meta.url) });
    expect(await run(1)).toEqual(failure('crashed'));
    expect(deaths.join()).toContain('missing.mjs');
  });

  it('takes an aborted job out of the queue and goes on with the others', async () => {
    const { run } = start();
    const abort = new AbortController();
    const first = run(1);
    const second = run('exit', abort.signal);
    const third = run(3);
    abort.abort(new Error('not any more'));
    await expect(second).rejects.toThrow('not any more');
    expect([await first, await third]).toEqual([answer(2), answer(6)]);
  });

  it('does not begin a job that is aborted while its process is starting', async () => {
    const { run } = start({ queue: 1 });
    const abort = new AbortController();
    const first = run('exit', abort.signal);
    abort.abort(new Error('not any more'));
    await expect(first).rejects.toThrow('not any more');
    // One takes its place, and one waits behind it.
    expect(await Promise.all([run(2), run(3)])).toEqual([answer(4), answer(6)]);
  });

  it('tells a process that nobody waits any more for what it is doing', async () => {
    const { run, pids } = start();
    await run(1);
    const [pid] = pids();
    const abort = new AbortController();
    // It has said that it begins: it is told, and goes on with the next.
    const first = run('patience', abort.signal, () => abort.abort(new Error('not any more')));
    await expect(first).rejects.toThrow('not any more');
    expect(await run(2)).toEqual(answer(4));
    expect([pids(), deaths]).toEqual([[pid], []]);
  });

  it('answers open jobs busy when it is closed, and later ones too; no process is left', async () => {
    const { run, pids, close } = start();
    await run(1);
    const [pid] = pids();
    const open = [run('hang'), run(2)];
    await close();
    expect(isAlive(pid)).toBe(false);
    expect(await Promise.all([...open, run(3)])).toEqual(['busy', 'busy', 'busy'].map(failure));
  });
});

describe('what a process has of the bot', () => {
  const TOKEN = '123456789:stolen';

  it('is no secret: neither in its environment nor in its arguments, and its folder is not the bot’s', async () => {
    vi.stubEnv('BOT_TOKEN', TOKEN);
    vi.stubEnv('STORE_URL', 'lmdb:/var/lib/fixture');
    const { run, pids } = start();
    const said = await run('home');
    if (!said.ok || typeof said.value === 'number') throw new Error(JSON.stringify(said));
    expect(Object.keys(said.value.env)).not.toContain('BOT_TOKEN');
    expect(said.value.argv.slice(2)).toEqual(['300']);
    expect(said.value.cwd).not.toBe(process.cwd());
    if (process.platform !== 'linux') return;
    for (const file of ['environ', 'cmdline']) {
      const text = readFileSync(`/proc/${pids()[0]}/${file}`, 'latin1');
      expect(text).not.toMatch(/123456789|fixture/);
    }
  });

  it.runIf(process.platform === 'linux')('is no open file and no connection', async () => {
    const folder = await temporaryFolder();
    const store = await openTestStore(folder.path);
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const said = await start().run('home');
    if (!said.ok || typeof said.value === 'number') throw new Error(JSON.stringify(said));
    const ours = readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return [];
      }
    });
    expect(shared(ours).some((file) => file.startsWith(folder.path))).toBe(true);
    expect(
      shared([...said.value.files]).filter((file) => ours.includes(file) && file !== '/dev/null'),
    ).toEqual([]);
    server.close();
    await store.close();
    await folder.remove();
  });

  it.runIf(process.platform === 'linux')('ends with the bot, whatever the process does', async () => {
    const bot = spawn(process.execPath, [join(programs, 'pool-bot.mjs')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = await once(bot.stdout.setEncoding('utf8'), 'data');
    const pid = Number(line);
    expect(isAlive(pid)).toBe(true);
    bot.kill('SIGKILL');
    await eventually(() => expect(isAlive(pid)).toBe(false));
  });
});
