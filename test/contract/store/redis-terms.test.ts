/** What a change of the primary takes away from whoever held something, and what a store says of it. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import type { Store } from '../../../src/store/store.ts';
import { eventually } from '../../support/eventually.ts';
import { cutOff, NO_REDIS, promote, startRedis } from '../../support/redis.ts';
import { startPair } from '../../support/redis-pair.ts';
import { anyKind } from '../../support/store.ts';
import { value } from './contract.ts';

const HOUR = 3_600_000;

async function pairOfRedis() {
  const pair = await startPair();
  onTestFinished(() => pair.end());
  return { pair, ...(await opened(pair.url)) };
}

async function opened(url: string) {
  const terms: string[] = [];
  const reaches: boolean[] = [];
  const open = async () => {
    const opened = await openStore(url, {
      onNewTerm: (term) => terms.push(term),
      onReach: ({ isReached }) => reaches.push(isReached),
    });
    if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
    onTestFinished(() => opened.value.close());
    return opened.value;
  };
  const store = await open();
  /** Waits until another primary than the one of this term answers. */
  const nextTerm = (asked: Store, before: string) =>
    eventually(async () => {
      const term = await value(asked.primary.term());
      if (term === before) throw new Error('still the same');
      return term;
    });
  return { store, open, terms, reaches, nextTerm };
}

describe.skipIf(NO_REDIS !== null)(`Terms of a primary (${NO_REDIS ?? 'redis-server'})`, () => {
  it('frees what was held under the last one, and refuses its holder', async () => {
    const { pair, store, nextTerm } = await pairOfRedis();
    const values = store.values(anyKind('things'));
    const before = await value(store.primary.term());
    const taken = await value(store.claims.take('chat', HOUR, 'a'));
    if (!taken) throw new Error('not taken');
    expect(await value(store.primary.settled())).toBe(true);
    await pair.failOver();
    await nextTerm(store, before);
    // The replica knows of the claim, and that it has an hour left.
    expect(await value(store.claims.renew('chat', HOUR, 'a'))).toBe(false);
    const late = await store.guarded({ name: 'chat', owner: 'a', ...taken }, () => values.set('a', 'late'));
    expect(late).toMatchObject({ ok: false, failure: { detail: 'fenced' } });
    const again = await value(store.claims.take('chat', HOUR, 'b'));
    expect(again?.fence).toBeGreaterThan(taken.fence);
    expect(await value(values.get('a'))).toBeUndefined();
  });

  it('keeps what is spent spent', async () => {
    const { pair, store, nextTerm } = await pairOfRedis();
    const before = await value(store.primary.term());
    expect(await value(store.claims.once('permit', HOUR))).toBe(true);
    expect(await value(store.primary.settled())).toBe(true);
    await pair.failOver();
    await nextTerm(store, before);
    expect(await value(store.claims.once('permit', HOUR))).toBe(false);
  });

  it('tells every process of a new one once, and of an outage once', async () => {
    const { pair, store, open, terms, reaches, nextTerm } = await pairOfRedis();
    const other = await open();
    const before = await value(store.primary.term());
    expect(await value(other.primary.term())).toBe(before);
    await value(store.values(anyKind('things')).set('a', 1));
    expect(await value(store.primary.settled())).toBe(true);
    await pair.primary.kill();
    await eventually(() => expect(reaches).toEqual([false, false]));
    expect(await store.values(anyKind('things')).get('a')).toMatchObject({
      ok: false,
      failure: { reason: 'unavailable' },
    });
    await promote(pair.replica);
    const [one, two] = await Promise.all([nextTerm(store, before), nextTerm(other, before)]);
    expect(one).toBe(two);
    await eventually(() => expect(reaches).toEqual([false, false, true, true]));
    expect(terms).toEqual([one, one]);
  });

  it('says that nothing is settled which the replica does not have', async () => {
    const { pair, store } = await pairOfRedis();
    await value(store.values(anyKind('things')).set('a', 1));
    expect(await value(store.primary.settled())).toBe(true);
    await cutOff(pair.replica);
    await value(store.values(anyKind('things')).set('a', 2));
    expect(await value(store.primary.settled())).toBe(false);
  });

  it('notices a primary that was a replica meanwhile, though its connections have stood all the time', async () => {
    const { pair, store, terms, nextTerm } = await pairOfRedis();
    const { primary, replica } = pair;
    expect(await value(store.primary.settled())).toBe(true);
    const before = await value(store.primary.term());
    await promote(replica);
    await primary.command('REPLICAOF', replica.host, String(replica.port));
    await eventually(async () => expect(await primary.info('master_link_status')).toBe('up'));
    await promote(primary);
    await replica.command('REPLICAOF', primary.host, String(primary.port));
    expect(await value(store.primary.settled())).toBe(false);
    await nextTerm(store, before);
    expect(terms).toHaveLength(1);
  });

  it('has a kill -9 and a restart be a term of its own', async () => {
    const server = await startRedis({ appendonly: true });
    onTestFinished(() => server.end());
    const { store, nextTerm } = await opened(server.url);
    const before = await value(store.primary.term());
    await value(store.values(anyKind('things')).set('a', 1));
    await server.kill();
    await server.restart();
    await nextTerm(store, before);
  });
});
