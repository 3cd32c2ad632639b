import { createHmac, timingSafeEqual } from 'node:crypto';
import { fold } from '../device/lookalikes.ts';

/**
 * What a person typed under a picture, as both sides compare it: upper case, white space dropped,
 * look-alikes read as Latin letters, at most 16 characters.
 */
export function normalisePictureAnswer(typed: string): string {
  return fold(typed.normalize('NFKC')).replace(/\s+/gu, '').slice(0, 16);
}

/**
 * The answer as it crosses the link: an HMAC under the challenge's nonce. The typed text itself is never stored or
 * sent (it would otherwise sit in the chat's state and in the agent's mailbox).
 */
export function pictureAnswerProof(nonce: string, typed: string): string {
  return createHmac('sha256', nonce).update(normalisePictureAnswer(typed)).digest('base64url');
}

/** Compares in constant time whether `proof` was made from `answer` under `nonce`. */
export function pictureAnswerMatches(nonce: string, answer: string, proof: string): boolean {
  const expected = Buffer.from(pictureAnswerProof(nonce, answer));
  const given = Buffer.from(proof);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
