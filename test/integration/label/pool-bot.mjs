/** A program for pool.test.ts: its pool has one process, which hangs. It prints the id of that process. */
import { createPool } from '../../../src/label/pool.ts';

const pool = createPool({
  entry: new URL('./pool-process.mjs', import.meta.url),
  execArgv: [],
  workers: 1,
  queue: 1,
  killAfterMs: 600_000,
  idleMs: 600_000,
  memoryMb: 300,
  isAnswer: () => true,
});
await pool.run(1);
void pool.run('hang');
// It hangs when it does not answer: the next job waits for ever, and that one was handed over before.
setImmediate(() => process.stdout.write(String(pool.pids()[0])));
