import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../locales/index.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { openStage, walkOn } from './walks/walker.ts';
import { WITH_LAPTOP } from './walks/with-laptop.ts';

/** Discovery and verification take their real time, so the languages take turns; the sentences of both are the same keys. */
const TURNS = WITH_LAPTOP.map((walk, at) => ({
  walk,
  name: walk.name,
  language: LANGUAGES[at % LANGUAGES.length] ?? 'en',
}));

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
}, 90_000);
afterAll(() => stage.close(), 60_000);

describe('walked with a laptop', () => {
  it.each(TURNS)(
    '$name, in $language',
    async ({ walk, language }) => {
      const { transcript, wrongTurns } = await walkOn(stage, walk, language);
      expect(wrongTurns).toBeGreaterThanOrEqual(3);
      expect(transcript).not.toMatch(/\{\{|\b(?:bot|guide|policy|help):[a-z]/);
    },
    120_000,
  );
});
