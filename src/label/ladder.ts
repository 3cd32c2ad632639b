import type { View } from './codes.ts';
import { fromGrey, type Grey, type Point, toGrey } from './photo.ts';

/** One way to prepare a photo for the decoder. */
interface Rung {
  readonly name: string;
  /** Cheap rungs are all tried before a code that is no label becomes the answer. */
  readonly cheap: boolean;
  /** Helps bar codes only: the other codes are found in any direction. */
  readonly linear?: boolean;
  /** The prepared picture; null where this rung has nothing to offer for this photo. */
  prepare(photo: Photo): Promise<Grey | null>;
  /** Degrees by which the prepared picture is turned clockwise. Any other difference is one of size. */
  readonly degrees?: number;
}

/** A photo as it came and in working size. */
interface Photo {
  readonly original: Grey;
  /** At most `WORKING_SIDE` pixels on its longest side. */
  readonly working: Grey;
}

/** Large enough for a label that fills a third of the photo, small enough to be read in a tenth of a second. */
const WORKING_SIDE = 1600;

export async function workingSize(original: Grey): Promise<Photo> {
  if (Math.max(original.width, original.height) <= WORKING_SIDE) return { original, working: original };
  const size = {
    width: WORKING_SIDE,
    height: WORKING_SIDE,
    fit: 'inside',
    withoutEnlargement: true,
  } as const;
  return { original, working: await toGrey(fromGrey(original).resize(size)) };
}

/**
 * Preparations in the order of what they save and cost on drawn labels (bench/label.ts); `half` and `denoised` are
 * for the grain of real sensors, which drawings lack. Normalising, CLAHE, thresholds and negation saved nothing: the
 * decoder does its own.
 */
export const LADDER: readonly Rung[] = [
  { name: 'plain', cheap: true, prepare: async ({ working }) => working },
  { name: 'half', cheap: true, prepare: ({ working }) => scale(working, 0.5) },
  { name: 'sharper', cheap: true, prepare: ({ working }) => sharpen(working) },
  { name: 'contrast', cheap: true, prepare: ({ working }) => gain(working, 1.6, -80) },
  { name: 'brighter', cheap: false, prepare: ({ working }) => gain(working, 2.5, 0) },
  {
    name: 'original',
    cheap: false,
    prepare: async ({ original, working }) => (original === working ? null : original),
  },
  { name: 'tilted-left', cheap: false, linear: true, ...tilted(-30) },
  { name: 'tilted-right', cheap: false, linear: true, ...tilted(30) },
  { name: 'larger', cheap: false, prepare: ({ working }) => scale(working, 1.5) },
  { name: 'denoised', cheap: false, prepare: ({ working }) => toGrey(fromGrey(working).median(3)) },
  {
    name: 'larger-sharper',
    cheap: false,
    prepare: async ({ working }) => sharpen(await scale(working, 2)),
  },
];

/** What a rung makes of a photo, with the way back; null where the rung has nothing to offer. */
export async function viewOf(photo: Photo, rung: Rung): Promise<View | null> {
  const picture = await rung.prepare(photo);
  return picture && { picture, toPhoto: wayBack(picture, photo, rung.degrees ?? 0) };
}

/** Every rung keeps the middle of the photo in the middle: what it changes is the size or the angle. */
function wayBack(picture: Grey, { original, working }: Photo, degrees: number): (point: Point) => Point {
  const factor = original.width / (degrees === 0 ? picture : working).width;
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return (point) => {
    const [x, y] = [point.x - picture.width / 2, point.y - picture.height / 2];
    return {
      x: original.width / 2 + factor * (x * cos + y * sin),
      y: original.height / 2 + factor * (y * cos - x * sin),
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

function tilted(degrees: number): Pick<Rung, 'prepare' | 'degrees'> {
  return {
    degrees,
    prepare: ({ working }) => toGrey(fromGrey(working).rotate(degrees, { background: '#888888' })),
  };
}

/** Unsharp mask. By hand, because sharp's own goes through colour and takes five times as long. */
async function sharpen(picture: Grey): Promise<Grey> {
  const soft = await toGrey(fromGrey(picture).blur(2));
  const data = Buffer.from(
    picture.data.map((value, index) => {
      const sharpened = value + 2 * (value - (soft.data[index] ?? value));
      return Math.max(0, Math.min(255, sharpened));
    }),
  );
  return { ...picture, data };
}
