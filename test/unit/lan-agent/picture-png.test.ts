import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodePng } from '../../../src/lan-agent/picture/png.ts';

describe('the PNG encoder', () => {
  it('writes files that another decoder reads back pixel by pixel', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        async (width, height, stream) => {
          const pixels = Uint8Array.from({ length: width * height }, () => stream.next().value);
          const png = encodePng({ width, height, pixels }, [0, 0, 0], [255, 255, 255]);
          const { data, info } = await sharp(png)
            .toColourspace('b-w')
            .raw()
            .toBuffer({ resolveWithObject: true });
          expect([info.width, info.height]).toEqual([width, height]);
          expect(Array.from({ length: pixels.length }, (_, at) => data[at * info.channels])).toEqual([
            ...pixels,
          ]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('runs its palette from the ground to the ink', async () => {
    const png = encodePng(
      { width: 2, height: 1, pixels: Uint8Array.of(0, 255) },
      [10, 20, 30],
      [200, 100, 0],
    );
    const { data } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([...data]).toEqual([10, 20, 30, 200, 100, 0]);
  });

  it('compresses its rows', () => {
    const png = encodePng({ width: 400, height: 100, pixels: new Uint8Array(40_000) }, [0, 0, 0], [1, 1, 1]);
    expect(png.length).toBeLessThan(1_500);
    const at = png.indexOf('IDAT');
    expect(inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))).toHaveLength(401 * 100);
  });
});
