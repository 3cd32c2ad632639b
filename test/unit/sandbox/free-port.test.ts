import { expect, it } from 'vitest';
import { freeTcpPort } from '../../../src/sandbox/free-port.ts';

/** Of those that Linux hands out by itself; macOS and Windows begin higher. */
const FIRST_OF_THE_SYSTEM = 32_768;

it('is a port that nobody is given by the system, and nobody else by us, before its server is there', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, () => freeTcpPort()));
  expect(new Set(ports).size).toBe(50);
  expect(ports.filter((port) => port >= FIRST_OF_THE_SYSTEM)).toEqual([]);
});
