import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINK_VERSION, MAX_BODY_BYTES, MAX_SMALL_BODY_BYTES } from '../../../src/link/messages.ts';
import { bodyDigest } from '../../../src/link/signing.ts';
import { eventually } from '../../support/eventually.ts';
import { failed, failure, type House, openHouse, pairedAgent, TestAgent, value } from './house.ts';

const WINDOW = 120_000;

describe('a signed request', () => {
  let house: House;
  let agent: TestAgent;
  beforeAll(async () => {
    house = await openHouse();
    agent = await pairedAgent(house);
  });
  afterAll(() => house.close());

  const body = (waitMs = 0) =>
    JSON.stringify({ version: LINK_VERSION, cursor: null, waitMs, epoch: agent.epoch, host: agent.host });
  const BAD_SIGNATURE = { status: 401, body: { error: 'bad-signature' }, signed: null };

  it('is served when everything fits, with a signed answer', async () => {
    const answer = await agent.raw('POST', '/v1/poll', body(), agent.sign('POST', '/v1/poll', body()));
    expect(answer).toMatchObject({ status: 200, body: { commands: [] }, signed: true });
  });

  it('is refused with another method, path or query than signed', async () => {
    const sent = body();
    for (const [method, path] of [
      ['GET', '/v1/poll'],
      ['POST', '/v1/events'],
      ['POST', '/v1/poll?a=1'],
    ] as const) {
      expect(await agent.raw('POST', '/v1/poll', sent, agent.sign(method, path, sent))).toMatchObject(
        BAD_SIGNATURE,
      );
    }
    const query = '/v1/poll?a=1';
    expect((await agent.raw('POST', query, sent, agent.sign('POST', query, sent))).status).toBe(200);
  });

  it('is refused with another body than signed', async () => {
    for (const other of [body(1), `${body()} `, '']) {
      const headers = agent.sign('POST', '/v1/poll', body());
      expect(await agent.raw('POST', '/v1/poll', other, headers)).toMatchObject(BAD_SIGNATURE);
      // With its own digest, too: that is not what was signed.
      const digest = { 'unbind-digest': bodyDigest(other) };
      const moved = { ...agent.sign('POST', '/v1/poll', body()), ...digest };
      expect(await agent.raw('POST', '/v1/poll', other, moved)).toMatchObject(BAD_SIGNATURE);
    }
  });

  it('is refused with another time, nonce, agent or signature in its headers', async () => {
    const stranger = await pairedAgent(house);
    const headers = agent.sign('POST', '/v1/poll', body());
    for (const changed of [
      { 'unbind-time': String(house.now() + 1_000) },
      { 'unbind-nonce': 'A'.repeat(22) },
      { 'unbind-agent': stranger.agentId },
      { 'unbind-signature': 'A'.repeat(86) },
      { 'unbind-signature': '' },
      { 'unbind-agent': 'constructor' },
      { 'unbind-agent': '../../etc/passwd' },
      { 'unbind-time': 'yesterday' },
    ]) {
      const answer = await agent.raw('POST', '/v1/poll', body(), { ...headers, ...changed });
      expect(answer).toMatchObject(BAD_SIGNATURE);
    }
    for (const missing of Object.keys(headers).filter((name) => name !== 'unbind-digest')) {
      const { [missing]: _, ...rest } = headers;
      expect(await agent.raw('POST', '/v1/poll', body(), rest)).toMatchObject(BAD_SIGNATURE);
    }
  });

  it('is refused when it was signed with another key', async () => {
    const stranger = new TestAgent(house);
    stranger.agentId = agent.agentId;
    expect(await stranger.poll()).toMatchObject(BAD_SIGNATURE);
  });

  it('is refused from an agent nobody paired', async () => {
    expect(await new TestAgent(house).poll()).toMatchObject({
      status: 401,
      body: { error: 'unknown-agent' },
    });
  });

  it('is refused the second time it is sent', async () => {
    const headers = agent.sign('POST', '/v1/poll', body());
    expect((await agent.raw('POST', '/v1/poll', body(), headers)).status).toBe(200);
    expect(await agent.raw('POST', '/v1/poll', body(), headers)).toMatchObject({
      status: 409,
      body: { error: 'replayed-nonce' },
      signed: true,
    });
    await house.restart();
    expect((await agent.raw('POST', '/v1/poll', body(), headers)).status).toBe(409);
  });

  it('is refused when the clocks are more than two minutes apart, with a signed time to put it right', async () => {
    const poll = (time: number) => agent.send('POST', '/v1/poll', JSON.parse(body()), { time });
    expect((await poll(house.now() - WINDOW + 60_000)).status).toBe(200);
    expect((await poll(house.now() + WINDOW - 60_000)).status).toBe(200);
    for (const time of [house.now() - WINDOW - 60_000, house.now() + WINDOW + 60_000]) {
      const asked = Date.now();
      const answer = await poll(time);
      expect(answer).toMatchObject({ status: 401, body: { error: 'clock-skew' }, signed: true });
      expect(answer.time).toBeGreaterThanOrEqual(asked);
      expect(answer.time).toBeLessThanOrEqual(Date.now());
    }
  });

  it('is answered bad-request when its body is not what it should be', async () => {
    for (const wrong of [
      '',
      'null',
      '[]',
      '{}',
      '{"version":1}',
      '"poll"',
      '{"version":1,"__proto__":{"cursor":null}}',
      '['.repeat(8_000),
      '\u0000',
      body().replace('"waitMs":0', '"waitMs":50001'),
      body().replace('"waitMs":0', '"waitMs":-1'),
      body().replace(agent.epoch, 'not a ulid'),
    ]) {
      const answer = await agent.raw('POST', '/v1/poll', wrong, agent.sign('POST', '/v1/poll', wrong));
      expect(answer).toMatchObject({ status: 400, body: { error: 'bad-request' }, signed: true });
    }
    for (const version of [0, LINK_VERSION + 1]) {
      const other = body().replace(`"version":${LINK_VERSION}`, `"version":${version}`);
      expect(await agent.raw('POST', '/v1/poll', other, agent.sign('POST', '/v1/poll', other))).toMatchObject(
        {
          status: 426,
          body: { error: 'version-unsupported' },
        },
      );
    }
  });

  it('is refused when it is too large, events later than others', async () => {
    for (const [path, most] of [
      ['/v1/poll', MAX_SMALL_BODY_BYTES],
      ['/v1/permit', MAX_SMALL_BODY_BYTES],
      ['/v1/rotate', MAX_SMALL_BODY_BYTES],
      ['/v1/events', MAX_BODY_BYTES],
    ] as const) {
      const large = 'x'.repeat(most + 1);
      expect(await agent.raw('POST', path, large, agent.sign('POST', path, large))).toMatchObject({
        status: 413,
        body: { error: 'too-large' },
      });
      const fits = 'x'.repeat(most);
      expect((await agent.raw('POST', path, fits, agent.sign('POST', path, fits))).status).toBe(400);
    }
  });

  it('is received no further than its headers while it is not proven: neither a stranger’s nor a path nobody has', async () => {
    const stranger = new TestAgent(house);
    stranger.agentId = agent.agentId;
    const empty = '';
    const heads: [string, Record<string, string>, number][] = [
      ['/v1/events', {}, 401],
      ['/v1/events', new TestAgent(house).sign('POST', '/v1/events', empty), 401],
      ['/v1/events', stranger.sign('POST', '/v1/events', empty), 401],
      ['/v1/events', agent.sign('POST', '/v1/poll', empty), 401],
      ['/v1/events', { ...agent.sign('POST', '/v1/events', empty), 'unbind-time': '1760000000000' }, 401],
      ['/v1/poll', {}, 401],
      ['/v1/nowhere', {}, 400],
      ['/telegram', {}, 400],
    ];
    for (const [path, headers, status] of heads) {
      // The answer comes although not a byte of the body does.
      const socket = connect(Number(new URL(house.url).port), '127.0.0.1');
      const head = Object.entries({ ...headers, 'content-type': 'application/json' }).map(
        ([name, value]) => `${name}: ${value}`,
      );
      socket.write(
        [`POST ${path} HTTP/1.1`, 'host: x', ...head, 'content-length: 524288', '', ''].join('\r\n'),
      );
      const answer = await text(socket);
      expect(answer, `${path} ${JSON.stringify(headers)}`).toContain(`HTTP/1.1 ${status} `);
      expect(answer.toLowerCase()).toContain('connection: close');
    }
  });

  it('of an agent of link version 1, which sends no digest, is served as before', async () => {
    const old = (path: string, content: string) => {
      const { 'unbind-digest': _, ...headers } = agent.sign('POST', path, content);
      return agent.raw('POST', path, content, headers);
    };
    const poll = body().replace(`"version":${LINK_VERSION}`, '"version":1');
    expect(await old('/v1/poll', poll)).toMatchObject({ status: 200, signed: true });
    const { 'unbind-digest': _, ...headers } = agent.sign('POST', '/v1/poll', poll);
    expect(await agent.raw('POST', '/v1/poll', `${poll} `, headers)).toMatchObject(BAD_SIGNATURE);
    const events = JSON.stringify({ version: 1, epoch: agent.epoch, events: [failed(house)] });
    const padded = events.replace('{', `{${' '.repeat(100_000)}`);
    expect((await old('/v1/events', padded)).status).toBe(200);
  });

  it('of events ends an older one of the same agent that is still on its way', async () => {
    const slow = connect(Number(new URL(house.url).port), '127.0.0.1');
    const content = JSON.stringify({ version: LINK_VERSION, epoch: agent.epoch, events: [failed(house)] });
    const head = Object.entries({
      ...agent.sign('POST', '/v1/events', content),
      'content-type': 'application/json',
      'content-length': String(content.length),
    }).map(([name, value]) => `${name}: ${value}`);
    slow.write(['POST /v1/events HTTP/1.1', 'host: x', ...head, '', content.slice(0, 10)].join('\r\n'));
    const ended = once(
      slow.on('error', () => undefined),
      'close',
    );
    await eventually(async () => {
      expect((await agent.sendEvents([failed(house)])).status).toBe(200);
      expect(slow.destroyed || slow.readableEnded || slow.closed).toBe(true);
    });
    slow.destroy();
    await ended;
  });

  it('is answered 410 once its agent is revoked, signed and for good, and others are not', async () => {
    const gone = await pairedAgent(house, 7);
    await value(house.hub.directory.revoke(gone.agentId));
    expect(await gone.poll()).toMatchObject({ status: 410, body: { error: 'revoked' }, signed: true });
    expect(await gone.pairState()).toMatchObject({ status: 410 });
    expect(await gone.permit('x', gone.epoch)).toMatchObject({ status: 410 });
    expect(await value(house.hub.directory.listFor(7))).toEqual([]);
    expect(await value(house.hub.directory.get(gone.agentId))).toMatchObject({
      revoked: true,
      online: false,
    });
    await house.restart();
    expect((await gone.poll()).status).toBe(410);
    expect((await agent.poll()).status).toBe(200);
    const stranger = new TestAgent(house);
    stranger.agentId = gone.agentId;
    expect((await stranger.poll()).status).toBe(401);
  });

  it('lets the revoked key come back only through a new pairing, as a new agent', async () => {
    const gone = await pairedAgent(house, 8);
    const before = gone.agentId;
    await value(house.hub.directory.revoke(before));
    const { code } = await value(house.hub.directory.issueCode(8));
    await gone.askToPair(code);
    expect(gone.agentId).not.toBe(before);
    await value(house.hub.directory.confirmPairing(8, gone.number));
    expect((await gone.poll()).status).toBe(200);
    expect(await value(house.hub.directory.get(before))).toMatchObject({ revoked: true });
  });
});

