/** What the tests of Redis rest on: their servers lose, keep and fail over as real ones do. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import {
  cutOff,
  NO_REDIS,
  promote,
  type RedisOptions,
  startCluster,
  startRedis,
  startSentinels,
} from '../../support/redis.ts';

async function redis(options: RedisOptions = {}) {
  const server = await startRedis(options);
  onTestFinished(() => server.end());
  return server;
}

describe.skipIf(NO_REDIS !== null)(`Redis servers of a test's own (${NO_REDIS ?? 'redis-server'})`, () => {
  it('forget with a failover what had not reached the replica', async () => {
    const primary = await redis({ password: 'two words' });
    const replica = await redis({ replicaOf: primary });
    await primary.command('SET', 'key', 'replicated');
    expect(await primary.command('WAIT', '1', '10000')).toBe(1);
    await cutOff(replica);
    await primary.command('SET', 'key', 'acknowledged');
    expect(await primary.command('WAIT', '1', '1')).toBe(0);
    await primary.kill();
    await promote(replica);
    expect(await replica.info('role')).toBe('master');
    expect(await replica.command('GET', 'key')).toBe('replicated');
  });

  it('keep over kill -9 what they write to disk, at the same port, under another run id', async () => {
    const server = await redis({ appendonly: true });
    await server.command('SET', 'key', 'value');
    const before = await server.info('run_id');
    await server.kill();
    await expect(server.command('PING')).rejects.toThrow('ECONNREFUSED');
    await server.restart();
    expect(await server.command('GET', 'key')).toBe('value');
    expect(await server.info('run_id')).not.toBe(before);
  });

  it('keep what they hold in memory when they are stopped in order', async () => {
    const server = await redis();
    await server.command('SET', 'key', 'value');
    await server.stop();
    await server.restart();
    expect(await server.command('GET', 'key')).toBe('value');
  });

  it('stand still, and go on', async () => {
    const server = await redis();
    server.freeze();
    const answer = server.command('PING');
    server.thaw();
    expect(await answer).toBe('PONG');
  });

  it('refuse what does not fit into their memory', async () => {
    const server = await redis({ maxmemory: '4mb' });
    const large = 'x'.repeat(8 * 1024 * 1024);
    await expect(server.command('SET', 'key', large)).rejects.toThrow('OOM');
    expect(await server.command('GET', 'key')).toBeNull();
  });

  it('speak TLS', async () => {
    const server = await redis({ tls: true, password: 'secret' });
    expect(server.url).toMatch(/^rediss:/);
    expect(await server.command('PING')).toBe('PONG');
  });

  it('are failed over by Sentinels', async () => {
    const primary = await redis({ password: 'secret' });
    const replica = await redis({ replicaOf: primary });
    const sentinels = await startSentinels(primary, { replicas: 1 });
    onTestFinished(() => sentinels.end());
    expect(await sentinels.primary()).toBe(primary.port);
    await primary.kill();
    await eventually(async () => expect(await sentinels.primary()).toBe(replica.port));
    expect(await replica.info('role')).toBe('master');
  });

  it('make a Cluster, whose replica takes the place of a primary that died', async () => {
    const cluster = await startCluster({ replicas: 1, password: 'secret' });
    onTestFinished(() => cluster.end());
    const before = await cluster.primaries();
    expect(before).toHaveLength(3);
    await before[0]?.kill();
    await eventually(async () => {
      const after = await cluster.primaries();
      expect(after).toHaveLength(3);
      expect(after).not.toContain(before[0]);
    });
  });
});
