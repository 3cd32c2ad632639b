import { fromGrey, type Grey, toGrey } from './photo.ts';
import type { PhotoTip } from './reading.ts';

/** Longest side below which no printed label can be read in a photo, pixels. */
const MIN_SIDE = 480;
/** In a photo taken in the dark even the brightest twentieth is darker than this. */
const DARK = 80;
/** Edges of a sharp photo rise by this share of its contrast within two pixels. */
const SHARP_EDGE = 0.25;
/** Share of pixels without any drawing left in them that speaks for a reflection, up to one that speaks for paper. */
const GLARE = { from: 0.04, to: 0.5, value: 253 };

/** What is most likely wrong with a photo in which no code was found, by its own measures; null when nothing stands out. */
export async function tipFor(photo: Grey): Promise<PhotoTip | null> {
  if (Math.max(photo.width, photo.height) < MIN_SIDE) return 'too-small';
  // Half the size takes out most of the noise, which would count as edges.
  const small = await toGrey(fromGrey(photo).resize({ width: Math.ceil(photo.width / 2) }));
  const values = histogram(small.data);
  const bright = percentile(values, 0.95);
  if (bright < DARK) return 'too-dark';
  const contrast = Math.max(1, percentile(values, 0.99) - percentile(values, 0.01));
  if (percentile(histogram(edges(small)), 0.995) < SHARP_EDGE * contrast) return 'blurred';
  const blown = values.slice(GLARE.value).reduce((sum, count) => sum + count, 0) / small.data.length;
  return blown >= GLARE.from && blown <= GLARE.to ? 'glare' : null;
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
