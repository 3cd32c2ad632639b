import { randomFillSync } from 'node:crypto';
import { decodeTime, incrementBase32, ulid } from 'ulid';

/** Bytes of the system's randomness, drawn many at once: the library asks for each letter by itself. */
const drawn = new Uint8Array(1024);
let left = 0;

/** From 0 to below 1. */
function random(): number {
  if (left === 0) {
    randomFillSync(drawn);
    left = drawn.length;
  }
  left -= 1;
  return (drawn[left] ?? 0) / 256;
}

/**
 * The ULID after `last`: from the clock, or one more than `last` when the clock has not moved on (or went back).
 * The library's monotonic factory does this within one process; a mailbox outlives its process.
 * @param now milliseconds
 */
export function nextUlid(last: string | null, now: number): string {
  return last !== null && decodeTime(last) >= now ? incrementBase32(last) : ulid(now, random);
}
