import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/kernel/log.ts';
import { systemClock } from '../../src/lan-agent/link/clock.ts';
import { createHubClient } from '../../src/lan-agent/link/hub-client.ts';
import { type Identity, loadIdentity, saveIdentity } from '../../src/lan-agent/link/identity.ts';
import { withFreshKey } from '../../src/lan-agent/link/rotate.ts';
import { openTransport } from '../../src/lan-agent/link/transport.ts';
import { LINK_VERSION } from '../../src/link/messages.ts';
import { formatPublicKey, signRotation } from '../../src/link/signing.ts';
import { failure, type House, openHouse, pairedAgent, TestAgent, value } from '../integration/hub/house.ts';
import { temporaryFolder } from '../support/store.ts';

const MONTH = 31 * 24 * 60 * 60_000;
const log = createLog('silent', 'agent');

describe('a new key for an agent that stays paired', () => {
  let house: House;
  let agent: TestAgent;
  let home: Awaited<ReturnType<typeof temporaryFolder>>;
  let identity: Identity;
  beforeEach(async () => {
    house = await openHouse();
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

  /** What an agent does about its key when it starts. */
  async function start(url = house.url): Promise<Identity> {
    const loaded = await loadIdentity(home.path);
    if (!loaded.ok) throw new Error(loaded.failure);
    const transport = openTransport({ url, loopback: true });
    const { agentId, hubKey } = loaded.value;
    const host = agent.host;
    const clientWith = (privateKey: KeyObject) =>
      createHubClient({ transport, agentId, privateKey, hubKey, clock: systemClock, host, epoch: ulid() });
    const { signal } = new AbortController();
    const options = { home: home.path, identity: loaded.value, now: Date.now, clientWith, signal, log };
    const fresh = await withFreshKey(options);
    await transport.close();
    return fresh;
  }
  const polling = async (privateKey: KeyObject) => {
    const laptop = new TestAgent(house, { privateKey, publicKey: generateKeyPairSync('ed25519').publicKey });
    laptop.agentId = agent.agentId;
    return laptop.poll();
  };

  it('takes its place when the old one is a month old; the old one opens nothing any more', async () => {
    const fresh = await start();
    expect((await polling(fresh.privateKey)).status).toBe(200);
    expect(await polling(agent.privateKey)).toMatchObject({ status: 401, body: { error: 'bad-signature' } });
    expect(await loadIdentity(home.path)).toMatchObject({ value: { agentId: agent.agentId } });
    const again = await start();
    expect((await polling(again.privateKey)).status).toBe(200);
  });

  it('is found out at the next start when the answer was lost', async () => {
    const { privateKey: nextKey } = await start();
    // As it was on disk before the answer came.
    await saveIdentity(home.path, { ...identity, nextKey });
    const fresh = await start();
    expect((await polling(fresh.privateKey)).status).toBe(200);
    const kept = await loadIdentity(home.path);
    expect(kept.ok && kept.value.nextKey).toBeUndefined();
  });

  it('waits while the hub cannot be reached, and is the same one afterwards', async () => {
    const stays = await start('http://127.0.0.1:9');
    expect((await polling(stays.privateKey)).status).toBe(200);
    const begun = await loadIdentity(home.path);
    const next = begun.ok ? begun.value.nextKey : undefined;
    const fresh = await start();
    expect(next && fresh.privateKey.equals(next)).toBe(true);
    expect((await polling(fresh.privateKey)).status).toBe(200);
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
    const { publicKey, privateKey: nextKey } = generateKeyPairSync('ed25519');
    const next = formatPublicKey(publicKey);
    const proof = signRotation(agent.agentId, next, nextKey);
    // Killed between the index, which is written first, and the agent's own record.
    const keyName = createHash('sha256').update(next).digest('base64url');
    await value(house.store.values<string>('hub-agent-keys').set(keyName, agent.agentId));
    await house.restart();
    expect((await agent.poll()).status).toBe(200);
    const asked = await agent.send('POST', '/v1/rotate', { version: LINK_VERSION, publicKey: next, proof });
    expect(asked.body).toEqual({ rotated: true });
    expect((await polling(nextKey)).status).toBe(200);
    expect((await polling(agent.privateKey)).status).toBe(401);
  });

  it('counts when the agent was killed at any moment of it', async () => {
    const kills: [string, (next: KeyObject) => Promise<void>][] = [
      [
        'before the hub was asked',
        async (nextKey) => void (await saveIdentity(home.path, { ...identity, nextKey })),
      ],
      [
        'after the hub took it and before the agent heard',
        async (nextKey) => {
          await saveIdentity(home.path, { ...identity, nextKey });
          const named = formatPublicKey(createPublicKey(nextKey));
          const proof = signRotation(agent.agentId, named, nextKey);
          const laptop = new TestAgent(house, {
            privateKey: identity.privateKey,
            publicKey: createPublicKey(nextKey),
          });
          laptop.agentId = agent.agentId;
          const answer = await laptop.send('POST', '/v1/rotate', {
            version: LINK_VERSION,
            publicKey: named,
            proof,
          });
          expect(answer.status).toBe(200);
        },
      ],
    ];
    for (const [moment, kill] of kills) {
      const { privateKey: nextKey } = generateKeyPairSync('ed25519');
      await kill(nextKey);
      // Twice: a second kill in the middle of the recovery changes nothing either.
      await start('http://127.0.0.1:9');
      const fresh = await start();
      expect((await polling(fresh.privateKey)).status, moment).toBe(200);
      identity = { ...identity, privateKey: fresh.privateKey, keySince: Date.now() - MONTH };
      await saveIdentity(home.path, identity);
    }
  });

  it('does not give way to an old one that a pairing begun before brings back', async () => {
    const { code } = await value(house.hub.directory.issueCode(2));
    const thief = new TestAgent(house, {
      privateKey: agent.privateKey,
      publicKey: createPublicKey(agent.privateKey),
    });
    await thief.askToPair(code);
    expect(thief.agentId).toBe(agent.agentId);
    const fresh = await start();
    expect(await failure(house.hub.directory.confirmPairing(2, thief.number))).toBe('over');
    expect((await polling(agent.privateKey)).status).toBe(401);
    expect((await polling(fresh.privateKey)).status).toBe(200);
  });

  it('and a revoked agent is not brought back by a pairing begun before', async () => {
    const { code } = await value(house.hub.directory.issueCode(2));
    await agent.askToPair(code);
    await value(house.hub.directory.revoke(agent.agentId));
    expect(await failure(house.hub.directory.confirmPairing(2, agent.number))).toBe('over');
    expect((await agent.poll()).status).toBe(410);
  });
});
