import { MAX_NAME_BYTES, type StoreFailure } from './store.ts';

/** A failure found before the engine was asked, or in what it answered. */
export class StoreError extends Error {
  readonly failure: StoreFailure;

  constructor(reason: StoreFailure['reason'], detail: string) {
    super(detail);
    this.failure = { reason, detail };
  }
}

/** @throws StoreError unless the time to live is a finite number of milliseconds above 0 */
export function checkTtl(ttlMs: number): void {
  if (Number.isFinite(ttlMs) && ttlMs > 0) return;
  throw new StoreError('invalid', `a time to live must be more than 0 ms, got ${ttlMs}`);
}

/** @throws StoreError unless a name of a key, claim or mailbox has 1 to `MAX_NAME_BYTES` bytes */
export function checkName(name: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes >= 1 && bytes <= MAX_NAME_BYTES) return;
  throw new StoreError('invalid', `a name must have 1 to ${MAX_NAME_BYTES} bytes, got ${bytes}`);
}
