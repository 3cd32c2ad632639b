import { vi } from 'vitest';

/**
 * Waits until an assertion holds, and tells why it does not in the end. What comes ends the wait at once; half a minute
 * is for what never comes, on a machine that does other things, too.
 */
export function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(assertion, { timeout: 30_000, interval: 20 });
}
