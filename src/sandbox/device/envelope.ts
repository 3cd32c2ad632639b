/** Device side of the key exchange and of the password envelope (protocol/sadp.md 11). */
import {
  constants,
  createDecipheriv,
  createHash,
  createPublicKey,
  publicEncrypt,
  randomInt,
} from 'node:crypto';

const PRINTABLE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Bytes of the random text that take part, and of the password field of protocol 3.0. */
const BLOCK = 16;

/** A random text of an exchange: 16 printable characters. */
export function makeRandom(): string {
  return Array.from({ length: BLOCK }, () => PRINTABLE[randomInt(PRINTABLE.length)]).join('');
}

/**
 * Encrypts `random` for whoever sent the public key.
 * @param code base64 of a PKCS#1 `RSAPublicKey`, nothing else.
 * @param bits the size the protocol version asks for: 1024 for 3.0, 2048 for 3.1.
 * @returns base64 of the cryptogram; null when the key is not of that form.
 */
export function encryptFor(code: string, random: string, bits: 1024 | 2048): string | null {
  const der = decodeBase64(code);
  if (der === null) return null;
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'pkcs1' });
    // A key in another wrapping may be read all the same; a device would not.
    if (key.asymmetricKeyDetails?.modulusLength !== bits) return null;
    // Asked by way of SPKI, whose end a PKCS#1 key is: Node 24 cannot write an imported key as PKCS#1.
    const wrapped = key.export({ type: 'spki', format: 'der' });
    if (wrapped.length <= der.length || !wrapped.subarray(-der.length).equals(der)) return null;
    return publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(random)).toString(
      'base64',
    );
  } catch {
    return null;
  }
}

/**
 * Opens an envelope of protocol 3.0.
 * @returns the password bytes; null when the envelope was not made with this `random`.
 */
export function openEnvelope(element: string, random: string): Buffer | null {
  const sealed = decodeBase64(element);
  if (sealed?.length !== 2 * BLOCK) return null;
  const key = Buffer.from(random).subarray(0, BLOCK);
  const cipher = createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  const plain = Buffer.concat([cipher.update(sealed), cipher.final()]);
  if (!plain.subarray(0, BLOCK).equals(key)) return null;
  const password = plain.subarray(BLOCK);
  const end = password.indexOf(0);
  return end === -1 ? password : password.subarray(0, end);
}

/** What enters the key of protocol 3.1 beside the random text. */
interface Credentials31 {
  user: string;
  password: string;
  salt: string;
  salt2: string | null;
}

/**
 * Checks a request of protocol 3.1: the password is not in it, only a proof that the sender knows it.
 * Follows the C-text reading of digests (protocol/sadp.md 11.2); where a digest holds a zero byte, real devices may
 * differ, and the agent does not send at all.
 */
export function proves31(element: string, iv: string, random: string, known: Credentials31): boolean {
  const sealed = decodeBase64(element);
  if (sealed?.length !== BLOCK || !/^[0-9a-f]{32}$/.test(iv)) return false;
  const first = sha256(known.user, known.salt, known.password);
  const digest = known.salt2 ? sha256(known.user, known.salt2, untilZero(first)) : first;
  const key = sha256(random, 'ezvizUnbind_v31', untilZero(digest)).subarray(0, BLOCK);
  const cipher = createDecipheriv('aes-128-cbc', key, Buffer.from(iv, 'hex')).setAutoPadding(false);
  const plain = Buffer.concat([cipher.update(sealed), cipher.final()]);
  return plain.equals(Buffer.from(random).subarray(0, BLOCK));
}

function sha256(...parts: readonly (string | Buffer)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function untilZero(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

/** Strict: Node's own decoder skips what it does not understand. */
function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && bytes.toString('base64') === text ? bytes : null;
}
