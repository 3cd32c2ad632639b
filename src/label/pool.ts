import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { parse } from 'node:path';
import { childEnv } from '../kernel/child-env.ts';
import { aboutNothing } from '../kernel/log-subject.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { withoutDescriptors } from './descriptors.ts';

/**
 * `busy`: the queue is full or the pool is closed. `timeout`: the job took too long, or nobody was to wait any longer.
 * `crashed`: the process is gone, with this job only.
 */
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
  /** Longest a process may be at one job, milliseconds, from the moment it is ready for it. Then it is ended. */
  readonly killAfterMs: number | ((input: Input) => number);
  /**
   * Longest anybody waits for an answer, milliseconds, from the moment no other job stands before it: the start of the
   * process is part of it. Then the job is answered, whatever the process does: with what it has said so far, or `timeout`.
   * A process that is starting goes on with that, one that is at work with its step, for a while: it is there for the next
   * job. Default: no limit.
   * @param waitedMs how long other jobs stood before this one
   */
  readonly answerMs?: (input: Input, waitedMs: number) => number;
  /** The same, from the moment the process is ready for it. Default: no limit. */
  readonly workMs?: (input: Input) => number;
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
   * Runs one job in a process of its own. When it is answered `crashed`, or `timeout` because a process was too long at
   * it, that process is gone already.
   * @param onStart hears from the process that it begins with it, and how long other jobs stood before it, milliseconds
   * @throws the signal's reason when it is aborted; a job that runs already is told so, and its answer is dropped.
   */
  run(
    input: Input,
    signal?: AbortSignal,
    onStart?: (waitedMs: number) => void,
  ): Promise<Result<Answer, PoolFailure>>;
  /** Starts a process where none is there: a job is likely to come before long. */
  prepare(): void;
  /** Ids of the processes that are there. */
  pids(): number[];
  /** Ends all processes; open jobs and later ones are answered `busy`. */
  close(): Promise<void>;
}

/**
 * What a process is told: a job, with how long its answer is waited for, milliseconds, or that nobody waits for one any
 * more.
 */
export type ToProcess<Input> =
  | { readonly id: number; readonly input: Input; readonly leftMs: number }
  | { readonly cancel: number };
/** What a process says, as long as it is ours. */
export type FromProcess =
  | { readonly ready: true }
  | { readonly id: number; readonly begun: true }
  /** What the answer would be if it ended now. */
  | { readonly id: number; readonly soFar: unknown }
  | { readonly id: number; readonly answer: unknown };

/** What may have been said: every part of it may be missing, or anything. */
type Said = Readonly<Partial<Record<'ready' | 'id' | 'begun' | 'soFar' | 'answer', unknown>>>;

/** Longest time a process may take to get ready, milliseconds: loading from source on a busy machine takes seconds. */
const START_LIMIT_MS = 60_000;
/**
 * How long a process may go on with a job nobody waits for any more, milliseconds: as long as it took to start, which is
 * what ending it would cost the next job, and within these.
 */
const STALE_MS = { least: 2000, most: 10_000 };
/** How much of its last words goes into the log, characters. */
const MAX_LAST_WORDS = 1000;

const forEver = () => Number.POSITIVE_INFINITY;

interface Job<Input, Answer> {
  readonly id: number;
  readonly input: Input;
  /** When it came, and when no other stood before it any more, by `performance.now`. */
  readonly cameAt: number;
  turnAt: number | null;
  /** When nobody is to wait any longer. */
  deadline: number;
  timer: NodeJS.Timeout | undefined;
  /** Whether somebody waits for its answer. */
  isOpen: boolean;
  soFar: Answer | undefined;
  /** Told once, by the process. */
  onStart: ((waitedMs: number) => void) | undefined;
  settle(result: Result<Answer, PoolFailure>): void;
}

interface Slot<Input, Answer> {
  readonly child: ChildProcess;
  readonly startedAt: number;
  /** What it took to get ready, milliseconds; null until then. */
  startMs: number | null;
  /** What it is at, or will be as soon as it is ready; nobody may wait for it any more. */
  job: Job<Input, Answer> | null;
  /** Why it is being ended: it takes no more work, and counts as there until it is gone. */
  ending: PoolFailure | 'idle' | null;
  /** When it is ended, by `performance.now`, unless something comes before. */
  endsAt: number;
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
    // It outlives the photo it is started for, and what becomes of it is not about that.
    const child = aboutNothing(() =>
      withoutDescriptors((stdio) =>
        fork(options.entry, [String(options.memoryMb)], {
          execArgv: [...options.execArgv],
          env: childEnv(),
          // In the bot's own folder are its settings and, where nobody said otherwise, its store.
          cwd: parse(process.execPath).root,
          serialization: 'advanced',
          stdio,
        }),
      ),
    );
    const slot: Slot<Input, Answer> = {
      child,
      startedAt: performance.now(),
      startMs: null,
      job: null,
      ending: null,
      endsAt: 0,
      timer: undefined,
    };
    slots.add(slot);
    limit(slot, START_LIMIT_MS, 'timeout');
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
    if ('ready' in said && slot.startMs === null) {
      slot.startMs = performance.now() - slot.startedAt;
      if (job) hand(slot, job);
      else rest(slot);
    } else if (job && said.id === job.id && said.begun === true && job.onStart) {
      if (job.isOpen) job.onStart((job.turnAt ?? job.cameAt) - job.cameAt);
      job.onStart = undefined;
    } else if (job && said.id === job.id && 'soFar' in said && options.isAnswer(said.soFar, job.input)) {
      job.soFar = said.soFar as Answer;
    } else if (job && said.id === job.id && 'answer' in said && options.isAnswer(said.answer, job.input)) {
      rest(slot);
      if (job.isOpen) settle(job, ok(said.answer as Answer));
      pump();
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
    if (slot.startMs !== null) hand(slot, job);
  }

