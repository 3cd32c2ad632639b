import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { kind } from '../../store/kind.ts';
import type { Store, StoreFailure } from '../../store/store.ts';

/**
 * How the store is: it takes and gives; the disk has no room; its file is damaged, which only a start mends; it does
 * neither (rights, faults of the disk, a file system that became read-only, an access that does not end).
 */
export type StoreState = 'works' | 'full' | 'damaged' | 'unavailable';

export interface StoreHealth {
  /**
   * Writes something small and reads it again, unless that was done less than `maxAgeMs` ago. Whoever asks meanwhile
   * gets the same answer.
   */
  state(maxAgeMs: number): Promise<StoreState>;
  /** The engine met a damaged page: other pages may be good, and still nobody should rely on them. */
  isDamaged(): void;
}

/** Longest time a small write and a read may take, ms. */
const PATIENCE_MS = 5_000;
/** What is written lives this long, ms. */
const TTL_MS = 24 * 3_600_000;

/** What is written to see whether it can be: a moment of the process's own clock. */
export const PROBE = kind({ name: 'probe', version: 1, schema: z.number(), fleeting: true });

/** @param clock milliseconds, never going back */
export function createStoreHealth(store: Pick<Store, 'values'>, clock: () => number): StoreHealth {
  const probes = store.values(PROBE);
  let asking: Promise<StoreState> | undefined;
  let known: { state: StoreState; at: number } | undefined;
  let damaged = false;

  async function probe(): Promise<StoreState> {
    const written = Math.trunc(clock());
    const set = await probes.set('store', written, TTL_MS);
    if (!set.ok) return stateOf(set.failure);
    const read = await probes.get('store');
    if (!read.ok) return stateOf(read.failure);
    return read.value === written ? 'works' : 'unavailable';
  }

  async function ask(): Promise<StoreState> {
    const enough = new AbortController();
    const late = sleep(PATIENCE_MS, 'unavailable' as const, { signal: enough.signal });
    late.catch(() => undefined);
    const state = await Promise.race([probe(), late]);
    enough.abort();
    known = { state, at: clock() };
    return state;
  }

  return {
    async state(maxAgeMs) {
      if (damaged) return 'damaged';
      if (!asking && known && clock() - known.at < maxAgeMs) return known.state;
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      const state = await asking;
      return damaged ? 'damaged' : state;
    },
    isDamaged() {
      damaged = true;
    },
  };
}

function stateOf({ reason }: StoreFailure): StoreState {
  if (reason === 'full') return 'full';
  return reason === 'corrupt' ? 'damaged' : 'unavailable';
}
