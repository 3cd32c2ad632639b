import { setImmediate as turn } from 'node:timers/promises';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AGENTS } from '../../../src/hub/agents.ts';
import type { PairingRequest } from '../../../src/hub/directory.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import { LINK_VERSION, type PairOpening } from '../../../src/link/messages.ts';
import { filesOf, hits, placesOfNumber } from '../../support/canary.ts';
import {
  failure,
  type House,
  MINUTE,
  openHouse,
  otherNumber,
  pairedAgent,
  TestAgent,
  value,
} from './house.ts';

const TECHNICIAN = 1;

describe('pairing', () => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse();
  });
  afterEach(() => house.close());

  const issue = async (technicianId = TECHNICIAN) =>
    (await value(house.hub.directory.issueCode(technicianId))).code;
  const ask = async (agent = new TestAgent(house)) => {
    const answer = await agent.askToPair(await issue());
    return { agent, answer, number: agent.number, pairing: house.pairings.at(-1)?.pairing ?? '' };
  };

  it('makes a laptop an agent: code, number on the laptop, the same number typed in the chat', async () => {
    const { agent, number } = await ask();
    expect(house.pairings).toEqual([
      {
        pairing: expect.any(String),
        agentId: agent.agentId,
        technicianId: TECHNICIAN,
        host: agent.host,
        address: '127.0.0.1',
      },
    ]);
    const state = agent.pairState();
    const confirmed = await value(house.hub.directory.confirmPairing(TECHNICIAN, number));
    expect(confirmed).toMatchObject({
      id: agent.agentId,
      name: 'Laptop',
      technicians: [TECHNICIAN],
      revoked: false,
      online: false,
      lastSeen: null,
      pairedBy: 'typed',
    });
    expect(await state).toMatchObject({ status: 200, body: { state: 'confirmed' }, signed: true });
    expect(await agent.poll()).toMatchObject({ status: 200, body: { commands: [] } });
    expect(await value(house.hub.directory.listFor(TECHNICIAN))).toMatchObject([
      { id: agent.agentId, online: true, address: '127.0.0.1' },
    ]);
    expect(await value(house.hub.directory.listFor(2))).toEqual([]);
  });

  it('takes the code as people type it', async () => {
    const agent = new TestAgent(house);
    const typed = (await issue()).toLowerCase().split('').join(' ');
    expect((await agent.askToPair(typed)).status).toBe(200);
  });

  it('writes neither code, number nor nonces to the log or the store, nor keys to the log', async () => {
    const code = await issue();
    const agent = new TestAgent(house);
    await agent.askToPair('BCDFGHJKLM');
    const { body } = await agent.askToPair(code);
    await value(house.hub.directory.confirmPairing(TECHNICIAN, agent.number));
    expect(house.logged()).toContain(agent.agentId);
    const secrets = {
      code,
      'code without its dash': code.replace('-', ''),
      'wrong code': 'BCDFGHJKLM',
      'hub nonce': String(body.hubNonce),
      'laptop nonce': agent.nonce,
    };
    const stored = await filesOf(house.folder, 'store');
    const places = { log: Buffer.from(house.logged()), ...stored };
    expect(Object.keys(places).length).toBeGreaterThan(1);
    expect(hits(secrets, places)).toEqual([]);
    expect(placesOfNumber(agent.number, places)).toEqual([]);
    expect(house.logged()).not.toContain(agent.publicKey);
  });

  it('refuses a code it does not know, and text that cannot be a code', async () => {
    await issue();
    for (const code of ['BCDFGHJKLM', 'AAAAAAAAAA', '', 'x'.repeat(32)]) {
      const answer = await new TestAgent(house).askToPair(code);
      expect(answer).toMatchObject({ status: 404, body: { error: 'code-unknown' } });
    }
    expect(house.pairings).toEqual([]);
  });

  it('refuses a code after ten minutes', async () => {
    const code = await issue();
    house.passTime(10 * MINUTE);
    expect(await new TestAgent(house).askToPair(code)).toMatchObject({ status: 404 });
  });

  it('refuses a code that a newer one of the same technician has replaced', async () => {
    const first = await issue();
    const others = await issue(2);
    const second = await issue();
    expect((await new TestAgent(house).askToPair(first)).status).toBe(404);
    expect((await new TestAgent(house).askToPair(second)).status).toBe(200);
    expect((await new TestAgent(house).askToPair(others)).status).toBe(200);
  });

  it('gives a code to one of many laptops that try it at once, and to none afterwards', async () => {
    const code = await issue();
    const answers = await Promise.all(Array.from({ length: 20 }, () => new TestAgent(house).askToPair(code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(404)]);
    expect((await new TestAgent(house).askToPair(code)).status).toBe(404);
    expect(house.pairings).toHaveLength(1);
  });

  it('ends at a wrong number only once that is told: a bot killed in between tells it after its start', async () => {
    const { directory } = house.hub;
    const { agent, number } = await ask();
    const wrong = otherNumber(number);
    const killed = async () => Promise.reject(new Error('killed'));
    await expect(directory.confirmPairing(TECHNICIAN, wrong, killed)).rejects.toThrow('killed');
    const unable = async () => fail({ reason: 'unavailable' as const, detail: '' });
    expect(await failure(directory.confirmPairing(TECHNICIAN, wrong, unable))).toBe('store-unavailable');
    const told: string[] = [];
    const announce = async (request: PairingRequest) => {
      told.push(request.agentId);
      return ok(undefined);
    };
    expect(await failure(directory.confirmPairing(TECHNICIAN, wrong, announce))).toBe('wrong-number');
    expect(await failure(directory.confirmPairing(TECHNICIAN, wrong, announce))).toBe('over');
    expect(told).toEqual([agent.agentId]);
  });

  it('ends at a wrong number: nobody becomes an agent, and the right number comes too late', async () => {
    const { agent, number } = await ask();
    const state = agent.pairState();
    const { directory } = house.hub;
    expect(await failure(directory.confirmPairing(TECHNICIAN, otherNumber(number)))).toBe('wrong-number');
    expect((await state).body).toEqual({ state: 'refused' });
    expect(await failure(directory.confirmPairing(TECHNICIAN, number))).toBe('over');
    expect(await value(directory.get(agent.agentId))).toBeNull();
    expect(await agent.poll()).toMatchObject({ status: 403, body: { error: 'not-confirmed' } });
  });

  it('ends when the technician says it is not their laptop', async () => {
    const { agent, number, pairing } = await ask();
    await value(house.hub.directory.refusePairing(TECHNICIAN, pairing));
    expect((await agent.pairState()).body).toEqual({ state: 'refused' });
    expect(await failure(house.hub.directory.confirmPairing(TECHNICIAN, number))).toBe('over');
  });

  it('listens to the technician who got the code and to nobody else', async () => {
    const { number, pairing } = await ask();
    const { directory } = house.hub;
    expect(await failure(directory.confirmPairing(2, number))).toBe('no-pairing');
    expect(await failure(directory.refusePairing(2, pairing))).toBe('no-pairing');
    await value(directory.confirmPairing(TECHNICIAN, number));
  });

  it('decides once, however many decide at the same time', async () => {
    const { agent, number, pairing } = await ask();
    const { directory } = house.hub;
    const [refused, ...confirmed] = await Promise.all([
      directory.refusePairing(TECHNICIAN, pairing),
      ...Array.from({ length: 10 }, () => directory.confirmPairing(TECHNICIAN, number)),
    ]);
    expect(confirmed.some(({ ok }) => ok)).toBe(!refused?.ok);
    expect((await agent.pairState()).body).toEqual({ state: refused?.ok ? 'refused' : 'confirmed' });
  });

  it('expires when nobody types a number', async () => {
    const { agent, number } = await ask();
    house.passTime(5 * MINUTE);
    expect((await agent.pairState()).body).toEqual({ state: 'expired' });
    expect(await failure(house.hub.directory.confirmPairing(TECHNICIAN, number))).toBe('over');
  });

  it('lets the laptop do nothing else before it is confirmed', async () => {
    const { agent } = await ask();
    expect(await agent.poll()).toMatchObject({ status: 403, body: { error: 'not-confirmed' } });
    expect(await agent.permit('x', agent.epoch)).toMatchObject({ status: 403 });
    expect(await value(house.hub.directory.get(agent.agentId))).toBeNull();
  });

  it('asks for a proof that the laptop holds the key it names', async () => {
    const { body } = await new TestAgent(house).openPairing(await issue());
    const opening = body as PairOpening;
    const stranger = new TestAgent(house);
    const agent = new TestAgent(house);
    for (const change of [
      { publicKey: stranger.publicKey },
      { proof: 'A'.repeat(86) },
      { nonce: stranger.nonce },
      { host: { ...agent.host, name: 'Another' } },
    ]) {
      expect(await agent.showKey(opening, change)).toMatchObject({
        status: 401,
        body: { error: 'bad-signature' },
      });
    }
    expect(await agent.showKey(opening, { publicKey: 'AAAA' })).toMatchObject({ status: 400 });
    expect(await agent.showKey(opening, { nonce: 'short' })).toMatchObject({ status: 400 });
    expect((await agent.showKey(opening)).status).toBe(200);
  });

  describe('the hub’s nonce', () => {
    it('is shown for one key alone, and never again', async () => {
      const agent = new TestAgent(house);
      const { body } = await agent.openPairing(await issue());
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => new TestAgent(house).showKey(body as PairOpening)),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(404)]);
      expect(JSON.stringify(answers.filter(({ status }) => status !== 200))).not.toMatch(/[\w-]{43}/);
      expect((await agent.showKey(body as PairOpening)).status).toBe(404);
      await house.restart();
      expect((await agent.showKey(body as PairOpening)).status).toBe(404);
    });

    it('is another for every code, and so is the commitment', async () => {
      const seen = new Set<unknown>();
      for (let n = 0; n < 5; n++) {
        const agent = new TestAgent(house);
        const { body } = await agent.openPairing(await issue());
        const shown = await agent.showKey(body as PairOpening);
        seen.add(body.commitment).add(shown.body.hubNonce).add(agent.number);
      }
      expect(seen.size).toBe(15);
    });

    it('is not shown before a code was, after a minute, or once the code was replaced', async () => {
      const agent = new TestAgent(house);
      const made = { pairing: ulid(), commitment: 'A'.repeat(43) };
      expect((await agent.showKey(made)).status).toBe(401);
      const late = (await agent.openPairing(await issue())).body as PairOpening;
      house.passTime(MINUTE);
      expect(await agent.showKey(late)).toMatchObject({ status: 404, body: { error: 'code-unknown' } });
      const replaced = (await agent.openPairing(await issue())).body as PairOpening;
      await issue();
      expect(await agent.showKey(replaced)).toMatchObject({ status: 404 });
      expect(house.pairings).toEqual([]);
    });
  });

  describe('one pairing a technician at a time', () => {
    it('a new code turns the laptop away that waits for its number', async () => {
      const { agent, number } = await ask();
      const state = agent.pairState();
      const second = await ask();
      expect((await state).body).toEqual({ state: 'expired' });
      expect(await failure(house.hub.directory.confirmPairing(TECHNICIAN, number))).toBe('wrong-number');
      expect((await second.agent.pairState()).body).toEqual({ state: 'refused' });
    });

    it('and two technicians pair at once without hearing of each other', async () => {
      const first = await ask();
      const second = new TestAgent(house);
      await second.askToPair(await issue(2));
      await value(house.hub.directory.confirmPairing(2, second.number));
      await value(house.hub.directory.confirmPairing(TECHNICIAN, first.number));
      expect([(await first.agent.poll()).status, (await second.poll()).status]).toEqual([200, 200]);
    });

    it('an earlier “not mine” says nothing about a later laptop', async () => {
      const before = await ask();
      const { number } = await ask();
      expect(await failure(house.hub.directory.refusePairing(TECHNICIAN, before.pairing))).toBe('over');
      await value(house.hub.directory.confirmPairing(TECHNICIAN, number));
    });
  });

  it('says what a number is for, and costs nothing where it cannot be one', async () => {
    const { directory } = house.hub;
    expect(await failure(directory.confirmPairing(TECHNICIAN, '123456'))).toBe('no-pairing');
    const code = await issue();
    expect(await failure(directory.confirmPairing(TECHNICIAN, '123456'))).toBe('no-laptop-yet');
    const agent = new TestAgent(house);
    await agent.askToPair(code);
    for (const short of ['12345', '1234567', '', 'abcdef']) {
      expect(await failure(directory.confirmPairing(TECHNICIAN, short))).toBe('not-six-digits');
    }
    const paired = await value(directory.confirmPairing(TECHNICIAN, agent.number));
    // The same again: handed in once more after a crash.
    expect(await value(directory.confirmPairing(TECHNICIAN, agent.number))).toMatchObject({ id: paired.id });
    expect(await failure(directory.confirmPairing(TECHNICIAN, otherNumber(agent.number)))).toBe('no-pairing');
    expect((await agent.poll()).status).toBe(200);
  });

  it('tells a laptop paired before from one whose number was typed, until it is paired again', async () => {
    const agent = await pairedAgent(house, TECHNICIAN);
    const stored = house.store.values<unknown>({ ...AGENTS, version: 1, steps: [] });
    const { pairedBy: _, ...before } = (await value(house.store.values(AGENTS).get(agent.agentId))) ?? {};
    await value(stored.set(agent.agentId, before));
    const { directory } = house.hub;
    expect(await value(directory.get(agent.agentId))).toMatchObject({ pairedBy: 'picked', revoked: false });
    await value(directory.rename(agent.agentId, 'Van 7'));
    expect(await value(directory.listFor(TECHNICIAN))).toMatchObject([{ pairedBy: 'picked' }]);
    agent.version = 1;
    expect((await agent.poll()).status).toBe(200);
    agent.version = LINK_VERSION;
    await agent.askToPair(await issue());
    await value(directory.confirmPairing(TECHNICIAN, agent.number));
    expect(await value(directory.listFor(TECHNICIAN))).toMatchObject([{ pairedBy: 'typed', name: 'Van 7' }]);
  });

  it('is for agents since version 2 alone, and spends no code on others', async () => {
    const code = await issue();
    for (const version of [1, LINK_VERSION + 1]) {
      expect(await new TestAgent(house).askToPair(code, { version })).toMatchObject({
        status: 426,
        body: { error: 'version-unsupported' },
      });
    }
    expect((await new TestAgent(house).askToPair(code, { version: 2 })).status).toBe(200);
  });

  it('tells whoever has the code on the screen why a laptop was turned away, and counts codes that are nobody’s', async () => {
    const told: unknown[] = [];
    const guarded = await openHouse({
      onUnspoken: (laptop) => told.push(laptop),
      limits: { guesses: { failures: 2, windowMs: MINUTE } },
    });
    try {
      const { code } = await value(guarded.hub.directory.issueCode(TECHNICIAN));
      const laptop = new TestAgent(guarded);
      await laptop.openPairing(code, { version: 1 });
      await laptop.openPairing(code, { version: LINK_VERSION + 1 });
      expect(told).toEqual([
        { technicianId: TECHNICIAN, speaks: 'older' },
        { technicianId: TECHNICIAN, speaks: 'newer' },
      ]);
      for (const wrong of ['BCDFG-HJKLM', 'MLKJH-GFDCB'])
        expect((await laptop.openPairing(wrong, { version: 1 })).status).toBe(426);
      expect((await laptop.openPairing('BBBBB-BBBBB', { version: 1 })).status).toBe(429);
      expect(told).toHaveLength(2);
    } finally {
      await guarded.close();
    }
  });

  it('gives a laptop a name of its own where another one came with the same', async () => {
    const [first, second, third] = [
      await pairedAgent(house, TECHNICIAN),
      await pairedAgent(house, TECHNICIAN),
      await pairedAgent(house, 2),
    ];
    const nameOf = async ({ agentId }: TestAgent) => (await value(house.hub.directory.get(agentId)))?.name;
    expect([await nameOf(first), await nameOf(second), await nameOf(third)]).toEqual([
      'Laptop',
      'Laptop 2',
      'Laptop 3',
    ]);
    // A new name is told apart as well; one that is free again is free.
    expect(await value(house.hub.directory.rename(second.agentId, 'laptop'))).toMatchObject({
      name: 'laptop 2',
    });
    await value(house.hub.directory.revoke(first.agentId));
    expect(await value(house.hub.directory.rename(second.agentId, 'Laptop'))).toMatchObject({
      name: 'Laptop',
    });
  });

  it('shows people a laptop name without characters that play tricks', async () => {
    const agent = new TestAgent(house);
    agent.host = { name: '\u202eevil\u0000\n name\u200b ', system: 'li\tnux', agentVersion: '1' };
    await ask(agent);
    expect(house.pairings[0]?.host).toEqual({ name: 'evil name', system: 'li nux', agentVersion: '1' });
  });

  it('shares an agent: another technician pairs the same laptop', async () => {
    const agent = await pairedAgent(house, TECHNICIAN);
    const { agentId } = agent;
    await value(house.hub.directory.rename(agentId, 'Van 7'));
    await agent.askToPair(await issue(2));
    expect(agent.agentId).toBe(agentId);
    expect((await agent.poll()).status).toBe(200);
    await value(house.hub.directory.confirmPairing(2, agent.number));
    expect(await value(house.hub.directory.listFor(2))).toMatchObject([
      { id: agentId, name: 'Van 7', technicians: [TECHNICIAN, 2] },
    ]);
  });

  it('answers the laptop although the chat cannot be reached', async () => {
    await house.close();
    house = await openHouse({
      onPairing: async () => {
        throw new Error('Telegram is away');
      },
    });
    const { answer } = await ask();
    expect(answer.status).toBe(200);
    await turn();
    expect(house.logged()).toContain('Telegram is away');
  });

  it('goes on after a restart between code and number', async () => {
    const code = await issue();
    await house.restart();
    const agent = new TestAgent(house);
    const opened = await agent.openPairing(code);
    await house.restart();
    expect((await agent.showKey(opened.body as PairOpening)).status).toBe(200);
    await house.restart();
    await value(house.hub.directory.confirmPairing(TECHNICIAN, agent.number));
    expect(await agent.pairState()).toMatchObject({ body: { state: 'confirmed' }, signed: true });
  });
});
