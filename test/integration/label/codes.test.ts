import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareCodes, readCodes } from '../../../src/label/codes.ts';
import { LADDER, stepsOf, workingSize } from '../../../src/label/ladder.ts';
import { openPhoto } from '../../../src/label/photo.ts';
import { code128, label, qr, table } from './photos.ts';

beforeAll(prepareCodes);

describe('the box of a code', () => {
  const size = { width: 2400, height: 1800 };

  it.each(LADDER.map((rung) => [rung.name, rung] as const))('lies on the photo after %s', async (_, rung) => {
    const code = rung.linear
      ? await code128('J50000062', 6)
      : await qr(label(), rung.from === 'regions' ? 300 : 500);
    const rotate = -(rung.degrees ?? 0);
    const { info } = await sharp(code).rotate(rotate).toBuffer({ resolveWithObject: true });
    const picture = await table([{ code, rotate, left: 1100, top: 300 }], size);
    const opened = await openPhoto(await picture.jpeg().toBuffer());
    if (!opened.ok) throw new Error(opened.failure);
    const steps = stepsOf(await workingSize(opened.value), rung);
    const codes = await Promise.all(steps.map(async (step) => readCodes(await step.view(), rung.linear)));
    const [found] = codes.flat();
    const middle = (axis: 'x' | 'y') => (found?.box ?? []).reduce((sum, point) => sum + point[axis] / 4, 0);
    expect(Math.abs(middle('x') - 1100 - info.width / 2)).toBeLessThan(40);
    expect(Math.abs(middle('y') - 300 - info.height / 2)).toBeLessThan(40);
  });
});
