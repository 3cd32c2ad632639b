/**
 * The other end of the pool: what a process for strangers' photos does (pool.ts). It says `ready` once, that it
 * begins with a job, and answers every job in order. What goes wrong beyond the answers ends the process: the pool puts a new one in its place.
 */
import { Worker } from 'node:worker_threads';
import { childEnv } from '../kernel/child-env.ts';
import type { FromProcess, ToProcess } from './pool.ts';

/** What a job needs to know of who waits for it. */
export interface Waiting<Answer> {
  /** How long its answer is waited for, milliseconds. */
  readonly leftMs: number;
  /** Whether nobody waits any more. */
  isCancelled(): boolean;
  /** Leaves what would be answered now, for the case that the rest takes too long. */
  soFar(answer: Answer): void;
}

/** Does one job. */
export type Work<Input, Answer> = (input: Input, waiting: Waiting<Answer>) => Promise<Answer>;

/** How often the process looks at the memory it holds, milliseconds. */
const WATCH_MS = 20;

/**
 * Ends the process at once when it holds too much memory, or when the bot is gone. A thread of its own, because what
 * has to be stopped may keep the process's own thread busy for ever. Never `exit`: that waits for libvips to be done.
 */
const WATCH = `
const { memoryMb, parent } = require('node:worker_threads').workerData;
setInterval(() => {
  if (process.memoryUsage.rss() > memoryMb * 1024 * 1024 || process.ppid !== parent)
    process.kill(process.pid, 'SIGKILL');
}, ${WATCH_MS});`;

/**
 * Serves the pool that started this process.
 * @param prepare loads what the work needs, before the process says that it is ready
 */
export async function serve<Input, Answer>(prepare: () => Promise<Work<Input, Answer>>): Promise<void> {
  const tell = (message: FromProcess) => process.send?.(message);
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // A terminal sends Ctrl+C to everybody in it: when photos end is the bot's to say.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  const workerData = { memoryMb: Number(process.argv[2]), parent: process.ppid };
  new Worker(WATCH, { eval: true, execArgv: [], env: childEnv(), workerData });

  const work = await prepare();
  const cancelled = new Set<number>();
  process.on('message', async (message: ToProcess<Input>) => {
    if ('cancel' in message) {
      cancelled.add(message.cancel);
      return;
    }
    const { id, input, leftMs } = message;
    tell({ id, begun: true });
    const answer = await work(input, {
      leftMs,
      isCancelled: () => cancelled.has(id),
      soFar: (said) => tell({ id, soFar: said }),
    });
    cancelled.delete(id);
    tell({ id, answer });
  });
  tell({ ready: true });
}
