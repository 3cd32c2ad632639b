import { describe, expect, it } from 'vitest';
import type { Grey } from '../../../src/label/photo.ts';
import { tipFor } from '../../../src/label/quality.ts';
import { findRegions } from '../../../src/label/regions.ts';

const [WIDTH, HEIGHT] = [640, 480];
const MIDDLE = { x: WIDTH / 2, y: HEIGHT / 2 };
/** Shade of a place, pixels; 0 to 255 and beyond. */
type Scene = (x: number, y: number) => number;

/** Numbers without order, 0 to 1, the same in every run. */
function chance(a: number, b: number): number {
  let mixed = Math.imul(a * 73_856_093 + b * 19_349_663 + 7, 0x9e37_79b1);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x85eb_ca6b);
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
}

/** A wall, with a label of 80 x 40 modules in the middle that has a code of 29 x 29 modules and lines of print. */
function label(module: number, wall: Scene = () => 130): Scene {
  return (x, y) => {
    // A little out of the straight, so that edges fall between pixels.
    const [dx, dy] = [x - MIDDLE.x, y - MIDDLE.y];
    const [u, v] = [(dx + 0.07 * dy) / module, (dy - 0.07 * dx) / module];
    if (Math.abs(u) > 40 || Math.abs(v) > 20) return wall(x, y);
    if (u > 5 && u < 34 && Math.abs(v) < 14.5)
      return chance(Math.floor(u), Math.floor(v + 14.5)) < 0.5 ? 30 : 230;
    const isPrint = u > -36 && u < 0 && Math.abs(v) < 12 && Math.floor(v / 3) % 2 === 0;
    return isPrint && chance(Math.floor(u / 1.5), Math.floor(v / 3)) < 0.5 ? 40 : 230;
  };
}

/** Renders a scene as a lens does that spreads every point over `spread` places. */
function render(scene: Scene, spread: readonly (readonly [number, number])[] = [[0, 0]]): Grey {
  const [width, height] = [WIDTH, HEIGHT];
  const sharp = new Float32Array(width * height);
  const parts = [1 / 6, 3 / 6, 5 / 6];
  for (let at = 0; at < sharp.length; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    let sum = 0;
    for (const dx of parts) for (const dy of parts) sum += scene(x + dx, y + dy) / 9;
    sharp[at] = sum;
  }
  const data = Buffer.alloc(width * height);
  for (let at = 0; at < data.length; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    let sum = 0;
    for (const [dx, dy] of spread) {
      const [px, py] = [Math.min(width - 1, Math.max(0, x + dx)), Math.min(height - 1, Math.max(0, y + dy))];
      sum += sharp[py * width + px] ?? 0;
    }
    // The grain of a sensor.
    const value = sum / spread.length + 6 * (chance(x, y + 5000) - 0.5);
    data[at] = Math.min(255, Math.max(0, value));
  }
  return { data, width, height };
}

/** The middle of a picture: what a small photo shows. */
function middleOf({ data, width: wide, height: high }: Grey, width: number, height: number): Grey {
  const [left, top] = [(wide - width) >> 1, (high - height) >> 1];
  const rows = Array.from({ length: height }, (_, y) => {
    const start = (top + y) * wide + left;
    return data.subarray(start, start + width);
  });
  return { data: Buffer.concat(rows), width, height };
}

const tipOf = (picture: Grey) =>
  tipFor({ original: picture, working: picture, regions: findRegions(picture) });

/** All places within a radius, as out of focus. */
function disc(radius: number): [number, number][] {
  const side = Array.from({ length: 2 * radius + 1 }, (_, at) => at - radius);
  const all = side.flatMap((x) => side.map((y): [number, number] => [x, y]));
  return all.filter(([x, y]) => Math.hypot(x, y) <= radius);
}

/** The way a camera made while the shutter was open. */
const way = (length: number, dx: number, dy: number) =>
  Array.from({ length }, (_, at): [number, number] => [Math.round(at * dx), Math.round(at * dy)]);

/** Adds a reflection over a place. */
const reflecting =
  (scene: Scene, radius: number, [left, top] = [MIDDLE.x + 50, MIDDLE.y]): Scene =>
  (x, y) =>
    scene(x, y) + 500 * Math.exp(-((((x - left) ** 2 + (y - top) ** 2) / radius ** 2) ** 2));

