import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below what systems hand out by themselves: a stranger's socket there would take the port before its owner has it, or while that
 * one starts anew.
 */
const PORTS = { first: 20_000, last: 32_000 };
const TRIES = 100;

/** Ports given out already: one looks free until whoever it is for listens there. */
const given = new Set<number>();

/** A TCP port of loopback that is free now: for a server whose address others must know before it is there. */
export function freeTcpPort(): Promise<number> {
  return freePortFor(given, isFree);
}

/** One that is not in `taken`, which it is put into. @throws Error when none is free */
export async function freePortFor(
  taken: Set<number>,
  isFree: (port: number) => Promise<boolean>,
): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(PORTS.first, PORTS.last);
    if (taken.has(port)) continue;
    taken.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
