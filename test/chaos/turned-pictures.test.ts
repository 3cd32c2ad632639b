/** What may happen to the call that turns a guide's picture to the next one: each step comes, once, and the guide is walked to its end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../../src/sandbox/stage.ts';
import { BY_HAND } from '../e2e/walks/by-hand.ts';
import { expectWalked } from '../e2e/walks/expect.ts';
import { walkOn } from '../e2e/walks/walker.ts';
import { SHORT_FAULTS } from '../support/matrix-cells.ts';
import { openStage } from '../support/stage.ts';

const RECORDER_MENU = BY_HAND.find(({ name }) => name === 'recorder-menu') ?? expect.unreachable();

describe('a picture that is turned', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ devices: [] });
  }, 90_000);
  afterAll(() => stage.close(), 60_000);

  it.each(SHORT_FAULTS)(
    'comes where Telegram answers with $kind',
    async (fault) => {
      const takeBack = stage.api.fault({ ...fault, method: 'editMessageMedia' });
      expectWalked(await walkOn(stage, RECORDER_MENU, 'en'));
      // It has happened.
      expect(takeBack()).toBe(false);
    },
    90_000,
  );
});
