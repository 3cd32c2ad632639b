import { setTimeout as delay } from 'node:timers/promises';

/** Time of the laptop, as the link waits by it. */
export interface Clock {
  /** Ms since 1970. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` is aborted: whoever waits looks at the signal itself. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
};
