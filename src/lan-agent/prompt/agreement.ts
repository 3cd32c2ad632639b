import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { PROMPT_LIMIT_MS } from '../../link/times.ts';
import { limit } from '../limit.ts';

/** What counts as an answer, in any language of the product. */
const YES = /^\s*(?:y|yes|д|да)\s*$/i;
const NO = /^\s*(?:n|no|н|нет)\s*$/i;

/**
 * Asks until yes or no is typed; false when the person leaves or the time is over. Whole lines, so that it works where
 * the terminal looks like a pipe (Git Bash on Windows), and Ctrl+C stays the program's. For nothing secret.
 */
export async function askAgreement(
  message: string,
  input: Readable,
  output: Writable,
  signal: AbortSignal,
): Promise<boolean> {
  const over = limit(PROMPT_LIMIT_MS, signal);
  const lines = createInterface({ input, terminal: false });
  const answer = new Promise<boolean>((resolve) => {
    lines.on('line', (line) => {
      if (YES.test(line)) resolve(true);
      else if (NO.test(line)) resolve(false);
      else output.write(message);
    });
    lines.once('close', () => resolve(false));
  });
  over.signal.addEventListener('abort', () => lines.close(), { once: true });
  if (over.signal.aborted) lines.close();
  try {
    output.write(message);
    return await answer;
  } finally {
    over.end();
    lines.close();
    input.pause();
  }
}
