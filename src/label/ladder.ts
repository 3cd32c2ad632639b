import type { View } from './codes.ts';
import { fromGrey, type Grey, type Point, toGrey } from './photo.ts';
import { findRegions, type Region } from './regions.ts';

/** One way to prepare a photo for the decoder. */
interface Rung {
  readonly name: string;
  /** Cheap rungs are all tried before a code that is no label becomes the answer. */
  readonly cheap: boolean;
  /** Helps bar codes only: the other codes are found in any direction. */
  readonly linear?: boolean;
  /** What is prepared: the photo in working size, as it came, or the regions where a code is most likely. */
  readonly from: 'working' | 'original' | 'regions';
  /** The prepared picture. `enlarged` is how many pixels of its side it makes of one. */
  readonly enlarged: number;
  prepare(picture: Grey): Promise<Grey>;
  /** Degrees by which the prepared picture is turned clockwise. Any other difference is one of size. */
  readonly degrees?: number;
}

/** A photo as it came and in working size. */
export interface Photo {
  readonly original: Grey;
  /** At most `WORKING_SIDE` pixels on its longest side. */
  readonly working: Grey;
  /** Where a code is most likely; pixels of the working size. */
  readonly regions: readonly Region[];
}

/** Large enough for a label that fills a third of the photo, small enough to be read in a tenth of a second. */
const WORKING_SIDE = 1600;

export async function workingSize(original: Grey): Promise<Photo> {
  const isLarge = Math.max(original.width, original.height) > WORKING_SIDE;
  const size = { width: WORKING_SIDE, height: WORKING_SIDE, fit: 'inside' } as const;
  const working = isLarge ? await toGrey(fromGrey(original).resize(size)) : original;
  return { original, working, regions: findRegions(working) };
}

/** A rung over the photo in working size that keeps its size. */
const whole = (prepare: Rung['prepare']) => ({ from: 'working', enlarged: 1, prepare }) as const;
/** A rung over the likely regions, enlarged. */
const near = (enlarged: number, then: Rung['prepare'] = async (picture) => picture) =>
  ({
    from: 'regions',
    enlarged,
    prepare: async (picture: Grey) => then(await scale(picture, enlarged)),
  }) as const;

/**
 * Preparations in the order of what they save and cost on photographed labels (bench/labels.ts). Enlarging the likely
 * regions saves most of all and costs less than one look at the whole photo; `half` and `denoised` are for the grain
 * of real sensors. Normalising, CLAHE, thresholds and negation saved nothing: the decoder does its own.
 */
export const LADDER: readonly Rung[] = [
  { name: 'plain', cheap: true, ...whole(async (picture) => picture) },
  { name: 'near', cheap: true, ...near(2) },
  { name: 'nearer', cheap: true, ...near(3) },
  { name: 'sharper', cheap: true, ...whole(sharpen) },
  { name: 'near-sharper', cheap: false, ...near(2, sharpen) },
  { name: 'half', cheap: false, ...whole((picture) => scale(picture, 0.5)), enlarged: 0.5 },
  { name: 'original', cheap: false, from: 'original', enlarged: 1, prepare: async (picture) => picture },
  { name: 'tilted-left', cheap: false, linear: true, ...tilted(-30) },
  { name: 'tilted-right', cheap: false, linear: true, ...tilted(30) },
  { name: 'contrast', cheap: false, ...whole((picture) => gain(picture, 1.6, -80)) },
  { name: 'nearer-sharper', cheap: false, ...near(3, sharpen) },
  { name: 'brighter', cheap: false, ...whole((picture) => gain(picture, 2.5, 0)) },
  { name: 'denoised', cheap: false, ...whole((picture) => toGrey(fromGrey(picture).median(3))) },
  { name: 'larger-sharper', cheap: false, ...whole(async (p) => sharpen(await scale(p, 2))), enlarged: 2 },
];

/** One picture a rung makes of a photo. */
interface Step {
  /** Pixels the decoder will have to look at. */
  readonly pixels: number;
  view(): Promise<View>;
}

/** What a rung makes of a photo: a picture, one for each region, or nothing. */
export function stepsOf({ original, working, regions }: Photo, rung: Rung): Step[] {
  if (rung.from === 'original' && original === working) return [];
  const factor = original.width / working.width;
  const source = rung.from === 'original' ? original : working;
  const all = { left: 0, top: 0, width: working.width, height: working.height };
  const parts = rung.from === 'regions' ? regions : [all];
  return parts.map((part) => ({
    pixels: part.width * part.height * (source.width / working.width) ** 2 * rung.enlarged ** 2,
    async view() {
      const piece = part === all ? source : await toGrey(fromGrey(source).extract(part));
      const picture = await rung.prepare(piece);
      return { picture, toPhoto: wayBack(picture, part, factor, rung.degrees ?? 0) };
    },
  }));
}

/** Every rung keeps the middle of what it prepares in the middle: what it changes is the size or the angle. */
function wayBack(picture: Grey, part: Region, factor: number, degrees: number): (point: Point) => Point {
  const pixel = degrees === 0 ? part.width / picture.width : 1;
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return (point) => {
    const [x, y] = [point.x - picture.width / 2, point.y - picture.height / 2];
    return {
      x: factor * (part.left + part.width / 2 + pixel * (x * cos + y * sin)),
      y: factor * (part.top + part.height / 2 + pixel * (y * cos - x * sin)),
    };
  };
}

function scale(picture: Grey, factor: number): Promise<Grey> {
  const width = Math.max(1, Math.round(picture.width * factor));
  return toGrey(fromGrey(picture).resize({ width, kernel: factor < 1 ? 'lanczos3' : 'cubic' }));
}

function gain(picture: Grey, factor: number, offset: number): Promise<Grey> {
  return toGrey(fromGrey(picture).linear(factor, offset));
}

function tilted(degrees: number) {
  const turn = (picture: Grey) => toGrey(fromGrey(picture).rotate(degrees, { background: '#888888' }));
  return { degrees, ...whole(turn) };
}

/** Unsharp mask. By hand, because sharp's own goes through colour and takes five times as long. */
async function sharpen(picture: Grey): Promise<Grey> {
  const soft = await toGrey(fromGrey(picture).blur(2));
  const data = Buffer.allocUnsafe(picture.data.length);
  for (let at = 0; at < data.length; at++) {
    const sharpened = 3 * (picture.data[at] ?? 0) - 2 * (soft.data[at] ?? 0);
    data[at] = sharpened < 0 ? 0 : sharpened > 255 ? 255 : sharpened;
  }
  return { ...picture, data };
}
