import type { Readable } from 'node:stream';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { limit } from '../limit.ts';
import { checkPassword, type PasswordRefusal } from '../sadp/envelope.ts';
import { copySecret } from '../secret-bytes.ts';
import type { PromptAnswer, WasRefused } from '../unbind/contract.ts';

/** Far beyond any password; a pipe that goes on and on without a line end is not read to its end. */
const MAX_BYTES = 4096;
/** A password manager may ask its owner first; then somebody has forgotten the pipe. */
const WAIT_MS = 15_000;

const LF = 0x0a;
const CR = 0x0d;
/** The byte order mark that Windows PowerShell and editors put before UTF-8; no password begins with it. */
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads a password from a pipe: the bytes up to the first LF or the end, without that LF or CRLF and without a
 * byte order mark, nothing else trimmed. A terminal is never waited for.
 * @returns the bytes, which the caller zeroes; they may be empty or too long
 */
export async function readPassword(
  input: Readable & { readonly isTTY?: boolean },
  signal: AbortSignal,
): Promise<Result<Buffer, 'password-unread' | 'cancelled'>> {
  if (input.isTTY) return fail('password-unread');
  const chunks: Buffer[] = [];
  const { signal: over, end } = limit(WAIT_MS, signal);
  const stop = () => input.destroy();
  over.addEventListener('abort', stop, { once: true });
  try {
    let size = 0;
    if (!over.aborted) {
      for await (const chunk of input as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        size += chunk.length;
        if (chunk.includes(LF) || size > MAX_BYTES) break;
      }
    }
    if (over.aborted) return fail(signal.aborted ? 'cancelled' : 'password-unread');
    return ok(firstLine(Buffer.concat(chunks)));
  } catch {
    return fail(signal.aborted ? 'cancelled' : 'password-unread');
  } finally {
    over.removeEventListener('abort', stop);
    end();
    for (const chunk of chunks) chunk.fill(0);
    input.destroy();
  }
}

/** Reads a password and judges it at once: a wrong length needs neither network nor device to be refused. */
export async function readCheckedPassword(
  input: Readable,
  signal: AbortSignal,
): Promise<Result<Buffer, 'password-unread' | 'cancelled' | PasswordRefusal>> {
  const read = await readPassword(input, signal);
  if (!read.ok) return read;
  const checked = checkPassword(read.value);
  if (!checked.ok) read.value.fill(0);
  return checked;
}

/** A password out of a pipe as the answer to the prompt; nobody can be asked whether a refused one is really meant. */
export async function readAnswer(
  password: Buffer,
  samePassword: boolean,
  wasRefused: WasRefused,
): Promise<PromptAnswer> {
  if (samePassword || !(await wasRefused(password))) return { kind: 'typed', password };
  return { kind: 'refused-before' };
}

/** Cuts at the first LF and drops a CR in front of it; the rest is zeroed. */
function firstLine(all: Buffer): Buffer {
  const start = all.subarray(0, MARK.length).equals(MARK) ? MARK.length : 0;
  const lf = all.indexOf(LF);
  const end = lf > 0 && all[lf - 1] === CR ? lf - 1 : lf;
  const line = copySecret(all.subarray(start, lf < 0 ? all.length : end));
  all.fill(0);
  return line;
}
