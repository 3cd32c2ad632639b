import { createChallenge, type Picture } from '../picture/challenge.ts';
import type { RandomInt } from '../picture/draw.ts';
import type { ChallengeEnd } from '../unbind/contract.ts';
import type { Clock } from './clock.ts';
import type { NewEvent } from './outbox.ts';

/** What the chat says about a picture. */
export type PictureWord =
  | { readonly type: 'answer'; readonly pictureId: string; readonly proof: string }
  | { readonly type: 'refresh'; readonly pictureId: string };

/** The picture code of one job, played over the link: pictures out as events, answers in as commands. */
export interface PictureTalk {
  /** Hands in a word from the chat; words outside a running challenge are dropped. */
  hear(word: PictureWord): void;
  /** Shows pictures and judges answers until it is settled. */
  run(signal: AbortSignal): Promise<ChallengeEnd>;
}

/** @param tools.clock by the server's time: the chat counts the minutes down */
export function createPictureTalk(tools: {
  jobId: string;
  clock: Clock;
  random: RandomInt | undefined;
  emit: (event: NewEvent) => Promise<void>;
}): PictureTalk {
  const { jobId, clock, emit } = tools;
  const heard: PictureWord[] = [];
  let wake = () => {};

  /** The next word; null when the picture has expired or the job was aborted. */
  const next = async (picture: Picture, signal: AbortSignal): Promise<PictureWord | null> => {
    while (heard.length === 0 && !signal.aborted) {
      const left = picture.expiresAt - clock.now();
      if (left <= 0) return null;
      const woken = new AbortController();
      wake = () => woken.abort();
      await clock.sleep(left, AbortSignal.any([signal, woken.signal]));
    }
    return heard.shift() ?? null;
  };
  const show = async (picture: Picture): Promise<Picture> => {
    const { id: challengeId, png, nonce, expiresAt, triesLeft } = picture;
    const image = png.toString('base64');
    await emit({ type: 'challenge', jobId, challengeId, image, nonce, expiresAt, triesLeft });
    return picture;
  };

  return {
    hear: (word) => {
      heard.push(word);
      wake();
    },
    run: async (signal) => {
      const challenge = createChallenge({
        clock: clock.now,
        ...(tools.random === undefined ? {} : { random: tools.random }),
      });
      heard.length = 0;
      let picture = await show(challenge.open());
      for (;;) {
        const word = await next(picture, signal);
        if (signal.aborted) return 'abandoned';
        if (word?.type === 'refresh') {
          // A second press on an old picture's button is no wish for yet another one.
          if (challenge.isOpen(word.pictureId)) picture = await show(challenge.open());
          continue;
        }
        const challengeId = word?.pictureId ?? picture.id;
        const { result, triesLeft } = challenge.answer(challengeId, word?.proof ?? '');
        await emit({ type: 'challenge-result', jobId, challengeId, result, triesLeft });
        if (result === 'passed') return 'passed';
        if (result === 'wrong' && triesLeft === 0) return 'failed';
        if (result === 'expired' && challengeId === picture.id) return 'expired';
      }
    },
  };
}
