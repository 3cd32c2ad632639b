import { HouseUnavailable } from '../../flows/engine/dialogue.ts';
import type { HouseFailure } from '../../flows/ports.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';

/**
 * What the store answered. Inside a task a store that fails is thrown, once; `atBorder` makes a value of it again.
 * @throws HouseUnavailable
 */
export function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new HouseUnavailable('store-unavailable');
  return result.value;
}

/** Runs a task whose store may fail in the middle: callers get a value, never that exception. */
export async function atBorder<T>(task: () => Promise<T>): Promise<Result<T, HouseFailure>> {
  try {
    return ok(await task());
  } catch (error) {
    if (error instanceof HouseUnavailable) return fail('store-unavailable');
    throw error;
  }
}
