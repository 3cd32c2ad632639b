import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBackoff } from '../../../src/lan-agent/link/backoff.ts';

const few = (random: number, count: number) => {
  const backoff = createBackoff(() => random);
  return Array.from({ length: count }, () => backoff.next());
};

describe('the backoff', () => {
  it('doubles its ceiling up to eight seconds', () => {
    expect(few(1, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  });

  it('never comes back within half a second', () => {
    expect(few(0, 3)).toEqual([500, 500, 500]);
  });

  it('comes back at no time that many others come back at, from the first try on', () => {
    const chances = Array.from({ length: 100 }, (_, n) => n / 100);
    expect(new Set(chances.map((random) => few(random, 1)[0])).size).toBe(100);
  });

  it('spreads over the whole range', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 20 }),
        (random, count) => {
          const last = few(random, count).at(-1) ?? 0;
          expect(last).toBeGreaterThanOrEqual(500);
          expect(last).toBeLessThanOrEqual(8_000);
        },
      ),
    );
    expect(few(0.75, 4)).toEqual([875, 1_625, 3_125, 6_125]);
  });

  it('begins anew after a success', () => {
    const backoff = createBackoff(() => 1);
    backoff.next();
    backoff.next();
    backoff.reset();
    expect(backoff.next()).toBe(1_000);
  });
});
