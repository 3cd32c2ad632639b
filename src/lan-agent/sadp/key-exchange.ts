import { constants, generateKeyPair, type KeyObject, privateDecrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { fail, ok, type Result } from '../../kernel/result.ts';

/** Why a device's `Code` is refused before the password is touched; words of the vectors (protocol/sadp.md 11.1). */
export type CodeRefusal =
  | 'not-base64'
  | 'wrong-length'
  | 'bad-padding'
  | 'random-too-short'
  | 'random-has-zero-byte';

/** One RSA key for one exchange: it is made, sent, decrypts once and is dropped. */
export interface ExchangeKey {
  readonly bits: 1024 | 2048;
  /** Base64 of the PKCS#1 RSAPublicKey in DER, as `Code` of the request. */
  readonly code: string;
  readonly privateKey: KeyObject;
}

/** The device's random text is at least this long, and its first 16 bytes are the key (protocol/sadp.md 11). */
const RANDOM_BYTES = 16;
const MIN_PADDING_BYTES = 8;

/**
 * Makes a key for one exchange; 1024 bits for protocol 3.0, 2048 for 3.1 (protocol/sadp.md 8, 9).
 * @throws Error where this Node build refuses such a short key (a FIPS build): the caller turns it into a refusal.
 */
export async function createExchangeKey(bits: 1024 | 2048): Promise<ExchangeKey> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: bits, publicExponent: 65537 });
  const der = pair.publicKey.export({ type: 'pkcs1', format: 'der' });
  return { bits, code: der.toString('base64'), privateKey: pair.privateKey };
}

/**
 * Opens the device's `Code`.
 * @returns the 16 bytes of the random text that become the key; the caller zeroes them
 */
export function openCode(
  key: Pick<ExchangeKey, 'bits' | 'privateKey'>,
  code: string,
): Result<Buffer, CodeRefusal> {
  const text = code.replace(/\s/g, '');
  if (text === '' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return fail('not-base64');
  const sealed = Buffer.from(text, 'base64');
  if (sealed.length !== key.bits / 8) return fail('wrong-length');

  const block = decryptRaw(key.privateKey, sealed);
  if (!block) return fail('bad-padding');
  try {
    return openBlock(block);
  } finally {
    block.fill(0);
  }
}

/**
 * Raw RSA: `privateDecrypt` with PKCS#1 padding throws in every supported Node (CVE-2023-46809,
 * protocol/sadp.md 12). The key decrypts exactly once, so timing tells nobody anything.
 */
function decryptRaw(key: KeyObject, sealed: Buffer): Buffer | null {
  try {
    return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, sealed);
  } catch {
    return null;
  }
}

/** Takes `00 02 PS 00` off the block, where PS is at least 8 bytes, none of them zero. */
function openBlock(block: Buffer): Result<Buffer, CodeRefusal> {
  const end = block.indexOf(0, 2);
  if (block[0] !== 0 || block[1] !== 2 || end < 2 + MIN_PADDING_BYTES) return fail('bad-padding');
  const random = block.subarray(end + 1);
  if (random.length < RANDOM_BYTES) return fail('random-too-short');
  const first = random.subarray(0, RANDOM_BYTES);
  return first.includes(0) ? fail('random-has-zero-byte') : ok(Buffer.from(first));
}
