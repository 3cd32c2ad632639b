/** Arbitraries of fast-check for serial numbers and their parts. */
import fc from 'fast-check';

export const digits = (count: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count })
    .map((list) => list.join(''));
export const letters = (min: number, max = min) =>
  fc
    .array(fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), { minLength: min, maxLength: max })
    .map((list) => list.join(''));
/** The three forms of a short serial number (protocol/labels.md 1.1). */
export const short = fc
  .integer({ min: 0, max: 2 })
  .chain((count) => fc.tuple(letters(count), digits(9 - count)))
  .map(([start, end]) => start + end);
