import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AGENT_KEYS } from '../../src/hub/agents.ts';
import { LOOPBACK_PROXIES } from '../../src/hub/proxies.ts';
import type { KeyRequest } from '../../src/hub/rotation.ts';
import { NAMED_KEYS } from '../../src/hub/rotation.ts';
import { createLog } from '../../src/kernel/log.ts';
import { systemClock } from '../../src/lan-agent/link/clock.ts';
import { createHubClient } from '../../src/lan-agent/link/hub-client.ts';
import { type Identity, loadIdentity, saveIdentity } from '../../src/lan-agent/link/identity.ts';
import { type KeyNews, takeNextKey, withFreshKey } from '../../src/lan-agent/link/rotate.ts';
import { openTransport } from '../../src/lan-agent/link/transport.ts';
import { LINK_VERSION } from '../../src/link/messages.ts';
import { formatPublicKey, signRotation } from '../../src/link/signing.ts';
import {
  failed,
  failure,
  type House,
  openHouse,
  pairedAgent,
  TestAgent,
  value,
} from '../integration/hub/house.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/store.ts';

const SIGNED_BADLY = { status: 401, body: { error: 'bad-signature' } };
const MONTH = 31 * 24 * 60 * 60_000;
const log = createLog('silent', 'agent');

describe('a new key for an agent that stays paired', () => {
  let house: House;
  let agent: TestAgent;
  let home: Awaited<ReturnType<typeof temporaryFolder>>;
  let identity: Identity;
  let requests: KeyRequest[];
  let news: KeyNews[];
  /** Before the hub notes that it heard a request, whose signature it has checked by then. */
  let onChecked: () => Promise<void>;
  beforeEach(async () => {
    requests = [];
    news = [];
    onChecked = async () => undefined;
    house = await openHouse({
      onKeyRequest: async (request) => void requests.push(request),
      throughStore: (store) => ({
        ...store,
        claims: {
          ...store.claims,
          once: async (name, ...how) => {
            if (name.startsWith('hub:nonce:')) await onChecked();
            return store.claims.once(name, ...how);
          },
        },
      }),
    });
    agent = await pairedAgent(house);
    home = await temporaryFolder();
    if (!agent.hubKey) throw new Error('the agent is not paired');
    identity = {
      agentId: agent.agentId,
      server: { url: house.url, loopback: true, insecure: false },
      privateKey: agent.privateKey,
      hubKey: agent.hubKey,
      keySince: Date.now() - MONTH,
    };
    await saveIdentity(home.path, identity);
  });
  afterEach(async () => {
    await house.close();
    await home.remove();
  });

  const onDisk = async (): Promise<Identity> => value(loadIdentity(home.path));
  /** An agent's client as it is after its start, and what ends it. */
  async function clientOf(from: Identity, url = house.url) {
    const { agentId, hubKey, privateKey, nextKey } = from;
    const transport = openTransport({ url, loopback: true });
    const common = { transport, agentId, hubKey, host: agent.host, epoch: ulid() };
    const clock = { ...systemClock, now: house.now };
    const onTaken = async () =>
      void (await takeNextKey({ home: home.path, identity: from, now: house.now, log }));
    const next = nextKey ? { next: { key: nextKey, onTaken } } : {};
    return {
      client: createHubClient({ ...common, clock, privateKey, ...next }),
      clientWith: (key: KeyObject) => createHubClient({ ...common, clock, privateKey: key }),
      close: () => transport.close(),
    };
  }
  /** What an agent does about its key when it starts. */
  async function start(url = house.url): Promise<Identity> {
    const loaded = await onDisk();
    const { clientWith, close } = await clientOf(loaded, url);
    const { signal } = new AbortController();
    const onNews = (one: KeyNews) => void news.push(one);
    const fresh = await withFreshKey({
      home: home.path,
      identity: loaded,
      now: house.now,
      clientWith,
      onNews,
      signal,
      log,
    });
    await close();
    return fresh;
  }
  const polling = async (privateKey: KeyObject) => {
    const laptop = new TestAgent(house, { privateKey, publicKey: generateKeyPairSync('ed25519').publicKey });
    laptop.agentId = agent.agentId;
    return laptop.poll();
  };
  const statusOf = async (privateKey: KeyObject | undefined) =>
    privateKey ? (await polling(privateKey)).status : 0;
  const decide = (decision: 'confirm' | 'refuse', mark = requests.at(-1)?.mark ?? '') =>
    house.hub.directory.decideKey(agent.agentId, 1, mark, decision);

  it('waits for the owner, and the old one stays good until he says yes, however long', async () => {
    const { privateKey, nextKey } = await start();
    expect(privateKey.equals(agent.privateKey)).toBe(true);
    expect(news).toEqual([{ state: 'waiting', mark: requests[0]?.mark }]);
    expect(requests).toMatchObject([{ agentId: agent.agentId, address: '127.0.0.1' }]);
    house.passTime(12 * MONTH);
    await house.restart();
    expect(await statusOf(agent.privateKey)).toBe(200);
    expect(await statusOf(nextKey)).toBe(401);
    await value(decide('confirm'));
    expect(await statusOf(nextKey)).toBe(200);
    expect(await polling(agent.privateKey)).toMatchObject(SIGNED_BADLY);
    // Pressed twice, or by another of its technicians.
    expect(await failure(decide('confirm'))).toBe('no-request');
  });

  it('is taken up by the agent in the middle of its work, and is on disk before it goes on', async () => {
    const waiting = await start();
    const { client, close } = await clientOf(waiting);
    const { signal } = new AbortController();
    await value(client.poll(null, 0, signal));
    const hangUp = new AbortController();
    const held = client.poll(null, 20_000, hangUp.signal);
    await eventually(async () => expect(await house.hub.directory.isOnline(agent.agentId)).toBe(true));
    await value(decide('confirm'));
    await Promise.all([
      value(client.poll(null, 0, signal)),
      value(client.sendEvents([failed(house)], signal)),
    ]);
    const kept = await onDisk();
    expect(waiting.nextKey && kept.privateKey.equals(waiting.nextKey)).toBe(true);
    expect(kept.nextKey).toBeUndefined();
    hangUp.abort();
    await held;
    await close();
  });

  it('ends what was asked under the old one: a poll is not held that was let in just before the yes', async () => {
    const { nextKey } = await start();
    onChecked = async () => {
      onChecked = async () => undefined;
      await value(decide('confirm'));
    };
    expect(await agent.poll({ waitMs: 20_000 })).toMatchObject(SIGNED_BADLY);
    expect(await statusOf(nextKey)).toBe(200);
  });

  it('ends a poll that is held under the old one', async () => {
    const { nextKey } = await start();
    const held = agent.poll({ waitMs: 20_000 });
    await eventually(async () => expect(await house.hub.directory.isOnline(agent.agentId)).toBe(true));
    await value(decide('confirm'));
    expect(await held).toMatchObject(SIGNED_BADLY);
    expect(await statusOf(nextKey)).toBe(200);
  });

  it('is found out at the next start when the yes came while the laptop was away', async () => {
    const { nextKey } = await start();
    await value(decide('confirm'));
    const fresh = await start();
    expect(nextKey && fresh.privateKey.equals(nextKey)).toBe(true);
    expect(await statusOf(fresh.privateKey)).toBe(200);
    expect((await onDisk()).nextKey).toBeUndefined();
  });

  it('is dropped when the owner says no; the old one goes on, and nobody is asked again for a month', async () => {
    const { nextKey } = await start();
    await value(decide('refuse'));
    expect(await statusOf(agent.privateKey)).toBe(200);
    expect(await statusOf(nextKey)).toBe(401);
    expect(await failure(decide('confirm'))).toBe('no-request');
    await start();
    await start();
    expect(news.map(({ state }) => state)).toEqual(['waiting', 'refused']);
    expect(new Set(requests.map(({ mark }) => mark)).size).toBe(1);
    expect((await onDisk()).nextKey).toBeUndefined();
    expect(await statusOf(agent.privateKey)).toBe(200);
  });

  it('waits while the hub cannot be reached, and is the same one afterwards', async () => {
    const stays = await start('http://127.0.0.1:9');
    expect(await statusOf(stays.privateKey)).toBe(200);
    const begun = (await onDisk()).nextKey;
    const waiting = await start();
    expect(begun && waiting.nextKey?.equals(begun)).toBe(true);
    await value(decide('confirm'));
    expect(await statusOf(begun)).toBe(200);
  });

  it('does not come by itself to somebody who has stolen the old one: the owner is asked, thrice a day at most', async () => {
    const thief = new TestAgent(house, {
      privateKey: agent.privateKey,
      publicKey: createPublicKey(agent.privateKey),
    });
    thief.agentId = agent.agentId;
    const answers = [];
    for (let n = 0; n < 6; n++) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const named = formatPublicKey(publicKey);
      const proof = signRotation(agent.agentId, named, privateKey);
      answers.push(
        await thief.send('POST', '/v1/rotate', { version: LINK_VERSION, publicKey: named, proof }),
      );
      expect(await statusOf(privateKey)).toBe(401);
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429, 429]);
    expect(answers[0]?.body).toEqual({ rotated: false, state: 'waiting' });
    expect(requests).toHaveLength(3);
    // A yes to a sign that is not the latest gives nobody anything.
    expect(await failure(decide('confirm', requests[0]?.mark))).toBe('no-request');
    expect(await statusOf(agent.privateKey)).toBe(200);
  });

  it('is refused without the old key, without the new one, and when it is another agent’s', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const named = formatPublicKey(publicKey);
    const other = await pairedAgent(house, 2);
    const rotate = (from: TestAgent, publicKeyText: string, proof: string) =>
      from.send('POST', '/v1/rotate', { version: LINK_VERSION, publicKey: publicKeyText, proof });
    const proof = signRotation(agent.agentId, named, privateKey);

    const stranger = new TestAgent(house);
    stranger.agentId = agent.agentId;
    expect((await rotate(stranger, named, proof)).status).toBe(401);
    const wrong = [
      signRotation(agent.agentId, named, agent.privateKey),
      signRotation(other.agentId, named, privateKey),
      'A'.repeat(86),
      '',
    ];
    for (const one of wrong) expect((await rotate(agent, named, one)).status).toBe(401);
    const theirs = signRotation(agent.agentId, other.publicKey, other.privateKey);
    expect((await rotate(agent, other.publicKey, theirs)).status).toBe(400);
    expect((await agent.poll()).status).toBe(200);

    await value(house.hub.directory.revoke(agent.agentId));
    expect((await rotate(agent, named, proof)).status).toBe(410);
  });

  it('counts when the hub was killed at any moment of it: the laptop is never locked out', async () => {
    const waiting = await start();
    // Killed between the index, which is written first, and the agent's own record.
    const next = waiting.nextKey ? formatPublicKey(createPublicKey(waiting.nextKey)) : '';
    const keyName = createHash('sha256').update(next).digest('base64url');
    await value(house.store.values(AGENT_KEYS).set(keyName, agent.agentId));
    await house.restart();
    expect(await statusOf(agent.privateKey)).toBe(200);
    // Killed between the agent's record and the note that a key waits: yes is said again.
    const named = house.store.values(NAMED_KEYS);
    const note = await value(named.get(agent.agentId));
    await value(decide('confirm'));
    if (note) await value(named.set(agent.agentId, note));
    await house.restart();
    await value(decide('confirm'));
    expect(await statusOf(waiting.nextKey)).toBe(200);
    expect(await statusOf(agent.privateKey)).toBe(401);
  });

  it('counts when the agent was killed at any moment of it', async () => {
    const { privateKey: nextKey } = generateKeyPairSync('ed25519');
    // Before the hub was asked; a second kill in the middle of the recovery changes nothing either.
    await saveIdentity(home.path, { ...identity, nextKey });
    await start('http://127.0.0.1:9');
    const waiting = await start();
    expect(waiting.nextKey?.equals(nextKey)).toBe(true);
    // After the yes, and before the agent had noted that the new key counts.
    await value(decide('confirm'));
    await start('http://127.0.0.1:9');
    expect(await statusOf((await start()).privateKey)).toBe(200);
    await saveIdentity(home.path, { ...identity, nextKey });
    expect(await statusOf((await start()).privateKey)).toBe(200);
  });

  it('does not give way to an old one that a pairing begun before brings back', async () => {
    const { code } = await value(house.hub.directory.issueCode(2));
    const thief = new TestAgent(house, {
      privateKey: agent.privateKey,
      publicKey: createPublicKey(agent.privateKey),
    });
    await thief.askToPair(code);
    expect(thief.agentId).toBe(agent.agentId);
    const { nextKey } = await start();
    await value(decide('confirm'));
    expect(await failure(house.hub.directory.confirmPairing(2, thief.number))).toBe('over');
    expect(await statusOf(agent.privateKey)).toBe(401);
    expect(await statusOf(nextKey)).toBe(200);
  });

  it('and a revoked agent is not brought back by a pairing begun before', async () => {
    const { code } = await value(house.hub.directory.issueCode(2));
    await agent.askToPair(code);
    await value(house.hub.directory.revoke(agent.agentId));
    expect(await failure(house.hub.directory.confirmPairing(2, agent.number))).toBe('over');
    expect((await agent.poll()).status).toBe(410);
  });
});

