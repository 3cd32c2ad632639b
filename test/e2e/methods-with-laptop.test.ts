import { afterAll, beforeAll, describe, it } from 'vitest';
import { LANGUAGES } from '../../locales/language.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { openStage } from '../support/stage.ts';
import { expectWalked } from './walks/expect.ts';
import { walkOn } from './walks/walker.ts';
import { WITH_LAPTOP } from './walks/with-laptop.ts';

/** Discovery and verification take their real time, so the languages take turns; the sentences of both are the same keys. */
const TURNS = WITH_LAPTOP.map((walk, at) => ({
  walk,
  name: walk.name,
  language: LANGUAGES[at % LANGUAGES.length] ?? 'en',
}));

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ devices: [] });
}, 90_000);
afterAll(() => stage.close(), 60_000);

describe('walked with a laptop', () => {
  it.each(TURNS)(
    '$name, in $language',
    async ({ walk, language }) => {
      expectWalked(await walkOn(stage, walk, language));
    },
    120_000,
  );
});
