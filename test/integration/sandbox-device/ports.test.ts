import { expect, it } from 'vitest';
import { freePort } from '../../../src/sandbox/device/network.ts';

it('gives no port out twice, however many ask at once', async () => {
  const ports = await Promise.all(Array.from({ length: 600 }, freePort));
  expect(new Set(ports).size).toBe(600);
});
