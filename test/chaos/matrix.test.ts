/**
 * One case for each thing that can happen to bot, agent, store, line, Telegram and device. `npx tsx scripts/matrix.ts` is the long
 * form: everything by itself, and all combinations of two points.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAIL_POINTS } from '../../src/kernel/fail-points.ts';
import { type FailingHouse, openFailingHouse } from '../support/failing-house.ts';
import { faultsOfTrail, runCells, type Verdict } from '../support/matrix.ts';
import { SHORT, WITH_REDIS } from '../support/matrix-cells.ts';
import { NO_REDIS, type RedisServer, startRedis } from '../support/redis.ts';

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
    expect(wrongOf(verdicts)).toEqual([]);
    const hit = new Set(verdicts.flatMap(({ fired }) => fired.map((one) => one.split(' ')[0])));
    expect(FAIL_POINTS.filter((point) => !hit.has(point))).toEqual([]);
    for (const house of houses) expect(await faultsOfTrail(house)).toEqual([]);
  }, 1_200_000);
});

describe.skipIf(NO_REDIS !== null)(`a case whose store is a Redis (${NO_REDIS ?? 'redis-server'})`, () => {
  let redis: RedisServer;
  let house: FailingHouse;
  beforeAll(async () => {
    redis = await startRedis({ appendonly: true });
    house = await openFailingHouse(redis);
  }, 120_000);
  afterAll(async () => {
    await house.close();
    await redis.end();
  }, 60_000);

  it('ends truly, is told once, keeps nobody waiting, and leaves a whole trail', async () => {
    const verdicts: Verdict[] = [];
    await runCells(house, WITH_REDIS, (verdict) => verdicts.push(verdict));
    expect(wrongOf(verdicts)).toEqual([]);
    expect(await faultsOfTrail(house)).toEqual([]);
  }, 1_200_000);
});

/** Those in which something is not as it has to be, or nothing happened. */
function wrongOf(verdicts: readonly Verdict[]) {
  return verdicts
    .filter(({ violations, met, of }) => violations.length > 0 || met < of)
    .map(({ reached: _, ...verdict }) => verdict);
}
