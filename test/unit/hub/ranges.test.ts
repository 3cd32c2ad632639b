import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangeOf } from '../../../src/hub/ranges.ts';

describe('a range of bytes', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=10-19', { start: 10, end: 19 }],
    ['bytes=90-', { start: 90, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    ['bytes=50-1000', { start: 50, end: 99 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=20-10', null],
    ['bytes=0-1,5-6', null],
    ['lines=0-1', null],
    ['bytes=-', null],
    [undefined, null],
  ] as const)('%s of a hundred', (header, expected) => {
    expect(rangeOf(header, 100)).toEqual(expected);
  });

  it('lies within the file, whatever is asked for', () => {
    const number = fc.oneof(fc.constant(''), fc.nat().map(String), fc.bigInt({ min: 0n }).map(String));
    const asked = fc.oneof(
      fc.string(),
      fc.tuple(number, number).map(([a, b]) => `bytes=${a}-${b}`),
    );
    fc.assert(
      fc.property(asked, fc.integer({ min: 1, max: 50_000_000 }), (header, size) => {
        const range = rangeOf(header, size);
        if (range === null || range === 'unsatisfiable') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThanOrEqual(range.start);
        expect(range.end).toBeLessThan(size);
      }),
    );
  });
});
