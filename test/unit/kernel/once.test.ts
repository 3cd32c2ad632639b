import { describe, expect, it } from 'vitest';
import { once } from '../../../src/kernel/once.ts';

describe('once', () => {
  it('makes nothing before it is asked, and then the same for everybody', () => {
    let times = 0;
    const made = once(() => {
      times += 1;
      return { times };
    });
    expect(times).toBe(0);
    expect(made()).toBe(made());
    expect(times).toBe(1);
  });

  it('tries again where it could not be made', () => {
    let times = 0;
    const made = once(() => {
      times += 1;
      if (times === 1) throw new Error('not yet');
      return { times };
    });
    expect(made).toThrow('not yet');
    expect(made()).toEqual({ times: 2 });
  });
});