/** What compression and a phone's own smoothing leave of edges: pixels mixed with those beside them, by these shares. */
const MIXED = [
  [-1, 0.28],
  [0, 0.44],
  [1, 0.28],
] as const;
const smoothed =
  (scene: Scene): Scene =>
  (x, y) =>
    MIXED.reduce((sum, [dx, across]) => {
      const column = MIXED.reduce((part, [dy, down]) => part + down * scene(x + dx, y + dy), 0);
      return sum + across * column;
    }, 0);

const rough: Scene = (x, y) => 130 * (0.85 + 0.3 * chance(x >> 1, y >> 1));
const stripes: Scene = (x, y) => (Math.sin((x + 0.6 * y) / 9) > 0.3 ? 170 : 70);
const waves: Scene = (x, y) => 150 + 40 * Math.sin(x / 23) * Math.cos(y / 17);

describe('the tip for a photo', () => {
  it.each([
    ['of 1.1 pixels a module', 1.1],
    ['of 1.4 pixels a module', 1.4],
  ])('is to come closer for a code %s, whatever is around it', (_, module) => {
    for (const wall of [undefined, rough, stripes, waves])
      expect(tipOf(render(label(module, wall)))).toBe('too-small');
  });

  it.each([1.2, 2, 3, 4])(
    'is to come closer for a photo too small for any label: %f pixels a module',
    (module) => {
      expect(tipOf(middleOf(render(label(module)), 320, 240))).toBe('too-small');
    },
  );

  it.each([
    ['out of focus', disc(5)],
    ['far out of focus', disc(10)],
    ['moved across', way(14, 1, 0)],
    ['moved down', way(14, 0, 1)],
    ['moved aslant', way(14, 0.7, 0.7)],
    ['moved the other way', way(14, 0.7, -0.7)],
  ] as const)('is to hold still when it is %s', (_, spread) => {
    expect(tipOf(render(label(4), spread))).toBe('blurred');
  });

  it.each([
    ['on a plain wall', undefined],
    ['on a rough wall', rough],
    ['before stripes', stripes],
  ])('is to tilt the phone when a reflection lies on the code, %s', (_, wall) => {
    for (const radius of [40, 90]) expect(tipOf(render(reflecting(label(4, wall), radius)))).toBe('glare');
  });

  it('is to make light in the dark', () => {
    const scene = label(4);
    expect(tipOf(render((x, y) => 0.15 * scene(x, y)))).toBe('too-dark');
  });

  it.each<[string, Scene]>([
    ['a label as it should be', label(4)],
    [
      'a label so near that its edges are wider than elsewhere, and nothing to its modules',
      smoothed(label(14)),
    ],
    ['a label before stripes', label(3, stripes)],
    ['a label overexposed so that its paper is white', (x, y) => 1.25 * label(4)(x, y)],
    ['a label beside a lamp', reflecting(label(3), 40, [60, 60])],
    ['a plain wall', () => 140],
    ['a white wall', () => 260],
    ['a wall in half light', (x) => 60 + x / 10],
    ['a rough wall', rough],
    ['stripes', stripes],
    ['a lamp on a wall', (x, y) => (Math.hypot(x - MIDDLE.x, y - MIDDLE.y) < 60 ? 300 : 120)],
    ['noise', (x, y) => 255 * chance(Math.floor(x), Math.floor(y))],
    ['a box', (x, y) => (Math.abs(x - MIDDLE.x) < 130 && Math.abs(y - MIDDLE.y) < 90 ? 60 : 180)],
  ])('is none for %s', (_, scene) => {
    expect(tipOf(render(scene))).toBeNull();
  });

  it.each<[string, Scene]>([
    ['a plain wall', () => 140],
    ['a white wall', () => 260],
    ['a white wall with a socket', (x, y) => (Math.hypot(x - MIDDLE.x, y - MIDDLE.y) < 40 ? 200 : 250)],
    ['a white wall with a crack', (x, y) => (Math.abs(y - MIDDLE.y - 20 * Math.sin(x / 30)) < 1 ? 60 : 250)],
    ['a cable on a wall', (x) => (Math.abs(x - MIDDLE.x) < 4 ? 30 : 250)],
    ['tiles', (x, y) => (x % 60 < 3 || y % 60 < 3 ? 120 : 240)],
  ])('is none for a small photo of %s: nothing there is a code', (_, scene) => {
    expect(tipOf(middleOf(render(scene), 320, 240))).toBeNull();
  });

  it.each([
    [481, 1],
    [1, 481],
    [490, 17],
    [481, 40],
  ])('is found for a photo of %i x %i pixels, too', (width, height) => {
    const data = Buffer.from(Array.from({ length: width * height }, (_, at) => 255 * chance(at, 1)));
    expect(tipOf({ data, width, height })).toBeNull();
  });
});
