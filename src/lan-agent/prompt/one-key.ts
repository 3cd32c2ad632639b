import type { Readable } from 'node:stream';
import { aborted } from '../limit.ts';

/**
 * The key that means yes: in no password, under the same finger in every keyboard layout, and not Enter, which people
 * press to get on.
 */
const YES = 0x20;

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const LF = 0x0a;
const CR = 0x0d;
const ESCAPE = 0x1b;

/**
 * Waits for the one key that means yes (the space bar). Escape, Ctrl+C and Ctrl+D mean no. After any other key nothing
 * counts until Enter: somebody types a password without looking, and a space in it is no yes.
 * @param onOther any other key was pressed; called once until Enter
 * @param onEnter the question begins anew
 * @returns null when `signal` was aborted, or Escape came in the middle of something typed
 */
export async function readOneKey(
  keys: Readable,
  signal: AbortSignal,
  { onOther, onEnter }: { readonly onOther: () => void; readonly onEnter: () => void },
): Promise<boolean | null> {
  let isTyping = false;
  let result: boolean | null = null;
  const over = new AbortController();
  const end = () => over.abort();

  const hear = (typed: Buffer) => {
    const [first = 0] = typed;
    const isAlone = typed.length === 1;
    const isLeaving = typed.includes(CTRL_C) || typed.includes(CTRL_D);
    const isEnter = typed.at(-1) === CR || typed.at(-1) === LF;
    const isEscape = isAlone && first === ESCAPE;
    const isYes = isAlone && first === YES;
    typed.fill(0);
    if (isLeaving || (isEscape && !isTyping)) result = false;
    if (isYes && !isTyping) result = true;
    if (result !== null || isEscape) return end();
    if (isEnter) {
      isTyping = false;
      return onEnter();
    }
    if (!isTyping) onOther();
    isTyping = true;
  };

  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  keys.on('data', hear);
  await aborted(over.signal);
  keys.off('data', hear);
  signal.removeEventListener('abort', end);
  return result;
}
