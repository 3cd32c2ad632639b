/** Wrong pairing codes, counted by neighbourhood, in all processes together: three hubs are not three times as many guesses. */
import * as z from 'zod';
import { ok, type Result } from '../kernel/result.ts';
import { kind } from '../store/kind.ts';
import type { Store, StoreFailure } from '../store/store.ts';
import { type BreakerRules, createBreakers } from './limits.ts';

/** Until when a neighbourhood may not pair, milliseconds since 1970. */
export const NOT_PAIRING = kind({ name: 'hub-not-pairing', version: 1, schema: z.number() });

export interface Guesses {
  /** Seconds until the neighbourhood may pair again, 0 when it may. */
  waitSeconds(prefix: string): Promise<Result<number, StoreFailure>>;
  /** Notes a wrong code. True for the one that was one too many. */
  failed(prefix: string): Promise<Result<boolean, StoreFailure>>;
}

/**
 * One process counts in its memory. Several count in the store: each wrong code takes one of so many places, each free again
 * when its time is over, and whoever takes the last one closes the door.
 */
export function createGuesses(store: Store, rules: BreakerRules, clock: () => number): Guesses {
  const { failures, windowMs } = rules;
  if (!store.isShared) {
    const breakers = createBreakers(rules, clock);
    return {
      waitSeconds: async (prefix) => ok(breakers.waitSeconds(prefix)),
      failed: async (prefix) => ok(breakers.failed(prefix)),
    };
  }
  const closed = store.values(NOT_PAIRING);
  return {
    async waitSeconds(prefix) {
      const until = await closed.get(prefix);
      if (!until.ok) return until;
      return ok(Math.max(0, Math.ceil(((until.value ?? 0) - clock()) / 1000)));
    },
    async failed(prefix) {
      for (let place = 1; place <= failures; place++) {
        const taken = await store.claims.once(`hub:guess:${prefix}:${place}`, windowMs);
        if (!taken.ok) return taken;
        if (!taken.value) continue;
        if (place < failures) return ok(false);
        const saved = await closed.set(prefix, clock() + windowMs, windowMs);
        return saved.ok ? ok(true) : saved;
      }
      return ok(false);
    },
  };
}
