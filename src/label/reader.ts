import { availableParallelism } from 'node:os';
import type { Log } from '../kernel/log.ts';
import { fail, type Result } from '../kernel/result.ts';
import { createPool } from './pool.ts';
import { type LabelReading, MAX_BYTES, type PhotoJob, type PhotoRejection } from './reading.ts';
import { createTextEngine } from './text/engine.ts';
import type { TextReading } from './text/protocol.ts';

export type { LabelReading };

/** Reads photos of device labels in threads of its own, so that no photo can hold up the bot. */
export interface LabelReader {
  /**
   * Reads one photo (JPEG, PNG, WebP, AVIF), at most 20 MB and 40 megapixels.
   * @throws only the signal's reason, when it is aborted. Everything else is a reading.
   */
  read(bytes: Uint8Array, options?: { signal?: AbortSignal }): Promise<LabelReading>;
  /** A photo as it may be kept: the picture alone, upright, a JPEG of at most 2560 pixels a side. Never throws. */
  copy(bytes: Uint8Array): Promise<Result<Uint8Array, PhotoRejection>>;
  /** Ends all threads and the process that reads print; photos that are open, and later ones, are answered `busy`. */
  close(): Promise<void>;
}

interface LabelReaderOptions {
  /** Threads, 1 and up. Default: one less than the processors, at most 2. */
  readonly workers?: number;
  /** Photos that may wait for a thread. Default 8: each is held in memory. */
  readonly queue?: number;
  /** Time for one photo, milliseconds; one that took longer than half to unpack has half for reading. Default 700. */
  readonly budgetMs?: number;
  /** After this time, milliseconds, the thread is killed, whatever it does. Default 10 000. */
  readonly killAfterMs?: number;
  /** Read print where no code can be read. Default true; where its packages are missing it is not read. */
  readonly text?: boolean;
  /** Hears why a thread died by itself. */
  readonly log?: Log;
}

/** What a thread answers to each task. */
interface Answers {
  read: LabelReading;
  copy: Result<Uint8Array, PhotoRejection>;
}

/** First bytes of what phones send; nothing else reaches a decoder. `ftyp` stands for HEIF and AVIF. */
const SIGNATURES: readonly [offset: number, bytes: string][] = [
  [0, '\xff\xd8\xff'],
  [0, '\x89PNG\r\n\x1a\n'],
  [8, 'WEBPVP8'],
  [4, 'ftyp'],
];

export function createLabelReader(options: LabelReaderOptions = {}): LabelReader {
  const { queue = 8, budgetMs = 700, killAfterMs = 10_000, text = true, log } = options;
  const workers = options.workers ?? Math.max(1, Math.min(2, availableParallelism() - 1));
  const pool = createPool<PhotoJob, Answers[PhotoJob['task']]>({
    entry: workerEntry(),
    workers,
    queue,
    killAfterMs,
    // `work` gives every job memory of its own.
    transfer: ({ bytes }) => [bytes.buffer as ArrayBuffer],
    onCrash: (error) => log?.error({ err: error }, 'label worker died'),
  });
  const print = createTextEngine({
    ...childEntry(),
    onCrash: (error) => log?.error({ err: error }, 'the process that reads print died'),
  });
  /** A thread answers each task in the task's own way. The photo is copied and handed over. */
  async function work<Task extends PhotoJob['task']>(
    job: PhotoJob & { task: Task },
    signal?: AbortSignal,
  ): Promise<Result<Answers[Task], PhotoRejection>> {
    if (job.bytes.byteLength > MAX_BYTES) return fail('too-large');
    if (!isPhoto(job.bytes)) return fail('not-an-image');
    const answer = await pool.run({ ...job, bytes: new Uint8Array(job.bytes) }, signal);
    return answer as Result<Answers[Task], PhotoRejection>;
  }

  return {
    async read(bytes, { signal } = {}) {
      const cancelled = new Int32Array(new SharedArrayBuffer(4));
      signal?.addEventListener('abort', () => Atomics.store(cancelled, 0, 1), { once: true });
      const result = await work({ task: 'read', bytes, budgetMs, cancelled }, signal);
      if (!result.ok) return { kind: 'rejected', reason: result.failure };
      if (!text || !isOpen(result.value)) return result.value;
      const printed = await print.read(new Uint8Array(bytes), signal);
      if (!printed.ok) log?.warn({ failure: printed.failure }, 'print was not read');
      return printed.ok ? withPrint(result.value, printed.value) : result.value;
    },
    async copy(bytes) {
      const answer = await work({ task: 'copy', bytes });
      return answer.ok ? answer.value : answer;
    },
    async close() {
      print.close();
      await pool.close();
    },
  };
}

/** Whether print may say more than the codes did. Codes that hold secrets end the matter. */
function isOpen(reading: LabelReading): boolean {
  switch (reading.kind) {
    case 'unreadable':
      return true;
    case 'refused':
      return reading.reason !== 'exported-credentials' && reading.reason !== 'password-procedure';
    case 'label':
      return !reading.isCertain;
    default:
      return false;
  }
}

/** What codes and print say together. */
function withPrint(reading: LabelReading, { serials, picture }: TextReading): LabelReading {
  const [first] = serials;
  if (!first) return reading;
  const labels = serials.map(({ shortSerial, fullSerial, model }) => ({
    host: null,
    fullSerial,
    shortSerial,
    model,
    extra: [],
    hasVerificationCode: false,
  }));
  if (reading.kind === 'label') {
    // Nine digits may be a part number. Print that calls the same number a serial number settles it;
    // the digits alone say nothing: they stand under the bars of part numbers, too.
    const same = serials.findIndex((serial) => serial.shortSerial === reading.facts.shortSerial);
    const facts = labels[same];
    if (facts && serials[same]?.isNamed && serials[same].certainty !== 'repaired') {
      const model = reading.facts.model ?? facts.model;
      const both = { ...reading.facts, fullSerial: facts.fullSerial, model };
      return { kind: 'label', facts: both, sources: [...reading.sources, 'print'], isCertain: true };
    }
    if (facts && serials.length === 1) return reading;
    if (first.certainty !== 'agreed') {
      const all = facts ? labels : [...labels, reading.facts];
      return { kind: 'printed', labels: all.slice(0, 8), certainty: first.certainty, picture };
    }
  }
  // Two serials that differ are two devices or one misread: either way a person chooses.
  return { kind: 'printed', labels, certainty: first.certainty, picture };
}

function isPhoto(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  return SIGNATURES.some(([offset, signature]) => start.startsWith(signature, offset));
}

/**
 * Bundled, the thread is a file beside the program. From source it has to load TypeScript, in a way that works under
 * tsx, under vitest and on Node 20, where threads take no `--import`: a line of JavaScript that registers the loader.
 */
function workerEntry(): URL {
  if (!import.meta.url.endsWith('.ts')) return new URL('./label-worker.mjs', import.meta.url);
  const loader = import.meta.resolve('tsx/esm/api');
  const start = `import { register } from '${loader}'; register(); await import('${new URL('./worker.ts', import.meta.url)}');`;
  return new URL(`data:text/javascript,${encodeURIComponent(start)}`);
}

/** The process that reads print: a file beside the bundled program, or the source with a loader for TypeScript. */
function childEntry(): { entry: URL; execArgv: string[] } {
  if (!import.meta.url.endsWith('.ts'))
    return { entry: new URL('./label-text.mjs', import.meta.url), execArgv: [] };
  return {
    entry: new URL('./text/child.ts', import.meta.url),
    execArgv: ['--import', import.meta.resolve('tsx')],
  };
}
