import { decodeTime, incrementBase32, ulid } from 'ulid';

/**
 * The ULID after `last`: from the clock, or one more than `last` when the clock has not moved on (or went back).
 * The library's monotonic factory does this within one process; a mailbox outlives its process.
 * @param now milliseconds
 */
export function nextUlid(last: string | null, now: number): string {
  return last !== null && decodeTime(last) >= now ? incrementBase32(last) : ulid(now);
}
