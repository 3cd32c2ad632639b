/**
 * The six digits that tell whether somebody sits between laptop and hub (docs/decisions/0024). Both sides derive them
 * from both keys and a nonce of each; the laptop shows its own, the technician types them in the chat, the hub compares.
 * Whoever passes on other keys has to make two numbers equal that he cannot steer: the hub is bound by its commitment
 * before the laptop has shown its nonce, and shows its own only afterwards. One chance in a million, once a code.
 */
import { createHash } from 'node:crypto';

/** What the hub is bound to before it knows anything of the laptop. */
export interface HubShare {
  /** ULID of this try; nothing of an earlier one fits. */
  readonly pairing: string;
  /** Ed25519, SPKI DER, base64url. */
  readonly hubKey: string;
  /** 32 random bytes, base64url: without them the commitment tells nothing of the number. */
  readonly hubNonce: string;
}

/** All that both sides have to agree on. */
export interface PairingTranscript extends HubShare {
  /** The laptop's, as `hubKey`. */
  readonly publicKey: string;
  /** The laptop's, as `hubNonce`. */
  readonly nonce: string;
}

/** Digits of the number. */
const LENGTH = 6;

/** The hub's commitment, 32 bytes, base64url: opened by the share it was made from and by no other. */
export function commitTo({ pairing, hubKey, hubNonce }: HubShare): string {
  return digest('unbind-pair-commitment', pairing, hubKey, hubNonce).toString('base64url');
}

/** The number of a pairing: six digits, every one of the million as likely as the others. */
export function pairingNumber({ pairing, hubKey, hubNonce, publicKey, nonce }: PairingTranscript): string {
  const all = digest('unbind-pair-number', pairing, hubKey, hubNonce, publicKey, nonce);
  // 64 bits: what the remainder favours is below 10^-13.
  return String(all.readBigUInt64BE() % 10n ** BigInt(LENGTH)).padStart(LENGTH, '0');
}

/** As people read and type it: `123 456`. */
export function formatPairingNumber(number: string): string {
  return `${number.slice(0, LENGTH / 2)} ${number.slice(LENGTH / 2)}`;
}

/** Whether this is a number whole, in normal form. */
export function isPairingNumber(text: string): boolean {
  return /^\d{6}$/.test(text);
}

/** Longest text looked at, characters: six digits with room between them. */
const LONGEST = 32;

/**
 * The digits of a message that is nothing but a number as somebody may type it: blanks, dashes, dots and what cannot be
 * seen are dropped, and there may be one digit too few or too many. Null for every other text.
 */
export function readPairingNumber(typed: string): string | null {
  if (typed.length > LONGEST) return null;
  const digits = typed.normalize('NFKC').replace(/[\s\p{Cf}\p{Pd}.]/gu, '');
  return /^\d{5,7}$/.test(digits) ? digits : null;
}

/** Each part has a form of its own without line ends, so that no two lists of parts make the same text. */
function digest(...parts: readonly string[]): Buffer {
  return createHash('sha256').update(parts.join('\n')).digest();
}
