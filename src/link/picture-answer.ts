import { createHmac, timingSafeEqual } from 'node:crypto';

/** Cyrillic and Greek-free look-alikes a Russian keyboard layout puts into a Latin picture code. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  А: 'A',
  В: 'B',
  Е: 'E',
  К: 'K',
  М: 'M',
  Н: 'H',
  О: 'O',
  Р: 'P',
  С: 'C',
  Т: 'T',
  Х: 'X',
};

/**
 * What a person typed under a picture, as both sides compare it: upper case, white space dropped, Cyrillic
 * look-alikes read as Latin letters, at most 16 characters.
 */
export function normalisePictureAnswer(typed: string): string {
  return typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/\s+/gu, '')
    .replace(/[АВЕКМНОРСТХ]/gu, (letter) => LOOK_ALIKES[letter] ?? letter)
    .slice(0, 16);
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
