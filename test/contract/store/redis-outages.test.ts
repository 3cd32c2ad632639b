/** What a store in Redis says when its server refuses, is full, stands still, or is gone: a word for each, and one line for an outage. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore, replaceStore } from '../../../src/store/open.ts';
import { eventually } from '../../support/eventually.ts';
import {
  cutOff,
  NO_REDIS,
  promote,
  type RedisOptions,
  type RedisServer,
  startRedis,
} from '../../support/redis.ts';
import { startPair } from '../../support/redis-pair.ts';
import { anyKind } from '../../support/store.ts';
import { value } from './contract.ts';

const HOUR = 3_600_000;

async function redis(options: RedisOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  onTestFinished(() => server.end());
  return server;
}

async function storeIn(server: RedisServer) {
  const reaches: boolean[] = [];
  const opened = await openStore(server.url, { onReach: ({ isReached }) => reaches.push(isReached) });
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  onTestFinished(() => opened.value.close());
  return { store: opened.value, values: opened.value.values(anyKind('things')), reaches };
}

describe.skipIf(NO_REDIS !== null)(
  `A Redis that does not do its work (${NO_REDIS ?? 'redis-server'})`,
  () => {
    it('refuses who has no password, a wrong one, or asks a replica alone', async () => {
      const server = await redis({ password: 'right-one' });
      const replica = await redis({ replicaOf: server });
      const problem = async (url: string) => {
        const opened = await openStore(url);
        return opened.ok ? null : opened.failure;
      };
      const at = `127.0.0.1:${server.port}`;
      for (const url of [`redis://${at}`, `redis://:wrong-one@${at}`]) {
        const failure = await problem(url);
        expect(failure).toMatchObject({ reason: 'unavailable', problem: 'wrong-password' });
        expect(JSON.stringify(failure)).not.toContain('wrong-one');
      }
      expect(await problem(replica.url)).toMatchObject({ reason: 'unavailable', problem: 'no-primary' });
      await server.kill();
      expect(await problem(server.url)).toMatchObject({ reason: 'unavailable', problem: 'unreachable' });
    });

    it('that is full says so, still reads and forgets, and goes on when it has room', async () => {
      const server = await redis();
      const { store, values, reaches } = await storeIn(server);
      await value(values.set('kept', 'kept'));
      await server.command('CONFIG', 'SET', 'maxmemory', '1');
      const full = { ok: false, failure: { reason: 'full' } };
      expect(await values.set('a', 1)).toMatchObject(full);
      expect(await store.claims.once('permit', HOUR)).toMatchObject(full);
      expect(await store.claims.take('chat', HOUR, 'a')).toMatchObject(full);
      expect(await store.mailboxes(anyKind('post')).append('box', 1, HOUR)).toMatchObject(full);
      expect(await value(values.get('kept'))).toBe('kept');
      await server.command('CONFIG', 'SET', 'maxmemory', '0');
      await value(values.set('a', 1));
      // What was refused was not half done.
      expect(await value(store.claims.once('permit', HOUR))).toBe(true);
      expect(reaches).toEqual([]);
    });

    it('that stands still is given up, told once, and found again', async () => {
      const server = await redis();
      const { values, reaches } = await storeIn(server);
      await value(values.set('a', 1));
      server.freeze();
      expect(await values.set('a', 2)).toMatchObject({ ok: false, failure: { reason: 'unavailable' } });
      expect(await values.get('a')).toMatchObject({ ok: false, failure: { reason: 'unavailable' } });
      await eventually(() => expect(reaches).toEqual([false]));
      server.thaw();
      await eventually(() => expect(reaches).toEqual([false, true]));
      await value(values.set('a', 3));
      expect(await value(values.get('a'))).toBe(3);
    });

    it('that is gone and comes back keeps what it had written, and is told of twice', async () => {
      const server = await redis({ appendonly: true });
      const { values, reaches } = await storeIn(server);
      await value(values.set('a', 1));
      await server.kill();
      await eventually(() => expect(reaches).toEqual([false]));
      expect(await values.get('a')).toMatchObject({ ok: false, failure: { reason: 'unavailable' } });
      await server.restart();
      await eventually(async () => expect(await value(values.get('a'))).toBe(1));
      expect(reaches).toEqual([false, true]);
    });

    it('that comes back with nothing is not the store, whoever writes into it meanwhile', async () => {
      const server = await redis();
      const { values, reaches } = await storeIn(server);
      const others = await storeIn(server);
      await value(values.set('a', 1));
      const lost = { ok: false, failure: { reason: 'unavailable' } };
      await server.kill();
      await server.restart();
      await eventually(() => expect(reaches).toEqual([false]));
      expect(await values.get('a')).toMatchObject(lost);
      // Who starts there now begins anew.
      const { values: later } = await storeIn(server);
      expect(await value(later.get('a'))).toBeUndefined();
      await value(later.set('b', 2));
      expect(await values.get('a')).toMatchObject(lost);
      expect(await others.values.get('a')).toMatchObject(lost);
    });

    it('that comes back with nothing when its outage has been told is told of once more, until data is there again', async () => {
      const server = await redis();
      const { values, reaches } = await storeIn(server);
      await value(values.set('a', 1));
      await server.kill();
      await eventually(() => expect(reaches).toEqual([false]));
      await server.restart();
      await eventually(() => expect(reaches).toEqual([false, false]));
      await value(replaceStore(server.url, ({ store }) => store.values(anyKind('things')).set('a', 1)));
      await eventually(async () => expect(await value(values.get('a'))).toBe(1));
      expect(reaches).toEqual([false, false, true]);
    });

    it('that was emptied and has a backup restored is the store again', async () => {
      const server = await redis();
      const { values, reaches } = await storeIn(server);
      await value(values.set('a', 1));
      await server.kill();
      await server.restart();
      await eventually(() => expect(reaches).toEqual([false]));
      await value(replaceStore(server.url, ({ store }) => store.values(anyKind('things')).set('a', 1)));
      await eventually(async () => expect(await value(values.get('a'))).toBe(1));
      expect(reaches).toEqual([false, true]);
    });

    it('that comes back with nothing while another one has taken its place is left for that one', async () => {
      const pair = await startPair();
      onTestFinished(() => pair.end());
      const opened = await openStore(pair.url);
      if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
      onTestFinished(() => opened.value.close());
      const values = opened.value.values(anyKind('things'));
      await value(values.set('a', 1));
      await eventually(async () => expect(await value(opened.value.primary.settled())).toBe(true));
      await pair.failOver();
      await pair.replica.restart();
      await eventually(async () => expect(await value(values.get('a'))).toBe(1));
    });

    it('that takes the place of one where a store has just been begun has it', async () => {
      const pair = await startPair();
      onTestFinished(() => pair.end());
      await pair.cutOff();
      const opening = openStore(pair.url);
      await eventually(async () =>
        expect(await pair.primary.command('CLIENT', 'LIST')).toContain('cmd=wait'),
      );
      await pair.replica.command('REPLICAOF', pair.primary.host, String(pair.primary.port));
      const store = await value(opening);
      onTestFinished(() => store.close());
      await pair.failOver();
      const values = store.values(anyKind('things'));
      await eventually(async () => void (await value(values.set('a', 1))));
    });

    it('that becomes a replica writes nothing more, and is written to again once it leads', async () => {
      const server = await redis();
      const { values } = await storeIn(server);
      await value(values.set('a', 1));
      await cutOff(server);
      expect(await values.set('a', 2)).toMatchObject({ ok: false, failure: { reason: 'unavailable' } });
      await promote(server);
      await eventually(async () => void (await value(values.set('a', 3))));
    });
  },
);
