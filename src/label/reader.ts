import { availableParallelism } from 'node:os';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { isPhotoAnswer, isReading } from './answers.ts';
import { createPool } from './pool.ts';
import {
  answerTime,
  type LabelReading,
  MAX_BYTES,
  type PhotoAnswers,
  type PhotoJob,
  type PhotoRejection,
  type ReadJob,
} from './reading.ts';
import { createTextEngine } from './text/engine.ts';
import { better, isOpen, withoutTime, withPrint } from './weigh.ts';

export type { LabelReading };

/** Reads photos of device labels in processes of their own, so that no photo can hold up the bot or learn its secrets. */
export interface LabelReader {
  /**
   * Reads one photo (JPEG, PNG, WebP), at most 20 MB and 40 megapixels.
   * @param options `onPrint` hears from the process that reads print that it begins: no code has settled the matter, and
   *   seconds follow. `spentMs`: what of the time for this photo is gone already, milliseconds; half of it is left for
   *   reading at least. Default 0.
   * @throws only the signal's reason, when it is aborted. Everything else is a reading.
   */
  read(
    bytes: Uint8Array,
    options?: { signal?: AbortSignal; onPrint?: () => void; spentMs?: number },
  ): Promise<LabelReading>;
  /** A photo as it may be kept: the picture alone, upright, a JPEG of at most 2560 pixels a side. Never throws. */
  copy(bytes: Uint8Array): Promise<Result<Uint8Array, PhotoRejection>>;
  /** Ids of the processes that are there. */
  pids(): number[];
  /** Ends all processes; photos that are open, and later ones, are answered `busy`. */
  close(): Promise<void>;
}

interface LabelReaderOptions {
  /** Processes for codes, 1 and up. Default: one less than the processors, at most 2. */
  readonly workers?: number;
  /** Photos that may wait for each kind of process. Default 32: who brings them holds them in memory (bot/house/room.ts). */
  readonly queue?: number;
  /** Time for one photo, milliseconds; one that took longer than half to unpack has half for reading. Default 700. */
  readonly budgetMs?: number;
  /**
   * Time from a photo to its answer, milliseconds, whatever a process does or has to load first, and without what the photo
   * waits behind others. Default 8000.
   */
  readonly answerMs?: number;
  /** After this time, milliseconds, the process for codes is killed, whatever it does. Default 10 000. */
  readonly killAfterMs?: number;
  /** A process for codes ends after this time without photos, milliseconds. Default ten minutes. */
  readonly idleMs?: number;
  /** Most memory of a process for codes, MB. Default 640: the dearest photo within the limits took 440. */
  readonly memoryMb?: number;
  /** Let a second reader look where the first finds no label, in the second half of the budget. Default true. */
  readonly second?: boolean;
  /** Read print where no code can be read. Default true; where its packages are missing it is not read. */
  readonly text?: boolean;
  /** Hears why a process died by itself. */
  readonly log?: Log;
}

/**
 * The process of the second reader: it holds 170 MB when it is there, and with photos of 40 megapixels made to hurt 516
 * (`bench/labels-queue.ts --large`), so it does not stay for long.
 */
export const SECOND = { workers: 1, idleMs: 60_000, memoryMb: 800 };
/** It is not asked where less of the budget is left: finding a code takes it longer. */
const LEAST_MS = 100;
/** The end of a photo's time is for the way of its answer. */
const TELLING_MS = 400;

/** First bytes of what phones send; nothing else reaches a decoder. */
const SIGNATURES: readonly [offset: number, bytes: string][] = [
  [0, '\xff\xd8\xff'],
  [0, '\x89PNG\r\n\x1a\n'],
  [8, 'WEBPVP8'],
];
/** Brands of HEIC, HEIF and AVIF files (ISO/IEC 23008-12, AV1 Image File Format): what phones save, not what they send. */
const HEIF = /^.{4}ftyp(?:hei[cxms]|hev[cxms]|mi[af]f|mif[12]|msf1|avi[fs])/s;

