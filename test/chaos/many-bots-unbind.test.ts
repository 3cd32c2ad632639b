/**
 * Whole cases with a real agent where no two requests in a row meet the same bot: what one has begun the others go on with, also
 * when it dies with the laptop's most important requests in its hands.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manyCameras } from '../../src/sandbox/device/profiles.ts';
import { type HouseOfMany, ONCE, openHouseOfMany, type Passing } from '../support/many-bots.ts';
import { NO_REDIS, type RedisServer, startRedis } from '../support/redis.ts';

const BOTS = 3;
const DEVICES = manyCameras(4);
const SERIALS = DEVICES.map(({ profile }) => profile.shortSerial);

describe.skipIf(NO_REDIS !== null)(`an unbind over several bots (${NO_REDIS ?? 'redis-server'})`, () => {
  let redis: RedisServer;
  let house: HouseOfMany;
  /** Paths of the requests that each bot has answered, since the case began. */
  let answered = new Map<number, Set<string>>();
  /** Which request kills whoever has it. */
  let fatal: ((passing: Passing) => boolean) | null = null;
  const reborn: Promise<void>[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    house = await openHouseOfMany(BOTS, redis.url, DEVICES);
    const { front, another } = house;
    front.onAnswer(({ bot, path, status }) => {
      if (status === 200) answered.get(bot)?.add(path);
    });
    front.onPass((passing) => {
      if (!fatal?.(passing)) return;
      fatal = null;
      const dying = front.bots[passing.bot];
      reborn.push(
        (async () => {
          await dying?.end();
          front.bots[passing.bot] = await another();
        })(),
      );
    });
  }, 180_000);

  afterAll(async () => {
    await Promise.all(reborn);
    await house?.close();
    await redis?.end();
  }, 60_000);

  it('goes on at each of them, whichever has begun it', async () => {
    answered = new Map(house.front.bots.map((_, number) => [number, new Set<string>()]));
    expect(await house.walk(SERIALS[0] ?? '')).toMatchObject({ end: 'unbound', ...ONCE });
    for (const paths of answered.values()) {
      expect(paths).toContain('/v1/poll');
      expect(paths).toContain('/telegram');
    }
  }, 180_000);

  const sends = (type: string) => (passing: Passing) =>
    passing.path === '/v1/events' && passing.body.includes(`"${type}"`);
  it.each([
    ['with the picture in its hands', sends('challenge')],
    ['as it is asked for a permit', ({ path }: Passing) => path === '/v1/permit'],
    ['as it is told of the end', sends('outcome')],
  ])(
    'is done once where a bot is killed %s',
    async (_, isFatal) => {
      fatal = isFatal;
      const seen = await house.walk(SERIALS[1 + reborn.length] ?? '');
      await Promise.all(reborn);
      expect(fatal).toBeNull();
      expect(['unbound', 'not-bound'], seen.pressed.join(', ')).toContain(seen.end);
      expect(seen).toMatchObject(ONCE);
    },
    240_000,
  );
});
