import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextUlid } from '../../../src/store/ulid.ts';

const time = fc.integer({ min: 0, max: 2 ** 42 });

describe('the next ULID', () => {
  it('is greater than the last one, wherever the clock goes', () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 2, maxLength: 20 }), (clock) => {
        let last: string | null = null;
        for (const now of clock) {
          const next = nextUlid(last, now);
          expect(next).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
          if (last !== null) expect(next > last).toBe(true);
          last = next;
        }
      }),
    );
  });

  it('carries on when the random part is used up', () => {
    const last = `01ARZ3NDEK${'Z'.repeat(16)}`;
    expect(nextUlid(last, 0)).toBe(`01ARZ3NDEM${'0'.repeat(16)}`);
  });
});
