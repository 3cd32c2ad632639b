/** Limits held in memory: they protect this process, and answer before the store is asked anything. */

export interface BucketRules {
  /** Requests allowed at once. */
  readonly burst: number;
  /** Requests regained per second. */
  readonly perSecond: number;
}

/** Addresses remembered at most; the one heard longest ago is forgotten first. */
const MAX_KEYS = 10_000;

/** A token bucket per key. `take` says how many seconds to wait, 0 when the request may pass. Clock: milliseconds. */
export function createBuckets({ burst, perSecond }: BucketRules, clock: () => number) {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(key: string): number {
      const now = clock();
      const { tokens, at } = buckets.get(key) ?? { tokens: burst, at: now };
      const filled = Math.min(burst, tokens + (Math.max(0, now - at) / 1000) * perSecond);
      const passes = filled >= 1;
      // Deleting first moves the key to the end: the map stays in the order of last use.
      buckets.delete(key);
      buckets.set(key, { tokens: passes ? filled - 1 : filled, at: now });
      const [leastUsed] = buckets.keys();
      if (buckets.size > MAX_KEYS && leastUsed !== undefined) buckets.delete(leastUsed);
      return passes ? 0 : Math.ceil((1 - filled) / perSecond);
    },
  };
}

/**
 * Keeps anybody from filling the log: lets a few lines about each key through, then one a while. `leftOut` is asked
 * before a line is written and says how many were kept back before it; null: this one is, too.
 */
export function createQuiet(rules: BucketRules, clock: () => number) {
  const lines = createBuckets(rules, clock);
  const kept = new Map<string, number>();
  return {
    leftOut(key: string): number | null {
      const before = kept.get(key) ?? 0;
      if (lines.take(key) === 0) {
        kept.delete(key);
        return before;
      }
      if (kept.size < MAX_KEYS) kept.set(key, before + 1);
      return null;
    },
  };
}

export interface BreakerRules {
  /** Failures within the window that open the breaker. */
  readonly failures: number;
  readonly windowMs: number;
}

/** Counts failures by key. While too many of a key lie within the window, that key does not pass; others do. */
export function createBreakers({ failures, windowMs }: BreakerRules, clock: () => number) {
  const recent = new Map<string, readonly number[]>();
  const breakers = {
    /** True for the failure that opens the key's breaker. */
    failed(key: string): boolean {
      const wasClosed = breakers.waitSeconds(key) === 0;
      const times = [...(recent.get(key) ?? []), clock()].slice(-failures);
      // Deleting first moves the key to the end: the map stays in the order of the last failure.
      recent.delete(key);
      recent.set(key, times);
      const [longestAgo] = recent.keys();
      if (recent.size > MAX_KEYS && longestAgo !== undefined) recent.delete(longestAgo);
      return wasClosed && breakers.waitSeconds(key) > 0;
    },
    /** Seconds until the key may pass again, 0 while closed. */
    waitSeconds(key: string): number {
      const times = recent.get(key) ?? [];
      const [oldest] = times;
      if (oldest === undefined || times.length < failures) return 0;
      return Math.max(0, Math.ceil((oldest + windowMs - clock()) / 1000));
    },
  };
  return breakers;
}

/** The neighbourhood of an address, where one guesser may have many: IPv4 /24, IPv6 /48. */
export function prefixKey(ip: string): string {
  const key = addressKey(ip);
  return key.includes(':') ? key.split(':').slice(0, 3).join(':') : key.split('.').slice(0, 3).join('.');
}

/** What counts as one address: an IPv4 address, or the /64 of an IPv6 one (a host there has 2^64 to choose from). */
export function addressKey(ip: string): string {
  const v4 = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(ip);
  if (v4?.[1]) return v4[1];
  const [head = '', tail] = ip.toLowerCase().split('%')[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':');
}
