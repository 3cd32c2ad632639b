import type { Claims } from '../store.ts';
import { checkTtl, type RecordKey, type Records } from './records.ts';

interface Holding {
  /** Null when given back. */
  readonly owner: string | null;
  readonly fence: number;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** A claim nobody holds is remembered this long, so that its fence goes on from where it was. */
const FENCE_MEMORY_MS = 30 * 24 * 3_600_000;

export function lmdbClaims(records: Records): Claims {
  const at = (name: string): RecordKey => ['claim', name];
  const ownedBy = (owner: string, current: unknown): Holding | null => {
    const holding = current as Holding | undefined;
    return holding?.owner === owner && holding.until > Date.now() ? holding : null;
  };
  const keep = (holding: Holding, ttlMs: number) => ({ data: holding, ttlMs: ttlMs + FENCE_MEMORY_MS });

  return {
    take: (name, ttlMs, owner) =>
      records.run(async () => {
        checkTtl(ttlMs);
        let fence = 0;
        const taken = await records.change(at(name), (current) => {
          const holding = current as Holding | undefined;
          const now = Date.now();
          if (holding && holding.owner !== null && holding.until > now) return null;
          // The clock as a floor keeps fences growing even after the memory of a name has run out.
          fence = Math.max((holding?.fence ?? 0) + 1, now);
          return keep({ owner, fence, until: now + ttlMs }, ttlMs);
        });
        return taken ? { fence } : null;
      }),
    renew: (name, ttlMs, owner) =>
      records.run(() => {
        checkTtl(ttlMs);
        return records.change(at(name), (current) => {
          const holding = ownedBy(owner, current);
          return holding && keep({ ...holding, until: Date.now() + ttlMs }, ttlMs);
        });
      }),
    release: (name, owner) =>
      records.run(async () => {
        await records.change(at(name), (current) => {
          const holding = ownedBy(owner, current);
          return holding && keep({ ...holding, owner: null }, 0);
        });
      }),
    once: (name, ttlMs) =>
      records.run(() =>
        records.change(['once', name], (current) => (current === undefined ? { data: true, ttlMs } : null)),
      ),
  };
}
