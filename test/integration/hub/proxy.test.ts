/** Laptops that reach the hub through the operator's proxy: each is held to its own limits, not to those of all. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Agent, request } from 'undici';
import { expect, it, type TestContext } from 'vitest';
import { parseProxyNetwork } from '../../../src/hub/proxies.ts';
import { type House, openHouse, TestAgent, value } from './house.ts';

/** From where the proxy calls the hub: this machine, and no address that is believed by itself. */
const PROXY_ADDRESS = '127.0.9.9';
const LAPTOPS = 30;
/** More than a neighbourhood may have wrong. */
const GUESSES = 25;

/** A proxy as operators run one: it hands requests on and adds to `X-Forwarded-For` who asked. */
async function openProxy(t: TestContext, hubUrl: string): Promise<string> {
  const dispatcher = new Agent({ localAddress: PROXY_ADDRESS });
  const server = createServer(async (asked, answer) => {
    const { 'content-type': type, 'x-forwarded-for': said, ...others } = asked.headers;
    const signed = Object.entries(others).filter(([name]) => name.startsWith('unbind-'));
    const passed = await request(hubUrl + asked.url, {
      dispatcher,
      method: asked.method === 'GET' ? 'GET' : 'POST',
      body: asked.method === 'GET' ? null : asked,
      headers: {
        ...Object.fromEntries(signed),
        ...(type === undefined ? {} : { 'content-type': type }),
        'x-forwarded-for': [said, asked.socket.remoteAddress].filter(Boolean).join(', '),
      },
    });
    answer.writeHead(passed.statusCode, passed.headers as Record<string, string>);
    answer.end(await passed.body.text());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await dispatcher.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

async function open(t: TestContext, trusted: readonly string[]) {
  const proxies = trusted.map((text) => {
    const read = parseProxyNetwork(text);
    if (!read.ok) throw new Error(read.failure);
    return read.value;
  });
  // The hub's own limits.
  const house = await openHouse({ proxies, limits: {} });
  t.onTestFinished(house.close);
  const url = await openProxy(t, house.url);
  /** A laptop of a site of its own, by the address it calls from. */
  const laptop = (site: number) => {
    const dispatcher = new Agent({ localAddress: `127.${site}.0.1` });
    t.onTestFinished(() => dispatcher.destroy());
    return new TestAgent({ url, now: house.now, dispatcher });
  };
  return { house, laptop };
}

/** Tries codes that nobody was given, each time under another forged address. */
async function guess(guesser: TestAgent): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < GUESSES; n++) {
    const body = JSON.stringify({ version: guesser.version, code: 'BCDFGHJKLM' });
    const { status } = await guesser.raw('POST', '/v1/pair', body, { 'x-forwarded-for': `198.51.${n}.7` });
    statuses.push(status);
  }
  return statuses;
}

async function pairs(house: House, laptop: TestAgent, technician: number): Promise<boolean> {
  const { code } = await value(house.hub.directory.issueCode(technician));
  const { status } = await laptop.askToPair(code);
  if (status !== 200) return false;
  await value(house.hub.directory.confirmPairing(technician, laptop.number));
  return (await laptop.poll()).status === 200;
}

it('pairs 29 laptops through the proxy while the thirtieth guesses codes under forged addresses', async (t) => {
  const { house, laptop } = await open(t, [PROXY_ADDRESS]);
  const [guesser, ...honest] = Array.from({ length: LAPTOPS }, (_, n) => laptop(n + 1));
  if (!guesser) throw new Error('nobody guesses');
  const [statuses, paired] = await Promise.all([
    guess(guesser),
    Promise.all(honest.map((one, n) => pairs(house, one, n + 1))),
  ]);
  expect(paired.filter(Boolean)).toHaveLength(LAPTOPS - 1);
  expect(statuses.at(-1)).toBe(429);
  // It is shut out by its own address, whatever it said to be, also with a good code.
  expect(await pairs(house, guesser, LAPTOPS)).toBe(false);
});

it('takes all of them for one where the proxy is not named: one who guesses shuts out the rest', async (t) => {
  const { house, laptop } = await open(t, []);
  await guess(laptop(1));
  expect(await pairs(house, laptop(2), 2)).toBe(false);
});

it('believes the named proxy alone, not a laptop that says it forwards', async (t) => {
  const { house } = await open(t, [PROXY_ADDRESS]);
  const direct = new TestAgent(house);
  const statuses = await guess(direct);
  expect(statuses.at(-1)).toBe(429);
});
