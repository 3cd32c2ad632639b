import { availableParallelism } from 'node:os';
import type { Log } from '../kernel/log.ts';
import { createPool } from './pool.ts';
import { type LabelReading, MAX_BYTES, type PhotoJob } from './reading.ts';

export type { LabelReading };

/** Reads photos of device labels in threads of its own, so that no photo can hold up the bot. */
export interface LabelReader {
  /**
   * Reads one photo (JPEG, PNG, WebP, AVIF), at most 20 MB and 40 megapixels.
   * @throws only the signal's reason, when it is aborted. Everything else is a reading.
   */
  read(bytes: Uint8Array, options?: { signal?: AbortSignal }): Promise<LabelReading>;
  /** Ends all threads; photos that are open, and later ones, are answered `busy`. */
  close(): Promise<void>;
}

interface LabelReaderOptions {
  /** Threads, 1 and up. Default: one less than the processors, at most 2. */
  readonly workers?: number;
  /** Photos that may wait for a thread. Default 8: each is held in memory. */
  readonly queue?: number;
  /** Time for preparing and reading one photo, milliseconds, after it was unpacked. Default 700. */
  readonly budgetMs?: number;
  /** After this time, milliseconds, the thread is killed, whatever it does. Default 10 000. */
  readonly killAfterMs?: number;
  /** Hears why a thread died by itself. */
  readonly log?: Log;
}

/** First bytes of what phones send; nothing else reaches a decoder. `ftyp` stands for HEIF and AVIF. */
const SIGNATURES: readonly [offset: number, bytes: string][] = [
  [0, '\xff\xd8\xff'],
  [0, '\x89PNG\r\n\x1a\n'],
  [8, 'WEBPVP8'],
  [4, 'ftyp'],
];

export function createLabelReader(options: LabelReaderOptions = {}): LabelReader {
  const { queue = 8, budgetMs = 700, killAfterMs = 10_000, log } = options;
  const workers = options.workers ?? Math.max(1, Math.min(2, availableParallelism() - 1));
  const pool = createPool<PhotoJob, LabelReading>({
    entry: workerEntry(),
    workers,
    queue,
    killAfterMs,
    onCrash: (error) => log?.error({ err: error }, 'label worker died'),
  });
  return {
    async read(bytes, { signal } = {}) {
      if (bytes.byteLength > MAX_BYTES) return { kind: 'rejected', reason: 'too-large' };
      if (!isPhoto(bytes)) return { kind: 'rejected', reason: 'not-an-image' };
      // A copy of its own: a message to a thread carries the whole memory a view looks into.
      const result = await pool.run({ bytes: new Uint8Array(bytes), budgetMs }, signal);
      return result.ok ? result.value : { kind: 'rejected', reason: result.failure };
    },
    close: () => pool.close(),
  };
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
