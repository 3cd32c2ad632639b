import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Agent } from 'undici';
import { afterAll, afterEach, expect, it } from 'vitest';
import { LINK_VERSION } from '../../src/link/messages.ts';
import { type House, openHouse, pairedAgent, TestAgent } from '../integration/hub/house.ts';
import { eventually } from '../support/eventually.ts';
import { Tally } from './fortress.ts';

const tally = new Tally();
let house: House;
let agent: TestAgent;
const sockets: Socket[] = [];
const LIMITS = { total: 500, strangers: 60, perPrefix: 40, perAddress: 20, perAgent: 3, strangerMs: 60_000 };
async function opened(connections: Partial<typeof LIMITS> = {}): Promise<void> {
  house = await openHouse({ limits: { connections: { ...LIMITS, ...connections } } });
  agent = await pairedAgent(house);
}
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await house.close();
});
afterAll(() => tally.print('connections'));

/** A connection from an address of its own. */
async function open(localAddress: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(house.url).port), localAddress });
  sockets.push(socket.on('error', () => undefined).resume());
  await once(socket, 'connect').catch(() => undefined);
  return socket;
}
const crowd = (address: string, size: number) =>
  Promise.all(Array.from({ length: size }, () => open(address)));
const kept = (crowd: readonly Socket[]) => crowd.filter(({ closed }) => !closed);
/** Waits until the hub has turned out all but so many, or one more for a connection of the agent's that is idle. */
async function settled(all: readonly Socket[], most: number): Promise<void> {
  await eventually(() => expect([most, most - 1]).toContain(kept(all).length));
  for (let n = most; n < all.length; n++) tally.count(true);
}
/** A laptop of its own address that needs a new connection for each request. */
function newcomer(localAddress: string): { laptop: TestAgent; close: () => Promise<void> } {
  const dispatcher = new Agent({ localAddress, pipelining: 0 });
  const { publicKey, privateKey } = {
    publicKey: createPublicKey(agent.privateKey),
    privateKey: agent.privateKey,
  };
  const laptop = new TestAgent({ url: house.url, now: house.now, dispatcher }, { publicKey, privateKey });
  laptop.agentId = agent.agentId;
  return { laptop, close: () => dispatcher.destroy() };
}

it('gives an address, a neighbourhood and all strangers together a bound, at which the oldest of the most give way', async () => {
  await opened();
  expect((await agent.poll()).status).toBe(200);
  const first = await crowd('127.0.2.2', 50);
  await settled(first, 20);
  // The newest are there, not those that came first.
  expect(kept(first.slice(0, 10))).toHaveLength(0);

  const lone = await open('127.0.2.9');
  const neighbours = [...(await crowd('127.0.2.3', 30)), ...(await crowd('127.0.2.4', 30))];
  await settled([...first, ...neighbours], 39);
  const elsewhere = [...(await crowd('127.0.3.1', 20)), ...(await crowd('127.0.4.1', 20))];
  await settled([...first, ...neighbours, ...elsewhere], 59);
  // Whoever came alone lost its place to no crowd.
  expect(lone.closed).toBe(false);
  // The laptop has shown its key: it is no stranger.
  expect((await agent.poll()).status).toBe(200);
});

it('lets an honest laptop in while ten addresses hold and renew as many connections as they can', async () => {
  await opened();
  const stop = new AbortController();
  let tried = 0;
  const attackers = Array.from({ length: 10 }, async (_, n) => {
    while (!stop.signal.aborted && tried < 4_000) {
      tried += 20;
      await crowd(`127.0.${n < 5 ? 5 : n}.${n + 1}`, 20);
    }
  });
  // In a neighbourhood of its own, and in the attackers'.
  for (const address of ['127.0.77.1', '127.0.5.200']) {
    for (let n = 0; n < 10; n++) {
      const { laptop, close } = newcomer(address);
      const { status } = await laptop.poll();
      await close();
      expect(tally.count(status === 200)).toBe(true);
    }
  }
  stop.abort();
  await Promise.all(attackers);
  expect(tried).toBeGreaterThan(500);
}, 60_000);

it('closes a stranger that asks nothing within its time, and keeps a laptop that is idle', async () => {
  // Longer than a busy machine needs from a connection to the signature on it.
  await opened({ strangerMs: 2_000 });
  const { laptop, close } = newcomer('127.0.6.1');
  expect((await laptop.poll()).status).toBe(200);
  const idle = await open('127.0.6.2');
  await once(idle, 'close');
  tally.count(true);
  const held = laptop.poll({ waitMs: 4_000 });
  const silent = await open('127.0.6.3');
  await once(silent, 'close');
  tally.count(true);
  expect((await held).status).toBe(200);
  await close();
});

it('bounds the connections of one agent, too: its oldest gives way', async () => {
  await opened();
  const all: Socket[] = [];
  for (let n = 0; n < 6; n++) {
    const socket = await open('127.0.7.1');
    all.push(socket);
    const body = JSON.stringify({
      version: LINK_VERSION,
      cursor: null,
      waitMs: 0,
      epoch: agent.epoch,
      host: agent.host,
    });
    const head = Object.entries({
      ...agent.sign('POST', '/v1/poll', body),
      'content-type': 'application/json',
      'content-length': String(body.length),
    }).map(([name, value]) => `${name}: ${value}`);
    socket.write(['POST /v1/poll HTTP/1.1', 'host: x', ...head, '', body].join('\r\n'));
    await once(socket, 'data');
  }
  await settled(all, 3);
  expect(kept(all.slice(0, 3))).toHaveLength(0);
});

it('waits for nobody who sends a request letter by letter', async () => {
  await opened({ strangerMs: 2_000 });
  const slow = connect({
    host: '127.0.0.1',
    port: Number(new URL(house.url).port),
    localAddress: '127.0.0.5',
  });
  const silent = connect({
    host: '127.0.0.1',
    port: Number(new URL(house.url).port),
    localAddress: '127.0.0.5',
  });
  sockets.push(
    slow.on('error', () => undefined),
    silent.on('error', () => undefined),
  );
  slow.write('POST /v1/poll HTTP/1.1\r\nhost: x\r\nx-slow: ');
  const drip = setInterval(() => slow.write('x'), 500);
  const closed = (socket: Socket) => new Promise((resolve) => socket.resume().once('close', resolve));
  await Promise.all([closed(slow), closed(silent)]);
  clearInterval(drip);
  expect((await agent.poll()).status).toBe(200);
});
