import type { Grey, Point } from './photo.ts';

/** A rectangle in a picture, pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Side of the blocks that are compared, pixels. */
const BLOCK = 16;
/** Side of a region, pixels: a code that needs enlarging is smaller than half of it. */
const SIDE = 320;
/** The label is nearly always in the first; the second is for busy tables. */
const REGIONS = 2;
/** Blocks added up around each one: a code is a patch of edges, a cable is a line. */
const REACH = 2;
/** Added to the brightness by which edges are divided, so that the noise of black corners does not win. */
const FLOOR = 64;

/**
 * Where in a picture a code is most likely: where brightness changes most, in both directions, for the light there is.
 * @param known corners of codes that have been read, so that others are found beside them
 * @returns up to two regions, the most likely first, all within the picture.
 */
export function findRegions(picture: Grey, known: readonly (readonly Point[])[] = []): Region[] {
  const columns = Math.floor(picture.width / BLOCK);
  const rows = Math.floor(picture.height / BLOCK);
  const edges = edginess(picture, columns, rows);
  for (const corners of known) forget(edges, columns, corners);
  const scores = gather(edges, columns, rows);
  const regions: Region[] = [];
  while (regions.length < REGIONS) {
    const best = scores.reduce((top, score, at) => (score > (scores[top] ?? 0) ? at : top), 0);
    if (!scores[best]) break;
    const [x, y] = [(best % columns) * BLOCK + BLOCK / 2, Math.floor(best / columns) * BLOCK + BLOCK / 2];
    const [width, height] = [Math.min(SIDE, picture.width), Math.min(SIDE, picture.height)];
    const within = (middle: number, size: number, limit: number) =>
      Math.round(Math.min(limit - size, Math.max(0, middle - size / 2)));
    regions.push({
      left: within(x, width, picture.width),
      top: within(y, height, picture.height),
      width,
      height,
    });
    scores.forEach((_, at) => {
      const [dx, dy] = [
        (at % columns) - (best % columns),
        Math.floor(at / columns) - Math.floor(best / columns),
      ];
      if (Math.max(Math.abs(dx), Math.abs(dy)) * BLOCK < SIDE / 3) scores[at] = 0;
    });
  }
  return regions;
}

/** Takes a code out: all blocks it reaches into. */
function forget(edges: Float32Array, columns: number, corners: readonly Point[]): void {
  const [left, right] = [Math.min(...corners.map(({ x }) => x)), Math.max(...corners.map(({ x }) => x))];
  const [top, bottom] = [Math.min(...corners.map(({ y }) => y)), Math.max(...corners.map(({ y }) => y))];
  edges.forEach((_, at) => {
    const [x, y] = [(at % columns) * BLOCK, Math.floor(at / columns) * BLOCK];
    if (x + BLOCK > left && x < right && y + BLOCK > top && y < bottom) edges[at] = 0;
  });
}

/** How much brightness changes in each block, across and down, the weaker direction counting most. */
function edginess({ data, width }: Grey, columns: number, rows: number): Float32Array {
  const scores = new Float32Array(columns * rows);
  for (let block = 0; block < scores.length; block++) {
    const start = Math.floor(block / columns) * BLOCK * width + (block % columns) * BLOCK;
    let [across, down, light] = [0, 0, 0];
    for (let y = 0; y < BLOCK - 2; y += 2) {
      for (let x = 0; x < BLOCK - 2; x += 2) {
        const at = start + y * width + x;
        const value = data[at] ?? 0;
        light += value + FLOOR;
        across += Math.abs(value - (data[at + 2] ?? value));
        down += Math.abs(value - (data[at + 2 * width] ?? value));
      }
    }
    scores[block] = (2 * Math.min(across, down) + Math.max(across, down)) / light;
  }
  return scores;
}

/** The sum around each block. */
function gather(scores: Float32Array, columns: number, rows: number): Float32Array {
  return scores.map((_, at) => {
    const [column, row] = [at % columns, Math.floor(at / columns)];
    let sum = 0;
    for (let y = Math.max(0, row - REACH); y <= Math.min(rows - 1, row + REACH); y++) {
      for (let x = Math.max(0, column - REACH); x <= Math.min(columns - 1, column + REACH); x++) {
        sum += scores[y * columns + x] ?? 0;
      }
    }
    return sum;
  });
}
