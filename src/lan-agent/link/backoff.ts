const FLOOR_MS = 1_000;
const CEILING_MS = 60_000;

/** Waiting times between tries that keep failing. */
export interface Backoff {
  /** Ms until the next try. */
  next(): number;
  /** A try worked: begin anew. */
  reset(): void;
}

/**
 * Full jitter, 1 to 60 s: agents that lost the same server must not come back in step.
 * @param random 0 up to 1
 */
export function createBackoff(random: () => number = Math.random): Backoff {
  let ceiling = FLOOR_MS;
  return {
    next: () => {
      ceiling = Math.min(CEILING_MS, ceiling * 2);
      return Math.max(FLOOR_MS, Math.round(random() * ceiling));
    },
    reset: () => {
      ceiling = FLOOR_MS;
    },
  };
}
