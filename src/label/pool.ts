import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { parse } from 'node:path';
import { childEnv } from '../kernel/child-env.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { withoutDescriptors } from './descriptors.ts';

/** `busy`: the queue is full or the pool is closed. `timeout`, `crashed`: the process is gone, with this job only. */
export type PoolFailure = 'busy' | 'timeout' | 'crashed';

export interface PoolOptions<Input> {
  /** The processes' module; it calls `serve` (serve.ts). */
  readonly entry: URL;
  /** Options for their node: from source they have to load TypeScript. */
  readonly execArgv: readonly string[];
  /** Most processes at once, 1 and up. They start when they are needed. */
  readonly workers: number;
  /** Most jobs that wait for a process. */
  readonly queue: number;
  /** Longest time for one job, milliseconds, from the moment the process is ready for it. */
  readonly killAfterMs: number | ((input: Input) => number);
  /** A process ends after this time without work, milliseconds, and gives its memory back. */
  readonly idleMs: number;
  /** Most memory of one process, MB of RAM: beyond it, it is over at once, whatever it does (serve.ts). */
  readonly memoryMb: number;
  /** Whether a process may answer a job so. One that says anything else was taken over, and is ended. */
  readonly isAnswer: (said: unknown, input: Input) => boolean;
  /** Told why a process died by itself, or had to be ended for what it said. */
  readonly onCrash?: (error: Error) => void;
}

export interface Pool<Input, Answer> {
  /**
   * Runs one job in a process of its own. When it is answered `timeout` or `crashed`, the process is gone already.
   * @param onStart hears from the process that it begins with it
   * @throws the signal's reason when it is aborted; a job that runs already is told so, and its answer is dropped.
   */
  run(input: Input, signal?: AbortSignal, onStart?: () => void): Promise<Result<Answer, PoolFailure>>;
  /** Ids of the processes that are there. */
  pids(): number[];
  /** Ends all processes; open jobs and later ones are answered `busy`. */
  close(): Promise<void>;
}

/** What a process is told: a job, or that nobody waits for one any more. */
export type ToProcess<Input> = { readonly id: number; readonly input: Input } | { readonly cancel: number };
/** What a process says, as long as it is ours. */
export type FromProcess =
  | { readonly ready: true }
  | { readonly id: number; readonly begun: true }
  | { readonly id: number; readonly answer: unknown };

/** What may have been said: every part of it may be missing, or anything. */
type Said = Readonly<Partial<Record<'ready' | 'id' | 'begun' | 'answer', unknown>>>;

/** Longest time a process may take to get ready, milliseconds: loading from source on a busy machine takes seconds. */
const START_LIMIT_MS = 60_000;
/** How much of its last words goes into the log, characters. */
const MAX_LAST_WORDS = 1000;

interface Job<Input, Answer> {
  readonly id: number;
  readonly input: Input;
  /** Told once, by the process. */
  onStart: (() => void) | undefined;
  settle(result: Result<Answer, PoolFailure>): void;
}

interface Slot<Input, Answer> {
  readonly child: ChildProcess;
  job: Job<Input, Answer> | null;
  isReady: boolean;
  /** Why it is being ended: it takes no more work, and counts as there until it is gone. */
  ending: PoolFailure | 'idle' | null;
  timer: NodeJS.Timeout | undefined;
}

/**
 * A bounded pool of processes for work on what strangers send. They have no environment, no open file and no
 * connection of ours. A job that hangs, crashes or wants too much memory costs its own process and nothing else.
 */
