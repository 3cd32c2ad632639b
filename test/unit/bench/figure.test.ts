import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { against, alternate, beside, plain, quantile } from '../../../bench/bench.ts';
import { faultsOf, isReached } from '../../../bench/run/figure.ts';

describe('figures of benches', () => {
  it('have quantiles that are samples, the median of an odd number in its middle', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([3, 1, 2], 1)).toBe(3);
    expect(quantile([], 0.5)).toBeNaN();
    const samples = fc.array(fc.integer(), { minLength: 1 });
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const one = quantile(all, share);
        expect(all).toContain(one);
        expect(all.filter((other) => other < one).length).toBeLessThanOrEqual(share * (all.length - 1));
      }),
    );
  });

  it('are compared round by round, so that a round in which the machine was slow for both changes nothing', () => {
    const rounds = [[10], [1000], [10], [10]];
    const bare = [[5], [500], [5], [5]];
    const figure = beside('press', 'ms', rounds, { name: 'echo', rounds: bare }, { reach: { atMost: 2 } });
    expect(figure).toMatchObject({
      value: 10,
      baseline: { name: 'echo', value: 5 },
      ratio: 2,
      spread: [2, 2],
    });
    expect(isReached(figure)).toBe(true);
  });

  it('of fewer than three rounds are compared as a whole', () => {
    const figure = beside('press', 'ms', [[1, 2, 9]], { name: 'echo', rounds: [[1, 1, 1]] }, { at: 1 });
    expect(figure).toMatchObject({ value: 9, ratio: 9, spread: null });
  });

  it('are within a bound or not: the ratio where there is a baseline, otherwise the value', () => {
    const baseline = { name: 'telegraf', value: 100 };
    expect(isReached(against('presses', '/s', 45, baseline, { reach: { atLeast: 0.45 } }))).toBe(true);
    expect(isReached(against('presses', '/s', 44, baseline, { reach: { atLeast: 0.45 } }))).toBe(false);
    expect(isReached(plain('violations', 'count', 0, { reach: { atMost: 0 } }))).toBe(true);
    expect(isReached(plain('violations', 'count', 1, { reach: { atMost: 0 } }))).toBe(false);
    expect(isReached(plain('violations', 'count', 1))).toBeNull();
  });

  it('are refused where there are none, two of one name, or one that is no number', () => {
    expect(faultsOf([])).toEqual(['there are none']);
    expect(faultsOf([plain('a', 'ms', 1), plain('a', 'ms', 2)])).toEqual(['a is there twice']);
    expect(faultsOf([against('a', 'ms', 1, { name: 'b', value: Number.NaN })])).toEqual(['a is no number']);
  });

  it('are taken in turns, and whoever was first is last in the next round', async () => {
    const done: string[] = [];
    const task = (name: string, sample: number | number[]) => () => {
      done.push(name);
      return sample;
    };
    const samples = await alternate({ a: task('a', 1), b: task('b', [2, 3]) }, 2);
    expect(done.join('')).toBe('abbaab');
    expect(samples).toEqual({
      a: [[1], [1]],
      b: [
        [2, 3],
        [2, 3],
      ],
    });
  });
});
