/**
 * How often a store was restored from a backup, and what follows: whoever was let in before stays out until an admin has
 * looked at who came back, because somebody may have been turned away since the backup was made (docs/decisions/0067).
 */
import * as z from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';
import { type DataOf, kind } from './kind.ts';
import type { Store, StoreFailure } from './store.ts';

export const STORE_EPOCH = kind({
  name: 'store-epoch',
  version: 1,
  /** All times in milliseconds since 1970. */
  schema: z
    .object({
      /** 1 after the first restore. A store that was never restored has no record. */
      epoch: z.number(),
      restoredAt: z.number(),
      /** When the backup was made. */
      takenAt: z.number(),
      /** When an admin has confirmed who came back; null: not yet. */
      confirmedAt: z.number().nullable(),
    })
    .readonly(),
});
export type StoreEpoch = DataOf<typeof STORE_EPOCH>;

const KEY = 'epoch';

export interface Epochs {
  /** Null: the store was never restored. */
  current(): Promise<Result<StoreEpoch | null, StoreFailure>>;
  /**
   * Whether somebody, or a laptop, that is known since a moment (ms since 1970) came back with a restore that no admin has
   * confirmed. An epoch that cannot be read keeps everybody out.
   */
  isPaused(since: number): Promise<Result<boolean, StoreFailure>>;
  /** Who came back may go on. False: there is nothing to confirm, or another epoch is. */
  confirm(epoch: number, now: number): Promise<Result<boolean, StoreFailure>>;
  /** Begins the next epoch. */
  raise(next: Omit<StoreEpoch, 'confirmedAt'>): Promise<Result<void, StoreFailure>>;
}

export function createEpochs(store: Pick<Store, 'values'>): Epochs {
  const epochs = store.values(STORE_EPOCH);

  const current: Epochs['current'] = async () => {
    const found = await epochs.get(KEY);
    return found.ok ? ok(found.value ?? null) : found;
  };

  return {
    current,
    async isPaused(since) {
      const found = await current();
      if (!found.ok) return found.failure.reason === 'unreadable' ? ok(true) : fail(found.failure);
      return ok(found.value?.confirmedAt === null && since <= found.value.restoredAt);
    },
    confirm: (epoch, now) =>
      epochs.change(KEY, (there) =>
        there?.epoch === epoch && there.confirmedAt === null
          ? { value: { ...there, confirmedAt: now } }
          : null,
      ),
    raise: (next) => epochs.set(KEY, { ...next, confirmedAt: null }),
  };
}
