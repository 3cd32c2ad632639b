/** Work on grey pixels by hand: sharp takes more than twice as long over pictures as small as these. */
import type { Grey } from './photo.ts';
import type { Region } from './regions.ts';

/** A region of a picture as a picture of its own. */
export function crop({ data, width: stride }: Grey, { left, top, width, height }: Region): Grey {
  const piece = Buffer.allocUnsafe(width * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * stride + left;
    data.copy(piece, y * width, start, start + width);
  }
  return { data: piece, width, height };
}

/** Brightness at any place, between the four pixels around it; beyond the edge, that of the edge. */
export function shadeAt({ data, width, height }: Grey, x: number, y: number): number {
  const column = Math.min(width - 1.001, Math.max(0, x - 0.5));
  const row = Math.min(height - 1.001, Math.max(0, y - 0.5));
  const [left, top] = [Math.floor(column), Math.floor(row)];
  const at = top * width + left;
  const [across, down] = [column - left, row - top];
  const here = data[at] ?? 0;
  const upper = here + across * ((data[at + 1] ?? here) - here);
  const below = data[at + width] ?? here;
  const lower = below + across * ((data[at + width + 1] ?? below) - below);
  return upper + down * (lower - upper);
}

/** Makes `factor` pixels of each, in both directions, along cubic curves (Catmull-Rom). */
export function enlarge({ data, width, height }: Grey, factor: number): Grey {
  const [wide, high] = [width * factor, height * factor];
  const within = (at: number, size: number) => Math.min(size - 1, Math.max(0, at));
  const rows = new Float32Array(wide * height);
  for (const { phase, first, weights } of phasesOf(factor)) {
    const [a, b, c, d] = weights;
    for (let x = 0; x < width; x++) {
      const [x0, x1] = [within(x + first, width), within(x + first + 1, width)];
      const [x2, x3] = [within(x + first + 2, width), within(x + first + 3, width)];
      for (let row = 0, to = x * factor + phase; row < data.length; row += width, to += wide)
        rows[to] =
          a * (data[row + x0] ?? 0) +
          b * (data[row + x1] ?? 0) +
          c * (data[row + x2] ?? 0) +
          d * (data[row + x3] ?? 0);
    }
  }
  const enlarged = Buffer.allocUnsafe(wide * high);
  for (const { phase, first, weights } of phasesOf(factor)) {
    const [a, b, c, d] = weights;
    for (let y = 0; y < height; y++) {
      const [y0, y1] = [within(y + first, height) * wide, within(y + first + 1, height) * wide];
      const [y2, y3] = [within(y + first + 2, height) * wide, within(y + first + 3, height) * wide];
      const to = (y * factor + phase) * wide;
      for (let x = 0; x < wide; x++)
        enlarged[to + x] = toByte(
          a * (rows[y0 + x] ?? 0) +
            b * (rows[y1 + x] ?? 0) +
            c * (rows[y2 + x] ?? 0) +
            d * (rows[y3 + x] ?? 0),
        );
    }
  }
  return { data: enlarged, width: wide, height: high };
}

interface Phase {
  readonly phase: number;
  /** The first of the four pixels that count, from the one that is enlarged. */
  readonly first: number;
  readonly weights: readonly [number, number, number, number];
}

/** Every new pixel of one old pixel lies at its own place between old ones. */
function phasesOf(factor: number): Phase[] {
  return Array.from({ length: factor }, (_, phase) => {
    const place = (phase + 0.5) / factor - 0.5;
    const floor = Math.floor(place);
    const t = place - floor;
    const near = (d: number) => 1.5 * d ** 3 - 2.5 * d ** 2 + 1;
    const far = (d: number) => -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2;
    return { phase, first: floor - 1, weights: [far(1 + t), near(t), near(1 - t), far(2 - t)] };
  });
}

function toByte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
}
