import { afterEach, describe, expect, it } from 'vitest';
import { fail } from '../../../src/kernel/result.ts';
import { LINK_VERSION } from '../../../src/link/messages.ts';
import type { Claims, Store } from '../../../src/store/store.ts';
import { anyKind } from '../../support/store.ts';
import { failed, type House, openHouse, pairedAgent, value } from './house.ts';

const TAKEN = anyKind<true>('taken');

/** A house that takes what it can write down, and whose store is asked about nonces through `once`. */
async function houseWith(once: (say: Claims['once']) => Claims['once']): Promise<House> {
  let written: Store | null = null;
  return openHouse({
    onEvent: async (_, { id }) => (await written?.values(TAKEN).set(id, true))?.ok ?? false,
    throughStore: (store) => {
      written = store;
      return {
        ...store,
        claims: {
          ...store.claims,
          once: (name, ...how) =>
            (name.startsWith('hub:nonce:') ? once(store.claims.once) : store.claims.once)(name, ...how),
        },
      };
    },
  });
}

describe('events of an agent', () => {
  let house: House;
  afterEach(() => house.close());
  const taken = () => value(house.store.values(TAKEN).keys());

  it('are taken no sooner than it is kept that their request was heard, and once, however often it is sent', async () => {
    let keep: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      keep = resolve;
    });
    let isHeld = false;
    house = await houseWith((say) => async (...asked) => {
      if (isHeld) await held;
      return say(...asked);
    });
    const agent = await pairedAgent(house);
    await agent.poll();
    isHeld = true;
    const body = JSON.stringify({ version: LINK_VERSION, epoch: agent.epoch, events: [failed(house)] });
    const headers = agent.sign('POST', '/v1/events', body);
    const send = () => agent.raw('POST', '/v1/events', body, headers);
    const sent = [send(), send()];
    // One of them while that the other was heard is being written.
    expect(await Promise.race(sent)).toMatchObject({ status: 409, body: { error: 'replayed-nonce' } });
    expect(await taken()).toEqual([]);
    keep();
    expect((await Promise.all(sent)).map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await taken()).toHaveLength(1);
    await house.restart();
    expect((await send()).status).toBe(409);
    expect(await taken()).toHaveLength(1);
  });

  it('were heard, too, where nothing can come of them', async () => {
    house = await houseWith((say) => say);
    const agent = await pairedAgent(house);
    await agent.poll();
    const body = JSON.stringify({ version: LINK_VERSION, epoch: agent.epoch, events: ['none'] });
    const headers = agent.sign('POST', '/v1/events', body);
    const send = () => agent.raw('POST', '/v1/events', body, headers);
    expect((await send()).status).toBe(400);
    expect(await send()).toMatchObject({ status: 409, body: { error: 'replayed-nonce' } });
  });

  it('are not taken where it cannot be kept that their request was heard', async () => {
    let isFull = false;
    house = await houseWith(
      (say) =>
        (...asked) =>
          isFull ? Promise.resolve(fail({ reason: 'full', detail: 'a full disk' })) : say(...asked),
    );
    const agent = await pairedAgent(house);
    isFull = true;
    const event = failed(house);
    expect(await agent.sendEvents([event])).toMatchObject({ status: 503 });
    expect(await taken()).toEqual([]);
    isFull = false;
    expect(await agent.sendEvents([event])).toMatchObject({ body: { accepted: [event.id] } });
  });
});
