/** A picture that shows where labels are in a photo and nothing of what they say. */
import sharp from 'sharp';
import { fromGrey, type Grey, type Point } from './photo.ts';

/**
 * What is kept of the photo: so many cells along its longest side, and so many along the longest side of a code.
 * Labels print the verification code in clear beside codes that hold it. A code of a label has 25 modules and more a
 * side and print is at most a quarter of a code high, so neither can be read in cells of this size.
 */
const PHOTO_CELLS = 24;
const CODE_CELLS = 6;
/** Longest side of the picture, pixels. */
const SIDE = 640;
/** Thickness of a frame, and of its darker edge, pixels. */
const FRAME = 6;
const EDGE = 2;
/** Digits of three by five dots, and the size of a dot, pixels. */
const DIGITS = [
  '010110010010111',
  '111001111100111',
  '111001111001111',
  '101101111001001',
  '111100111001111',
  '111100111101111',
  '111001010010010',
  '111101111101111',
];
const DOT = 8;

interface Canvas {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws a frame with its number around every place over what coarse cells leave of the photo.
 * @param places the corners of each label's codes in the photo, and wherever else they were computed to be; at most 8
 *   labels, numbered from 1
 * @returns a JPEG
 */
export async function drawPlaces(
  photo: Grey,
  places: readonly (readonly (readonly Point[])[])[],
): Promise<Buffer> {
  const longest = Math.max(photo.width, photo.height);
  const finite = places.map((boxes) => boxes.filter(isSomewhere));
  const largest = Math.max(1, ...finite.flat().map(longestSide));
  const cells = Math.max(2, Math.min(PHOTO_CELLS, Math.floor((CODE_CELLS * longest) / largest)));
  const coarse = await fromGrey(photo)
    .resize({ width: cells, height: cells, fit: 'inside' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { data, info } = await sharp(coarse.data, { raw: coarse.info })
    .resize({
      width: Math.max(1, Math.round((SIDE * photo.width) / longest)),
      height: Math.max(1, Math.round((SIDE * photo.height) / longest)),
      fit: 'fill',
      kernel: 'cubic',
    })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const canvas: Canvas = { data, width: info.width, height: info.height };
  const factor = SIDE / longest;
  // A line is drawn step by step: one far beyond the edge would never end.
  const inside = ({ x, y }: Point) => ({
    x: clamp(x * factor, 0, canvas.width),
    y: clamp(y * factor, 0, canvas.height),
  });
  for (const [index, boxes] of finite.entries()) {
    for (const box of boxes) drawPlace(canvas, box.map(inside), DIGITS[index] ?? '');
  }
  return sharp(data, { raw: info }).jpeg({ quality: 85 }).toBuffer();
}

/** Corners come out of divisions: those of a code seen from its edge may lie nowhere. */
function isSomewhere(box: readonly Point[]): boolean {
  return box.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
}

function longestSide(box: readonly Point[]): number {
  return Math.max(...sidesOf(box).map(([from, to]) => Math.hypot(to.x - from.x, to.y - from.y)));
}

function sidesOf(box: readonly Point[]): (readonly [Point, Point])[] {
  return box.map((corner, index) => [corner, box[(index + 1) % box.length] ?? corner]);
}

/** A frame, dark at its edges so that it shows on any ground, and its digit in the middle. */
function drawPlace(canvas: Canvas, box: readonly Point[], digit: string): void {
  for (const [size, shade] of [
    [FRAME + 2 * EDGE, 0],
    [FRAME, 255],
  ] as const) {
    for (const [from, to] of sidesOf(box)) drawLine(canvas, from, to, size, shade);
  }
  const middle = {
    x: box.reduce((sum, { x }) => sum + x, 0) / box.length,
    y: box.reduce((sum, { y }) => sum + y, 0) / box.length,
  };
  // Bar codes are lower than a digit and lie at the edges of photos: the digit stays whole.
  const left = clamp(middle.x - 1.5 * DOT, EDGE + DOT, canvas.width - EDGE - 4 * DOT);
  const top = clamp(middle.y - 2.5 * DOT, EDGE + DOT, canvas.height - EDGE - 6 * DOT);
  fill(canvas, left - DOT, top - DOT, 5 * DOT, 7 * DOT, 0);
  for (const [at, dot] of [...digit].entries()) {
    if (dot === '1') fill(canvas, left + DOT * (at % 3), top + DOT * Math.floor(at / 3), DOT, DOT, 255);
  }
}

function drawLine(canvas: Canvas, from: Point, to: Point, size: number, shade: number): void {
  const steps = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y));
  for (let step = 0; step <= steps; step++) {
    const part = steps === 0 ? 0 : step / steps;
    const x = from.x + part * (to.x - from.x);
    const y = from.y + part * (to.y - from.y);
    fill(canvas, x - size / 2, y - size / 2, size, size, shade);
  }
}

function fill(canvas: Canvas, left: number, top: number, width: number, height: number, shade: number): void {
  const x = clamp(Math.round(left), 0, canvas.width);
  const end = clamp(Math.round(left + width), 0, canvas.width);
  const bottom = clamp(Math.round(top + height), 0, canvas.height);
  for (let y = clamp(Math.round(top), 0, canvas.height); y < bottom; y++)
    canvas.data.fill(shade, 3 * (y * canvas.width + x), 3 * (y * canvas.width + end));
}

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));
