import type { Point } from '../../src/label/photo.ts';
import { photograph, type Shot } from './camera.ts';
import { type Colour, type Drawing, drawLabel, type Kind, type Look, PLAIN } from './drawing.ts';
import { dirty, worn } from './marks.ts';
import { createRandom, type Random } from './random.ts';
import { type Framed, frame } from './surface.ts';

/** A photo with what its code says. */
export interface LabelPhoto {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly kind: Kind;
  readonly shot: Shot;
  /** What spoils it. */
  readonly ways: readonly Trouble[];
  /** The corners of the code and of the label in the photo, pixels. */
  readonly box: readonly Point[];
  readonly outline: readonly Point[];
}

/** A label before the camera: all there is to a photo but its pixels. */
export interface Scene extends Omit<LabelPhoto, 'bytes'> {
  readonly drawing: Drawing;
  readonly framed: Framed;
  readonly random: Random;
}

/** A photo as it should be. */
export const CLEAN: Shot = {
  width: 1280,
  height: 960,
  module: 4,
  roll: 0,
  tilt: 0,
  tiltTowards: 0,
  bend: null,
  foil: null,
  defocus: 0,
  motion: 0,
  motionTowards: 0,
  light: [1, 1, 1],
  exposure: 0.9,
  electrons: 2500,
  glare: null,
  shadow: 1,
  quality: 80,
};

