import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey, createBreakers, createBuckets, createQuiet } from '../../../src/hub/limits.ts';

describe('token buckets', () => {
  it('let through the burst and then the rate, never more', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(steps, (pauses) => {
        let now = 0;
        const buckets = createBuckets({ burst: 4, perSecond: 2 }, () => now);
        let passed = 0;
        for (const pause of pauses) {
          now += pause;
          if (buckets.take('a') === 0) passed++;
        }
        return passed <= 4 + (now / 1000) * 2;
      }),
    );
  });

  it('let through whoever waits as long as they were told', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), (perSecond) => {
        let now = 0;
        const buckets = createBuckets({ burst: 1, perSecond }, () => now);
        expect(buckets.take('a')).toBe(0);
        const wait = buckets.take('a');
        expect(wait).toBeGreaterThan(0);
        now += wait * 1000;
        expect(buckets.take('a')).toBe(0);
      }),
    );
  });

  it('do not give anything for a clock that goes back', () => {
    let now = 1_000_000;
    const buckets = createBuckets({ burst: 1, perSecond: 1 }, () => now);
    buckets.take('a');
    now = 0;
    expect(buckets.take('a')).toBeGreaterThan(0);
  });

  it('keep addresses apart and forget the one heard longest ago when there are too many', () => {
    const buckets = createBuckets({ burst: 1, perSecond: 0.001 }, () => 0);
    expect(buckets.take('first')).toBe(0);
    for (let n = 0; n < 9_999; n++) expect(buckets.take(`other ${n}`)).toBe(0);
    expect(buckets.take('first')).toBeGreaterThan(0);
    expect(buckets.take('one more')).toBe(0);
    expect(buckets.take('first')).toBeGreaterThan(0);
    expect(buckets.take('other 0')).toBe(0);
  });
});

describe('the breaker', () => {
  it('opens at the limit and closes when the window has passed', () => {
    let now = 0;
    const breaker = createBreakers({ failures: 3, windowMs: 10_000 }, () => now);
    for (let n = 0; n < 3; n++) {
      expect(breaker.waitSeconds('a')).toBe(0);
      breaker.failed('a');
      now += 1_000;
    }
    expect(breaker.waitSeconds('a')).toBe(7);
    now = 10_000;
    expect(breaker.waitSeconds('a')).toBe(0);
    breaker.failed('a');
    expect(breaker.waitSeconds('a')).toBe(1);
  });

  it('stays closed for failures that are far apart', () => {
    let now = 0;
    const breaker = createBreakers({ failures: 2, windowMs: 1_000 }, () => now);
    for (let n = 0; n < 10; n++) {
      breaker.failed('a');
      now += 1_000;
      expect(breaker.waitSeconds('a')).toBe(0);
    }
  });
});

describe('many breakers', () => {
  it('open one by one: nobody is kept out for what another did', () => {
    const breakers = createBreakers({ failures: 3, windowMs: 10_000 }, () => 0);
    expect([1, 2, 3, 4].map(() => breakers.failed('guesser'))).toEqual([false, false, true, false]);
    expect(breakers.waitSeconds('guesser')).toBe(10);
    expect(breakers.waitSeconds('neighbour')).toBe(0);
    expect(breakers.failed('neighbour')).toBe(false);
  });

  it('are not remembered without bound', () => {
    const breakers = createBreakers({ failures: 1, windowMs: 10_000 }, () => 0);
    breakers.failed('first');
    for (let n = 0; n < 10_000; n++) breakers.failed(`other ${n}`);
    expect(breakers.waitSeconds('first')).toBe(0);
    expect(breakers.waitSeconds('other 9999')).toBe(10);
  });
});

describe('lines about somebody', () => {
  it('are a few, and the next one says how many were left out', () => {
    let now = 0;
    const quiet = createQuiet({ burst: 2, perSecond: 0.1 }, () => now);
    expect(Array.from({ length: 6 }, () => quiet.leftOut('a'))).toEqual([0, 0, null, null, null, null]);
    expect(quiet.leftOut('b')).toBe(0);
    now = 10_000;
    expect(quiet.leftOut('a')).toBe(4);
    expect(quiet.leftOut('a')).toBeNull();
  });
});

describe('what counts as one address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('%s counts as %s', (ip, key) => {
    expect(addressKey(ip)).toBe(key);
  });

  it('is the same for all hosts of one IPv6 network, however written', () => {
    fc.assert(
      fc.property(fc.ipV6(), (ip) => {
        const key = addressKey(ip);
        return /^[0-9a-f]{1,4}(:[0-9a-f]{1,4}){3}$/.test(key) || /^\d+(\.\d+){3}$/.test(key);
      }),
    );
  });
});
