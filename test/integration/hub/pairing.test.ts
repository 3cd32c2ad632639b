import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, type House, MINUTE, openHouse, pairedAgent, TestAgent, value } from './house.ts';

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
    return { agent, answer, number: String(answer.body.number) };
  };
  const wrongNumber = (number: string) =>
    house.pairings.at(-1)?.numbers.find((other) => other !== number) ?? '';

  it('makes a laptop an agent: code, number on the laptop, the same number picked in the chat', async () => {
    const { agent, number } = await ask();
    expect(house.pairings).toEqual([
      {
        agentId: agent.agentId,
        technicianId: TECHNICIAN,
        host: agent.host,
        address: '127.0.0.1',
        numbers: expect.arrayContaining([number]),
      },
    ]);
    const state = agent.pairState();
    const confirmed = await value(house.hub.directory.confirmPairing(agent.agentId, TECHNICIAN, number));
    expect(confirmed).toMatchObject({
      id: agent.agentId,
      name: 'Laptop',
      technicians: [TECHNICIAN],
      revoked: false,
      online: false,
      lastSeen: null,
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

  it('never writes the code, its number or the keys to the log', async () => {
    const code = await issue();
    const agent = new TestAgent(house);
    await agent.askToPair('BCDFGHJKLM');
    const { body } = await agent.askToPair(code);
    await value(house.hub.directory.confirmPairing(agent.agentId, TECHNICIAN, String(body.number)));
    expect(house.logged()).toContain(agent.agentId);
    for (const secret of [code, code.replace('-', ''), agent.publicKey, 'BCDFGHJKLM', `"${body.number}"`]) {
      expect(house.logged()).not.toContain(secret);
    }
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

  it('ends at a wrong number: nobody becomes an agent, and the right number comes too late', async () => {
    const { agent, number } = await ask();
    const state = agent.pairState();
    const { directory } = house.hub;
    expect(await failure(directory.confirmPairing(agent.agentId, TECHNICIAN, wrongNumber(number)))).toBe(
      'wrong-number',
    );
    expect((await state).body).toEqual({ state: 'refused' });
    expect(await failure(directory.confirmPairing(agent.agentId, TECHNICIAN, number))).toBe('no-pairing');
    expect(await value(directory.get(agent.agentId))).toBeNull();
    expect(await agent.poll()).toMatchObject({ status: 403, body: { error: 'not-confirmed' } });
  });

  it('ends when the technician says it is not their laptop', async () => {
    const { agent, number } = await ask();
    await value(house.hub.directory.refusePairing(agent.agentId, TECHNICIAN));
    expect((await agent.pairState()).body).toEqual({ state: 'refused' });
    expect(await failure(house.hub.directory.confirmPairing(agent.agentId, TECHNICIAN, number))).toBe(
      'no-pairing',
    );
  });

  it('listens to the technician who got the code and to nobody else', async () => {
    const { agent, number } = await ask();
    const { directory } = house.hub;
    expect(await failure(directory.confirmPairing(agent.agentId, 2, number))).toBe('no-pairing');
    expect(await failure(directory.refusePairing(agent.agentId, 2))).toBe('no-pairing');
    await value(directory.confirmPairing(agent.agentId, TECHNICIAN, number));
  });

  it('decides once, however many decide at the same time', async () => {
    const { agent, number } = await ask();
    const { directory } = house.hub;
    const decisions = await Promise.all([
      directory.refusePairing(agent.agentId, TECHNICIAN),
      ...Array.from({ length: 10 }, () => directory.confirmPairing(agent.agentId, TECHNICIAN, number)),
    ]);
    expect(decisions.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('expires when nobody picks a number', async () => {
    const { agent, number } = await ask();
    house.passTime(5 * MINUTE);
    expect((await agent.pairState()).body).toEqual({ state: 'expired' });
    expect(await failure(house.hub.directory.confirmPairing(agent.agentId, TECHNICIAN, number))).toBe(
      'expired',
    );
  });

  it('lets the laptop do nothing else before it is confirmed', async () => {
    const { agent } = await ask();
    expect(await agent.poll()).toMatchObject({ status: 403, body: { error: 'not-confirmed' } });
    expect(await agent.permit('x', agent.epoch)).toMatchObject({ status: 403 });
    expect(await value(house.hub.directory.get(agent.agentId))).toBeNull();
  });

  it('asks for a proof that the laptop holds the key it names', async () => {
    const code = await issue();
    const stranger = new TestAgent(house);
    const agent = new TestAgent(house);
    expect(await agent.askToPair(code, { publicKey: stranger.publicKey })).toMatchObject({
      status: 401,
      body: { error: 'bad-signature' },
    });
    expect(await agent.askToPair(code, { proof: 'A'.repeat(86) })).toMatchObject({ status: 401 });
    expect(await agent.askToPair(code, { publicKey: 'AAAA' })).toMatchObject({ status: 400 });
    expect((await agent.askToPair(code)).status).toBe(200);
  });

  it('is for agents of this version alone, and spends no code on others', async () => {
    const code = await issue();
    for (const version of [1, 3]) {
      expect(await new TestAgent(house).askToPair(code, { version })).toMatchObject({
        status: 426,
        body: { error: 'version-unsupported' },
      });
    }
    expect((await new TestAgent(house).askToPair(code)).status).toBe(200);
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
    const { body } = await agent.askToPair(await issue(2));
    expect(agent.agentId).toBe(agentId);
    expect((await agent.poll()).status).toBe(200);
    await value(house.hub.directory.confirmPairing(agentId, 2, String(body.number)));
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
    const { body } = await agent.askToPair(code);
    await house.restart();
    const number = String(body.number);
    await value(house.hub.directory.confirmPairing(agent.agentId, TECHNICIAN, number));
    expect(await agent.pairState()).toMatchObject({ body: { state: 'confirmed' }, signed: true });
  });
});
