/**
 * Terms of a store's primary. A primary that took another's place, or came back, may have forgotten what it had acknowledged: what
 * was granted in one term is worth nothing in the next, and nothing is granted in a new one before what the last one has left
 * is dealt with (docs/decisions/0071). A store on the machine's own disk has one term, and none of this costs it anything.
 */
import * as z from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Holds } from './holds.ts';
import { kind } from './kind.ts';
import { orNone } from './or-none.ts';
import type { Store, Stored, StoreFailure } from './store.ts';

/** The term whose beginning was dealt with last, and when that was (ms since 1970). None: the store is new. */
export const STORE_TERM = kind({
  name: 'store-term',
  version: 1,
  schema: z.object({ term: z.string(), since: z.number() }),
});

const KEY = 'term';

type TermsStore = Pick<Store, 'isShared' | 'primary' | 'values'>;

/** Whether the beginning of a term was dealt with. */
async function isEntered(store: TermsStore, term: string): Stored<boolean> {
  if (!store.isShared) return ok(true);
  const entered = orNone(await store.values(STORE_TERM).get(KEY));
  return entered.ok ? ok(entered.value?.term === term) : entered;
}

export interface Terms {
  /** The term in which something may be granted; `unavailable` while its beginning is not dealt with. */
  current(): Stored<string>;
  /** Whether whatever was written before is with as many replicas as the operator wants, and the term is still this one. */
  isKept(term: string): Stored<boolean>;
}

export function createTerms(store: TermsStore): Terms {
  const { primary } = store;
  return {
    async current() {
      const term = await primary.term();
      if (!term.ok) return term;
      const entered = await isEntered(store, term.value);
      if (!entered.ok) return entered;
      return entered.value
        ? term
        : fail({
            reason: 'unavailable',
            detail: 'another primary answers, and what the last one left is open',
          });
    },

    async isKept(term) {
      const settled = await primary.settled();
      if (!settled.ok || !settled.value) return settled;
      // Asked last: whatever was written and counted in between was this one's.
      const now = await primary.term();
      return now.ok ? ok(now.value === term) : now;
    },
  };
}

/**
 * Deals with the beginning of a term, once, whichever process does it and however often one dies meanwhile.
 * @param deal makes void what the last term has left; done again from its beginning where it did not come to its end
 * @param clock milliseconds since 1970
 * @returns whether this process did it now
 */
export async function enterTerm(
  store: TermsStore,
  holds: Pick<Holds, 'within'>,
  clock: () => number,
  deal: () => Promise<Result<unknown, StoreFailure>>,
): Stored<boolean> {
  const enter = async (): Stored<boolean> => {
    // Asked before anything is dealt with: should another one take over meanwhile, its own beginning is dealt with, too.
    const term = await store.primary.term();
    if (!term.ok) return term;
    const entered = await isEntered(store, term.value);
    if (!entered.ok) return entered;
    if (entered.value) return ok(false);
    const dealt = await deal();
    if (!dealt.ok) return dealt;
    const noted = await store.values(STORE_TERM).set(KEY, { term: term.value, since: clock() });
    return noted.ok ? ok(true) : noted;
  };
  const entering = await holds.within('term', enter);
  return entering.ok ? entering.value : entering;
}
