/**
 * Several bots as they are released, whose Redis is failed over by Sentinels in the middle of cases with a real agent: all of them
 * go on with the new primary by themselves, and each device is told once.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manyCameras } from '../../src/sandbox/device/profiles.ts';
import { eventually } from '../support/eventually.ts';
import { type HouseOfMany, openHouseOfMany, type Passing } from '../support/many-bots.ts';
import { NO_REDIS, type RedisServer, type Sentinels, startRedis, startSentinels } from '../support/redis.ts';

const DEVICES = manyCameras(3);
const SERIALS = DEVICES.map(({ profile }) => profile.shortSerial);

describe.skipIf(NO_REDIS !== null)(`bots and a failover (${NO_REDIS ?? 'redis-server'})`, () => {
  let servers: RedisServer[];
  let sentinels: Sentinels;
  let house: HouseOfMany;
  /** Which request the primary dies with. */
  let fatal: ((passing: Passing) => boolean) | null = null;
  const failovers: Promise<void>[] = [];

  /** The primary is killed; it comes back as a replica of the one that took its place. */
  async function failOver(): Promise<void> {
    const port = await sentinels.primary();
    const dying = servers.find((server) => server.port === port);
    await dying?.kill();
    await eventually(async () => expect(await sentinels.primary()).not.toBe(port));
    await dying?.restart();
  }

  beforeAll(async () => {
    // What is killed comes back with what it had: one that came back empty, and was asked before it follows, would know nobody.
    const primary = await startRedis({ password: 'secret', appendonly: true });
    const replica = () => startRedis({ replicaOf: primary, appendonly: true });
    servers = [primary, await replica(), await replica()];
    sentinels = await startSentinels(primary, { replicas: 2 });
    const url = `redis://:secret@${sentinels.addresses.join(',')}?sentinel=${sentinels.name}&replicas=1`;
    house = await openHouseOfMany(2, url, DEVICES);
    house.front.onPass((passing) => {
      if (!fatal?.(passing)) return;
      fatal = null;
      failovers.push(failOver());
    });
  }, 180_000);

  afterAll(async () => {
    await Promise.allSettled(failovers);
    await house?.close();
    await sentinels?.end();
    for (const server of servers ?? []) await server.end();
  }, 60_000);

  it.each([
    [
      'the picture is on its way',
      ({ path, body }: Passing) => path === '/v1/events' && body.includes('"challenge"'),
    ],
    ['a permit is asked for', ({ path }: Passing) => path === '/v1/permit'],
    ['the end is reported', ({ path, body }: Passing) => path === '/v1/events' && body.includes('"outcome"')],
  ])(
    'unbinds once where the primary dies as %s',
    async (_, isFatal) => {
      fatal = isFatal;
      const seen = await house.walk(SERIALS[failovers.length] ?? '');
      await Promise.all(failovers);
      expect(fatal).toBeNull();
      expect(
        ['unbound', 'not-bound'],
        `${seen.pressed.join(', ')}\n${house.technician.transcript()}`,
      ).toContain(seen.end);
      // What had not reached a replica may be said, and the password be asked for, once more.
      expect(seen).toMatchObject({ bound: false, unbindsReceived: 1, unbindsExecuted: 1 });
      expect(seen.told).toBeGreaterThan(0);
      // Whoever asked the store for something meanwhile; the other one may not have noticed.
      const said = house.front.bots.flatMap(({ lines }) => lines).join('\n');
      expect(said).toContain('the store is reached again');
    },
    280_000,
  );
});
