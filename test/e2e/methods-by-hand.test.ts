import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../locales/index.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { BY_HAND } from './walks/by-hand.ts';
import { openStage, walkOn } from './walks/walker.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
}, 90_000);
afterAll(() => stage.close(), 60_000);

describe.each(LANGUAGES)('walked by hand in %s', (language) => {
  it.each(BY_HAND)(
    '$name',
    async (walk) => {
      const { transcript, wrongTurns } = await walkOn(stage, walk, language);
      expect(wrongTurns).toBeGreaterThanOrEqual(3);
      expect(transcript).not.toMatch(/\{\{|\b(?:bot|guide|policy|help):[a-z]/);
    },
    90_000,
  );
});
