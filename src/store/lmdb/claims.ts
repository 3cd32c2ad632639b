import type { DataOf } from '../kind.ts';
import { CLAIM, MEMORY_MS, ONCE } from '../own-kinds.ts';
import type { Claims, Held } from '../store.ts';
import { checkTtl } from '../store-error.ts';
import { dataOf, textOf } from '../typed.ts';
import type { Waiters } from '../waiters.ts';
import { changeAnyway } from './change-anyway.ts';
import type { Condition, RecordKey, Records } from './records.ts';

type Holding = DataOf<typeof CLAIM>;

/** That a claim is its holder's still. One that cannot be read is nobody's. */
export function stillHeld({ name, owner, fence }: Held): Condition {
  return {
    key: at(name),
    holds: (current) => {
      try {
        return ownedBy(owner, current)?.fence === fence;
      } catch {
        return false;
      }
    },
  };
}

export function lmdbClaims(records: Records, waiters: Waiters<() => boolean>): Claims {
  const keep = (holding: Holding, ttlMs: number) => ({
    text: textOf(CLAIM, holding, ttlMs + MEMORY_MS),
  });

  return {
    take: (name, ttlMs, owner) =>
      records.run(async () => {
        checkTtl(ttlMs);
        let fence = 0;
        const taken = await changeAnyway(records, at(name), (current) => {
          const holding = dataOf(CLAIM, current);
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
        return changeAnyway(
          records,
          at(name),
          (current) => {
            const holding = ownedBy(owner, current);
            return holding && keep({ ...holding, until: Date.now() + ttlMs }, ttlMs);
          },
          'whoever-holds',
        );
      }),
    release: (name, owner) =>
      records.run(async () => {
        await changeAnyway(
          records,
          at(name),
          (current) => {
            const holding = ownedBy(owner, current);
            return holding && keep({ ...holding, owner: null }, 0);
          },
          'whoever-holds',
        );
        waiters.wake(waitName(name));
      }),
    wait: (name, ms, signal) =>
      waiters.wait(waitName(name), () => !isHeld(records.peek(at(name))), ms, signal),
    once: (name, ttlMs, joins = false) =>
      records.run(async () => {
        checkTtl(ttlMs);
        const text = textOf(ONCE, true, ttlMs);
        const place = saidAt(name);
        if (!joins) return records.change(place, (current) => (current === undefined ? { text } : null));
        let isFirst = false;
        const decide = (current: string | undefined) => {
          isFirst = current === undefined;
          return isFirst ? [{ place, text }] : [];
        };
        await records.join({ written: [], amended: [{ place, decide }] });
        return isFirst;
      }),
    wasSaid: (name) => records.run(() => records.peek(saidAt(name)) !== undefined),
  };
}

const at = (name: string): RecordKey => ['claim', name];
const saidAt = (name: string): RecordKey => ['once', name];
const waitName = (name: string) => `claim ${name}`;

function ownedBy(owner: string, current: string | undefined): Holding | null {
  const holding = dataOf(CLAIM, current);
  return holding?.owner === owner && holding.until > Date.now() ? holding : null;
}

/** A claim that cannot be read is free: whoever takes it sets it aside. */
function isHeld(current: string | undefined): boolean {
  try {
    const holding = dataOf(CLAIM, current);
    return holding !== undefined && holding.owner !== null && holding.until > Date.now();
  } catch {
    return false;
  }
}
