/**
 * What keeps a code from being read, measured where the code is most likely. The causes are asked for in an order in
 * which none looks like one before it: darkness is noise, noise has no edges, a reflection has soft ones, and modules
 * that are too small can only be told in a sharp photo. The numbers were set on the photos of bench/labels-advice.ts.
 */
import type { Photo } from './ladder.ts';
import type { Grey } from './photo.ts';
import type { PhotoTip } from './reading.ts';
import type { Region } from './regions.ts';

/**
 * Longest side below which no printed label can be read in a photo, pixels: it is too small where it shows something like
 * a code or print, whose steps (see `SMALL`) come to 0.2 even with modules of four pixels. A white wall has none.
 */
const MIN_SIDE = 480;
const ANY_STEPS = 0.2;
/** In a photo taken in the dark even the brightest twentieth is darker than this. */
const DARK = 80;
/**
 * A reflection: blocks of pixels, `side` each way, all of them at least as bright as `white`. There are `from` of them
 * or more, in one piece, up to `to` of the photo. Its edge is soft: half of the blocks around have no pixel darker than
 * `around`. White paper ends at ink or at the table.
 */
const GLARE = { side: 8, white: 245, from: 12, to: 0.25, around: 165 };
/**
 * Edges, in the middle of the likely region, `side` pixels. Each rises by `rise` shades or more within `reach` pixels.
 * A sharp one would take two pixels if it were as steep all the way as in its middle. The photo is blurred when, of the
 * edges in some direction, all but `sharp` of them take more than `width`. Directions with fewer than `share` of all
 * edges do not count, nor do photos with fewer than `from`.
 */
const EDGES = { side: 224, rise: 55, reach: 24, from: 60, sharp: 0.2, width: 3, share: 0.08 };
/**
 * Modules too small to tell apart: in the liveliest patch of the likely region, `blocks` of `side` pixels each way, all
 * steps from one pixel to the next, across and down, are `steps` of the contrast between ink and paper and more. Sharp
 * modules of three pixels come to 0.35, the finest of a rough wall to 0.4, those of less than 1.5 pixels to 0.5 and
 * more. There is `contrast`, in shares of paper, and most of the region is calm: a patch is `livelier` than half of all.
 */
const SMALL = { side: 8, blocks: 3, steps: 0.45, contrast: 0.4, livelier: 3 };

/** What is most likely wrong with a photo in which no code was found, by its own measures; null when nothing stands out. */
export function tipFor({ working, regions }: Photo): PhotoTip | null {
  if (percentile(working.data, 0.95) < DARK) return 'too-dark';
  const [region] = regions;
  if (!region) return null;
  if (Math.max(working.width, working.height) < MIN_SIDE)
    return isFine(cut(working, region), ANY_STEPS) ? 'too-small' : null;
  if (hasReflection(working, regions)) {
    // Where nothing sharp is left around it, whatever is white is not all that is wrong.
    const sharp = regions.map((each) => narrow(edgesOf(cut(working, each)).flat()));
    if (Math.max(...sharp) >= EDGES.from) return 'glare';
  }
  const widths = edgesOf(cut(working, middle(region, EDGES.side)));
  if (isFine(cut(working, region))) return 'too-small';
  return areSoft(widths) ? 'blurred' : null;
}

/** Whether a reflection lies in one of the regions. */
function hasReflection(photo: Grey, regions: readonly Region[]): boolean {
  const { side } = GLARE;
  const [columns, rows] = [Math.floor(photo.width / side), Math.floor(photo.height / side)];
  const darkest = Uint8Array.from({ length: columns * rows }, (_, block) => {
    const start = Math.floor(block / columns) * side * photo.width + (block % columns) * side;
    let least = 255;
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) least = Math.min(least, photo.data[start + y * photo.width + x] ?? 255);
    return least;
  });
  const isIn = (block: number) => {
    const [x, y] = [(block % columns) * side, Math.floor(block / columns) * side];
    return regions.some(
      ({ left, top, width, height }) => x >= left && x < left + width && y >= top && y < top + height,
    );
  };
  return piecesOf(darkest, columns).some(({ inside, around }) => {
    const shades = Uint8Array.from(around, (block) => darkest[block] ?? 0);
    const isLarge = inside.length >= GLARE.from && inside.length <= GLARE.to * darkest.length;
    return isLarge && inside.some(isIn) && percentile(shades, 0.5) >= GLARE.around;
  });
}

/** Connected white blocks, and the other blocks that touch them. */
function piecesOf(darkest: Uint8Array, columns: number): { inside: number[]; around: number[] }[] {
  const seen = new Set<number>();
  const pieces: { inside: number[]; around: number[] }[] = [];
  for (const [block, shade] of darkest.entries()) {
    if (shade < GLARE.white || seen.has(block)) continue;
    const [inside, around] = [[block], new Set<number>()];
    seen.add(block);
    for (const one of inside) {
      const beside = [one % columns > 0 ? one - 1 : -1, (one + 1) % columns > 0 ? one + 1 : -1];
      for (const next of [...beside, one - columns, one + columns]) {
        const shadeOfNext = darkest[next];
        if (shadeOfNext === undefined || seen.has(next)) continue;
        if (shadeOfNext < GLARE.white) around.add(next);
        else {
          seen.add(next);
          inside.push(next);
        }
      }
    }
    pieces.push({ inside, around: [...around] });
  }
  return pieces;
}

