/** Answers to digest challenges (RFC 2617, RFC 7616; protocol/isapi.md 5.3). */
import { createHash, randomBytes } from 'node:crypto';
import type { DigestChoice } from './challenge.ts';

export interface Login {
  readonly userName: string;
  /** As typed, UTF-8. Never becomes a string: a Buffer can be zeroed. */
  readonly password: Buffer;
}

/** What one response is computed over; `realm` and `nonce` are latin1 texts as the header had them. */
export interface DigestInput extends Login {
  readonly hash: DigestChoice['hash'];
  readonly realm: string;
  readonly nonce: string;
  readonly qop: DigestChoice['qop'];
  /** Eight hexadecimal digits: which use of the nonce it is. */
  readonly nc: string;
  readonly cnonce: string;
  readonly method: string;
  /** Path and query exactly as on the request line. */
  readonly uri: string;
}

/** The response of a digest login, lower-case hex. */
export function digestResponse(input: DigestInput): string {
  const { hash, realm, nonce, qop, nc, cnonce, method, uri } = input;
  const h = (text: string) => createHash(hash).update(text, 'latin1');
  // This hash is as good as the password for this realm, so it is zeroed like one.
  const a1 = h(`${bytesAsText(input.userName)}:${realm}:`)
    .update(input.password)
    .digest();
  const a1Hex = hexOf(a1);
  const middle = qop === null ? '' : `${nc}:${cnonce}:${qop}:`;
  const response = createHash(hash)
    .update(a1Hex)
    .update(`:${nonce}:${middle}${h(`${method}:${uri}`).digest('hex')}`, 'latin1')
    .digest('hex');
  a1.fill(0);
  a1Hex.fill(0);
  return response;
}

/**
 * Value of `Authorization` for a GET. Every challenge is answered once (fresh nonce for every request), so the count
 * is always 1. The algorithm goes back in the device's own spelling.
 */
export function authorize({ challenge, hash, qop }: DigestChoice, login: Login, uri: string): string {
  const { realm, nonce, algorithm, opaque } = challenge;
  const nc = '00000001';
  const cnonce = randomBytes(8).toString('hex');
  const response = digestResponse({ ...login, hash, realm, nonce, qop, nc, cnonce, method: 'GET', uri });
  return [
    `Digest username=${quoted(bytesAsText(login.userName))}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    ...(algorithm === null ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === null ? [] : [`opaque=${quoted(opaque)}`]),
    ...(qop === null ? [] : [`qop=${qop}`, `nc=${nc}`, `cnonce="${cnonce}"`]),
  ].join(', ');
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** UTF-8 bytes, one character each: what a header can carry. */
function bytesAsText(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** Lower-case hex as bytes; `toString('hex')` would leave a copy that cannot be zeroed. */
function hexOf(bytes: Buffer): Buffer {
  const hex = Buffer.alloc(bytes.length * 2);
  for (const [index, byte] of bytes.entries()) {
    hex[index * 2] = '0123456789abcdef'.charCodeAt(byte >> 4);
    hex[index * 2 + 1] = '0123456789abcdef'.charCodeAt(byte & 15);
  }
  return hex;
}
