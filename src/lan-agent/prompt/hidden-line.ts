import type { Readable } from 'node:stream';
import { aborted } from '../limit.ts';
import { copySecret, secretBytes } from '../secret-bytes.ts';

/** The person left the question with Ctrl+C or Ctrl+D. */
export const LEFT = Symbol('left');

/** Far longer than any password: of what goes on, only that it is too long is of interest. */
const CAPACITY = 256;

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const BACKSPACES = [0x08, 0x7f];
const LF = 0x0a;
const CR = 0x0d;
const CTRL_U = 0x15;
const ESCAPE = 0x1b;
/** What follows an escape in what arrow and function keys send. */
const SEQUENCES = [0x5b, 0x4f];

/**
 * Reads a line of keys that is not shown, as bytes that can be zeroed: a reader of lines makes strings of what is typed,
 * which stay in memory until somebody else needs it. Backspace and Ctrl+U edit; arrow keys do nothing.
 * @returns the line, which the caller zeroes; null when it was left with Escape or `signal` was aborted
 */
export async function readHiddenLine(
  keys: Readable,
  signal: AbortSignal,
): Promise<Buffer | typeof LEFT | null> {
  const line = secretBytes(CAPACITY);
  let length = 0;
  let isSequence = false;
  let result: Buffer | typeof LEFT | null = null;
  let end = () => {};

  const press = (byte: number): boolean => {
    if (isSequence) {
      isSequence = byte < 0x40 || byte > 0x7e || SEQUENCES.includes(byte);
    } else if (byte === CR || byte === LF) {
      result = copySecret(line.subarray(0, length));
      return true;
    } else if (byte === CTRL_C || byte === CTRL_D) {
      result = LEFT;
      return true;
    } else if (BACKSPACES.includes(byte)) {
      length = startOfLast(line.subarray(0, length));
    } else if (byte === CTRL_U) {
      length = 0;
    } else if (length < CAPACITY) {
      line[length++] = byte;
    }
    return false;
  };
  const hear = (typed: Buffer) => {
    let isOver = typed.length === 1 && typed[0] === ESCAPE;
    for (const [at, byte] of typed.entries()) {
      if (isOver) break;
      if (byte === ESCAPE && SEQUENCES.includes(typed[at + 1] ?? 0)) isSequence = true;
      else isOver = press(byte);
    }
    typed.fill(0);
    if (isOver) end();
  };

  const over = new AbortController();
  end = () => over.abort();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  keys.on('data', hear);
  await aborted(over.signal);
  keys.off('data', hear);
  signal.removeEventListener('abort', end);
  line.fill(0);
  return result;
}

/** Where the last character of UTF-8 bytes begins; 0 without one. */
function startOfLast(bytes: Buffer): number {
  let at = bytes.length;
  while (at > 0) {
    at--;
    // Bytes that go on a character begin with the bits 10.
    if (((bytes[at] ?? 0) & 0xc0) !== 0x80) break;
  }
  return at;
}
