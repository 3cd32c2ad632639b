import { describe, expect, it } from 'vitest';
import { hasTooManyScans } from '../../../src/label/jpeg.ts';

const START = [0xff, 0xd8];
const END = [0xff, 0xd9];
/** A scan with three bytes of header, a byte 0xff of the picture and a restart between others. */
const SCAN = [0xff, 0xda, 0, 3, 1, 7, 0xff, 0, 8, 0xff, 0xd3, 9];
const file = (...parts: number[][]) => Uint8Array.from(parts.flat());
const times = (count: number, part: number[]) => new Array<number[]>(count).fill(part).flat();

describe('the scans of a JPEG file', () => {
  it('are fine up to a hundred', () => {
    expect(hasTooManyScans(file(START, times(100, SCAN), END))).toBe(false);
    expect(hasTooManyScans(file(START, times(101, SCAN), END))).toBe(true);
  });

  it('are found behind fill bytes, garbage and segments of any length', () => {
    const between = [5, 6, 0xff, 0xff, 0xff, 0xfe, 0, 2, 0xff, 0xe1, 0, 6, 1, 2, 3, 4];
    expect(hasTooManyScans(file(START, between, times(101, [...SCAN, ...between]), END))).toBe(true);
  });

  it('are not those of a preview inside a segment, nor of what lies behind the end', () => {
    const preview = times(150, SCAN);
    const segment = [0xff, 0xe1, (preview.length + 2) >> 8, (preview.length + 2) & 255, ...preview];
    expect(hasTooManyScans(file(START, segment, SCAN, END, preview))).toBe(false);
  });

  it.each([
    ['nothing', []],
    ['a start', START],
    ['half a marker', [...START, 0xff]],
    ['half a segment', [...START, 0xff, 0xe1, 0xff]],
    ['another format', times(500, SCAN)],
  ])('are not there in %s', (_, bytes) => {
    expect(hasTooManyScans(Uint8Array.from(bytes))).toBe(false);
  });
});
