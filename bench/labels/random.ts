/** Numbers that look random and are the same in every run of the same seed. */
export interface Random {
  /** From `low` up to, but not including, `high`. */
  between(low: number, high: number): number;
  /** As `between`, with small numbers as likely as large ones by their ratio. */
  ratio(low: number, high: number): number;
  pick<T>(all: readonly T[]): T;
  /** That many of them, in any order. */
  some<T>(all: readonly T[], count: number): T[];
  chance(share: number): boolean;
  /** Normally distributed, mean 0, deviation 1. */
  normal(): number;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + (high - low) * next();
  return {
    between,
    ratio: (low, high) => Math.exp(between(Math.log(low), Math.log(high))),
    pick(all) {
      const one = all[Math.floor(next() * all.length)];
      if (one === undefined) throw new Error('nothing to pick from');
      return one;
    },
    some(all, count) {
      const left = [...all];
      return Array.from({ length: count }, () => left.splice(Math.floor(next() * left.length), 1)).flat();
    },
    chance: (share) => next() < share,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}
