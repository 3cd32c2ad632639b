import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { prepareCodes, readCodes } from '../../../src/label/codes.ts';
import type { Grey, Point } from '../../../src/label/photo.ts';
import { openPhoto } from '../../../src/label/photo.ts';
import { drawPlaces } from '../../../src/label/places.ts';
import { code128, label, qr, table } from './photos.ts';

await prepareCodes();

const square = (x: number, y: number, side: number): Point[] => [
  { x, y },
  { x: x + side, y },
  { x: x + side, y: y + side },
  { x, y: y + side },
];

async function opened(bytes: Uint8Array): Promise<Grey> {
  const photo = await openPhoto(bytes);
  if (!photo.ok) throw new Error(photo.failure);
  return photo.value;
}

/** Stripes of black and white, `width` pixels each: the finest detail a photo could show. */
function stripes(width: number, side: number): Grey {
  const data = Buffer.alloc(side * side);
  for (let at = 0; at < data.length; at++) data[at] = Math.floor((at % side) / width) % 2 === 0 ? 0 : 255;
  return { data, width: side, height: side };
}

describe('the picture of several labels', () => {
  it('is small, whole, and framed where the codes are', async () => {
    const photo = await opened(
      await (
        await table([
          { code: await qr(label()), left: 100 },
          { code: await code128('J50000063'), left: 500 },
        ])
      )
        .jpeg()
        .toBuffer(),
    );
    const picture = await drawPlaces(photo, [[square(100, 200, 260)], [square(600, 300, 200)]]);
    const { data, info } = await sharp(picture).greyscale().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([640, 480]);
    const shade = (x: number, y: number) =>
      data[Math.round(y * 0.64) * info.width + Math.round(x * 0.64)] ?? 0;
    for (const [x, y] of [
      [100, 300],
      [360, 250],
      [700, 300],
    ] as const)
      expect(shade(x, y)).toBeGreaterThan(200);
  });

  it('holds no code that could be read, however large it is in the photo', async () => {
    const photo = await opened(await qr(label(), 1200));
    expect((await readCodes({ picture: photo, toPhoto: (point) => point })).codes).toHaveLength(1);
    const picture = await opened(await drawPlaces(photo, [[square(90, 90, 1020)], [square(0, 0, 40)]]));
    expect((await readCodes({ picture, toPhoto: (point) => point })).codes).toEqual([]);
  });

  it('keeps nothing of strokes as fine as those of print', async () => {
    // Print as high as a quarter of a code has strokes of a thirtieth of it; cells leave less than a quarter of their contrast.
    const picture = await drawPlaces(stripes(10, 1200), [[square(300, 300, 300)], [square(700, 300, 300)]]);
    const { data } = await sharp(picture)
      .extract({ left: 20, top: 20, width: 600, height: 80 })
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(Math.max(...data) - Math.min(...data)).toBeLessThan(64);
  });

  it.each([
    [1, 3000],
    [3000, 1],
    [1, 1],
  ])('is drawn for a photo of %i x %i pixels too', async (width, height) => {
    const photo: Grey = { data: Buffer.alloc(width * height), width, height };
    const places = Array.from({ length: 8 }, () => [square(0, 0, 1)]);
    expect((await drawPlaces(photo, places)).byteLength).toBeGreaterThan(0);
  });
});
