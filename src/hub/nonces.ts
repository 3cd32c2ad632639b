import { ok } from '../kernel/result.ts';
import { TIME_WINDOW_MS } from '../link/signing.ts';
import type { Store, Stored } from '../store/store.ts';

/** A request is good from one window before its time to one after, and a little for the clocks between. */
const NONCE_MEMORY_MS = 2 * TIME_WINDOW_MS + 10_000;

/** A request that was not heard before, as far as is known. */
export interface Heard {
  /**
   * Writes that it was heard, unless that is on its way; resolves when it is on disk. False: it was heard before all the same. Until
   * then nothing of the request may be written or heard of.
   * @param joins it may be written with the next commit: what comes of the request
   */
  keep(joins?: boolean): Stored<boolean>;
}

/** Which signed requests were heard: each is, once, also after a restart. */
export interface Nonces {
  /** Null: it was heard before. Whoever is told of one that was not has it kept, whatever comes of it. */
  hear(agentId: string, nonce: string): Stored<Heard | null>;
}

export function createNonces(store: Pick<Store, 'claims' | 'isShared'>): Nonces {
  const { claims } = store;
  /** Those that are not written yet. */
  const underWay = new Set<string>();

  function heard(name: string): Heard {
    let kept: Stored<boolean> | null = null;
    return {
      keep(joins) {
        kept ??= claims.once(name, NONCE_MEMORY_MS, joins).finally(() => underWay.delete(name));
        return kept;
      },
    };
  }

  return {
    async hear(agentId, nonce) {
      const name = `hub:nonce:${agentId}:${nonce}`;
      if (store.isShared) {
        const first = await claims.once(name, NONCE_MEMORY_MS);
        return first.ok ? ok(first.value ? { keep: async () => first } : null) : first;
      }
      // Nobody else has the store open: what is neither in it nor on its way there is new, and need not wait to be called so.
      if (underWay.has(name)) return ok(null);
      underWay.add(name);
      const said = await claims.wasSaid(name);
      if (said.ok && !said.value) return ok(heard(name));
      underWay.delete(name);
      return said.ok ? ok(null) : said;
    },
  };
}
