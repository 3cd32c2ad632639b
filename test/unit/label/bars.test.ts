import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findStripes, straighten } from '../../../src/label/bars.ts';
import type { Grey } from '../../../src/label/photo.ts';

/** A patch of stripes on grey, `period` pixels from one to the next, which follow each other along `angle`. */
function striped(angle: number, period: number): Grey {
  const [width, height] = [640, 480];
  const data = Buffer.alloc(width * height, 150);
  for (let at = 0; at < data.length; at++) {
    const [x, y] = [(at % width) - width / 2, Math.floor(at / width) - height / 2];
    const along = x * Math.cos(angle) + y * Math.sin(angle);
    const across = y * Math.cos(angle) - x * Math.sin(angle);
    if (Math.abs(along) < 150 && Math.abs(across) < 40)
      data[at] = Math.sin((2 * Math.PI * along) / period) > 0 ? 20 : 230;
  }
  return { data, width, height };
}

describe('stripes', () => {
  it('are found and laid straight at any angle', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: Math.PI, noNaN: true }),
        fc.integer({ min: 4, max: 12 }),
        (angle, period) => {
          const picture = striped(angle, period);
          const [stripes] = findStripes(picture);
          if (!stripes) throw new Error('nothing was found');
          expect(Math.abs(Math.sin(stripes.axis - angle))).toBeLessThan(0.07);
          expect(Math.hypot(stripes.middle.x - 320, stripes.middle.y - 240)).toBeLessThan(20);
          const view = straighten(picture, stripes, 2);
          const middle = view.toPhoto({ x: view.picture.width / 2, y: view.picture.height / 2 });
          expect(middle.x).toBeCloseTo(2 * stripes.middle.x, 0);
          expect(middle.y).toBeCloseTo(2 * stripes.middle.y, 0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    [1, 1],
    [17, 3000],
    [3000, 17],
    [40, 40],
  ])('are not found, and harm nothing, in a picture of %i x %i pixels', (width, height) => {
    expect(findStripes({ data: Buffer.alloc(width * height, 90), width, height })).toEqual([]);
  });
});