export function createPool<Input, Answer>(options: PoolOptions<Input>): Pool<Input, Answer> {
  const waiting: Job<Input, Answer>[] = [];
  const slots = new Set<Slot<Input, Answer>>();
  let isClosed = false;
  let lastId = 0;
  let onEmpty: () => void = () => undefined;

  function start(): Slot<Input, Answer> {
    const child = withoutDescriptors((stdio) =>
      fork(options.entry, [String(options.memoryMb)], {
        execArgv: [...options.execArgv],
        env: childEnv(),
        // In the bot's own folder are its settings and, where nobody said otherwise, its store.
        cwd: parse(process.execPath).root,
        serialization: 'advanced',
        stdio,
      }),
    );
    const slot: Slot<Input, Answer> = { child, job: null, isReady: false, ending: null, timer: undefined };
    slots.add(slot);
    let lastWords = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-MAX_LAST_WORDS);
    });
    child.on('message', (message) => hear(slot, message));
    child.on('error', (error) => {
      lastWords += error.message;
      // It never came to life, and will not end either.
      if (child.pid === undefined) gone(slot, lastWords);
    });
    // Its last words may come after its end.
    child.on('close', (code, signal) => gone(slot, `the process ended with ${code ?? signal}: ${lastWords}`));
    return slot;
  }

  /** Hears a process out. What it says comes from where strangers' photos are: it may be anything. */
  function hear(slot: Slot<Input, Answer>, message: unknown): void {
    const { job } = slot;
    const said: Said = typeof message === 'object' && message !== null ? message : {};
    if (slot.ending) return;
    if ('ready' in said && !slot.isReady) {
      slot.isReady = true;
      if (job) hand(slot, job);
    } else if (job && said.id === job.id && said.begun === true && job.onStart) {
      job.onStart();
      job.onStart = undefined;
    } else if (job && said.id === job.id && 'answer' in said && options.isAnswer(said.answer, job.input)) {
      finish(slot, ok(said.answer as Answer));
    } else {
      options.onCrash?.(new Error('the process said what none of ours says'));
      end(slot, 'crashed');
    }
  }

  function assign(slot: Slot<Input, Answer>, job: Job<Input, Answer>): void {
    slot.job = job;
    // Only work keeps the bot alive, idle processes do not.
    slot.child.ref();
    slot.child.channel?.ref();
    if (slot.isReady) hand(slot, job);
    else limit(slot, START_LIMIT_MS);
  }

  function hand(slot: Slot<Input, Answer>, { id, input }: Job<Input, Answer>): void {
    const { killAfterMs } = options;
    limit(slot, typeof killAfterMs === 'number' ? killAfterMs : killAfterMs(input));
    tell(slot, { id, input });
  }

  function tell(slot: Slot<Input, Answer>, message: ToProcess<Input>): void {
    // A process that is gone hears nothing; its end is told elsewhere.
    slot.child.send(message, () => undefined);
  }

  function limit(slot: Slot<Input, Answer>, ms: number): void {
    clearTimeout(slot.timer);
    slot.timer = setTimeout(() => end(slot, 'timeout'), ms);
  }

  function finish(slot: Slot<Input, Answer>, result: Result<Answer, PoolFailure>): void {
    const { job } = slot;
    rest(slot);
    job?.settle(result);
    pump();
  }

  function rest(slot: Slot<Input, Answer>): void {
    clearTimeout(slot.timer);
    slot.job = null;
    slot.child.unref();
    slot.child.channel?.unref();
    (slot.child.stderr as Socket | null)?.unref();
    slot.timer = setTimeout(() => end(slot, 'idle'), options.idleMs).unref();
  }

  /** Ends a process, whatever it does. It is over when the system says so. */
  function end(slot: Slot<Input, Answer>, why: PoolFailure | 'idle'): void {
    if (slot.ending) return;
    clearTimeout(slot.timer);
    slot.ending = why;
    slot.child.ref();
    slot.child.kill('SIGKILL');
  }

  function gone(slot: Slot<Input, Answer>, how: string): void {
    if (!slots.delete(slot)) return;
    clearTimeout(slot.timer);
    if (!slot.ending) options.onCrash?.(new Error(how));
    slot.job?.settle(fail(slot.ending === null || slot.ending === 'idle' ? 'crashed' : slot.ending));
    if (slots.size === 0) onEmpty();
    pump();
  }

  function pump(): void {
    while (waiting.length > 0 && !isClosed) {
      const slot =
        [...slots].find(({ job, ending }) => !job && !ending) ??
        (slots.size < options.workers ? start() : undefined);
      const job = slot && waiting.shift();
      if (!job) return;
      assign(slot, job);
    }
  }

  /** Nobody waits for this job any more. */
  function giveUp(job: Job<Input, Answer>): void {
    const place = waiting.indexOf(job);
    if (place >= 0) waiting.splice(place, 1);
    const slot = [...slots].find((one) => one.job === job);
    if (!slot || slot.ending) return;
    if (slot.isReady) {
      tell(slot, { cancel: job.id });
    } else {
      // It is still starting and has not heard of it.
      rest(slot);
      pump();
    }
  }

  return {
    async run(input, signal, onStart) {
      signal?.throwIfAborted();
      const isFull = slots.size >= options.workers && [...slots].every(({ job, ending }) => job || ending);
      if (isClosed || (isFull && waiting.length >= options.queue)) return fail('busy');
      return new Promise((resolve, reject) => {
        const abort = () => {
          giveUp(job);
          reject(signal?.reason);
        };
        const job: Job<Input, Answer> = {
          id: ++lastId,
          input,
          onStart: onStart ?? (() => undefined),
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
    pids: () => [...slots].flatMap(({ child }) => child.pid ?? []),
    async close() {
      isClosed = true;
      for (const job of waiting.splice(0)) job.settle(fail('busy'));
      if (slots.size === 0) return;
      const empty = new Promise<void>((resolve) => {
        onEmpty = resolve;
      });
      for (const slot of slots) end(slot, 'busy');
      await empty;
    },
  };
}
