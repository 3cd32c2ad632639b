import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createChallenge } from '../../../src/lan-agent/picture/challenge.ts';
import { PICTURE_ALPHABET } from '../../../src/lan-agent/picture/glyphs.ts';
import { pictureAnswerProof } from '../../../src/link/picture-answer.ts';

const MINUTE = 60_000;

/** A challenge whose pictures say 22222: the lowest number each time. */
function makeChallenge() {
  const time = { now: 1_000_000 };
  const challenge = createChallenge({ clock: () => time.now, random: (min) => min });
  return { time, challenge };
}
const CODE = (PICTURE_ALPHABET[0] ?? '').repeat(5);

describe('a challenge', () => {
  it('passes with what the picture says, in any case and with spaces', () => {
    const { challenge } = makeChallenge();
    const { id, nonce } = challenge.open();
    expect(
      challenge.answer(id, pictureAnswerProof(nonce, ` ${CODE.toLowerCase().split('').join(' ')}`)),
    ).toEqual({
      result: 'passed',
      triesLeft: 2,
    });
  });

  it('passes with Cyrillic letters that look like the Latin ones', () => {
    const at = PICTURE_ALPHABET.indexOf('A');
    const challenge = createChallenge({
      clock: () => 0,
      random: (min, max) => (max === PICTURE_ALPHABET.length ? at : min),
    });
    const { id, nonce } = challenge.open();
    expect(challenge.answer(id, pictureAnswerProof(nonce, 'аАаАа')).result).toBe('passed');
  });

  it('allows two tries over all its pictures, refreshed or not', () => {
    const { challenge } = makeChallenge();
    const first = challenge.open();
    expect(first.triesLeft).toBe(2);
    expect(challenge.answer(first.id, pictureAnswerProof(first.nonce, 'wrong'))).toEqual({
      result: 'wrong',
      triesLeft: 1,
    });
    const second = challenge.open();
    expect(second.triesLeft).toBe(1);
    expect(challenge.answer(second.id, 'not even a proof')).toEqual({ result: 'wrong', triesLeft: 0 });
    expect(challenge.answer(second.id, pictureAnswerProof(second.nonce, CODE)).result).toBe('expired');
  });

  it('takes a wrong answer that comes once more for the same one: it costs one try, however often it was handed in', () => {
    const { challenge } = makeChallenge();
    const first = challenge.open();
    const wrong = pictureAnswerProof(first.nonce, 'wrong');
    for (let times = 0; times < 3; times++)
      expect(challenge.answer(first.id, wrong)).toEqual({ result: 'wrong', triesLeft: 1 });
    expect(challenge.answer(first.id, pictureAnswerProof(first.nonce, 'other'))).toEqual({
      result: 'wrong',
      triesLeft: 0,
    });
  });

  it('keeps one picture open at a time: an answer to the one before costs nothing', () => {
    const { challenge } = makeChallenge();
    const first = challenge.open();
    const second = challenge.open();
    expect(second.id).not.toBe(first.id);
    expect(second.nonce).not.toBe(first.nonce);
    expect(challenge.isOpen(first.id)).toBe(false);
    expect(challenge.answer(first.id, pictureAnswerProof(first.nonce, CODE))).toEqual({
      result: 'expired',
      triesLeft: 2,
    });
    expect(challenge.answer(second.id, pictureAnswerProof(second.nonce, CODE)).result).toBe('passed');
  });

  it('is good for five minutes', () => {
    const { challenge, time } = makeChallenge();
    const { id, nonce, expiresAt } = challenge.open();
    expect(expiresAt).toBe(time.now + 5 * MINUTE);
    time.now = expiresAt - 1;
    expect(challenge.isOpen(id)).toBe(true);
    time.now = expiresAt;
    expect(challenge.isOpen(id)).toBe(false);
    expect(challenge.answer(id, pictureAnswerProof(nonce, CODE)).result).toBe('expired');
  });

  it('passes once', () => {
    const { challenge } = makeChallenge();
    const { id, nonce } = challenge.open();
    challenge.answer(id, pictureAnswerProof(nonce, CODE));
    expect(challenge.answer(id, pictureAnswerProof(nonce, CODE)).result).toBe('expired');
  });

  it('shows its answer to nobody who prints it', () => {
    const { challenge } = makeChallenge();
    const picture = challenge.open();
    expect(inspect(challenge, { depth: 9, showHidden: true })).not.toContain(CODE);
    expect(JSON.stringify({ ...picture, png: null })).not.toContain(CODE);
  });

  it('makes codes of its own without a test', () => {
    const challenge = createChallenge({ clock: () => 0 });
    const pictures = [challenge.open(), challenge.open()];
    expect(pictures[0]?.png.equals(pictures[1]?.png ?? Buffer.alloc(0))).toBe(false);
  });
});
