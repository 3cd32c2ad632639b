import { afterEach, describe, expect, it } from 'vitest';
import { LOOPBACK_PROXIES } from '../../../src/hub/proxies.ts';
import { type House, MINUTE, openHouse, type Site, TestAgent, value } from './house.ts';

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

  it('stop a neighbourhood that guesses codes until the window has passed, nobody else, with one alert', async () => {
    const alerts: string[] = [];
    house = await openHouse({
      proxies: LOOPBACK_PROXIES,
      limits: { guesses: { failures: 3, windowMs: MINUTE } },
      onGuessing: (prefix) => void alerts.push(prefix),
    });
    const from = (ip: string): Site => ({
      ...house,
      url: house.url,
      dispatcher: house.dispatcher.compose(
        (dispatch) => (options, handler) =>
          dispatch({ ...options, headers: { ...options.headers, 'x-forwarded-for': ip } }, handler),
      ),
    });
    const ask = (ip: string, code: string) => new TestAgent(from(ip)).askToPair(code);
    const { code } = await value(house.hub.directory.issueCode(1));
    const other = await value(house.hub.directory.issueCode(2));
    for (let net = 0; net < 20; net++) {
      for (let n = 0; n < 3; n++) expect((await ask(`203.0.${net}.${n}`, 'BCDFGHJKLM')).status).toBe(404);
      expect(await ask(`203.0.${net}.9`, code)).toMatchObject({
        status: 429,
        body: { error: 'too-many-requests' },
      });
    }
    expect((await ask('198.51.100.1', code)).status).toBe(200);
    expect((await ask('2001:db8:1::1', 'BCDFGHJKLM')).status).toBe(404);
    expect(alerts).toEqual(['203.0.0']);
    house.passTime(MINUTE);
    expect((await ask('203.0.0.9', other.code)).status).toBe(200);
    // Much later it is news again.
    house.passTime(7 * 60 * MINUTE);
    for (let n = 0; n < 3; n++) await ask('203.0.7.1', 'BCDFGHJKLM');
    expect(alerts).toEqual(['203.0.0', '203.0.7']);
  });

  it('do not believe a forwarded address from just anybody', async () => {
    house = await openHouse({ limits: { requests: { burst: 1, perSecond: 0.01 } } });
    expect((await health({ 'x-forwarded-for': '192.0.2.1' })).status).toBe(200);
    expect((await health({ 'x-forwarded-for': '192.0.2.2' })).status).toBe(429);
  });

  it('go by the address that the one trusted proxy saw', async () => {
    house = await openHouse({
      proxies: LOOPBACK_PROXIES,
      limits: { requests: { burst: 1, perSecond: 0.01 } },
    });
    expect((await health({ 'x-forwarded-for': '192.0.2.1' })).status).toBe(200);
    expect((await health({ 'x-forwarded-for': '192.0.2.2' })).status).toBe(200);
    expect((await health({ 'x-forwarded-for': '198.51.100.9, 192.0.2.2' })).status).toBe(429);
  });
});
