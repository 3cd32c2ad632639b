/**
 * One case for each thing that can happen to bot, agent, store, line, Telegram and device. `npx tsx scripts/matrix.ts` is the long
 * form: everything by itself, and all combinations of two points.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAIL_POINTS } from '../../src/kernel/fail-points.ts';
import { type FailingHouse, openFailingHouse } from '../support/failing-house.ts';
import { faultsOfTrail, runCells, type Verdict } from '../support/matrix.ts';
import { SHORT } from '../support/matrix-cells.ts';
import { openTestStore } from '../support/store.ts';

describe('a case in the middle of which something happens', () => {
  let house: FailingHouse;
  beforeAll(async () => {
    house = await openFailingHouse();
  }, 90_000);
  afterAll(() => house.close(), 60_000);

  it('ends truly, is told once, keeps nobody waiting, and leaves a whole trail', async () => {
    const verdicts: Verdict[] = [];
    await runCells(house, SHORT, (verdict) => verdicts.push(verdict));
    const wrong = verdicts.filter(({ violations, met, of }) => violations.length > 0 || met < of);
    expect(wrong).toEqual([]);
    const hit = new Set(verdicts.flatMap(({ fired }) => fired.map((one) => one.split(' ')[0])));
    expect(FAIL_POINTS.filter((point) => !hit.has(point))).toEqual([]);

    await house.end();
    const store = await openTestStore(house.stage.storeFolder);
    expect(await faultsOfTrail(store).finally(() => store.close())).toEqual([]);
  }, 1_200_000);
});
