import type { Point } from '../../src/label/photo.ts';
import { photograph, type Shot } from './camera.ts';
import { drawLabel, type Kind } from './drawing.ts';
import { createRandom, type Random } from './random.ts';

/** A photo with what its code says. */
export interface LabelPhoto {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly kind: Kind;
  readonly shot: Shot;
  readonly box: readonly Point[];
}

/** A photo as it should be. */
export const CLEAN: Shot = {
  width: 1280,
  height: 960,
  module: 4,
  roll: 0,
  tilt: 0,
  tiltTowards: 0,
  defocus: 0,
  motion: 0,
  motionTowards: 0,
  exposure: 0.9,
  electrons: 2500,
  glare: null,
  shadow: 1,
  quality: 80,
};

/** What spoils a photo. Lengths grow with the module: a near label is blurred by more pixels. */
const SPOILT: Record<string, (random: Random, shot: Shot) => Partial<Shot>> = {
  defocus: (random, { module }) => ({ defocus: module * random.between(0.2, 0.7) }),
  motion: (random, { module }) => ({
    motion: module * random.between(0.4, 1.2),
    motionTowards: random.between(0, 180),
  }),
  perspective: (random) => ({ tilt: random.between(20, 48), tiltTowards: random.between(0, 360) }),
  glare: (random) => ({
    glare: {
      strength: random.between(0.2, 1.5),
      size: random.between(0.1, 0.35),
      x: random.between(-0.5, 0.5),
      y: random.between(-0.5, 0.5),
    },
  }),
  dark: (random) => ({ exposure: random.ratio(0.03, 0.25), electrons: random.ratio(60, 400) }),
  shadow: (random) => ({ shadow: random.between(0.15, 0.6) }),
};

/** Photos technicians take on a bad day: small codes, each spoilt in one or two ways. Two of ten are no QR code. */
export async function hardPhoto(seed: number, index: number): Promise<LabelPhoto & { ways: string[] }> {
  const random = createRandom(seed * 100_003 + index);
  const kind: Kind = index % 10 < 8 ? 'qr' : index % 10 === 8 ? 'data matrix' : 'code 128';
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
  const ways = Object.keys(SPOILT)
    .sort(() => random.between(-1, 1))
    .slice(0, random.pick([1, 1, 2]));
  const spoilt: Shot = Object.assign({}, shot, ...ways.map((way) => SPOILT[way]?.(random, shot)));
  const photo = await take(`hard ${seed}/${index}: ${ways.join(', ')}`, random, kind, spoilt);
  return { ...photo, ways };
}

/** Photos as they should be: modules of 3 pixels and more, sharp, lit. */
export async function easyPhoto(seed: number, index: number): Promise<LabelPhoto> {
  const random = createRandom(seed * 100_003 + 50_000 + index);
  const kind: Kind = index % 10 < 8 ? 'qr' : index % 10 === 8 ? 'data matrix' : 'code 128';
  return take(`easy ${seed}/${index}`, random, kind, {
    ...CLEAN,
    module: random.between(3, 7),
    roll: random.between(-15, 15),
    tilt: random.between(0, 15),
    tiltTowards: random.between(0, 360),
    quality: Math.round(random.between(60, 85)),
  });
}

/** Photographs a label drawn from the same numbers. */
export async function take(name: string, random: Random, kind: Kind, shot: Shot): Promise<LabelPhoto> {
  const drawing = drawLabel(random, kind);
  // Long bars are photographed from farther away: they have to be in the photo.
  const framed = { ...shot, module: Math.min(shot.module, (0.92 * shot.width) / drawing.code.width) };
  const { bytes, box } = await photograph(drawing, framed, random);
  return { name, bytes, text: drawing.text, kind, shot: framed, box };
}
