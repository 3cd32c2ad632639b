import type { ChainPlace } from '../../src/audit/chain.ts';
import { AUDIT_LINES } from '../../src/audit/trail.ts';
import type { Store } from '../../src/store/store.ts';

interface Ends {
  base: ChainPlace;
  head: ChainPlace;
}

/** The note of where a trail begins and ends, for those who tamper with it. */
export function endsOf(store: Store) {
  const records = store.values(AUDIT_LINES);
  return {
    async get(): Promise<Ends> {
      const found = await records.get('ends');
      if (!found.ok || found.value === undefined) throw new Error('no note of the ends');
      return JSON.parse(found.value) as Ends;
    },
    async set(ends: Ends): Promise<void> {
      await records.set('ends', JSON.stringify(ends));
    },
  };
}

/** The key of an entry. */
export const entryKey = (seq: number): string => String(seq).padStart(12, '0');
