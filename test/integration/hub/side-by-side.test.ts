/** Three hubs on one Redis: an agent's next request may reach any of them, and nobody hears anything twice. */
import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { ulid } from 'ulid';
import { Agent } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { PairingRequest } from '../../../src/hub/directory.ts';
import { createHub, type Hub, type HubOptions } from '../../../src/hub/hub.ts';
import type { KeyRequest } from '../../../src/hub/rotation.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { formatPublicKey, keyMark, signRotation } from '../../../src/link/signing.ts';
import { ONLINE_MS } from '../../../src/link/times.ts';
import { openStore } from '../../../src/store/open.ts';
import { STORE_TERM } from '../../../src/store/terms.ts';
import { eventually } from '../../support/eventually.ts';
import { NO_REDIS, type RedisServer, startRedis } from '../../support/redis.ts';
import { discover, failed, MINUTE, NO_LIMITS, SERIAL, TestAgent, value } from './house.ts';

const TECHNICIAN = 7;
const HOLD = { waitMs: 15_000 };

describe.skipIf(NO_REDIS !== null)(`Hubs on one store (${NO_REDIS ?? 'redis-server'})`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  beforeEach(() => redis.command('FLUSHALL'));
  afterAll(() => redis.end());

  async function openHubs(count: number, options: Partial<HubOptions> = {}) {
    const told = {
      online: [] as string[],
      offline: [] as string[],
      guessing: [] as string[],
      takenOver: [] as string[],
      pairings: [] as PairingRequest[],
    };
    let offset = 0;
    const clock = () => Date.now() + offset;
    const dispatcher = new Agent();
    const hubs: Hub[] = [];
    const urls: string[] = [];
    const closing: (() => Promise<void>)[] = [];
    for (let n = 0; n < count; n++) {
      const store = await value(openStore(redis.url));
      // As a bot does that starts on a new store.
      const term = await value(store.primary.term());
      await value(store.values(STORE_TERM).set('term', { term, since: clock() }));
      const hub = createHub({
        store,
        log: createLog('trace', 'test', { write: () => undefined }),
        clock,
        onEvent: async () => true,
        onPairing: async (asked) => void told.pairings.push(asked),
        onOnline: (agentId) => void told.online.push(agentId),
        onOffline: (agentId) => void told.offline.push(agentId),
        onGuessing: (prefix) => void told.guessing.push(prefix),
        onTakenOver: (agentId) => void told.takenOver.push(agentId),
        limits: NO_LIMITS,
        ...options,
      });
      const { port } = await value(hub.listen({ host: '127.0.0.1', port: 0 }));
      hubs.push(hub);
      urls.push(`http://127.0.0.1:${port}`);
      closing.push(async () => {
        await hub.close();
        await store.close();
      });
    }
    onTestFinished(async () => {
      await Promise.all(closing.map((close) => close()));
      await dispatcher.destroy();
    });
    let turn = 0;
    const site = (next: () => number) => ({
      get url() {
        return urls[next()] ?? '';
      },
      dispatcher,
      now: clock,
    });
    return {
      hubs: hubs as [Hub, Hub, ...Hub[]],
      told,
      now: clock,
      passTime: (ms: number) => {
        offset += ms;
      },
      /** A laptop whose every request reaches another hub. */
      rover: (keys?: KeyPairKeyObjectResult) =>
        new TestAgent(
          site(() => turn++ % count),
          keys,
        ),
    };
  }
  type Hubs = Awaited<ReturnType<typeof openHubs>>;

  /** Pairs with every step at another hub: the code, both requests, the number. */
  async function paired({ hubs, rover, told }: Hubs): Promise<TestAgent> {
    const agent = rover();
    const { code } = await value(hubs[0].directory.issueCode(TECHNICIAN));
    expect((await agent.askToPair(code)).status).toBe(200);
    expect(told.pairings).toHaveLength(1);
    await value((hubs[2] ?? hubs[1]).directory.confirmPairing(TECHNICIAN, agent.number));
    return agent;
  }

  it('pair a laptop, wake its poll, take its reports and trade its permit once, each request at another', async () => {
    const house = await openHubs(3);
    const { hubs } = house;
    const agent = await paired(house);
    expect((await agent.poll()).status).toBe(200);

    for (const hub of hubs) {
      const held = agent.poll({ ...HOLD });
      const { commandId } = await value(hub.desk.send(agent.agentId, discover(house)));
      const { body } = await held;
      expect(body).toMatchObject({ commands: [{ id: commandId }] });
      await agent.poll({ cursor: commandId });
    }

    const jobId = ulid();
    const scope = { agentId: agent.agentId, jobId, shortSerial: SERIAL, caseId: 'C1' };
    const permit = await value(hubs[0].desk.issuePermit(scope));
    const trades = await Promise.all(Array.from({ length: 6 }, () => agent.permit(permit, jobId)));
    expect(trades.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(trades.filter(({ body }) => body.granted === true)).toHaveLength(1);
    for (const hub of hubs) expect(await value(hub.desk.wasTraded(jobId))).toBe(true);
  });

  it('take the reports of one job one after another, wherever they come', async () => {
    const atWork = new Map<string, number>();
    let most = 0;
    const house = await openHubs(3, {
      onEvent: async (_agentId, { jobId }) => {
        const now = (atWork.get(jobId) ?? 0) + 1;
        atWork.set(jobId, now);
        most = Math.max(most, now);
        for (let n = 0; n < 50; n++) await setImmediate();
        atWork.set(jobId, (atWork.get(jobId) ?? 0) - 1);
        return true;
      },
    });
    const agent = await paired(house);
    const event = failed(house);
    const answers = await Promise.all(Array.from({ length: 3 }, () => agent.sendEvents([event])));
    expect(answers.map(({ body }) => body.accepted)).toEqual(Array(3).fill([event.id]));
    expect(most).toBe(1);
  });

  it('tell once that a laptop came and went, whoever saw it', async () => {
    const house = await openHubs(3);
    const { hubs, told } = house;
    const agent = await paired(house);
    const { agentId } = agent;
    for (let n = 0; n < 6; n++) expect((await agent.poll()).status).toBe(200);
    expect(told.online).toEqual([agentId]);
    for (const hub of hubs) expect(await hub.directory.isOnline(agentId)).toBe(true);

    expect((await agent.goodbye()).status).toBe(200);
    expect(told.offline).toEqual([agentId]);
    for (const hub of hubs) expect(await hub.directory.isOnline(agentId)).toBe(false);
    // A poll of the process that said goodbye, which another hub was still dealing with.
    for (let n = 0; n < 3; n++) expect((await agent.poll()).status).toBe(200);
    for (const hub of hubs) expect(await hub.directory.isOnline(agentId)).toBe(false);
    expect(told.online).toHaveLength(1);

    const epoch = ulid();
    for (let round = 2; round < 5; round++) {
      for (let n = 0; n < 3; n++) await agent.poll({ epoch });
      expect(told.online).toHaveLength(round);
      // It falls silent: each hub has seen it, and finds out by itself.
      house.passTime(ONLINE_MS + 1);
      await eventually(() => expect(told.offline).toHaveLength(round));
    }
  });

  it('hear of a laptop that falls silent after the hub that saw it is gone', async () => {
    const house = await openHubs(2);
    const { hubs, told } = house;
    const agent = await paired(house);
    await hubs[1].adopt();
    // The next request is the first hub's.
    while (told.online.length === 0) await agent.poll();
    await hubs[0].close();
    await hubs[1].adopt();
    house.passTime(ONLINE_MS + 1);
    await eventually(() => expect(told.offline).toEqual([agent.agentId]));
  });

  it.each([
    ['revoked', 410],
    ['superseded', 409],
  ] as const)(
    'answer a poll that another of them holds, at once, when its laptop is %s',
    async (error, status) => {
      const house = await openHubs(3);
      const { hubs } = house;
      const agent = await paired(house);
      const other = await pairedAs(house, TECHNICIAN + 1);
      // Held before, and still held when the answer is there: it was not the time that was up.
      let isHeld = true;
      const abort = new AbortController();
      const longer = other.poll({ ...HOLD, signal: abort.signal }).then(
        () => {
          isHeld = false;
        },
        () => undefined,
      );
      await eventually(async () => expect(await hubs[0].directory.isOnline(other.agentId)).toBe(true));
      const held = agent.poll({ ...HOLD });
      await eventually(async () => expect(await hubs[0].directory.isOnline(agent.agentId)).toBe(true));
      if (error === 'revoked') {
        // By two that did not hold it.
        await value(hubs[1].directory.revoke(agent.agentId));
        await value(hubs[2]?.directory.revoke(agent.agentId) ?? Promise.reject(new Error('no third')));
      } else {
        const newer = ulid(house.now() + MINUTE);
        expect((await agent.poll({ epoch: newer })).status).toBe(200);
      }
      expect(await held).toMatchObject({ status, body: { error } });
      expect(isHeld).toBe(true);
      abort.abort();
      await longer;
    },
  );

  async function pairedAs({ hubs, rover }: Hubs, technicianId: number): Promise<TestAgent> {
    const agent = rover();
    const { code } = await value(hubs[0].directory.issueCode(technicianId));
    await agent.askToPair(code);
    await value(hubs[1].directory.confirmPairing(technicianId, agent.number));
    return agent;
  }

  it('take another key for a laptop, asked for and confirmed at any of them, and the old one nowhere afterwards', async () => {
    const asked: KeyRequest[] = [];
    const house = await openHubs(3, { onKeyRequest: async (request) => void asked.push(request) });
    const { hubs, rover } = house;
    const agent = await paired(house);
    const next = generateKeyPairSync('ed25519');
    const publicKey = formatPublicKey(next.publicKey);
    const proof = signRotation(agent.agentId, publicKey, next.privateKey);
    for (let n = 0; n < hubs.length; n++) {
      const answer = await agent.send('POST', '/v1/rotate', { version: 1, publicKey, proof });
      expect(answer).toMatchObject({ status: 200, body: { state: 'waiting' } });
    }
    const mark = keyMark(publicKey);
    expect(asked.map((one) => one.mark)).toEqual([mark, mark, mark]);

    const held = agent.poll({ ...HOLD });
    await eventually(async () => expect(await hubs[0].directory.isOnline(agent.agentId)).toBe(true));
    for (const hub of hubs)
      expect(await value(hub.directory.get(agent.agentId))).toMatchObject({ newKey: mark });
    await value(hubs[1].directory.decideKey(agent.agentId, TECHNICIAN, mark, 'confirm'));
    expect((await held).status).toBe(401);
    const renewed = rover(next);
    renewed.agentId = agent.agentId;
    for (let n = 0; n < hubs.length; n++) expect((await agent.poll()).status).toBe(401);
    for (let n = 0; n < hubs.length; n++) {
      expect((await renewed.poll()).status).toBe(200);
      const answer = await renewed.send('POST', '/v1/rotate', { version: 1, publicKey, proof });
      expect(answer).toMatchObject({ status: 200, body: { state: 'rotated' } });
    }
    expect(asked).toHaveLength(hubs.length);
  });

  it('count wrong codes together, and tell once of guessing', async () => {
    const guesses = { failures: 4, windowMs: 10 * MINUTE };
    const house = await openHubs(3, { limits: { ...NO_LIMITS, guesses } });
    const { hubs, rover, told } = house;
    const guesser = rover();
    for (let n = 0; n < guesses.failures; n++)
      expect((await guesser.openPairing('23456789')).body.error).toBe('code-unknown');
    // At none of them, and not with the right one either.
    const { code } = await value(hubs[0].directory.issueCode(TECHNICIAN));
    for (let n = 0; n < 3; n++) expect((await guesser.openPairing(code)).status).toBe(429);
    expect(told.guessing).toEqual(['127.0.0']);
    house.passTime(guesses.windowMs);
    const { code: another } = await value(hubs[1].directory.issueCode(TECHNICIAN));
    expect((await guesser.openPairing(another)).status).toBe(200);
  });
});
