/** HTTP on this laptop alone, for the person who sits before it: what every page of the agent is served with. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import { secretBytes } from './secret-bytes.ts';

const LOOPBACK = '127.0.0.1';
export const FORM_TYPE = 'application/x-www-form-urlencoded';
/** A form with a far too long password still fits, so that it can be told. */
const MAX_BODY_BYTES = 4096;
/** What libuv reads into at once (`uv__read`), and how many of such are covered. */
const READ_BYTES = 64 * 1024;
const COVERED = 16;

/** Headers of every answer; a page adds what it may do (`content-security-policy`). */
const HEADERS = {
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  // Not no-referrer: with it browsers send `Origin: null` and a foreign form could not be told from ours.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  connection: 'close',
} as const;

/**
 * Takes memory of the size that libuv reads into, as much as may have been given back, and zeroes it: where what was read is moved to
 * a place of its own, it stays in the one it was read into until somebody else is given that (seen in one run of three).
 */
function coverFreed(): void {
  const taken: Buffer[] = [];
  while (taken.length < COVERED) taken.push(Buffer.allocUnsafeSlow(READ_BYTES).fill(0));
}

/** Has a server listen on a free port of 127.0.0.1. @returns its origin. @throws what the system says */
export function listenHere(server: Server): Promise<string> {
  server.headersTimeout = 5_000;
  server.requestTimeout = 10_000;
  // Read through our hands, the parser being served first, and not by the parser itself, which keeps what it reads
  // in a buffer of its own until the next request.
  server.on('connection', (socket) =>
    socket.on('data', (bytes: Buffer) => {
      bytes.fill(0);
      // Once the reading is over, too: what it read into may be free only then.
      coverFreed();
      setImmediate(coverFreed);
    }),
  );
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, LOOPBACK, () => resolve(`http://${LOOPBACK}:${(server.address() as AddressInfo).port}`));
  });
}

/** Writes the head of an answer. @param type of its content, UTF-8 */
export function writeHead(
  response: ServerResponse,
  status: number,
  type: string,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { ...HEADERS, ...headers, 'content-type': `${type}; charset=utf-8` });
}

/** Answers with the words HTTP has for a status, where nothing was answered yet. */
export function sendStatus(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
): void {
  if (response.headersSent) return;
  writeHead(response, status, 'text/plain', headers);
  response.end(STATUS_CODES[status]);
}

/**
 * The body of a form, which the caller zeroes; null when it is not one that may hold a password: larger, or without a
 * declared length.
 */
export async function readForm(request: IncomingMessage): Promise<Buffer | null> {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (!(length <= MAX_BODY_BYTES)) return null;
  const body = secretBytes(length);
  let at = 0;
  try {
    // The parser ends the body at its declared length.
    for await (const chunk of request as AsyncIterable<Buffer>) {
      at += chunk.copy(body, at);
      chunk.fill(0);
    }
  } catch (error) {
    // Cut off on its way: what has come of the password goes.
    body.fill(0);
    throw error;
  }
  return body;
}
