import { BACKOFF_CEILING_MS, BACKOFF_FLOOR_MS } from '../../link/times.ts';

/** Waiting times between tries that keep failing. */
export interface Backoff {
  /** Ms until the next try. */
  next(): number;
  /** A try worked: begin anew. */
  reset(): void;
}

/**
 * Jitter over the whole range, 0.5 to 8 s: agents that lost the same server must not come back in step, and be back soon.
 * @param random 0 up to 1
 */
export function createBackoff(random: () => number = Math.random): Backoff {
  let ceiling = BACKOFF_FLOOR_MS;
  return {
    next: () => {
      ceiling = Math.min(BACKOFF_CEILING_MS, ceiling * 2);
      return BACKOFF_FLOOR_MS + Math.round(random() * (ceiling - BACKOFF_FLOOR_MS));
    },
    reset: () => {
      ceiling = BACKOFF_FLOOR_MS;
    },
  };
}
