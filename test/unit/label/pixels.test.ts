import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crop, enlarge, shadeAt } from '../../../src/label/pixels.ts';
import { findRegions } from '../../../src/label/regions.ts';

const ramp = { data: Buffer.from(Array.from({ length: 64 }, (_, at) => (at % 8) * 30)), width: 8, height: 8 };

describe('pixels', () => {
  it('are cut out where they are', () => {
    const piece = crop(ramp, { left: 2, top: 3, width: 3, height: 2 });
    expect([...piece.data]).toEqual([60, 90, 120, 60, 90, 120]);
  });

  it('lie half a pixel from the corner of their square, and beyond the edge is what the edge is', () => {
    expect(shadeAt(ramp, 2.5, 4)).toBe(60);
    expect(shadeAt(ramp, 3, 4)).toBe(75);
    expect(shadeAt(ramp, -9, -9)).toBe(0);
    expect(shadeAt(ramp, 99, 99)).toBeCloseTo(210, 0);
  });

  it('stay what they are where nothing changes, however much a picture is enlarged', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 4 }),
        (shade, width, height, factor) => {
          const large = enlarge({ data: Buffer.alloc(width * height, shade), width, height }, factor);
          expect([large.width, large.height]).toEqual([width * factor, height * factor]);
          expect(large.data.every((value) => value === shade)).toBe(true);
        },
      ),
    );
  });

  it('follow a slope when they are enlarged', () => {
    const large = enlarge(ramp, 3);
    for (let x = 6; x < 18; x++)
      expect(Math.abs((large.data[12 * 24 + x] ?? 0) - (x - 1) * 10)).toBeLessThanOrEqual(1);
  });
});

describe('likely regions', () => {
  it('are looked for beside codes that are known', () => {
    const [width, height] = [1000, 700];
    const data = Buffer.alloc(width * height, 120);
    for (const [left, top, side] of [
      [100, 100, 160],
      [760, 480, 60],
    ] as const) {
      for (let y = top; y < top + side; y++) {
        for (let x = left; x < left + side; x++)
          data[y * width + x] = ((x >> 2) * 7 + (y >> 2) * 13) % 3 === 0 ? 0 : 255;
      }
    }
    const picture = { data, width, height };
    const holds = (region: { left: number; top: number } | undefined, x: number, y: number) =>
      region && x > region.left && x < region.left + 320 && y > region.top && y < region.top + 320;
    expect(holds(findRegions(picture)[0], 180, 180)).toBe(true);
    const known = [
      { x: 100, y: 100 },
      { x: 260, y: 100 },
      { x: 260, y: 260 },
      { x: 100, y: 260 },
    ];
    expect(holds(findRegions(picture, [known])[0], 790, 510)).toBe(true);
  });
});