export function createLabelReader(options: LabelReaderOptions = {}): LabelReader {
  const { queue = 32, budgetMs = 700, killAfterMs = 10_000, second = true, text = true, log } = options;
  const { answerMs = 8000, idleMs = 600_000, memoryMb = 640 } = options;
  const workers = options.workers ?? Math.max(1, Math.min(2, availableParallelism() - 1));
  const pool = createPool<PhotoJob, PhotoAnswers[PhotoJob['task']]>({
    ...moduleAt('worker.ts', 'label-worker.mjs'),
    workers,
    queue,
    killAfterMs,
    idleMs,
    answerMs: answerTime,
    memoryMb,
    isAnswer: isPhotoAnswer,
    onCrash: (error) => log?.error({ err: error }, 'the process that reads photos died'),
  });
  const other = createPool<ReadJob, LabelReading>({
    ...moduleAt('second/child.ts', 'label-second.mjs'),
    ...SECOND,
    queue,
    killAfterMs,
    answerMs: answerTime,
    workMs: (job) => job.budgetMs,
    isAnswer: isReading,
    onCrash: (error) => log?.error({ err: error }, 'the process of the second reader died'),
  });
  const print = createTextEngine({
    ...moduleAt('text/child.ts', 'label-text.mjs'),
    queue,
    onCrash: (error) => log?.error({ err: error }, 'the process that reads print died'),
  });
  /** A process answers each task in the task's own way (answers.ts). */
  async function work<Task extends PhotoJob['task']>(
    job: PhotoJob & { task: Task },
    signal?: AbortSignal,
    onStart?: (waitedMs: number) => void,
  ): Promise<Result<PhotoAnswers[Task], PhotoRejection>> {
    const rejection = atFirstSight(job.bytes);
    if (rejection) return fail(rejection);
    return (await pool.run(job, signal, onStart)) as Result<PhotoAnswers[Task], PhotoRejection>;
  }

  /** What a second reader says, asked when the first has said nothing, or nothing yet when half of the time is over. */
  async function codes(
    bytes: Uint8Array,
    time: PhotoTime,
    signal?: AbortSignal,
  ): Promise<Result<LabelReading, PhotoRejection>> {
    const enough = new AbortController();
    const until = signal ? AbortSignal.any([signal, enough.signal]) : enough.signal;
    const ask = (ms: number) => {
      // Half of a photo's time is for print: where the process has to start first, nobody waits longer for it.
      const job = { bytes, budgetMs: ms, answerMs: Math.max(ms, time.left() - time.inAll / 2), leastMs: ms };
      return other.run(job, until, time.waited).catch(() => fail('busy' as const));
    };
    let asked: ReturnType<typeof ask> | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      const job = { task: 'read', bytes, budgetMs, answerMs: time.inAll } as const;
      const first = await work(job, signal, (waitedMs) => {
        time.waited(waitedMs);
        const half = budgetMs / 2;
        if (second && half >= LEAST_MS) timer = setTimeout(() => (asked = ask(half)), half);
      });
      clearTimeout(timer);
      if (!first.ok) return first;
      const { reading, ms } = first.value;
      // Loading its models takes seconds: while the second reader looks, that has begun.
      if (text && isOpen(reading)) print.prepare();
      if (!second || !isOpen(reading) || (!asked && budgetMs - ms < LEAST_MS)) return ok(reading);
      const again = await (asked ?? ask(budgetMs - ms));
      signal?.throwIfAborted();
      // Noise can keep it longer than anybody waits: what the first reader said stands.
      if (!again.ok) log?.warn({ failure: again.failure }, 'the second reader gave no answer');
      return ok(again.ok ? better(reading, again.value) : reading);
    } finally {
      clearTimeout(timer);
      enough.abort();
    }
  }

  return {
    async read(bytes, { signal, onPrint, spentMs = 0 } = {}) {
      const time = photoTime(Math.max(answerMs / 2, answerMs - spentMs) - TELLING_MS);
      const result = await codes(bytes, time, signal);
      if (!result.ok) return { kind: 'rejected', reason: result.failure };
      if (!text || !isOpen(result.value)) return result.value;
      const left = time.left();
      const job = { bytes, budgetMs: left, answerMs: left, leastMs: Math.min(left, time.inAll / 2) };
      const printed = await print.read(job, signal, onPrint);
      if (printed.ok) return withPrint(result.value, printed.value);
      log?.warn({ failure: printed.failure }, 'print was not read');
      return printed.failure === 'timeout' ? withoutTime(result.value) : result.value;
    },
    async copy(bytes) {
      const answer = await work({ task: 'copy', bytes });
      return answer.ok ? answer.value : answer;
    },
    pids: () => [...pool.pids(), ...other.pids(), ...print.pids()],
    async close() {
      await Promise.all([print.close(), other.close(), pool.close()]);
    },
  };
}

/** The time of one photo, milliseconds. */
interface PhotoTime {
  readonly inAll: number;
  /** What is left. Beside many others a photo waits for its turn: half of its time is left nevertheless, unless it took that itself. */
  left(): number;
  /** Other photos stood before it for so long. */
  waited(ms: number): void;
}

function photoTime(ms: number): PhotoTime {
  const inAll = Math.max(0, ms);
  const start = performance.now();
  let waitedMs = 0;
  return {
    inAll,
    left() {
      const spentMs = performance.now() - start;
      return Math.max(0, inAll - spentMs, Math.min(inAll / 2, inAll - (spentMs - waitedMs)));
    },
    waited(more) {
      waitedMs += more;
    },
  };
}

/** Why a file needs no decoder to be refused; null for what may be a photo. */
function atFirstSight(bytes: Uint8Array): PhotoRejection | null {
  if (bytes.byteLength > MAX_BYTES) return 'too-large';
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  if (SIGNATURES.some(([offset, signature]) => start.startsWith(signature, offset))) return null;
  return HEIF.test(start) ? 'heif' : 'not-an-image';
}

/** The module of a process: a file beside the bundled program, or the source with a loader for TypeScript. */
function moduleAt(source: string, bundled: string): { entry: URL; execArgv: string[] } {
  if (!import.meta.url.endsWith('.ts'))
    return { entry: new URL(`./${bundled}`, import.meta.url), execArgv: [] };
  return {
    entry: new URL(`./${source}`, import.meta.url),
    execArgv: ['--import', import.meta.resolve('tsx')],
  };
}
