import { GLYPHS, type Point, type Stroke } from './glyphs.ts';
import { type Colour, encodePng, type InkCanvas } from './png.ts';

/** A whole number from `min` up to and without `max`; `crypto.randomInt` is one. */
export type RandomInt = (min: number, max: number) => number;

const WIDTH = 600;
const HEIGHT = 200;
const MARGIN = 40;
const CAP_HEIGHT = 102;
const PEN_RADIUS = 6.5;
/** Longest piece of a straight stroke, pixels: short enough for the wave to bend it. */
const PIECE = 6;
const GROUND: Colour = [246, 247, 250];
const INK: Colour = [28, 43, 92];

/**
 * Draws a picture code as a PNG: large glyphs, each a little turned, leaned and shifted, on one gentle wave, over
 * two pale lines. The distortion is mild on purpose: the picture binds a person in the chat to this device, it is
 * no arms race, and it is read on a phone held in one hand.
 *
 * @param text characters of `PICTURE_ALPHABET`; five of them fill the picture
 */
export function drawPicture(text: string, random: RandomInt): Buffer {
  const canvas: InkCanvas = { width: WIDTH, height: HEIGHT, pixels: new Uint8Array(WIDTH * HEIGHT) };
  const between = (low: number, high: number) => low + ((high - low) * random(0, 1001)) / 1000;
  const wave = waveOf(between(5, 9), between(190, 260), between(0, 2 * Math.PI));

  for (const base of [between(50, 80), between(120, 150)]) {
    const line = waveOf(between(14, 24), between(240, 340), between(0, 2 * Math.PI));
    const points = Array.from({ length: WIDTH / 10 + 1 }, (_, step): Point => line([step * 10, base]));
    drawStroke(canvas, points, 1.6, 70);
  }

  const cell = (WIDTH - 2 * MARGIN) / text.length;
  [...text].forEach((character, index) => {
    const strokes = GLYPHS[character] ?? [];
    const width = Math.max(...strokes.flat().map(([x]) => x));
    const scale = CAP_HEIGHT * between(0.92, 1.06);
    const angle = between(-0.17, 0.17);
    const lean = between(-0.12, 0.12);
    const centre: Point = [MARGIN + cell * (index + 0.5) + between(-4, 4), HEIGHT / 2 + between(-12, 12)];
    const place = ([x, y]: Point): Point => {
      const across = (x - width / 2 - (y - 0.5) * lean) * scale;
      const down = (y - 0.5) * scale;
      return wave([
        centre[0] + across * Math.cos(angle) - down * Math.sin(angle),
        centre[1] + across * Math.sin(angle) + down * Math.cos(angle),
      ]);
    };
    for (const stroke of strokes) {
      drawStroke(canvas, subdivide(stroke, PIECE / scale).map(place), PEN_RADIUS, 255);
    }
  });
  return encodePng(canvas, GROUND, INK);
}

function waveOf(height: number, length: number, phase: number): (point: Point) => Point {
  return ([x, y]) => [x, y + height * Math.sin((2 * Math.PI * x) / length + phase)];
}

function subdivide(stroke: Stroke, longest: number): Point[] {
  const points: Point[] = stroke.slice(0, 1);
  stroke.slice(1).forEach(([x, y], index) => {
    const [fromX, fromY] = stroke[index] ?? [x, y];
    const pieces = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY) / longest));
    for (let piece = 1; piece <= pieces; piece++) {
      points.push([fromX + ((x - fromX) * piece) / pieces, fromY + ((y - fromY) * piece) / pieces]);
    }
  });
  return points;
}

/** Draws a chain of segments with a round pen, smooth at the edge; darker ink wins where strokes cross. */
function drawStroke(canvas: InkCanvas, points: readonly Point[], radius: number, ink: number): void {
  points.slice(1).forEach((to, index) => {
    drawSegment(canvas, points[index] ?? to, to, radius, ink);
  });
}

function drawSegment(canvas: InkCanvas, from: Point, to: Point, radius: number, ink: number): void {
  const [ax, ay] = from;
  const [dx, dy] = [to[0] - ax, to[1] - ay];
  const lengthSquared = dx * dx + dy * dy;
  const reach = radius + 1;
  const left = Math.max(0, Math.floor(Math.min(ax, to[0]) - reach));
  const right = Math.min(canvas.width - 1, Math.ceil(Math.max(ax, to[0]) + reach));
  const top = Math.max(0, Math.floor(Math.min(ay, to[1]) - reach));
  const bottom = Math.min(canvas.height - 1, Math.ceil(Math.max(ay, to[1]) + reach));
  // Squares first: most of the box is out of the pen's reach. No `Math.hypot`, which makes garbage of every number it is given: that
  // of one picture had it collected just as the picture was to leave (docs/decisions/0080).
  const reachSquared = (radius + 0.5) ** 2;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = lengthSquared === 0 ? 0 : ((x - ax) * dx + (y - ay) * dy) / lengthSquared;
      const nearest = Math.min(1, Math.max(0, along));
      const across = x - ax - nearest * dx;
      const down = y - ay - nearest * dy;
      const distanceSquared = across * across + down * down;
      if (distanceSquared >= reachSquared) continue;
      const cover = Math.min(1, radius - Math.sqrt(distanceSquared) + 0.5) * ink;
      const at = y * canvas.width + x;
      if (cover > (canvas.pixels[at] ?? 0)) canvas.pixels[at] = cover;
    }
  }
}
