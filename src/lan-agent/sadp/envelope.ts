import { isUtf8 } from 'node:buffer';
import { createCipheriv, createHash } from 'node:crypto';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { secretBytes } from '../secret-bytes.ts';

/** Most bytes of a password any device of these protocols takes; longer is refused, never cut (protocol/sadp.md 8). */
const MAX_PASSWORD_BYTES = 16;

export type PasswordRefusal =
  | 'password-empty'
  | 'password-not-utf8'
  | 'password-too-long'
  | 'password-has-control-character';

/**
 * Checks the length in bytes, 1 to 16, and that a keyboard could have typed it: control characters come from pipes and
 * from copying, and a zero byte would end the password early, because the envelope is filled with them. Bytes that are
 * no UTF-8 are letters in another encoding, as some pipes change them: the device would count a wrong password.
 */
export function checkPassword(password: Buffer): Result<Buffer, PasswordRefusal> {
  if (password.length === 0) return fail('password-empty');
  if (!isUtf8(password) || isUtf16(password)) return fail('password-not-utf8');
  if (password.length > MAX_PASSWORD_BYTES) return fail('password-too-long');
  const isTyped = password.every((byte) => byte >= 0x20 && byte !== 0x7f);
  return isTyped ? ok(password) : fail('password-has-control-character');
}

/** Every second byte is zero: English letters in UTF-16, as Windows PowerShell writes them. */
function isUtf16(bytes: Buffer): boolean {
  const isZero = (rest: number) => bytes.every((byte, at) => at % 2 !== rest || byte === 0);
  return bytes.length > 1 && (isZero(0) || isZero(1));
}

/**
 * The envelope of protocol 3.0 (protocol/sadp.md 11.1): AES-128-ECB over the key itself and the password filled with
 * zero bytes.
 * @param key 16 bytes out of the exchange
 * @param password 1 to 16 bytes
 * @returns base64, 44 characters
 */
export function sealPassword(key: Buffer, password: Buffer): string {
  const plain = secretBytes(2 * MAX_PASSWORD_BYTES);
  key.copy(plain);
  password.copy(plain, MAX_PASSWORD_BYTES);
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  plain.fill(0);
  return sealed.toString('base64');
}

/** What the digest of protocol 3.1 is made of, from the discovery reply (protocol/sadp.md 11.2). */
export interface DigestSource {
  readonly digestUser: string;
  readonly salt: string | null;
  readonly salt2: string | null;
}

/**
 * The digest D of protocol 3.1. The only source handles digests as C text, which ends at a zero byte; whether
 * devices do so too is unknown, so a digest with a zero byte in it is refused before anything is sent.
 */
export function digestPassword(source: DigestSource, password: Buffer): Result<Buffer, 'ambiguous-digest'> {
  const first = digest(source.digestUser, source.salt ?? '', password);
  const last = source.salt2 ? digest(source.digestUser, source.salt2, first) : first;
  return first.includes(0) || last.includes(0) ? fail('ambiguous-digest') : ok(last);
}

/**
 * The envelope of protocol 3.1: the password only enters the key.
 * @param random 16 bytes out of the exchange
 * @param iv 16 random bytes
 * @returns base64, 24 characters
 */
export function seal31(random: Buffer, passwordDigest: Buffer, iv: Buffer): string {
  const key = createHash('sha256').update(random).update('ezvizUnbind_v31').update(passwordDigest).digest();
  const cipher = createCipheriv('aes-128-cbc', key.subarray(0, 16), iv).setAutoPadding(false);
  const sealed = Buffer.concat([cipher.update(random), cipher.final()]);
  key.fill(0);
  return sealed.toString('base64');
}

function digest(user: string, salt: string, secret: Buffer): Buffer {
  return createHash('sha256').update(user).update(salt).update(secret).digest();
}
