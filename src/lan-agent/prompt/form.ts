import { secretBytes } from '../secret-bytes.ts';

/**
 * The value of one field of an `application/x-www-form-urlencoded` body, as bytes: a password never becomes a
 * string on its way. Null when the field is missing or wrongly encoded. The caller zeroes `body` and the value.
 */
export function formField(body: Buffer, name: string): Buffer | null {
  const prefix = Buffer.from(`${name}=`);
  let start = 0;
  while (start <= body.length) {
    const ampersand = body.indexOf('&', start);
    const end = ampersand < 0 ? body.length : ampersand;
    const field = body.subarray(start, end);
    if (field.subarray(0, prefix.length).equals(prefix)) return decode(field.subarray(prefix.length));
    start = end + 1;
  }
  return null;
}

const PLUS = 0x2b;
const PERCENT = 0x25;
const SPACE = 0x20;

function decode(encoded: Buffer): Buffer | null {
  const decoded = secretBytes(encoded.length);
  let length = 0;
  for (let at = 0; at < encoded.length; at++) {
    let byte = encoded[at] ?? 0;
    if (byte === PLUS) byte = SPACE;
    if (byte === PERCENT) {
      const value = hexDigit(encoded[at + 1]) * 16 + hexDigit(encoded[at + 2]);
      if (Number.isNaN(value)) {
        decoded.fill(0);
        return null;
      }
      byte = value;
      at += 2;
    }
    decoded[length++] = byte;
  }
  return decoded.subarray(0, length);
}

/** 0 to 15, or NaN for a byte that is no hexadecimal digit. */
function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return Number.NaN;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte & ~0x20;
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x41 + 10 : Number.NaN;
}
