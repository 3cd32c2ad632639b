import { describe, expect, it } from 'vitest';
import type { Colour } from '../../../bench/labels/drawing.ts';
import {
  CLEAN,
  hardScene,
  LIGHTS,
  PRINTED_IN,
  type Scene,
  TROUBLES,
  take,
} from '../../../bench/labels/photos.ts';
import { createRandom } from '../../../bench/labels/random.ts';

const scenes = Array.from({ length: 60 }, (_, seed) =>
  Array.from({ length: 10 }, (_, index) => hardScene(seed, index)),
).flat();
const shares = Array.from({ length: 11 }, (_, at) => at / 10);

/** Places all over the code, in modules. */
function placesOf({ drawing: { code } }: Scene): [u: number, v: number][] {
  return shares.flatMap((u) =>
    shares.map((v): [number, number] => [code.left + u * code.width, code.top + v * code.height]),
  );
}

describe('a drawn label', () => {
  it('lies in the photo with its whole code, bars and turned ones, too', () => {
    const outside = scenes.filter((scene) => {
      const { shot, surface } = scene.framed;
      const isIn = (x: number, y: number) => x >= 0 && y >= 0 && x <= shot.width && y <= shot.height;
      const corners = [...scene.box, ...scene.outline];
      const places = placesOf(scene).map(([u, v]) => surface.to(u, v));
      return ![...corners, ...places].every(({ x, y }) => isIn(x, y));
    });
    expect(outside.map(({ name }) => name)).toEqual([]);
  });

  it('turns no place of its code away from the camera, however it is bent and leans', () => {
    const hidden = scenes.filter((scene) => {
      const { to, from } = scene.framed.surface;
      return placesOf(scene).some(([u, v]) => {
        const { x, y } = to(u, v);
        const seen = from(x, y);
        return !seen || Math.hypot(seen[0] - u, seen[1] - v) > 0.001;
      });
    });
    expect(hidden.map(({ name }) => name)).toEqual([]);
    expect(new Set(scenes.map(({ shot }) => shot.bend?.over))).toEqual(
      new Set([undefined, 'cylinder', 'dome']),
    );
  });

  it.each(PRINTED_IN)('in colours stands out for a person in every light: %o', ({ paper, ink }) => {
    // Relative luminance and contrast of WCAG 2.2, which asks for 3 to 1 of large print.
    for (const light of LIGHTS) {
      const shade = ([r, g, b]: Colour) =>
        0.2126 * r * light[0] + 0.7152 * g * light[1] + 0.0722 * b * light[2];
      const [dark = 0, bright = 0] = [shade(paper), shade(ink)].sort((a, b) => a - b);
      expect((bright + 0.05) / (dark + 0.05)).toBeGreaterThan(3);
    }
  });
});

describe.each(TROUBLES)('the trouble %s', (trouble) => {
  const alone = (from: number) => {
    for (let index = from; ; index++) {
      const scene = hardScene(7, index);
      if (scene.ways.length === 1 && scene.ways[0] === trouble) return { index, scene };
    }
  };
  const { index, scene } = alone(0);

  it('is drawn as often as others', () => {
    const count = scenes.filter(({ ways }) => ways.includes(trouble)).length;
    expect(count).toBeGreaterThan(scenes.length / TROUBLES.length / 2);
  });

  it('is the same for the same seed, and another for another', async () => {
    const facts = ({ text, shot, box, outline }: Scene) => ({ text, shot, box, outline });
    const [again, { scene: other }] = [hardScene(7, index), alone(index + 1)];
    expect(facts(again)).toEqual(facts(scene));
    expect(facts(other)).not.toEqual(facts(scene));
    const [first, second, third] = await Promise.all(
      [scene, again, other].map((one) => one.drawing.raster(1)),
    );
    expect(second).toEqual(first);
    expect(third).not.toEqual(first);
  });
});

it('a photo is the same to the last byte for the same numbers, and another for others', async () => {
  const shot = {
    ...CLEAN,
    width: 240,
    height: 180,
    module: 1.5,
    bend: { over: 'dome', arc: 40, axis: 0 },
    foil: { towards: 30, wave: 1, depth: 0.4, bands: [{ at: 0, width: 0.1, strength: 1 }] },
    light: [1, 0.75, 0.45],
  } as const;
  const photo = async (seed: number) => (await take('', createRandom(seed), 'qr', shot)).bytes;
  const [first, again, other] = await Promise.all([photo(1), photo(1), photo(2)]);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});
