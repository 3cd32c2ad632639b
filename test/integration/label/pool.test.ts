import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPool, type Pool, type PoolOptions } from '../../../src/label/pool.ts';

type Job = number | 'exit' | 'throw' | 'hang' | 'secret';
const deaths: string[] = [];
let pool: Pool<Job, number | null>;
function start(options: Partial<PoolOptions> = {}): Pool<Job, number | null> {
  pool = createPool({
    entry: new URL('./pool-worker.mjs', import.meta.url),
    workers: 1,
    queue: 4,
    killAfterMs: 60_000,
    onCrash: (error) => deaths.push(error.message),
    ...options,
  });
  return pool;
}
afterEach(async () => {
  deaths.length = 0;
  await pool.close();
});

const answer = (value: number | null) => ({ ok: true, value });
const failure = (reason: string) => ({ ok: false, failure: reason });

describe('a pool of threads', () => {
  it('answers every job with its own answer, on one thread and on several', async () => {
    for (const workers of [1, 3]) {
      const { run, close } = start({ workers });
      expect(await Promise.all([run(1), run(2), run(3), run(4)])).toEqual([2, 4, 6, 8].map(answer));
      await close();
    }
  });

  it('tells its threads nothing of the bot’s environment', async () => {
    vi.stubEnv('BOT_TOKEN', '123456789:stolen');
    expect(await start().run('secret')).toEqual(answer(null));
    vi.unstubAllEnvs();
  });

  it('refuses what does not fit into the queue', async () => {
    const { run } = start({ queue: 1 });
    expect(await Promise.all([run(1), run(2), run(3)])).toEqual([answer(2), answer(4), failure('busy')]);
  });

  it.each([['exit'], ['throw']] as const)(
    'replaces a thread that dies (%s) and loses its job only',
    async (death) => {
      const { run } = start();
      expect(await Promise.all([run(1), run(death), run(2)])).toEqual([
        answer(2),
        failure('crashed'),
        answer(4),
      ]);
      expect(deaths).toEqual([death === 'throw' ? 'told to throw' : 'the thread ended with 3']);
    },
  );

  it('kills a thread that hangs and loses its job only', async () => {
    const { run } = start({ killAfterMs: 300 });
    expect(await Promise.all([run('hang'), run(2)])).toEqual([failure('timeout'), answer(4)]);
  });

  it('answers crashed when the thread cannot even start', async () => {
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

  it('answers open jobs busy when it is closed, and later ones too', async () => {
    const { run, close } = start();
    const open = [run('hang'), run(2)];
    await close();
    expect(await Promise.all([...open, run(3)])).toEqual(['busy', 'busy', 'busy'].map(failure));
  });
});