describe('somebody else with an agent’s key', () => {
  it('is told of when two processes are at work, once, and not when one has ended', async () => {
    const told: string[] = [];
    const house = await openHouse({ onTakenOver: (agentId) => void told.push(agentId) });
    try {
      const agent = await pairedAgent(house);
      const epochs = [ulid(), ulid(Date.now() + 10), ulid(Date.now() + 20)];
      const [first = '', second = '', third = ''] = epochs;
      // An agent that was started anew: the process before says nothing more.
      expect((await agent.poll({ epoch: first })).status).toBe(200);
      expect((await agent.poll({ epoch: second })).status).toBe(200);
      expect(told).toEqual([]);
      const held = agent.poll({ epoch: second, waitMs: 20_000 });
      await eventually(async () => {
        expect((await agent.poll({ epoch: third })).status).toBe(200);
        expect(told).toEqual([agent.agentId]);
      });
      expect(await held).toMatchObject({ status: 409, body: { error: 'superseded' } });
      expect((await agent.poll({ epoch: second })).status).toBe(409);
      expect(told).toHaveLength(1);
    } finally {
      await house.close();
    }
  });

  it('is told of when the agent calls from where it never was, and not when it goes back and forth', async () => {
    const told: string[] = [];
    const house = await openHouse({
      proxies: LOOPBACK_PROXIES,
      onNewAddress: (_agentId, address) => void told.push(address),
    });
    try {
      const agent = await pairedAgent(house);
      const from = async (address: string) => {
        const body = {
          version: LINK_VERSION,
          cursor: null,
          waitMs: 0,
          epoch: agent.epoch,
          host: agent.host,
        };
        const headers = agent.sign('POST', '/v1/poll', JSON.stringify(body));
        const forwarded = { ...headers, 'x-forwarded-for': address };
        expect((await agent.raw('POST', '/v1/poll', JSON.stringify(body), forwarded)).status).toBe(200);
      };
      for (const address of ['192.0.2.1', '192.0.2.200', '198.51.100.7', '192.0.2.1']) await from(address);
      await house.restart();
      for (const address of ['198.51.100.9', '2001:db8:1::1', '192.0.2.1']) await from(address);
      expect(told).toEqual(['198.51.100.7', '2001:db8:1::1']);
    } finally {
      await house.close();
    }
  });
});
