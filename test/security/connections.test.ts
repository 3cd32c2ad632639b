import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type House, openHouse, pairedAgent, type TestAgent } from '../integration/hub/house.ts';
import { Tally } from './fortress.ts';

const tally = new Tally();
let house: House;
let agent: TestAgent;
const sockets: Socket[] = [];
beforeEach(async () => {
  house = await openHouse({ limits: { connections: { total: 60, perAddress: 20 } } });
  agent = await pairedAgent(house);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await house.close();
});

/** A connection from an address of its own; says whether the hub kept it. */
async function open(localAddress: string): Promise<{ socket: Socket; kept: boolean }> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(house.url).port), localAddress });
  sockets.push(socket.on('error', () => undefined));
  await once(socket, 'connect').catch(() => undefined);
  // Whoever is turned away is told so at once; whoever is kept gets an answer to a request.
  socket.write('GET /v1/health HTTP/1.1\r\nhost: x\r\n\r\n');
  const kept = await Promise.race([
    once(socket, 'data').then(() => true),
    once(socket, 'close').then(() => false),
  ]).catch(() => false);
  return { socket, kept };
}
const crowd = (address: string, size: number) =>
  Promise.all(Array.from({ length: size }, () => open(address)));

it('gives one address a share of the connections, all together a bound, and lets go of those that close', async () => {
  const first = await crowd('127.0.0.2', 50);
  expect(first.filter(({ kept }) => kept)).toHaveLength(20);
  for (const { kept } of first) if (!kept) tally.count(true);
  expect((await agent.poll()).status).toBe(200);

  const others = [...(await crowd('127.0.0.3', 30)), ...(await crowd('127.0.0.4', 30))];
  const keptOfOthers = others.filter(({ kept }) => kept).length;
  for (const { kept } of others) if (!kept) tally.count(true);
  expect(keptOfOthers).toBeLessThan(40);
  // The laptop has its connection already.
  expect((await agent.poll()).status).toBe(200);

  for (const { socket } of first) socket.destroy();
  await vi.waitFor(async () => expect((await open('127.0.0.2')).kept).toBe(true));
  tally.print('connections');
});

it('waits for nobody who sends a request letter by letter', async () => {
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
  const began = performance.now();
  await Promise.all([once(slow.resume(), 'close'), once(silent.resume(), 'close')]);
  clearInterval(drip);
  expect(performance.now() - began).toBeLessThan(20_000);
  expect((await agent.poll()).status).toBe(200);
});
