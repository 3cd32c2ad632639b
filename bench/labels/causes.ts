import sharp from 'sharp';
import { toGrey } from '../../src/label/photo.ts';
import { photograph, type Shot } from './camera.ts';
import { type Drawing, PLAIN } from './drawing.ts';
import { CLEAN, type LabelPhoto, take } from './photos.ts';
import { createRandom, type Random } from './random.ts';
import { frame } from './surface.ts';

/** The one thing that is wrong with a photo; `nothing`: it is sharp and well lit, and has no code in it. */
export const CAUSES = ['small', 'defocus', 'motion', 'glare', 'dark', 'nothing'] as const;
export type Cause = (typeof CAUSES)[number];

/** How far each cause goes. Everything else about the photo is as it should be. */
const SPOILT: Record<Exclude<Cause, 'nothing'>, (random: Random, module: number) => Partial<Shot>> = {
  small: (random) => ({ module: random.between(0.8, 1.5) }),
  defocus: (random, module) => ({ defocus: module * random.between(0.8, 2.5) }),
  motion: (random, module) => ({
    motion: module * random.between(1.5, 6),
    motionTowards: random.between(0, 180),
  }),
  glare: (random) => ({
    glare: {
      strength: random.between(1, 4),
      size: random.between(0.3, 0.9),
      x: random.between(-0.4, 0.4),
      y: random.between(-0.4, 0.4),
    },
  }),
  dark: (random) => ({ exposure: random.ratio(0.004, 0.06), electrons: random.ratio(5, 60) }),
};

/** A photo spoilt in one way, by chance so much that it cannot be read or less. */
export async function spoiltPhoto(
  seed: number,
  index: number,
  cause: Cause,
): Promise<Pick<LabelPhoto, 'name' | 'bytes'>> {
  const random = createRandom(seed * 100_003 + 70_000 + index);
  const name = `${cause} ${seed}/${index}`;
  const module = random.between(2.5, 5);
  const shot = {
    ...CLEAN,
    module,
    roll: random.chance(0.6) ? random.between(-12, 12) : random.between(0, 360),
    tilt: random.between(0, 20),
    tiltTowards: random.between(0, 360),
    exposure: random.between(0.5, 1),
    quality: Math.round(random.between(60, 80)),
  };
  if (cause === 'nothing') {
    const body = drawBody(random);
    return { name, bytes: await photograph(body, frame(body, shot, random), random) };
  }
  const kind = index % 10 < 8 ? 'qr' : 'data matrix';
  return take(name, random, kind, { ...shot, ...SPOILT[cause](random, module) });
}

/** A device from its other side: a lens, screws, a name in large print, or nothing at all. */
function drawBody(random: Random): Drawing {
  const [width, height] = [random.between(60, 160), random.between(50, 110)];
  const grey = () => Math.round(random.between(20, 255));
  const [body, ink] = [grey(), grey()];
  const lens = random.chance(0.6)
    ? `<circle cx="${width * 0.4}" cy="${height / 2}" r="${height * 0.3}" fill="rgb(9,9,9)" stroke="rgb(${ink},${ink},${ink})" stroke-width="3"/>`
    : '';
  const screws = [
    [5, 5],
    [width - 5, 5],
    [5, height - 5],
    [width - 5, height - 5],
  ].map(([x, y]) => `<circle cx="${x}" cy="${y}" r="2" fill="rgb(${ink},${ink},${ink})"/>`);
  const print = random.chance(0.6)
    ? `<text x="${width * 0.55}" y="${height * 0.3}" font-size="9" font-family="DejaVu Sans, sans-serif" fill="rgb(${ink},${ink},${ink})">HD 4 MP</text>`
    : '';
  const markup = `<rect width="100%" height="100%" fill="rgb(${body},${body},${body})"/>${lens}${screws.join('')}${print}`;
  return {
    kind: 'qr',
    text: '',
    shortSerial: '',
    paper: PLAIN.paper,
    ink: PLAIN.ink,
    width,
    height,
    code: { left: width / 2 - 15, top: height / 2 - 15, width: 30, height: 30 },
    raster: (scale) =>
      toGrey(
        sharp(
          Buffer.from(
            `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${Math.round(width * scale)}" height="${Math.round(height * scale)}">${markup}</svg>`,
          ),
        ),
      ),
  };
}
