/** The contract on a Redis, and what only a store on a server has to do. */
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { parseRedisUrl, type RedisAddress } from '../../../src/store/redis/address.ts';
import { SERVER_TIME } from '../../../src/store/redis/scripts.ts';
import { dumpRedisStore, openRedisStore, replaceRedisStore } from '../../../src/store/redis/store.ts';
import { NO_REDIS, type RedisServer, startRedis } from '../../support/redis.ts';
import { storeContract, value } from './contract.ts';

/** The server's clock, and what a test has let pass. */
const TIME = `(${SERVER_TIME} + tonumber(redis.call('GET', 'passed') or 0))`;

function addressOf(url: string): RedisAddress {
  const address = parseRedisUrl(url);
  if (!address) throw new Error('no address');
  return address;
}

describe.skipIf(NO_REDIS !== null)(`A store in Redis (${NO_REDIS ?? 'redis-server'})`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.end());

  storeContract('redis', async () => {
    await redis.command('FLUSHALL');
    let passed = 0;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const address = addressOf(redis.url);
    return {
      open: () => value(openRedisStore(address, {}, TIME)),
      dump: (each) => dumpRedisStore(address, each, TIME),
      replace: (fill) => replaceRedisStore(address, fill, TIME),
      passTime: async (ms) => {
        passed += ms;
        vi.setSystemTime(Date.now() + ms);
        await redis.command('SET', 'passed', String(passed));
      },
      remove: async () => void vi.useRealTimers(),
    };
  });
});
