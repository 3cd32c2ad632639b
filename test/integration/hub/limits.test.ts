import { afterEach, describe, expect, it } from 'vitest';
import { type House, MINUTE, openHouse, TestAgent, value } from './house.ts';

describe('limits', () => {
  let house: House;
  afterEach(() => house.close());

  const health = (headers: Record<string, string> = {}) =>
    new TestAgent(house).raw('GET', '/v1/health', null, headers);

  it('hold one address to its rate, say how long to wait, and let it on afterwards', async () => {
    house = await openHouse({ limits: { requests: { burst: 5, perSecond: 0.5 } } });
    const answers = [];
    for (let n = 0; n < 7; n++) answers.push(await health());
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
    expect(answers[6]).toMatchObject({
      body: { error: 'too-many-requests', retryAfter: 2 },
      retryAfter: '2',
    });
    house.passTime(2_000);
    expect((await health()).status).toBe(200);
  });

  it('come before the store and the signature are looked at', async () => {
    house = await openHouse({ limits: { requests: { burst: 1, perSecond: 0.01 } } });
    await health();
    await house.store.close();
    expect((await new TestAgent(house).poll()).status).toBe(429);
  });

  it('are stricter for pairing', async () => {
    house = await openHouse({ limits: { pairing: { burst: 2, perSecond: 0.01 } } });
    const agent = new TestAgent(house);
    const { code } = await value(house.hub.directory.issueCode(1));
    expect((await agent.askToPair('BCDFGHJKLM')).status).toBe(404);
    expect((await agent.askToPair('BCDFGHJKLM')).status).toBe(404);
    expect((await agent.askToPair(code)).status).toBe(429);
    expect((await health()).status).toBe(200);
  });

  it('stop all pairing after too many wrong codes from everywhere, until the window has passed', async () => {
    house = await openHouse({ trustProxy: 1, limits: { guesses: { failures: 3, windowMs: MINUTE } } });
    const { code } = await value(house.hub.directory.issueCode(1));
    for (let n = 0; n < 3; n++) expect((await new TestAgent(house).askToPair('BCDFGHJKLM')).status).toBe(404);
    const refused = await new TestAgent(house).askToPair(code);
    expect(refused).toMatchObject({ status: 429, body: { error: 'too-many-requests' } });
    expect((await health()).status).toBe(200);
    house.passTime(MINUTE);
    expect((await new TestAgent(house).askToPair(code)).status).toBe(200);
  });

  it('do not believe a forwarded address from just anybody', async () => {
    house = await openHouse({ limits: { requests: { burst: 1, perSecond: 0.01 } } });
    expect((await health({ 'x-forwarded-for': '192.0.2.1' })).status).toBe(200);
    expect((await health({ 'x-forwarded-for': '192.0.2.2' })).status).toBe(429);
  });

  it('go by the address that the one trusted proxy saw', async () => {
    house = await openHouse({ trustProxy: 1, limits: { requests: { burst: 1, perSecond: 0.01 } } });
    expect((await health({ 'x-forwarded-for': '192.0.2.1' })).status).toBe(200);
    expect((await health({ 'x-forwarded-for': '192.0.2.2' })).status).toBe(200);
    expect((await health({ 'x-forwarded-for': '198.51.100.9, 192.0.2.2' })).status).toBe(429);
  });
});
