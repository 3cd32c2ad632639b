import { CaseUnreadable, HouseUnavailable } from '../../flows/engine/dialogue.ts';
import type { CaseFailure, HouseFailure } from '../../flows/ports.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';

/**
 * What the store answered. Inside a task a store that fails is thrown, once; `atBorder` makes a value of it again.
 * @throws HouseUnavailable
 */
export function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new HouseUnavailable('store-unavailable');
  return result.value;
}

/**
 * A case, or what an action made of it. Its record may be unreadable for good.
 * @throws CaseUnreadable or HouseUnavailable
 */
export function mustCase<T>(result: Result<T, unknown>): T {
  if (!result.ok && Object(result.failure).reason === 'unreadable') throw new CaseUnreadable();
  return must(result);
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

/** The same for a task about a case, whose record may be unreadable. */
export async function atCaseBorder<T>(task: () => Promise<T>): Promise<Result<T, CaseFailure>> {
  try {
    return await atBorder(task);
  } catch (error) {
    if (error instanceof CaseUnreadable) return fail('unreadable');
    throw error;
  }
}
