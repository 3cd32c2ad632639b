/** The contract on a Redis, and what only a store on a server has to do. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { lookAtStore, openStore } from '../../../src/store/open.ts';
import { parseRedisUrl, type RedisAddress } from '../../../src/store/redis/address.ts';
import { SERVER_TIME } from '../../../src/store/redis/scripts.ts';
import { dumpRedisStore, openRedisStore, replaceRedisStore } from '../../../src/store/redis/store.ts';
import { FENCED, type Store, type StoreHooks, type Unreadable } from '../../../src/store/store.ts';
import { CERTIFICATE } from '../../integration/lan-agent/link-certificate.ts';
import { eventually } from '../../support/eventually.ts';
import {
  cutOff,
  NO_REDIS,
  promote,
  type RedisOptions,
  type RedisServer,
  startCluster,
  startRedis,
  startSentinels,
} from '../../support/redis.ts';
import { anyKind, temporaryFolder } from '../../support/store.ts';
import { reason, storeContract, value } from './contract.ts';

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

describe.skipIf(NO_REDIS !== null)(`A store on servers (${NO_REDIS ?? 'redis-server'})`, () => {
  const POST = anyKind('post');
  const HOUR = 3_600_000;
  const never = () => new AbortController().signal;

  async function server(options: RedisOptions = {}): Promise<RedisServer> {
    const started = await startRedis(options);
    onTestFinished(() => started.end());
    return started;
  }

  async function opened(url: string, hooks: StoreHooks = {}): Promise<Store> {
    const store = await value(openStore(url, hooks));
    onTestFinished(() => store.close());
    return store;
  }

  /** What is said of a place that cannot be opened; never its password. */
  async function problem(url: string): Promise<string> {
    const tried = await openStore(url);
    if (tried.ok) {
      await tried.value.close();
      return 'none';
    }
    const { user, password } = parseRedisUrl(url) ?? {};
    for (const secret of [user, password]) if (secret) expect(JSON.stringify(tried)).not.toContain(secret);
    return 'problem' in tried.failure ? tried.failure.problem : tried.failure.reason;
  }

  async function works(url: string): Promise<void> {
    const store = await opened(url);
    await value(store.values(anyKind('things')).set('a', 1));
    await value(store.mailboxes(POST).append('box', 1, HOUR));
    expect(await value(store.claims.once('permit', HOUR))).toBe(true);
    expect(await value(store.values(anyKind('things')).page({ most: 9 }))).toEqual(['a']);
  }

  it('is found by hosts of which one is the primary, with its password, over TLS', async () => {
    const primary = await server({ password: 'canary two words' });
    const replica = await server({ replicaOf: primary });
    const password = encodeURIComponent('canary two words');
    await works(`redis://:${password}@127.0.0.1:1,127.0.0.1:${replica.port},127.0.0.1:${primary.port}`);
    expect(await problem(`redis://:${password}@127.0.0.1:${replica.port}`)).toBe('no-primary');

    const folder = await temporaryFolder();
    onTestFinished(folder.remove);
    const ca = join(folder.path, 'ca.pem');
    await writeFile(ca, CERTIFICATE.cert);
    const encrypted = await server({ tls: true });
    await works(`${encrypted.url}?ca=${ca}`);
    // Nobody that Node knows vouches for it.
    expect(await problem(encrypted.url)).toBe('other');
  });

  it('is found by Sentinels, and again after a failover', async () => {
    const primary = await server({ password: 'canary' });
    const replica = await server({ replicaOf: primary });
    const sentinels = await startSentinels(primary, { replicas: 1 });
    onTestFinished(() => sentinels.end());
    const terms: string[] = [];
    const url = `redis://:canary@${sentinels.addresses.join(',')}?sentinel=${sentinels.name}`;
    const store = await opened(url, { onNewTerm: (term) => terms.push(term) });
    const values = store.values(anyKind('things'));
    await value(values.set('a', 1));
    const before = await value(store.primary.term());
    expect(await value(store.primary.settled())).toBe(true);
    await primary.kill();
    await eventually(async () => {
      if (!(await values.set('a', 2)).ok) throw new Error('nobody takes it');
    });
    expect(await value(values.get('a'))).toBe(2);
    expect(terms).toEqual([await value(store.primary.term())]);
    expect(terms).not.toContain(before);
    expect(await replica.info('role')).toBe('master');
    expect(await problem(url.replace(`sentinel=${sentinels.name}`, 'sentinel=another'))).toBe('no-primary');
  }, 60_000);

  it('is found in a Cluster, whichever node is asked', async () => {
    const cluster = await startCluster({ primaries: 3, password: 'canary' });
    onTestFinished(() => cluster.end());
    for (const [index, address] of cluster.addresses.entries())
      await works(`redis://:canary@${address}?cluster&tag=bot-${index}`);
  }, 60_000);

  it('goes on with the node of a Cluster that takes the place of the one that died', async () => {
    const cluster = await startCluster({ primaries: 3, replicas: 1, password: 'canary' });
    onTestFinished(() => cluster.end());
    const reaches: boolean[] = [];
    const url = `redis://:canary@${cluster.addresses.join(',')}?cluster&replicas=1`;
    const store = await opened(url, { onReach: ({ isReached }) => reaches.push(isReached) });
    const values = store.values(anyKind('things'));
    await value(values.set('a', 1));
    const before = await value(store.primary.term());
    const taken = await value(store.claims.take('chat', HOUR, 'a'));
    expect(taken).not.toBeNull();
    await eventually(async () => expect(await value(store.primary.settled())).toBe(true));
    const holders = await Promise.all(
      (await cluster.primaries()).map(async (node) => ({ node, keys: await node.command('DBSIZE') })),
    );
    // All keys of a store lie in one slot.
    const [holder, ...more] = holders.filter(({ keys }) => keys !== 0);
    expect(more).toEqual([]);
    await holder?.node.kill();
    await eventually(async () => {
      if (!(await values.set('b', 2)).ok) throw new Error('nobody takes it');
    });
    expect(await value(values.get('a'))).toBe(1);
    expect(await value(store.primary.term())).not.toBe(before);
    expect(await value(store.claims.renew('chat', HOUR, 'a'))).toBe(false);
    // Nobody is left to replicate to.
    expect(await value(store.primary.settled())).toBe(false);
    await holder?.node.restart();
    await eventually(async () => expect(await value(store.primary.settled())).toBe(true));
    // Where nothing was asked until another one had its place, nothing is said at all.
    expect(reaches.at(-1)).not.toBe(false);
  }, 60_000);

  it('is not opened where its records could be lost, or are not its own, in a word each', async () => {
    const redis = await server({ password: 'canary' });
    const { port } = redis;
    expect(await problem(`redis://127.0.0.1:${port}`)).toBe('wrong-password');
    expect(await problem(`redis://:canary-other@127.0.0.1:${port}`)).toBe('wrong-password');
    expect(await problem('redis://:canary@127.0.0.1:1')).toBe('unreachable');
    expect(await problem('redis://:canary@no-such-host.invalid')).toBe('unreachable');
    await redis.command(
      'ACL',
      'SETUSER',
      'reader',
      'on',
      '>canary-3',
      '~*',
      '&*',
      '+@read',
      '+info',
      '+role',
    );
    expect(await problem(`redis://reader:canary-3@127.0.0.1:${port}`)).toBe('forbidden');
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await problem(redis.url)).toBe('evicts');
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await redis.command('SET', '{unbind}:due', 'of another program');
    expect(await problem(redis.url)).toBe('taken-names');
    expect(await problem(`${redis.url}?tag=another`)).toBe('none');
  });

  it('says that it is full, writes nothing by halves, and goes on reading', async () => {
    const redis = await server({ maxmemory: '6mb' });
    const store = await opened(redis.url);
    const values = store.values(anyKind<string>('filled'));
    let last: Awaited<ReturnType<typeof values.change>> = { ok: true, value: true };
    let n = 0;
    for (; last.ok && n < 1_000; n++)
      last = await values.change(`a${n}`, () => ({ value: 'x'.repeat(20_000), also: { [`b${n}`]: 'x' } }));
    expect(last).toMatchObject({ ok: false, failure: { reason: 'full' } });
    expect(await value(values.get('a0'))).toHaveLength(20_000);
    expect(await value(values.keys())).toHaveLength((n - 1) * 2);
    expect(await reason(store.claims.once('permit', HOUR))).toBe('full');
    await value(values.deleteMany(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7']));
    await eventually(async () => void (await value(values.set('a0', 'room'))));
  });

  it('fails while its server is away or stands still, in one word, and goes on afterwards', async () => {
    const redis = await server({ appendonly: true });
    const heard: boolean[] = [];
    const terms: string[] = [];
    const store = await opened(redis.url, {
      onReach: ({ isReached }) => heard.push(isReached),
      onNewTerm: (term) => terms.push(term),
    });
    const values = store.values(anyKind<number>('things'));
    await value(values.set('a', 1));
    const waits = store.mailboxes(POST).wait('box', null, HOUR, never());
    await redis.kill();
    await eventually(() => expect(heard).toEqual([false]));
    for (const failed of [
      values.get('a'),
      values.set('a', 2),
      store.claims.once('a', HOUR),
      store.primary.term(),
    ])
      expect(await reason(failed)).toBe('unavailable');
    await redis.restart();
    await eventually(async () => expect(await values.get('a')).toEqual({ ok: true, value: 1 }));
    expect(heard).toEqual([false, true]);
    expect(terms).toHaveLength(1);
    await value(store.mailboxes(POST).append('box', 'after', HOUR));
    await waits;

    redis.freeze();
    const slow = values.set('a', 3);
    expect(await reason(slow)).toBe('unavailable');
    redis.thaw();
    await eventually(async () => expect((await values.set('a', 4)).ok).toBe(true));
    // It is the same run of the same server.
    expect(terms).toHaveLength(1);
  }, 60_000);

  it('goes on where scripts were forgotten, and with a primary that became a replica looks for another', async () => {
    const first = await server();
    const second = await server({ replicaOf: first });
    const store = await opened(`redis://127.0.0.1:${first.port},127.0.0.1:${second.port}`);
    const values = store.values(anyKind<number>('things'));
    await value(values.set('a', 1));
    await first.command('SCRIPT', 'FLUSH');
    await value(values.set('a', 2));
    await value(store.primary.settled());
    await promote(second);
    await first.command('REPLICAOF', second.host, String(second.port));
    await eventually(async () => void (await value(values.set('a', 3))));
    expect(await second.command('HLEN', '{unbind}:records')).toBe(1);
    expect(await value(values.get('a'))).toBe(3);
  }, 60_000);

  it('is settled only with as many replicas as it should be', async () => {
    const primary = await server();
    const replica = await server({ replicaOf: primary });
    const alone = await opened(primary.url);
    const store = await opened(`${primary.url}?replicas=1`);
    await eventually(async () => expect(await value(store.primary.settled())).toBe(true));
    await cutOff(replica);
    await value(store.values(anyKind('things')).set('a', 1));
    expect(await value(store.primary.settled())).toBe(false);
    expect(await value(alone.primary.settled())).toBe(true);
  });

  it('is one store to all who have it open', async () => {
    const { url } = await server();
    const [one, other] = [await opened(url), await opened(url)];
    expect(one.isShared).toBe(true);
    expect(await value(one.primary.term())).toBe(await value(other.primary.term()));
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        value((n % 2 ? one : other).claims.once(`raced:${n >> 2}`, HOUR)),
      ),
    );
    expect(answers.filter(Boolean)).toHaveLength(25);

    const woken = one.mailboxes(POST).wait('box', null, HOUR, never());
    const free = one.claims.wait('chat', HOUR, never());
    const taken = await value(other.claims.take('chat', 300, 'asleep'));
    await value(other.mailboxes(POST).append('box', 'from another', HOUR));
    await Promise.all([woken, free]);

    const next = await eventually(async () => {
      await one.claims.wait('chat', HOUR, never());
      const held = await value(one.claims.take('chat', HOUR, 'awake'));
      if (!held) throw new Error('held');
      return held;
    });
    expect(next.fence).toBeGreaterThan(taken?.fence ?? Number.POSITIVE_INFINITY);
    const late = await other.guarded({ name: 'chat', owner: 'asleep', fence: taken?.fence ?? 0 }, () =>
      other.values(anyKind('things')).set('a', 'late'),
    );
    expect(late).toEqual({ ok: false, failure: { reason: 'unavailable', detail: FENCED } });
    await value(
      one.guarded({ name: 'chat', owner: 'awake', ...next }, () => one.values(anyKind('things')).set('a', 1)),
    );

    const counted = (store: Store) =>
      Array.from({ length: 25 }, () =>
        value(store.values(anyKind<number>('n')).change('n', (n) => ({ value: (n ?? 0) + 1 }))),
      );
    await Promise.all([...counted(one), ...counted(other)]);
    expect(await value(one.values(anyKind<number>('n')).get('n'))).toBe(50);
  });

  it('reads or sets aside whatever lies in place of a record, bytes and all', async () => {
    const redis = await server();
    const aside: Unreadable[] = [];
    const store = await opened(redis.url, { onSetAside: (record) => aside.push(record) });
    const values = store.values(anyKind('things'));
    await value(values.set('a', 1));
    await value(store.claims.take('chat', HOUR, 'a'));
    const lies = `return redis.call('HSET', '{unbind}:records', ARGV[1], 'no \\255 record')`;
    for (const field of ['value\0\0things\0\0a', 'claim\0\0chat'])
      await redis.command('EVAL', lies, '0', field);
    expect(await reason(values.get('a'))).toBe('unreadable');
    expect(await reason(values.change('a', () => ({ value: 2 })))).toBe('unreadable');
    expect(await value(store.claims.take('chat', HOUR, 'b'))).not.toBeNull();
    expect(await value(store.unreadable([anyKind('things')]))).toHaveLength(1);
    expect(aside.map(({ key }) => key.slice(0, 2))).toEqual([
      ['value', 'things'],
      ['claim', 'chat'],
    ]);
    const copies = await value(store.aside());
    expect(copies).toHaveLength(2);
    expect(await value(store.eraseAside([copies[0]?.copy ?? '']))).toBe(2);
    await value(values.set('a', 2));
    expect(await value(values.get('a'))).toBe(2);
    const looked = await value(lookAtStore(redis.url, [anyKind('things')]));
    expect(looked.kinds).toEqual([
      { kind: 'claim', records: 1, unreadable: 0 },
      { kind: 'value:things', records: 1, unreadable: 0 },
    ]);
  });
});
