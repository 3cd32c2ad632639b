import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DamagedCode, prepareCodes, readCodes } from '../../../src/label/codes.ts';
import { LADDER, workingSize } from '../../../src/label/ladder.ts';
import { openPhoto } from '../../../src/label/photo.ts';
import { code128, label, qr, table } from './photos.ts';

beforeAll(prepareCodes);

describe('the box of a code', () => {
  const size = { width: 2400, height: 1800 };

  it.each(LADDER.map((rung) => [rung.name, rung] as const))(
    'lies on the photo after %s',
    async (name, rung) => {
      const isBars = rung.effort === 'bars';
      const rotate = isBars ? 35 : 10;
      const code = isBars
        ? await code128('J50000062', 6)
        : await qr(label(), name.startsWith('near') ? 300 : 500);
      const { info } = await sharp(code).rotate(rotate).toBuffer({ resolveWithObject: true });
      const picture = await table([{ code, rotate, left: 1100, top: 300 }], size);
      const opened = await openPhoto(await picture.jpeg().toBuffer());
      if (!opened.ok) throw new Error(opened.failure);
      const photo = await workingSize(opened.value);
      // What is drawn anew was found before: here as well as it can be.
      const [glance] = LADDER[0]?.steps(photo, []) ?? [];
      const view = await glance?.view();
      const whole = view ? (await readCodes(view)).codes : [];
      const damaged = whole.map(({ box }): DamagedCode => ({ kind: 'qr', box }));
      const views = await Promise.all(rung.steps(photo, damaged).map((step) => step.view()));
      const seen = await Promise.all(views.map(async (one) => one && readCodes(one, rung.effort)));
      const [found] = seen.flatMap((one) => one?.codes ?? []);
      const middle = (axis: 'x' | 'y') => (found?.box ?? []).reduce((sum, point) => sum + point[axis] / 4, 0);
      expect(Math.abs(middle('x') - 1100 - info.width / 2)).toBeLessThan(40);
      expect(Math.abs(middle('y') - 300 - info.height / 2)).toBeLessThan(40);
    },
  );
});
