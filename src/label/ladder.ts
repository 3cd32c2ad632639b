import { findStripes, straighten } from './bars.ts';
import type { DamagedCode, Effort, View } from './codes.ts';
import { redraw } from './modules.ts';
import { fromGrey, type Grey, type Point, toGrey } from './photo.ts';
import { crop, enlarge } from './pixels.ts';
import { findRegions, type Region } from './regions.ts';

/** A photo as it came and in working size. */
export interface Photo {
  readonly original: Grey;
  /** At most `WORKING_SIDE` pixels on its longest side. */
  readonly working: Grey;
  /** Where a code is most likely; pixels of the working size. */
  readonly regions: readonly Region[];
}

/** One way to prepare a photo for the decoder. */
export interface Rung {
  readonly name: string;
  /** Cheap rungs are all tried before a code that is no label becomes the answer. */
  readonly cheap: boolean;
  readonly effort: Effort;
  /** The pictures it makes of a photo: one, one for each region, or none. `damaged`: codes found, not read so far. */
  steps(photo: Photo, damaged: readonly DamagedCode[]): Step[];
}

/** One picture a rung makes of a photo. */
export interface Step {
  /** Pixels that are made and looked at. */
  readonly pixels: number;
  /** Null when nothing can be made of it. */
  view(): View | null | Promise<View>;
}

type Prepare = (picture: Grey) => Grey | Promise<Grey>;

/** Large enough for a label that fills a third of the photo, small enough to be read in a tenth of a second. */
const WORKING_SIDE = 1600;
/** Codes with errors that are drawn anew on one rung; more are the pattern of a shirt. */
const REDRAWN = 6;
/** What drawing a code anew costs, in pixels looked at. */
const REDRAWN_PIXELS = 1_000_000;
/** What finding codes costs wechat's reader in any view, in pixels looked at. */
const FOUND_PIXELS = 1_000_000;
/** Where the brighter part of a photo is put by `even`: the share of its pixels that are darker, and their shade of 1. */
const EVENED = { share: 0.6, shade: 0.45 };
/** Powers of brightness: beyond them only noise is made visible, or white paper grey. */
const POWERS = { least: 0.3, most: 2.2 };
/**
 * A photo taken in the dark: `share` of its pixels are darker than `dark`. It is made brighter until they are darker than
 * `shade`, but `most` times at most: a lamp in it goes white, what it lights hardly at all is told apart.
 */
const LIFTED = { share: 0.6, dark: 44, shade: 110, most: 20 };
/** What laying a patch of stripes straight costs for each pixel of its length, in pixels looked at. */
const STRAIGHTENED = 100;

export async function workingSize(original: Grey): Promise<Photo> {
  const isLarge = Math.max(original.width, original.height) > WORKING_SIDE;
  const size = { width: WORKING_SIDE, height: WORKING_SIDE, fit: 'inside' } as const;
  const working = isLarge ? await toGrey(fromGrey(original).resize(size)) : original;
  return { original, working, regions: findRegions(working) };
}

/**
 * Preparations in the order of what they save and cost on photographed labels (bench/labels.ts, decision 0017).
 * Enlarging the likely regions saves most of all and costs less than one look at the whole photo. Normalising, CLAHE,
 * thresholds and negation saved nothing: the decoder does its own. Evening the light saves what is nearly black, or grey
 * on white, which no threshold finds (decision 0046). What saves least of what is left, and costs most, is last.
 */
export const LADDER: readonly Rung[] = [
  { name: 'glance', cheap: true, effort: 'glance', steps: whole() },
  { name: 'near', cheap: true, effort: 'quick', steps: near(2) },
  { name: 'lifted', cheap: true, effort: 'close', steps: inDark(whole(lift)) },
  { name: 'near-lifted', cheap: true, effort: 'quick', steps: inDark(near(2, lift)) },
  { name: 'bars', cheap: true, effort: 'bars', steps: bars },
  { name: 'plain', cheap: true, effort: 'close', steps: whole() },
  { name: 'nearer', cheap: true, effort: 'quick', steps: near(3) },
  { name: 'redrawn', cheap: false, effort: 'drawn', steps: redrawn },
  { name: 'near-sharper', cheap: false, effort: 'close', steps: near(2, sharpen) },
  { name: 'turned', cheap: false, effort: 'all', steps: whole() },
  { name: 'half', cheap: false, effort: 'all', steps: whole((picture) => scale(picture, 0.5)) },
  { name: 'brighter', cheap: false, effort: 'close', steps: whole((picture) => gain(picture, 2.5)) },
  { name: 'evened', cheap: false, effort: 'close', steps: whole(even) },
  { name: 'near-evened', cheap: false, effort: 'close', steps: near(2, even) },
  { name: 'redrawn-again', cheap: false, effort: 'drawn', steps: redrawn },
  { name: 'original', cheap: false, effort: 'close', steps: original },
  { name: 'nearest', cheap: false, effort: 'all', steps: near(3) },
];

/**
 * Preparations for wechat's reader, which finds codes with a net of its own: its time goes into that, whatever the size
 * (decision 0046).
 */
