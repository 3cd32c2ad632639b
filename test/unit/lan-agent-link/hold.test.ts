import { describe, expect, it } from 'vitest';
import { createHold } from '../../../src/lan-agent/link/hold.ts';
import { LEAST_HOLD_MS } from '../../../src/lan-agent/times.ts';
import { HOLD_MS } from '../../../src/link/times.ts';

describe('how long a poll is held', () => {
  it('stays as it is when a bot ends in the middle of one', () => {
    const hold = createHold();
    hold.broke('reset', 10_000);
    expect(hold.ms()).toBe(HOLD_MS);
    hold.answered();
    hold.broke('reset', 9_000);
    expect(hold.ms()).toBe(HOLD_MS);
  });

  it.each(['reset', 'gateway', 'timeout'] as const)(
    'gets shorter than what a way lets live that cuts twice in a row: %s',
    (reason) => {
      const hold = createHold();
      hold.broke(reason, 10_000);
      hold.broke(reason, 10_100);
      expect(hold.ms()).toBeLessThan(10_000);
      expect(hold.ms()).toBeGreaterThan(LEAST_HOLD_MS);
      // And again, where that was not enough.
      const before = hold.ms();
      hold.broke(reason, 6_000);
      hold.broke(reason, 6_000);
      expect(hold.ms()).toBeLessThan(before);
    },
  );

  it('gets shorter than half of what a connection dropped in secret was given', () => {
    const hold = createHold();
    for (let times = 0; times < 6; times++) hold.broke('timeout', hold.ms() + 6_000);
    expect(hold.ms()).toBeLessThan(HOLD_MS / 2);
  });

  it('is never shorter than the least, and no other failure counts', () => {
    const hold = createHold();
    for (let times = 0; times < 20; times++) hold.broke('refused', 10_000);
    for (let times = 0; times < 20; times++) hold.broke('reset', 100);
    expect(hold.ms()).toBe(HOLD_MS);
    for (let times = 0; times < 20; times++) hold.broke('reset', LEAST_HOLD_MS);
    expect(hold.ms()).toBe(LEAST_HOLD_MS);
  });
});
