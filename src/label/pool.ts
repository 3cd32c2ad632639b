import { Worker } from 'node:worker_threads';
import { childEnv } from '../kernel/child-env.ts';
import { fail, ok, type Result } from '../kernel/result.ts';

/** `busy`: the queue is full or the pool is closed. `timeout`, `crashed`: the thread was ended, with this job only. */
type PoolFailure = 'busy' | 'timeout' | 'crashed';

export interface PoolOptions<Input = unknown> {
  /** The thread's module. It posts `{ ready: true }` once, then `{ answer }` for every job, in order. */
  readonly entry: URL;
  /** Most threads at once, 1 and up. They start when they are needed. */
  readonly workers: number;
  /** Most jobs that wait for a thread. */
  readonly queue: number;
  /** Longest time for one job, milliseconds, from the moment the thread is ready for it. */
  readonly killAfterMs: number;
  /** Memory of a job that moves to its thread and is gone here, so that nothing large is copied on this thread. */
  readonly transfer?: (input: Input) => ArrayBuffer[];
  /** Told why a thread died by itself. */
  readonly onCrash: (error: Error) => void;
}

export interface Pool<Input, Answer> {
  /**
   * Runs one job in a thread of its own.
   * @throws the signal's reason when it is aborted; a job that runs already is finished, but its answer is dropped.
   */
  run(input: Input, signal?: AbortSignal): Promise<Result<Answer, PoolFailure>>;
  /** Ends all threads; open jobs and later ones are answered `busy`. */
  close(): Promise<void>;
}

/** Longest time a thread may take to get ready, milliseconds: loading from source on a busy machine takes seconds. */
const START_LIMIT_MS = 60_000;

interface Job<Input, Answer> {
  readonly input: Input;
  settle(result: Result<Answer, PoolFailure>): void;
}

interface Slot<Input, Answer> {
  readonly thread: Worker;
  job: Job<Input, Answer> | null;
  isReady: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** A bounded pool of threads. A job that hangs or crashes costs its own thread and nothing else. */
export function createPool<Input, Answer>(options: PoolOptions<Input>): Pool<Input, Answer> {
  const waiting: Job<Input, Answer>[] = [];
  const slots = new Set<Slot<Input, Answer>>();
  let isClosed = false;

  function start(): Slot<Input, Answer> {
    const thread = new Worker(options.entry, { execArgv: [], env: childEnv() });
    const slot: Slot<Input, Answer> = { thread, job: null, isReady: false, timer: undefined };
    slots.add(slot);
    thread.on('message', (message: { ready: true } | { answer: Answer }) => {
      if ('answer' in message) finish(slot, ok(message.answer));
      else {
        slot.isReady = true;
        limit(slot);
      }
    });
    const crash = (error: Error) => {
      if (!slots.has(slot)) return;
      options.onCrash(error);
      drop(slot, 'crashed');
    };
    thread.on('error', (error) => crash(error instanceof Error ? error : new Error(String(error))));
    thread.on('exit', (code) => crash(new Error(`the thread ended with ${code}`)));
    return slot;
  }

  function assign(slot: Slot<Input, Answer>, job: Job<Input, Answer>): void {
    slot.job = job;
    limit(slot);
    // Only work keeps the process alive, idle threads do not.
    slot.thread.ref();
    slot.thread.postMessage(job.input, options.transfer?.(job.input) ?? []);
  }

  function limit(slot: Slot<Input, Answer>): void {
    clearTimeout(slot.timer);
    slot.timer = setTimeout(() => drop(slot, 'timeout'), slot.isReady ? options.killAfterMs : START_LIMIT_MS);
  }

  function finish(slot: Slot<Input, Answer>, result: Result<Answer, PoolFailure>): void {
    clearTimeout(slot.timer);
    const { job } = slot;
    slot.job = null;
    slot.thread.unref();
    job?.settle(result);
    pump();
  }

  function drop(slot: Slot<Input, Answer>, failure: PoolFailure): void {
    if (!slots.delete(slot)) return;
    void slot.thread.terminate();
    finish(slot, fail(failure));
  }

  function pump(): void {
    while (waiting.length > 0 && !isClosed) {
      const idle =
        [...slots].find((slot) => !slot.job) ?? (slots.size < options.workers ? start() : undefined);
      const job = idle && waiting.shift();
      if (!job) return;
      assign(idle, job);
    }
  }

  return {
    async run(input, signal) {
      signal?.throwIfAborted();
      const isFull = slots.size >= options.workers && [...slots].every((slot) => slot.job);
      if (isClosed || (isFull && waiting.length >= options.queue)) return fail('busy');
      return new Promise((resolve, reject) => {
        const abort = () => {
          const place = waiting.indexOf(job);
          if (place >= 0) waiting.splice(place, 1);
          reject(signal?.reason);
        };
        const job: Job<Input, Answer> = {
          input,
          settle(result) {
            signal?.removeEventListener('abort', abort);
            resolve(result);
          },
        };
        signal?.addEventListener('abort', abort, { once: true });
        waiting.push(job);
        pump();
      });
    },
    async close() {
      isClosed = true;
      const open = [...slots];
      for (const job of waiting.splice(0)) job.settle(fail('busy'));
      for (const slot of open) drop(slot, 'busy');
      await Promise.all(open.map((slot) => slot.thread.terminate()));
    },
  };
}
