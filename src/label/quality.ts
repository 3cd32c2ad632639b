import type { Photo } from './ladder.ts';
import type { Grey } from './photo.ts';
import type { PhotoTip } from './reading.ts';
import type { Region } from './regions.ts';

/** Longest side below which no printed label can be read in a photo, pixels. */
const MIN_SIDE = 480;
/** In a photo taken in the dark even the brightest twentieth is darker than this. */
const DARK = 80;
/** Side of what is measured in the middle of the region where a code is most likely, pixels. */
const PATCH = 48;
/** Mean difference of shades below which there is no drawing in a patch at all. */
const DRAWING = 6;
/**
 * Share of its full contrast a patch gains from one pixel to the next. Below: modules of more than about two pixels.
 * Between: modules too small to tell apart. Above: noise.
 */
const SMALL = { from: 0.46, to: 0.85 };
/** Edges of a sharp drawing rise by this share of its contrast within two pixels. */
const SHARP_EDGE = 0.6;
/** Share of pixels without any drawing left in them that speaks for a reflection, up to one that speaks for paper. */
const GLARE = { from: 0.04, to: 0.5, value: 250 };

/** What is most likely wrong with a photo in which no code was found, by its own measures; null when nothing stands out. */
export function tipFor({ working, regions }: Photo): PhotoTip | null {
  if (Math.max(working.width, working.height) < MIN_SIDE) return 'too-small';
  if (percentile(histogram(working.data), 0.95) < DARK) return 'too-dark';
  const region = regions[0];
  const patch = region && patchOf(working, region);
  if (isBlown(working.data) || (region && isBlown(patchOf(working, region, PATCH * 3).data))) return 'glare';
  if (!patch) return null;
  const gains = [1, 2, 3, 4, 5, 6, 7, 8].map((distance) => difference(patch, distance));
  const full = Math.max(...gains);
  if (full < DRAWING) return 'blurred';
  const gain = (gains[0] ?? 0) / full;
  if (gain > SMALL.to) return null;
  if (gain >= SMALL.from) return 'too-small';
  const values = histogram(patch.data);
  const contrast = Math.max(1, percentile(values, 0.99) - percentile(values, 0.01));
  return percentile(histogram(edges(patch)), 0.98) < SHARP_EDGE * contrast ? 'blurred' : null;
}

function isBlown(data: Uint8Array): boolean {
  const blown = data.reduce((count, value) => count + (value >= GLARE.value ? 1 : 0), 0) / data.length;
  return blown >= GLARE.from && blown <= GLARE.to;
}

/** The middle of a region. */
function patchOf({ data, width }: Grey, region: Region, side = PATCH): Grey {
  const [w, h] = [Math.min(side, region.width), Math.min(side, region.height)];
  const left = region.left + ((region.width - w) >> 1);
  const top = region.top + ((region.height - h) >> 1);
  const rows = Array.from({ length: h }, (_, y) => {
    const start = (top + y) * width + left;
    return data.subarray(start, start + w);
  });
  return { data: Buffer.concat(rows), width: w, height: h };
}

/** Mean difference between pixels that lie `distance` apart, across and down. */
function difference({ data, width, height }: Grey, distance: number): number {
  let [sum, count] = [0, 0];
  for (let y = 0; y < height - distance; y++) {
    for (let x = 0; x < width - distance; x++) {
      const at = y * width + x;
      const value = data[at] ?? 0;
      sum +=
        Math.abs(value - (data[at + distance] ?? 0)) + Math.abs(value - (data[at + distance * width] ?? 0));
      count += 2;
    }
  }
  return count === 0 ? 0 : sum / count;
}

function histogram(data: Uint8Array): number[] {
  const counts = new Array<number>(256).fill(0);
  for (const value of data) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** The value below which `share` of all values lie. */
function percentile(counts: readonly number[], share: number): number {
  let left = share * counts.reduce((sum, count) => sum + count, 0);
  return Math.max(
    0,
    counts.findIndex((count) => {
      left -= count;
      return left <= 0;
    }),
  );
}

/** Differences between neighbours two apart in a row. */
function edges({ data, width }: Grey): Uint8Array {
  return data.map((value, index) => (index % width < 2 ? 0 : Math.abs(value - (data[index - 2] ?? value))));
}