export const SECOND_LADDER: readonly Rung[] = [
  { name: 'second-half', cheap: true, effort: 'close', steps: evened(0.5, FOUND_PIXELS) },
  { name: 'second-larger', cheap: true, effort: 'close', steps: evened(1.5, FOUND_PIXELS) },
  { name: 'second-whole', cheap: true, effort: 'close', steps: evened(1, FOUND_PIXELS) },
];

/** A second look, where a label was read: at what is beside its codes. */
export function beside({ original, working }: Photo, boxes: readonly (readonly Point[])[]): Step[] {
  const factor = working.width / original.width;
  const known = boxes.map((box) => box.map(({ x, y }) => ({ x: x * factor, y: y * factor })));
  return near(2)({ original, working, regions: findRegions(working, known) }, []);
}

/** The photo in working size. */
function whole(prepare: Prepare = (picture) => picture): Rung['steps'] {
  return ({ original, working }) => {
    const part = { left: 0, top: 0, width: working.width, height: working.height };
    return [stepOf(working, part, original.width / working.width, prepare)];
  };
}

/** The photo with its light evened, in another size. `more`: pixels it costs beyond its own. */
function evened(factor: number, more = 0): Rung['steps'] {
  return (photo) => {
    const steps = whole((picture) => scale(even(picture), factor))(photo, []);
    return steps.map((step) => ({ ...step, pixels: step.pixels * factor ** 2 + more }));
  };
}

/** The likely regions, enlarged. */
function near(enlarged: number, then: Prepare = (picture) => picture): Rung['steps'] {
  return ({ original, working, regions }) =>
    regions.map((region) => ({
      ...stepOf(working, region, original.width / working.width, (piece) => then(enlarge(piece, enlarged))),
      pixels: region.width * region.height * enlarged ** 2,
    }));
}

/** What is done in the dark alone. */
function inDark(steps: Rung['steps']): Rung['steps'] {
  return (photo, damaged) =>
    shadeOf(photo.working, LIFTED.share) < LIFTED.dark ? steps(photo, damaged) : [];
}

/** The photo as it came, where that is larger. */
function original({ original, working }: Photo): Step[] {
  const part = { left: 0, top: 0, width: original.width, height: original.height };
  return original === working ? [] : [stepOf(original, part, 1, (picture) => picture)];
}

/** Everything striped, laid straight. */
function bars({ original, working }: Photo): Step[] {
  const factor = original.width / working.width;
  return findStripes(working).map((stripes) => ({
    pixels: stripes.length * STRAIGHTENED,
    view: () => straighten(working, stripes, factor),
  }));
}

/** Codes with errors, drawn anew: with their corners where they fit best, and where they were found. */
function redrawn({ original }: Photo, damaged: readonly DamagedCode[]): Step[] {
  return damaged.slice(-REDRAWN).flatMap((code) =>
    [false, true].map((isExact) => ({
      pixels: REDRAWN_PIXELS,
      view: () => redraw(original, code, isExact),
    })),
  );
}

function stepOf(picture: Grey, part: Region, factor: number, prepare: Prepare): Step {
  return {
    pixels: part.width * part.height,
    async view() {
      const isAll = part.width === picture.width && part.height === picture.height;
      const prepared = await prepare(isAll ? picture : crop(picture, part));
      const pixel = (factor * part.width) / prepared.width;
      return {
        picture: prepared,
        toPhoto: ({ x, y }) => ({ x: factor * part.left + pixel * x, y: factor * part.top + pixel * y }),
      };
    },
  };
}

function scale(picture: Grey, factor: number): Promise<Grey> | Grey {
  if (factor === 1) return picture;
  const width = Math.max(1, Math.round(picture.width * factor));
  return toGrey(fromGrey(picture).resize({ width }));
}

function gain(picture: Grey, factor: number): Promise<Grey> {
  return toGrey(fromGrey(picture).linear(factor, 0));
}

/** As much brighter as most of it bears. */
function lift(picture: Grey): Grey {
  const factor = Math.min(LIFTED.most, LIFTED.shade / Math.max(1, shadeOf(picture, LIFTED.share)));
  return shaded(picture, (shade) => Math.min(255, factor * shade));
}

/** Brightness raised to the power that puts most of the photo into the middle: the dark opens up, faint grey darkens. */
function even(picture: Grey): Grey {
  const shade = Math.min(250, Math.max(4, shadeOf(picture, EVENED.share)));
  const power = Math.log(EVENED.shade) / Math.log(shade / 255);
  const within = Math.min(POWERS.most, Math.max(POWERS.least, power));
  return shaded(picture, (from) => 255 * (from / 255) ** within);
}

/** The shade than which that share of the pixels are darker. */
function shadeOf({ data }: Grey, share: number): number {
  const counts = new Uint32Array(256);
  for (const shade of data) counts[shade] = (counts[shade] ?? 0) + 1;
  let [left, shade] = [share * data.length, 0];
  while (shade < 255 && left > (counts[shade] ?? 0)) left -= counts[shade++] ?? 0;
  return shade;
}

/** Every shade as another. */
function shaded(picture: Grey, to: (shade: number) => number): Grey {
  const table = Uint8Array.from({ length: 256 }, (_, from) => Math.round(to(from)));
  const data = Buffer.allocUnsafe(picture.data.length);
  for (let at = 0; at < data.length; at++) data[at] = table[picture.data[at] ?? 0] ?? 0;
  return { ...picture, data };
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
