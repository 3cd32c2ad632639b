/**
 * One case for each thing that can happen to bot, agent, store, line, Telegram and device. `npx tsx scripts/matrix.ts` is the long
 * form: everything by itself, and all combinations of two points.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAIL_POINTS } from '../../src/kernel/fail-points.ts';
import { type FailingHouse, openFailingHouse } from '../support/failing-house.ts';
import { faultsOfTrail, runCells, type Verdict } from '../support/matrix.ts';
import { SHORT } from '../support/matrix-cells.ts';

describe('a case in the middle of which something happens', () => {
  const houses: FailingHouse[] = [];
  beforeAll(async () => {
    // Two beside each other: mostly they wait for a device, or for a laptop.
    for (let number = 0; number < 2; number++) houses.push(await openFailingHouse());
  }, 120_000);
  afterAll(async () => {
    for (const house of houses) await house.close();
  }, 60_000);

  it('ends truly, is told once, keeps nobody waiting, and leaves a whole trail', async () => {
    const verdicts: Verdict[] = [];
    const left = SHORT.values();
    await Promise.all(houses.map((house) => runCells(house, left, (verdict) => verdicts.push(verdict))));
    const wrong = verdicts.filter(({ violations, met, of }) => violations.length > 0 || met < of);
    expect(wrong.map(({ reached: _, ...verdict }) => verdict)).toEqual([]);
    const hit = new Set(verdicts.flatMap(({ fired }) => fired.map((one) => one.split(' ')[0])));
    expect(FAIL_POINTS.filter((point) => !hit.has(point))).toEqual([]);
    for (const house of houses) expect(await faultsOfTrail(house)).toEqual([]);
  }, 1_200_000);
});
