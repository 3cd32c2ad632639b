import { randomInt as cryptoRandomInt, randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import { Secret } from '../../kernel/secret.ts';
import { pictureAnswerMatches } from '../../link/picture-answer.ts';
import { PICTURE_LIFE_MS } from '../../link/times.ts';
import { drawPicture, type RandomInt } from './draw.ts';
import { PICTURE_ALPHABET } from './glyphs.ts';

const LENGTH = 5;
const TRIES = 2;

/** A picture to be shown in the chat. What it says is not part of it. */
export interface Picture {
  /** ULID, new for every picture. */
  readonly id: string;
  readonly png: Buffer;
  /** Key of the answer's proof (link/picture-answer.ts). */
  readonly nonce: string;
  /** On the challenge's clock, ms. */
  readonly expiresAt: number;
  readonly triesLeft: number;
}

/** What an answer came to; `expired` too for a picture that another one has replaced. */
export interface ChallengeResult {
  readonly result: 'passed' | 'wrong' | 'expired';
  readonly triesLeft: number;
}

/** One challenge: two tries over all its pictures, of which one is open at a time. */
export interface Challenge {
  /** Draws another picture and closes the one before. */
  open(): Picture;
  /**
   * Judges a proof. A wrong one costs a try, the same once more nothing: a bot that was cut off hands in what it has handed in. Nor
   * does one for a picture that is not open any more.
   */
  answer(pictureId: string, proof: string): ChallengeResult;
  /** Whether this is the picture that may be answered or replaced now. */
  isOpen(pictureId: string): boolean;
}

/**
 * The picture code of an unbind. SADP carries none (protocol/sadp.md 14), so the agent draws it and checks the
 * answer itself: it proves that the person in the chat means the device this laptop sees. Nothing ever solves one.
 * The answer lives in memory only, as a Secret, until the picture is answered or replaced.
 *
 * @param options.clock ms; pictures are good for five minutes of it
 * @param options.random whole numbers for the code and its distortion; `crypto.randomInt` unless a test needs to
 *   know what it draws
 */
export function createChallenge(options: { clock: () => number; random?: RandomInt }): Challenge {
  const random = options.random ?? cryptoRandomInt;
  let triesLeft = TRIES;
  let current: { id: string; nonce: string; code: Secret<string>; expiresAt: number; wrong?: string } | null =
    null;

  const isOpen = (pictureId: string) => current?.id === pictureId && options.clock() < current.expiresAt;

  return {
    isOpen,
    open: () => {
      const code = Array.from(
        { length: LENGTH },
        () => PICTURE_ALPHABET[random(0, PICTURE_ALPHABET.length)],
      ).join('');
      const expiresAt = options.clock() + PICTURE_LIFE_MS;
      current = {
        id: ulid(),
        nonce: randomBytes(16).toString('base64url'),
        code: new Secret(code),
        expiresAt,
      };
      return { id: current.id, png: drawPicture(code, random), nonce: current.nonce, expiresAt, triesLeft };
    },
    answer: (pictureId, proof) => {
      if (!current || !isOpen(pictureId)) return { result: 'expired', triesLeft };
      if (pictureAnswerMatches(current.nonce, current.code.reveal(), proof)) {
        current = null;
        return { result: 'passed', triesLeft };
      }
      // One is all that has to be remembered: with the second the challenge is over.
      if (current.wrong === proof) return { result: 'wrong', triesLeft };
      current.wrong = proof;
      triesLeft -= 1;
      if (triesLeft === 0) current = null;
      return { result: 'wrong', triesLeft };
    },
  };
}