/** Whether the edges in some direction are all soft: in every direction out of focus, in one when the camera moved. */
function areSoft(widths: readonly number[][]): boolean {
  const total = widths.flat().length;
  const isSoft = (all: readonly number[]) =>
    all.length >= EDGES.share * total && narrow(all) < EDGES.sharp * all.length;
  return total >= EDGES.from && widths.some(isSoft);
}

/** How many edges are sharp. */
function narrow(widths: readonly number[]): number {
  return widths.filter((width) => width <= EDGES.width).length;
}

/** The widths of all edges, in steps from pixel to pixel, by the direction across them: right, down and the diagonals. */
function edgesOf({ data, width, height }: Grey): number[][] {
  const steps = [1, width + 1, width, width - 1];
  const widths: number[][] = steps.map(() => []);
  const shade = (at: number) => data[at] ?? 0;
  for (let y = 2; y < height - 2; y++) {
    for (let x = 2; x < width - 2; x++) {
      const at = y * width + x;
      const [across, down] = [shade(at + 1) - shade(at - 1), shade(at + width) - shade(at - width)];
      if (Math.abs(across) + Math.abs(down) < 4) continue;
      const direction = Math.round((4 * Math.atan2(down, across)) / Math.PI) & 3;
      const step = steps[direction] ?? 1;
      const slope = shade(at + step) - shade(at - step);
      const up = slope < 0 ? -step : step;
      const steepness = Math.abs(slope) / 2;
      const isSteepest =
        Math.abs(shade(at + 2 * up) - shade(at)) / 2 <= steepness &&
        Math.abs(shade(at) - shade(at - 2 * up)) / 2 < steepness;
      if (!isSteepest) continue;
      const rise = climb(data, at, up) - climb(data, at, -up, -1);
      if (rise >= EDGES.rise) widths[direction]?.push(rise / steepness);
    }
  }
  return widths;
}

/** The last shade on the way from a pixel along which it gets no darker; with `sign` -1, no brighter. */
function climb(data: Uint8Array, from: number, step: number, sign = 1): number {
  let last = data[from] ?? 0;
  for (let count = 1; count <= EDGES.reach; count++) {
    const next = data[from + count * step];
    if (next === undefined || sign * next < sign * last) break;
    last = next;
  }
  return last;
}

/** Whether a patch of modules too small to tell apart lies in a region, or one with fewer `steps`. */
function isFine(region: Grey, least = SMALL.steps): boolean {
  const { side, blocks } = SMALL;
  const [columns, rows] = [Math.floor(region.width / side), Math.floor(region.height / side)];
  const steps = stepsOf(region, columns, rows);
  const patches = Array.from(steps, (_, block) => {
    if ((block % columns) + blocks > columns || Math.floor(block / columns) + blocks > rows) return 0;
    let sum = 0;
    for (let y = 0; y < blocks; y++)
      for (let x = 0; x < blocks; x++) sum += steps[block + y * columns + x] ?? 0;
    return sum / (blocks * side) ** 2;
  });
  const liveliest = Math.max(0, ...patches);
  const at = patches.indexOf(liveliest);
  const half = [...patches].sort((a, b) => a - b)[patches.length >> 1] ?? 0;
  if (at < 0 || liveliest < SMALL.livelier * half) return false;
  const [left, top] = [(at % columns) * side, Math.floor(at / columns) * side];
  const { data } = cut(region, { left, top, width: blocks * side, height: blocks * side });
  const [ink, paper] = [percentile(data, 0.02), percentile(data, 0.98)];
  return paper - ink >= SMALL.contrast * paper && liveliest >= least * (paper - ink);
}

/** The sum of all steps from a pixel to the next, across and down, in each block of a picture. */
function stepsOf({ data, width, height }: Grey, columns: number, rows: number): Float64Array {
  const { side } = SMALL;
  const steps = new Float64Array(columns * rows);
  for (let y = 0; y < Math.min(rows * side, height - 1); y++) {
    for (let x = 0; x < Math.min(columns * side, width - 1); x++) {
      const at = y * width + x;
      const value = data[at] ?? 0;
      const block = Math.floor(y / side) * columns + Math.floor(x / side);
      const step = Math.abs(value - (data[at + 1] ?? 0)) + Math.abs(value - (data[at + width] ?? 0));
      steps[block] = (steps[block] ?? 0) + step;
    }
  }
  return steps;
}

/** The middle of a region, at most `side` pixels each way. */
function middle({ left, top, width, height }: Region, side: number): Region {
  const [w, h] = [Math.min(side, width), Math.min(side, height)];
  return { left: left + ((width - w) >> 1), top: top + ((height - h) >> 1), width: w, height: h };
}

function cut({ data, width }: Grey, region: Region): Grey {
  const rows = Array.from({ length: region.height }, (_, y) => {
    const start = (region.top + y) * width + region.left;
    return data.subarray(start, start + region.width);
  });
  return { data: Buffer.concat(rows), width: region.width, height: region.height };
}

/** The value below which `share` of all values lie. */
function percentile(data: Uint8Array, share: number): number {
  const counts = new Array<number>(256).fill(0);
  for (const value of data) counts[value] = (counts[value] ?? 0) + 1;
  let left = share * data.length;
  return Math.max(
    0,
    counts.findIndex((count) => {
      left -= count;
      return left <= 0;
    }),
  );
}
