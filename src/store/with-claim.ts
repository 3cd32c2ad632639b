import { randomUUID } from 'node:crypto';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Held, Store, StoreFailure } from './store.ts';

/** Longer than any action that reads and writes a few values; a crashed holder blocks others no longer than this. */
const HOLD_MS = 10_000;
const PATIENCE_MS = 5_000;
/** A claim may be gone again when its turn has come: then it is waited for anew, but never longer than this at once. */
const WAIT_MS = 250;

/**
 * Runs a short read-then-write while nobody else, in this process or another, runs one under the same name; what it
 * writes after its time is refused (`Store.guarded`). Waits up to five seconds for its turn, then fails with `unavailable`.
 */
export async function withClaim<T, F>(
  store: Pick<Store, 'claims' | 'guarded'>,
  name: string,
  action: () => Promise<Result<T, F>>,
): Promise<Result<T, F | StoreFailure>> {
  const taken = await takeInTime(store, name);
  if (!taken.ok) return taken;
  try {
    return await store.guarded(taken.value, action);
  } finally {
    await store.claims.release(name, taken.value.owner);
  }
}

async function takeInTime(
  { claims }: Pick<Store, 'claims'>,
  name: string,
): Promise<Result<Held, StoreFailure>> {
  const owner = randomUUID();
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const taken = await claims.take(name, HOLD_MS, owner);
    if (!taken.ok) return taken;
    if (taken.value) return ok({ name, owner, fence: taken.value.fence });
    if (performance.now() > giveUpAt) return fail({ reason: 'unavailable', detail: `claim ${name} is busy` });
    await claims.wait(name, WAIT_MS, new AbortController().signal);
  }
}
