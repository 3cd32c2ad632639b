import { ok, type Result } from '../kernel/result.ts';
import type { StoreFailure } from './store.ts';

/**
 * A record that cannot be read counts as none: for rooms that are better off without it than held up by it. Its copy is
 * set aside and named in the log by then. Never for what forbids something.
 */
export function orNone<T>(found: Result<T | undefined, StoreFailure>): Result<T | undefined, StoreFailure> {
  return !found.ok && found.failure.reason === 'unreadable' ? ok(undefined) : found;
}
