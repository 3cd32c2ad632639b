import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { hardPhoto } from '../../../bench/labels/photos.ts';
import { prepareCodes } from '../../../src/label/codes.ts';
import { readPhoto } from '../../../src/label/read-photo.ts';
import { code128, dataMatrix, label, noisy, one, qr, table } from './photos.ts';

vi.setConfig({ testTimeout: 120_000 });
beforeAll(prepareCodes);

const read = (bytes: Uint8Array) => readPhoto({ bytes, budgetMs: 600_000 });
const jpeg = (picture: Sharp) => picture.jpeg({ quality: 80 }).toBuffer();
const small = async (code: Buffer, width: number) => sharp(code).resize({ width }).png().toBuffer();
const isOurs = { kind: 'label', facts: { shortSerial: 'J50000062' } };

async function serials(bytes: Uint8Array): Promise<string[]> {
  const reading = await read(bytes);
  return reading.kind === 'several' ? reading.labels.map(({ facts }) => facts.shortSerial).sort() : [];
}

describe('a code that is not as decoders like it', () => {
  it.each([
    [
      'inverted QR code',
      async () =>
        sharp(await qr(label()))
          .negate({ alpha: false })
          .png()
          .toBuffer(),
    ],
    [
      'mirrored QR code',
      async () =>
        sharp(await qr(label()))
          .flop()
          .png()
          .toBuffer(),
    ],
    [
      'inverted Data Matrix',
      async () =>
        sharp(await dataMatrix(label()))
          .negate({ alpha: false })
          .png()
          .toBuffer(),
    ],
    [
      'mirrored Data Matrix',
      async () =>
        sharp(await dataMatrix(label()))
          .flop()
          .png()
          .toBuffer(),
    ],
  ])('is read: an %s', async (_, code) => {
    expect(await read(await jpeg(await one(await code())))).toMatchObject(isOurs);
  });

  it.each([0, 45, 75, 90, 160, 200, 300])('is read: a Data Matrix at %i degrees', async (rotate) => {
    expect(await read(await jpeg(await one(await dataMatrix(label()), rotate)))).toMatchObject(isOurs);
  });

  it.each(
    Array.from({ length: 12 }, (_, at) => [at * 15, at % 2 === 0 ? 'out of focus' : 'under noise'] as const),
  )('is read: bars at %i degrees, %s', async (rotate, how) => {
    const picture = await one(await code128('J50000062', 2), rotate);
    const spoilt = how === 'under noise' ? await noisy(picture, 60) : picture.blur(1);
    expect(await read(await jpeg(spoilt))).toMatchObject(isOurs);
  });

  it('is read where it is nearly black, and a lamp is in the photo', async () => {
    const code = await small(await qr(label(), 600), 150);
    const dark = await (await table([{ code }])).linear(0.03, 0).png().toBuffer();
    const lamp = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg"><circle cx="90" cy="90" r="80" fill="#fff"/></svg>',
    );
    const lit = await sharp(dark)
      .composite([{ input: lamp, left: 700, top: 40 }])
      .png()
      .toBuffer();
    expect(await read(await jpeg(await noisy(sharp(lit), 2)))).toMatchObject(isOurs);
  });

  it.each([
    ['out of focus and shaken', 155],
    ['bent over a pipe', 193],
  ])('is read where it is %s, by what its own patterns show', async (_, index) => {
    const { bytes, text } = await hardPhoto(2, index);
    expect(await read(bytes)).toMatchObject({ facts: { shortSerial: text.split(/[\r\n]+/)[1] } });
  });
});

describe('a photo of several labels', () => {
  it('offers one that is much smaller than the other', async () => {
    // Too small for the rung that reads the other: only the second look finds it.
    const code = await small(await qr(label('AE3000063'), 600), 50);
    const picture = await table([
      { code: await qr(label()), left: 80 },
      { code, left: 800, top: 560 },
    ]);
    expect(await serials(await jpeg(picture))).toEqual(['AE3000063', 'J50000062']);
  });

  it('counts a sheet of sixty', async () => {
    const drawn = Array.from({ length: 60 }, async (_, at) => ({
      code: await qr(label(`J5000${String(at).padStart(4, '0')}`), 150),
      left: 20 + (at % 10) * 155,
      top: 20 + Math.floor(at / 10) * 155,
    }));
    const picture = await table(await Promise.all(drawn), { width: 1600, height: 1000 });
    const reading = await read(await jpeg(picture));
    if (reading.kind !== 'several') throw new Error('a sheet is several labels');
    expect([reading.labels.length, reading.more.length]).toEqual([8, 52]);
  });

  it('offers three of different kinds', async () => {
    const codes = [
      { code: await qr(label()), left: 40, top: 40 },
      { code: await dataMatrix(label('AE3000063')), left: 600, top: 60 },
      { code: await qr(label('AE3000064')), left: 400, top: 460 },
    ];
    expect(await serials(await jpeg(await table(codes)))).toEqual(['AE3000063', 'AE3000064', 'J50000062']);
  });
});

describe('a photo nobody waits for any more', () => {
  it('is not looked at any further', async () => {
    const bytes = await qr(label());
    expect(await readPhoto({ bytes, budgetMs: 600_000 }, () => false)).toMatchObject(isOurs);
    expect(await readPhoto({ bytes, budgetMs: 600_000 }, () => true)).toMatchObject({ kind: 'unreadable' });
  });
});
