import { ok, type Result } from '../kernel/result.ts';
import { TIME_WINDOW_MS } from '../link/signing.ts';
import type { Store, StoreFailure } from '../store/store.ts';

/** A request is good from one window before its time to one after, and a little for the clocks between. */
const NONCE_MEMORY_MS = 2 * TIME_WINDOW_MS + 10_000;

/** A request that was not heard before, as far as is known. */
export interface Heard {
  /** Resolves when that is on disk. False: it was heard before all the same. Until then nothing of the request may be written or heard of. */
  readonly kept: Promise<Result<boolean, StoreFailure>>;
}

/** Which signed requests were heard: each is, once, also after a restart. */
export interface Nonces {
  /** Null: it was heard before. */
  hear(agentId: string, nonce: string): Promise<Result<Heard | null, StoreFailure>>;
}

export function createNonces(store: Pick<Store, 'claims' | 'isShared'>): Nonces {
  const { claims } = store;
  /** Those that are being written. */
  const underWay = new Set<string>();

  return {
    async hear(agentId, nonce) {
      const name = `hub:nonce:${agentId}:${nonce}`;
      const keep = () => claims.once(name, NONCE_MEMORY_MS);
      if (store.isShared) {
        const first = await keep();
        return first.ok ? ok(first.value ? { kept: Promise.resolve(first) } : null) : first;
      }
      // Nobody else has the store open: what is neither in it nor on its way there is new, and need not wait to be called so.
      if (underWay.has(name)) return ok(null);
      underWay.add(name);
      const said = await claims.wasSaid(name);
      const isNew = said.ok && !said.value;
      const kept = (isNew ? keep() : Promise.resolve(said)).finally(() => underWay.delete(name));
      return said.ok ? ok(isNew ? { kept } : null) : said;
    },
  };
}
