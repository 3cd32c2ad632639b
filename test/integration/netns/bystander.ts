/** What somebody who records a wire could find a secret by, without breaking a cipher. */
import { createDecipheriv, createHash } from 'node:crypto';

const AES_BLOCK = 16;

/** Every shape of a secret that needs no key to be turned back or compared with a list of passwords. */
export function shapesOf(secret: string): Map<string, Buffer> {
  const plain = Buffer.from(secret);
  const utf16 = Buffer.from(secret, 'utf16le');
  const shapes = new Map<string, Buffer>([
    ['plain', plain],
    ['UTF-16LE', utf16],
    ['UTF-16BE', Buffer.from(utf16).swap16()],
    ['reversed', Buffer.from([...plain].reverse())],
    ['hex', Buffer.from(plain.toString('hex'))],
    ['URL-encoded', Buffer.from(encodeURIComponent(secret))],
    ['URL-encoded throughout', Buffer.from([...plain].map((byte) => `%${byte.toString(16)}`).join(''))],
    ['ROT13', Buffer.from(rot13(secret))],
  ]);
  for (const name of ['md5', 'sha1', 'sha256', 'sha512']) {
    const digest = createHash(name).update(plain).digest();
    shapes.set(name, digest);
    shapes.set(`${name} in hex`, Buffer.from(digest.toString('hex')));
    shapes.set(`${name} in base64`, Buffer.from(digest.toString('base64')));
  }
  return shapes;
}

/**
 * The shapes of a secret that are in a recording: as it is, without regard to case, in base64 (at any offset, by
 * decoding every run of it) and in hex, and under any one byte that all bytes were XORed with.
 */
export function findShapes(recording: Buffer, secret: string): string[] {
  const views: [string, Buffer][] = [
    ['', recording],
    ['in base64', Buffer.concat(decodedRuns(recording, /[A-Za-z0-9+/_-]{8,}={0,2}/g, 'base64'))],
    ['in hex', Buffer.concat(decodedRuns(recording, /(?:[0-9a-fA-F]{2}){4,}/g, 'hex'))],
  ];
  const found: string[] = [];
  for (const [view, bytes] of views) {
    const folded = bytes.toString('latin1').toLowerCase();
    for (const [shape, wanted] of shapesOf(secret)) {
      if (folded.includes(wanted.toString('latin1').toLowerCase())) found.push(`${shape} ${view}`.trim());
    }
    for (let key = 1; key < 256; key++) {
      if (bytes.includes(Buffer.from([...Buffer.from(secret)].map((byte) => byte ^ key)))) {
        found.push(`XOR ${key} ${view}`.trim());
      }
    }
  }
  return found;
}

/**
 * Whether the key of a sealed password lies open in the recording: tries every 16 bytes in a row of all that was sent,
 * as it is, decoded from base64 and from hex, and the digests of every datagram.
 * @param sealed the 32 bytes of `Password` (protocol/sadp.md 11.1)
 */
export function findKey(payloads: readonly Buffer[], sealed: Buffer, secret: string): Buffer | null {
  const wanted = Buffer.from(secret);
  for (const payload of payloads) {
    const decoded = [
      ...decodedRuns(payload, /[A-Za-z0-9+/]{8,}={0,2}/g, 'base64'),
      ...decodedRuns(payload, /(?:[0-9a-fA-F]{2}){8,}/g, 'hex'),
    ];
    const whole = [payload, ...decoded];
    const digests = whole.flatMap((bytes) =>
      ['md5', 'sha1', 'sha256'].map((name) => createHash(name).update(bytes).digest()),
    );
    for (const bytes of [...whole, ...digests]) {
      for (let at = 0; at + AES_BLOCK <= bytes.length; at++) {
        const key = bytes.subarray(at, at + AES_BLOCK);
        const aes = createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false);
        if (aes.update(sealed).includes(wanted)) return Buffer.from(key);
      }
    }
  }
  return null;
}

/** Text that may be an encoding, turned back; base64 from each of four offsets, because a run may begin anywhere. */
function decodedRuns(bytes: Buffer, runs: RegExp, encoding: 'base64' | 'hex'): Buffer[] {
  const offsets = encoding === 'base64' ? [0, 1, 2, 3] : [0, 1];
  return [...bytes.toString('latin1').matchAll(runs)].flatMap(([run]) =>
    offsets.map((offset) => Buffer.from(run.slice(offset), encoding)),
  );
}

function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });
}
