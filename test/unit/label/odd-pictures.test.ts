import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findStripes, type Stripes, straighten } from '../../../src/label/bars.ts';
import type { Box, View } from '../../../src/label/codes.ts';
import { LADDER, workingSize } from '../../../src/label/ladder.ts';
import { redraw } from '../../../src/label/modules.ts';
import type { Grey } from '../../../src/label/photo.ts';
import { crop, enlarge, shadeAt } from '../../../src/label/pixels.ts';
import { drawPlaces } from '../../../src/label/places.ts';
import { tipFor } from '../../../src/label/quality.ts';
import { findRegions } from '../../../src/label/regions.ts';

const side = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 700 }));
/** Noise, stripes or nothing, from one pixel to some hundreds a side. */
const pictures = fc
  .record({ width: side, height: side, kind: fc.nat(3), period: fc.integer({ min: 2, max: 20 }) })
  .map(({ width, height, kind, period }): Grey => {
    const shades = [
      () => 255,
      (x: number) => (x % period < period / 2 ? 0 : 255),
      (x: number, y: number) => ((x * 7 + y * 13) % period) * 12,
      (x: number, y: number) => Math.imul(x * 73_856_093 + y * 19_349_663 + 7, 0x9e37_79b1) >>> 24,
    ];
    const shade = shades[kind] ?? (() => 0);
    const data = Buffer.alloc(width * height, 0);
    for (let at = 0; at < data.length; at++) data[at] = shade(at % width, Math.floor(at / width));
    return { data, width, height };
  });
const somewhere = fc.oneof(
  fc.integer({ min: -50, max: 750 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1e9, 1e300, 0),
);
const points = fc.record({ x: somewhere, y: somewhere });
const boxes = fc.oneof(
  fc.tuple(points, points, points, points),
  points.map((point) => [point, point, point, point] as const),
);

const isPicture = ({ data, width, height }: Grey) => {
  expect([width, height].every((length) => Number.isInteger(length) && length > 0)).toBe(true);
  expect(data.length).toBe(width * height);
};
const check = (property: Parameters<typeof fc.assert>[0]) => fc.assert(property, { numRuns: 60 });

describe('pictures of any size', () => {
  it('have likely regions that lie within them, which can be cut out and enlarged', () => {
    check(
      fc.property(pictures, fc.array(boxes, { maxLength: 2 }), (picture, known) => {
        for (const region of findRegions(picture, known)) {
          const { left, top, width, height } = region;
          expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
          expect(left + width).toBeLessThanOrEqual(picture.width);
          expect(top + height).toBeLessThanOrEqual(picture.height);
          isPicture(enlarge(crop(picture, region), 2));
        }
      }),
    );
  });

  it('have a shade at any place', () => {
    check(
      fc.property(pictures, points, (picture, { x, y }) => {
        fc.pre(!Number.isNaN(x + y));
        const shade = shadeAt(picture, x, y);
        expect(shade >= 0 && shade <= 255).toBe(true);
      }),
    );
  });

  it('are laid straight whatever is taken for stripes', () => {
    check(
      fc.property(
        pictures,
        fc.record<Stripes>({
          middle: fc.record({ x: fc.integer({ max: 900 }), y: fc.integer({ max: 900 }) }),
          axis: fc.double({ min: -4, max: 4, noNaN: true }),
          along: fc.double({ min: -4, max: 4, noNaN: true }),
          turn: fc.double({ min: -1, max: 1, noNaN: true }),
          length: fc.integer({ min: 16, max: 1600 }),
          height: fc.integer({ min: 16, max: 1600 }),
        }),
        (picture, made) => {
          for (const stripes of [...findStripes(picture), made])
            isPicture(straighten(picture, stripes, 2).picture);
        },
      ),
    );
  });

  it('have codes drawn anew, or none, wherever their corners are said to be', () => {
    check(
      fc.property(
        pictures,
        boxes,
        fc.constantFrom('qr', 'data-matrix'),
        fc.boolean(),
        (picture, box, kind, isExact) => {
          const view = redraw(picture, { kind, box: box as Box }, isExact);
          if (!view) return;
          isPicture(view.picture);
          const { x, y } = view.toPhoto({ x: view.picture.width / 2, y: view.picture.height / 2 });
          expect(Number.isFinite(x) && Number.isFinite(y)).toBe(true);
        },
      ),
    );
  });

  it('have places shown, wherever they are said to be', async () => {
    await check(
      fc.asyncProperty(
        pictures,
        fc.array(fc.array(boxes, { maxLength: 2 }), { maxLength: 8 }),
        async (picture, places) => {
          expect((await drawPlaces(picture, places)).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
        },
      ),
    );
  });

  it('go up the whole ladder and get a tip or none', async () => {
    await check(
      fc.asyncProperty(pictures, fc.array(boxes, { maxLength: 1 }), async (picture, damaged) => {
        const photo = await workingSize(picture);
        tipFor(photo);
        for (const { steps } of LADDER) {
          for (const step of steps(
            photo,
            damaged.map((box) => ({ kind: 'qr', box: box as Box })),
          )) {
            const view: View | null = await step.view();
            if (view) isPicture(view.picture);
          }
        }
      }),
    );
  });
});
