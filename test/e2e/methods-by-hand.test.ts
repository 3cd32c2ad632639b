import { afterAll, beforeAll, describe, it } from 'vitest';
import { LANGUAGES } from '../../locales/language.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { openStage } from '../support/stage.ts';
import { BY_HAND } from './walks/by-hand.ts';
import { expectWalked } from './walks/expect.ts';
import { walkOn } from './walks/walker.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ devices: [] });
}, 90_000);
afterAll(() => stage.close(), 60_000);

describe.each(LANGUAGES)('walked by hand in %s', (language) => {
  it.each(BY_HAND)(
    '$name',
    async (walk) => {
      // What is pressed elsewhere is typed here, at every question of every walk.
      expectWalked(await walkOn(stage, walk, language, { hand: 'types' }));
    },
    90_000,
  );
});