/** What spoils a photo, or makes its label another than readers of codes are made for. */
export const TROUBLES = [
  'defocus',
  'motion',
  'perspective',
  'glare',
  'dark',
  'shadow',
  'curve',
  'wear',
  'foil',
  'dirt',
  'colour',
  'wrapped',
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Paper and ink that labels come in, each of which a person reads at once. */
export const PRINTED_IN: readonly Pick<Look, 'paper' | 'ink'>[] = [
  { paper: [0.03, 0.03, 0.03], ink: [0.8, 0.8, 0.8] },
  { paper: [0.02, 0.04, 0.12], ink: [0.75, 0.75, 0.7] },
  { paper: [0.8, 0.62, 0.03], ink: [0.03, 0.03, 0.03] },
  { paper: [0.75, 0.22, 0.03], ink: [0.02, 0.02, 0.02] },
  { paper: [0.2, 0.45, 0.7], ink: [0.02, 0.03, 0.08] },
  { paper: [0.25, 0.55, 0.2], ink: [0.02, 0.03, 0.02] },
  { paper: [0.8, 0.8, 0.8], ink: [0.35, 0.02, 0.03] },
  { paper: [0.8, 0.8, 0.75], ink: [0.03, 0.06, 0.35] },
  { paper: [0.42, 0.42, 0.42], ink: [0.05, 0.05, 0.05] },
];
/** A lamp with a filament, a sodium lamp, a tube, the sky, what a phone's white balance makes of none of them. */
export const LIGHTS: readonly Colour[] = [
  [1, 0.75, 0.45],
  [1, 0.6, 0.2],
  [0.8, 1, 0.75],
  [0.65, 0.8, 1],
  [1, 1, 1],
];
/** Farthest a bent label may turn from the camera at its corners, degrees: beyond, nobody reads it. */
const FARTHEST = 66;

interface Spoilt {
  readonly shot?: Partial<Shot>;
  readonly look?: Partial<Look>;
}

/** How each trouble comes about. Lengths grow with the module: a near label is blurred by more pixels. */
const SPOILT: Record<Trouble, (random: Random, shot: Shot) => Spoilt> = {
  defocus: (random, { module }) => ({ shot: { defocus: module * random.between(0.2, 0.7) } }),
  motion: (random, { module }) => ({
    shot: { motion: module * random.between(0.4, 1.2), motionTowards: random.between(0, 180) },
  }),
  perspective: (random) => ({
    shot: { tilt: random.between(20, 48), tiltTowards: random.between(0, 360) },
  }),
  glare: (random) => ({
    shot: {
      glare: {
        strength: random.between(0.2, 1.5),
        size: random.between(0.1, 0.35),
        x: random.between(-0.5, 0.5),
        y: random.between(-0.5, 0.5),
      },
    },
  }),
  dark: (random) => ({
    shot: { exposure: random.ratio(0.03, 0.25), electrons: random.ratio(60, 400) },
  }),
  shadow: (random) => ({ shot: { shadow: random.between(0.15, 0.6) } }),
  curve: (random) => ({
    shot: {
      bend: {
        over: random.pick(['cylinder', 'cylinder', 'dome']),
        arc: random.between(20, 60),
        axis: random.chance(0.7) ? random.pick([0, 90]) : random.between(0, 180),
      },
    },
  }),
  wear: () => ({ look: { marks: [worn] } }),
  foil: (random) => ({
    shot: {
      foil: {
        towards: random.between(0, 360),
        wave: random.ratio(0.4, 3),
        depth: random.between(0.2, 0.65),
        bands: Array.from({ length: random.pick([1, 2, 3]) }, () => ({
          at: random.between(-1, 0.7),
          width: random.ratio(0.03, 0.25),
          strength: random.between(0.2, 1.2),
        })),
      },
    },
  }),
  dirt: () => ({ look: { marks: [dirty] } }),
  colour: (random) => ({ look: random.pick(PRINTED_IN), shot: { light: random.pick(LIGHTS) } }),
  wrapped: () => ({ look: { wrapped: true } }),
};

/** Photos technicians take on a bad day: small codes, each spoilt in one or two ways. Two of ten are no QR code. */
export async function hardPhoto(seed: number, index: number): Promise<LabelPhoto> {
  return expose(hardScene(seed, index));
}

export function hardScene(seed: number, index: number): Scene {
  const random = createRandom(seed * 100_003 + index);
  const ways = random.some(TROUBLES, random.pick([1, 1, 2]));
  const shot = {
    ...CLEAN,
    module: random.between(1.2, 4),
    roll: random.chance(0.6) ? random.between(-12, 12) : random.between(0, 360),
    tilt: random.between(0, 20),
    tiltTowards: random.between(0, 360),
    electrons: random.ratio(500, 4000),
    exposure: random.between(0.5, 1.1),
    quality: Math.round(random.between(50, 80)),
  };
  return set(`hard ${seed}/${index}: ${ways.join(', ')}`, random, kindOf(index), spoil(random, shot, ways));
}

/** Photos as they should be: modules of 3 pixels and more, sharp, lit. */
export async function easyPhoto(seed: number, index: number): Promise<LabelPhoto> {
  const random = createRandom(seed * 100_003 + 50_000 + index);
  const shot = {
    ...CLEAN,
    module: random.between(3, 7),
    roll: random.between(-15, 15),
    tilt: random.between(0, 15),
    tiltTowards: random.between(0, 360),
    quality: Math.round(random.between(60, 85)),
  };
  return take(`easy ${seed}/${index}`, random, kindOf(index), shot);
}

/** Photographs a label drawn from the same numbers. */
export async function take(name: string, random: Random, kind: Kind, shot: Shot): Promise<LabelPhoto> {
  return expose(set(name, random, kind, { shot, look: PLAIN, ways: [] }));
}

function kindOf(index: number): Kind {
  return index % 10 < 8 ? 'qr' : index % 10 === 8 ? 'data matrix' : 'code 128';
}

interface Spoiling {
  readonly shot: Shot;
  readonly look: Look;
  readonly ways: readonly Trouble[];
}

function spoil(random: Random, clean: Shot, ways: readonly Trouble[]): Spoiling {
  const spoilt = ways.map((way) => SPOILT[way](random, clean));
  const shot: Shot = Object.assign({}, clean, ...spoilt.map((one) => one.shot));
  const look: Look = Object.assign({}, PLAIN, ...spoilt.map((one) => one.look), {
    marks: spoilt.flatMap((one) => one.look?.marks ?? []),
  });
  const bend = shot.bend && { ...shot.bend, arc: Math.min(shot.bend.arc, FARTHEST - shot.tilt) };
  return { shot: { ...shot, bend }, look, ways };
}

/** Puts a label before the camera. */
function set(name: string, random: Random, kind: Kind, { shot, look, ways }: Spoiling): Scene {
  const drawing = drawLabel(random, kind, look);
  const framed = frame(drawing, shot, random);
  const { code, text, width, height } = drawing;
  const corners = (left: number, top: number, wide: number, high: number) =>
    [
      [left, top],
      [left + wide, top],
      [left + wide, top + high],
      [left, top + high],
    ].map(([u = 0, v = 0]) => framed.surface.to(u, v));
  return {
    name,
    text,
    kind,
    ways,
    shot: framed.shot,
    box: corners(code.left, code.top, code.width, code.height),
    outline: corners(0, 0, width, height),
    drawing,
    framed,
    random,
  };
}

async function expose({ drawing, framed, random, ...photo }: Scene): Promise<LabelPhoto> {
  return { ...photo, bytes: await photograph(drawing, framed, random) };
}