describe('the listener', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse({
      plugins: [
        async (app) => {
          app.post('/webhook', async (request) => ({ echo: request.body }));
        },
      ],
    });
  });
  afterAll(() => house.close());

  const anyone = () => new TestAgent(house);

  it('tells its health', async () => {
    const answer = await anyone().raw('GET', '/v1/health', null, {});
    expect(answer).toMatchObject({ status: 200, body: { status: 'ok', version: LINK_VERSION } });
  });

  it('answers paths it does not have in its own words', async () => {
    for (const path of [
      '/',
      '/ready',
      '/metrics',
      '/v1',
      '/v2/poll',
      '/v1/poll/',
      '/%zz',
      `/${'x'.repeat(5_000)}`,
    ]) {
      const answer = await anyone().raw('GET', path, null, {});
      expect(answer).toMatchObject({ status: 400, body: { error: 'bad-request' } });
    }
  });

  it('dates everything, even the answer to what is not HTTP', async () => {
    const { port } = new URL(house.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('\u0000\u0001garbage\r\n\r\n');
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/\r\ndate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n/);
    expect(answer).toContain('{"error":"bad-request"}');
    expect((await anyone().raw('GET', '/nothing', null, {})).date).toBeDefined();
  });

  it('carries other routes with their own body parser', async () => {
    const answer = await anyone().raw('POST', '/webhook', '{"update_id":1}', {});
    expect(answer).toMatchObject({ status: 200, body: { echo: { update_id: 1 } } });
  });

  it('says what is wrong when the address is taken', async () => {
    const { port } = new URL(house.url);
    const second = await openHouse();
    await second.hub.close();
    expect(await failure(second.hub.listen({ host: '127.0.0.1', port: Number(port) }))).toBe(
      'address-in-use',
    );
    // Of a class of which no machine has one.
    expect(await failure(second.hub.listen({ host: '240.0.0.1', port: 0 }))).toBe('address-not-available');
    await second.close();
  });

  it('answers 503 while the store is out of order', async () => {
    const broken = await openHouse();
    const agent = await pairedAgent(broken);
    await broken.store.close();
    const answer = await agent.poll();
    expect(answer).toMatchObject({ status: 503, body: { error: 'store-unavailable', retryAfter: 5 } });
    expect(answer.retryAfter).toBe('5');
    expect(await failure(broken.hub.directory.get(agent.agentId))).toBe('store-unavailable');
    await broken.close();
  });
});
