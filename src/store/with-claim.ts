import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { fail, type Result } from '../kernel/result.ts';
import type { Claims, StoreFailure } from './store.ts';

/** Longer than any action that reads and writes a few values; a crashed holder blocks others no longer than this. */
const HOLD_MS = 10_000;
const PATIENCE_MS = 5_000;
const RETRY_MS = 15;

/**
 * Runs a short read-then-write while nobody else, in this process or another, runs one under the same name. Waits up
 * to five seconds for its turn, then fails with `unavailable`.
 */
export async function withClaim<T, F>(
  claims: Claims,
  name: string,
  action: () => Promise<Result<T, F>>,
): Promise<Result<T, F | StoreFailure>> {
  const owner = randomUUID();
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const taken = await claims.take(name, HOLD_MS, owner);
    if (!taken.ok) return taken;
    if (taken.value) break;
    if (performance.now() > giveUpAt) return fail({ reason: 'unavailable', detail: `claim ${name} is busy` });
    await pause(RETRY_MS * (0.5 + Math.random()));
  }
  try {
    return await action();
  } finally {
    await claims.release(name, owner);
  }
}
