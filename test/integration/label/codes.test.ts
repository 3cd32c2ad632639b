import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type DamagedCode, type Effort, prepareCodes, readCodes } from '../../../src/label/codes.ts';
import { LADDER, workingSize } from '../../../src/label/ladder.ts';
import { openPhoto } from '../../../src/label/photo.ts';
import { code128, label, qr, table } from './photos.ts';

beforeAll(prepareCodes);

vi.setConfig({ testTimeout: 120_000 });

const SIZE = { width: 2400, height: 1800 };

/** A photo with one code in that share of the light, where the middle of that code is, and what a first glance finds of it. */
async function photographed(code: Buffer, rotate: number, light = 1) {
  const { info } = await sharp(code).rotate(rotate).toBuffer({ resolveWithObject: true });
  const picture = await table([{ code, rotate, left: 1100, top: 300 }], SIZE);
  const opened = await openPhoto(await picture.linear(light, 0).jpeg().toBuffer());
  if (!opened.ok) throw new Error(opened.failure);
  const photo = await workingSize(opened.value);
  const [glance] = LADDER[0]?.steps(photo, []) ?? [];
  const view = await glance?.view();
  const whole = view ? (await readCodes(view)).codes : [];
  return {
    photo,
    middle: { x: 1100 + info.width / 2, y: 300 + info.height / 2 },
    // What is drawn anew was found before: here as well as it can be.
    damaged: whole.map(({ box }): DamagedCode => ({ kind: 'qr', box })),
  };
}

const PHOTOS = {
  bars: async () => photographed(await code128('J50000062', 6), 35),
  near: async () => photographed(await qr(label(), 300), 10),
  usual: async () => photographed(await qr(label(), 500), 10),
  dark: async () => photographed(await qr(label(), 500), 10, 0.1),
  'near-dark': async () => photographed(await qr(label(), 300), 10, 0.1),
};
type Photographed = Awaited<ReturnType<typeof photographed>>;
const taken = new Map<keyof typeof PHOTOS, Promise<Photographed>>();
/** Each photo is taken once. */
function take(name: keyof typeof PHOTOS): Promise<Photographed> {
  const photo = taken.get(name) ?? PHOTOS[name]();
  taken.set(name, photo);
  return photo;
}

/** What a rung is for: its steps are none where a photo is of another kind. */
function photoFor(name: string, effort: Effort): keyof typeof PHOTOS {
  if (effort === 'bars') return 'bars';
  const isNear = name.startsWith('near');
  if (name.endsWith('lifted')) return isNear ? 'near-dark' : 'dark';
  return isNear ? 'near' : 'usual';
}

describe('the box of a code', () => {
  it.each(LADDER.map((rung) => [rung.name, rung] as const))(
    'lies on the photo after %s',
    async (name, rung) => {
      const { photo, middle, damaged } = await take(photoFor(name, rung.effort));
      const views = await Promise.all(rung.steps(photo, damaged).map((step) => step.view()));
      const seen = await Promise.all(views.map(async (one) => one && readCodes(one, rung.effort)));
      const [found] = seen.flatMap((one) => one?.codes ?? []);
      const mean = (axis: 'x' | 'y') => (found?.box ?? []).reduce((sum, point) => sum + point[axis] / 4, 0);
      expect(Math.abs(mean('x') - middle.x)).toBeLessThan(40);
      expect(Math.abs(mean('y') - middle.y)).toBeLessThan(40);
    },
  );
});