  function hand(slot: Slot<Input, Answer>, job: Job<Input, Answer>): void {
    const { id, input } = job;
    const { killAfterMs, workMs = forEver } = options;
    const mostMs = typeof killAfterMs === 'number' ? killAfterMs : killAfterMs(input);
    limit(slot, mostMs, 'timeout');
    awaitAtMost(job, workMs(input));
    tell(slot, { id, input, leftMs: Math.min(mostMs, job.deadline - performance.now()) });
  }

  function tell(slot: Slot<Input, Answer>, message: ToProcess<Input>): void {
    // A process that is gone hears nothing; its end is told elsewhere.
    slot.child.send(message, () => undefined);
  }

  function limit(slot: Slot<Input, Answer>, ms: number, why: PoolFailure | 'idle'): void {
    clearTimeout(slot.timer);
    slot.endsAt = performance.now() + ms;
    // Who waits keeps the bot alive, not what a process may still do.
    slot.timer = setTimeout(() => end(slot, why), ms).unref();
  }

  /** A process has nothing to do. */
  function rest(slot: Slot<Input, Answer>): void {
    slot.job = null;
    unref(slot);
    limit(slot, options.idleMs, 'idle');
  }

  function unref({ child }: Slot<Input, Answer>): void {
    child.unref();
    child.channel?.unref();
    (child.stderr as Socket | null)?.unref();
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
    const { job, ending } = slot;
    if (!ending) options.onCrash?.(new Error(how));
    if (job?.isOpen) settle(job, fail(ending === null || ending === 'idle' ? 'crashed' : ending));
    if (slots.size === 0) onEmpty();
    pump();
  }

  function pump(): void {
    while (waiting.length > 0 && !isClosed) {
      const slot =
        [...slots].find(({ job, ending }) => !job && !ending) ??
        (slots.size < options.workers ? start() : undefined);
      const job = slot && waiting.shift();
      if (!job) break;
      begin(job);
      assign(slot, job);
    }
    // What keeps these waiting is no other job: a process that is still at an old one, or not gone yet.
    const places = options.workers - [...slots].filter(({ job }) => job?.isOpen).length;
    for (const job of waiting.slice(0, Math.max(0, places))) begin(job);
  }

  /** No other job stands before this one: its time begins. */
  function begin(job: Job<Input, Answer>): void {
    if (job.turnAt !== null) return;
    job.turnAt = performance.now();
    const { answerMs = forEver } = options;
    awaitAtMost(job, answerMs(job.input, job.turnAt - job.cameAt));
  }

  /** From now on, unless it is for less already. */
  function awaitAtMost(job: Job<Input, Answer>, ms: number): void {
    const deadline = performance.now() + Math.max(0, ms);
    if (deadline >= job.deadline) return;
    job.deadline = deadline;
    clearTimeout(job.timer);
    job.timer = setTimeout(
      () => {
        settle(job, job.soFar === undefined ? fail('timeout') : ok(job.soFar));
        drop(job);
      },
      Math.max(0, ms),
    );
  }

  function settle(job: Job<Input, Answer>, result: Result<Answer, PoolFailure>): void {
    clearTimeout(job.timer);
    job.isOpen = false;
    job.settle(result);
  }

  /** Nobody waits for this job any more. Its process is there for the next one, as soon as it has done its step. */
  function drop(job: Job<Input, Answer>): void {
    const place = waiting.indexOf(job);
    if (place >= 0) waiting.splice(place, 1);
    const slot = [...slots].find((one) => one.job === job);
    if (slot && !slot.ending) {
      if (slot.startMs === null) {
        // It is still starting and has not heard of it.
        slot.job = null;
        unref(slot);
      } else {
        tell(slot, { cancel: job.id });
        const staleMs = Math.min(STALE_MS.most, Math.max(STALE_MS.least, slot.startMs));
        limit(slot, Math.min(staleMs, slot.endsAt - performance.now()), 'timeout');
      }
    }
    pump();
  }

  return {
    async run(input, signal, onStart) {
      signal?.throwIfAborted();
      const isFull = slots.size >= options.workers && [...slots].every(({ job, ending }) => job || ending);
      if (isClosed || (isFull && waiting.length >= options.queue)) return fail('busy');
      return new Promise((resolve, reject) => {
        const abort = () => {
          clearTimeout(job.timer);
          job.isOpen = false;
          drop(job);
          reject(signal?.reason);
        };
        const job: Job<Input, Answer> = {
          id: ++lastId,
          input,
          cameAt: performance.now(),
          turnAt: null,
          deadline: Number.POSITIVE_INFINITY,
          timer: undefined,
          isOpen: true,
          soFar: undefined,
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
    prepare() {
      if (!isClosed && slots.size === 0) unref(start());
    },
    pids: () => [...slots].flatMap(({ child }) => child.pid ?? []),
    async close() {
      isClosed = true;
      for (const job of waiting.splice(0)) settle(job, fail('busy'));
      if (slots.size === 0) return;
      const empty = new Promise<void>((resolve) => {
        onEmpty = resolve;
      });
      for (const slot of slots) end(slot, 'busy');
      await empty;
    },
  };
}
