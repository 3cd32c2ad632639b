import { randomBytes } from 'node:crypto';
import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createLabelReader, type LabelReading } from '../../../src/label/reader.ts';
import { drawLabel } from '../../../src/sandbox/labels.ts';
import { eventually } from '../../support/eventually.ts';
import {
  bomb,
  CODE,
  CODES_ALONE,
  code128,
  dataMatrix,
  hopeless,
  label,
  noise,
  noisy,
  one,
  qr,
  reflecting,
  table,
} from './photos.ts';

vi.setConfig({ testTimeout: 120_000 });

const reader = createLabelReader(CODES_ALONE);
afterAll(() => reader.close());

/** Reads a photo and makes sure that the verification code has not come out with it. */
async function read(bytes: Uint8Array): Promise<LabelReading> {
  const reading = await reader.read(bytes);
  expect(JSON.stringify(reading)).not.toContain(CODE);
  return reading;
}
const jpeg = async (picture: Sharp | Promise<Sharp>, quality = 80) =>
  (await picture).jpeg({ quality }).toBuffer();

const camera = {
  host: 'www.hik-connect.com',
  fullSerial: null,
  shortSerial: 'J50000062',
  model: 'DS-2CD2386G2-IU',
  hasVerificationCode: true,
};
const found = { kind: 'label', facts: camera, sources: ['qr'], isCertain: true };
const bare = { ...camera, host: null, model: null, hasVerificationCode: false };

describe('a photo of a label', () => {
  it.each([
    ['CR', '\r'],
    ['LF', '\n'],
    ['CR LF', '\r\n'],
  ])('is read from a QR code with %s between its lines', async (_, separator) => {
    expect(await read(await jpeg(one(await qr(label().replaceAll('\r', separator)))))).toEqual(found);
  });

  it('is read from a Data Matrix', async () => {
    expect(await read(await jpeg(one(await dataMatrix(label()))))).toEqual({
      ...found,
      sources: ['data-matrix'],
    });
  });

  it('is read from a Code 128 with the short serial', async () => {
    expect(await read(await jpeg(one(await code128('J50000062'))))).toEqual({
      ...found,
      facts: bare,
      sources: ['bar-code'],
    });
  });

  it('is read from a Code 128 with the full serial', async () => {
    const fullSerial = 'DS-7608NI-K2/8P0820190204CCRRD20000042WCVU';
    const photo = await jpeg(table([{ code: await code128(fullSerial, 2), left: 20 }], { width: 1400 }));
    expect(await read(photo)).toMatchObject({
      facts: { fullSerial, shortSerial: 'D20000042', model: 'DS-7608NI-K2/8P' },
    });
  });

  it.each(['png', 'webp'] as const)('is read from a %s file', async (format) => {
    expect(await read(await (await one(await qr(label()))).toFormat(format).toBuffer())).toEqual(found);
  });

  it('is read with transparent, 16-bit and tiny-palette files too', async () => {
    const code = await qr(label());
    expect(await read(await sharp(code).ensureAlpha(0.9).png().toBuffer())).toEqual(found);
    expect(await read(await sharp(code).toColourspace('rgb16').png().toBuffer())).toEqual(found);
    expect(await read(await sharp(code).png({ palette: true, colours: 2 }).toBuffer())).toEqual(found);
  });

  it('is read in any direction, by EXIF or by hand', async () => {
    const picture = await one(await qr(label()), 37);
    expect(await read(await jpeg(picture))).toEqual(found);
    expect(
      await read(
        await (await one(await code128('J50000062')))
          .withExif({ IFD0: { Orientation: '6' } })
          .jpeg()
          .toBuffer(),
      ),
    ).toMatchObject({
      kind: 'label',
    });
  });

  it.each([33, 60, 110])('is read from a bar code that lies at %i degrees', async (rotate) => {
    expect(await read(await jpeg(one(await code128('J50000062'), rotate)))).toMatchObject({ facts: bare });
  });

  it('is read when the code is small', async () => {
    const small = await sharp(await qr(label(), 600))
      .resize({ width: 60 })
      .png()
      .toBuffer();
    expect(await read(await (await one(small)).blur(0.6).jpeg({ quality: 70 }).toBuffer())).toEqual(found);
  });

  it('is read when the code is small in a large photo', async () => {
    const picture = await table([{ code: await code128('J50000062', 2) }], { width: 3200, height: 2400 });
    expect(await read(await jpeg(picture))).toMatchObject({ facts: bare });
  });

  it('is read from a strongly compressed, blurred photo', async () => {
    expect(await read(await (await one(await qr(label()))).blur(2).jpeg({ quality: 15 }).toBuffer())).toEqual(
      found,
    );
  });

  it('is read from a photo taken in the dark', async () => {
    expect(await read(await jpeg((await one(await qr(label()))).linear(0.05, 0), 70))).toEqual(found);
  });

  it('is read from a bar code under noise', async () => {
    const picture = await one(await code128('J50000062'));
    expect(await read(await jpeg(await noisy(picture, 110), 70))).toMatchObject({ facts: bare });
  });

  it('is read from a sample of the sandbox', async () => {
    const sample = {
      model: 'DS-7608NI-K2/8P',
      fullSerial: 'DS-7608NI-K2/8P0820190204CCRRD20000042WCVU',
      shortSerial: 'D20000042',
      verificationCode: CODE,
      host: 'www.hik-connect.com',
      caption: 'A <recorder> & more',
    };
    const facts = { ...camera, shortSerial: 'D20000042', model: 'DS-7608NI-K2/8P' };
    expect(await read(await drawLabel(sample))).toEqual({ ...found, facts });
    expect(await read(await drawLabel({ ...sample, verificationCode: null, fullSerial: null }))).toEqual({
      ...found,
      facts: { ...facts, hasVerificationCode: false },
    });
  });

  it('leaves the bytes to the caller', async () => {
    const photo = await jpeg(one(await qr(label())));
    const copy = Buffer.from(photo);
    await read(photo);
    expect(photo.equals(copy)).toBe(true);
  });
});

describe('a photo of several codes', () => {
  it('gives every device of two labels', async () => {
    const second = label('AE3000063', 'DS-2CD2T86G2-ISU/SL');
    const photo = await jpeg(
      table([
        { code: await qr(label()), left: 100 },
        { code: await qr(second), left: 600 },
      ]),
    );
    const reading = await read(photo);
    expect(reading.kind === 'several' && reading.labels.map(({ facts }) => facts.shortSerial).sort()).toEqual(
      ['AE3000063', 'J50000062'],
    );
  });

  it('takes two codes of one device together', async () => {
    const fullSerial = 'DS-2CD2386G2-IU20210805AAWRJ50000062';
    const photo = await jpeg(
      table(
        [
          { code: await qr(label()), left: 100, top: 50 },
          { code: await code128(fullSerial, 2), left: 100, top: 450 },
        ],
        { width: 1300 },
      ),
    );
    expect(await read(photo)).toEqual({
      ...found,
      facts: { ...camera, fullSerial },
      sources: ['qr', 'bar-code'],
    });
  });

  it('does not take a part number beside the label for a device', async () => {
    const photo = await jpeg(
      table([
        { code: await qr(label()), left: 100, top: 50 },
        { code: await code128('301234567'), left: 450, top: 450 },
      ]),
    );
    expect(await read(photo)).toEqual(found);
  });

  it('prefers a label to a code that is none', async () => {
    const photo = await jpeg(
      table([
        { code: await qr('https://example.com/p/12345'), left: 100 },
        { code: await qr(label()), left: 600 },
      ]),
    );
    expect(await read(photo)).toEqual(found);
  });
});

/** A photo whose code is smaller than any reader needs. */
const thumbnail = async (photo: Sharp) => jpeg(sharp(await jpeg(photo)).resize({ width: 100 }));

describe('a photo of something else', () => {
  it.each([
    ['a link', 'https://example.com/p/12345?token=fixture', { reason: 'unknown-url', host: 'example.com' }],
    ['exported credentials', 'QRC03010003eJwFIXTUREONLYAAAA', { reason: 'exported-credentials' }],
    ['a Wi-Fi code', 'WIFI:T:WPA;S:fixture;P:fixture;;', { reason: 'wifi' }],
    ['a code with prose', 'Hello, the camera is on the second floor', { reason: 'no-serial' }],
  ])('tells what %s is and nothing of what it says', async (_, text, refusal) => {
    expect(await read(await jpeg(one(await qr(text))))).toEqual({ kind: 'refused', ...refusal });
  });

  it.each([
    ['noise', () => noise(640, 480), null],
    ['the dark', async () => jpeg((await table([])).linear(0.02, 0)), 'too-dark'],
    ['a label out of focus', async () => jpeg((await one(await qr(label()))).blur(14)), 'blurred'],
    ['a thumbnail', async () => thumbnail(await one(await qr(label()))), 'too-small'],
    ['a thumbnail of a table', async () => thumbnail(await table([])), null],
    ['a reflection', async () => jpeg(reflecting(await one(await qr(label(), 380)), 200)), 'glare'],
  ] as const)('says of %s what keeps it from being read', async (_, photo, tip) => {
    expect(await read(await photo())).toEqual({ kind: 'unreadable', tip });
  });
});

describe('a file that is no photo', () => {
  const notAnImage = { kind: 'rejected', reason: 'not-an-image' };
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['random bytes', randomBytes(5000)],
    ['text', Buffer.from('J50000062')],
    ['an SVG', Buffer.from(svg)],
    [
      'an SVG that says it is a JPEG',
      Buffer.concat([Buffer.from('\xff\xd8\xff', 'latin1'), Buffer.from(svg)]),
    ],
    [
      'an SVG that says it is a PNG',
      Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from(svg)]),
    ],
    ['a PDF', Buffer.from('%PDF-1.7\n')],
    ['a GIF', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1')],
  ])('is refused: %s', async (_, bytes) => {
    expect(await read(bytes)).toEqual(notAnImage);
  });

  it('is refused when it is a photo cut short', async () => {
    const photo = await jpeg(one(await qr(label())));
    expect(await read(photo.subarray(0, photo.length / 2))).toEqual(notAnImage);
  });

  it('is refused by its size before it is looked at', async () => {
    const photo = await jpeg(one(await qr(label())));
    const large = Buffer.concat([photo, Buffer.alloc(20 * 1024 * 1024)]);
    expect(await read(large)).toEqual({ kind: 'rejected', reason: 'too-large' });
  });

  it('is refused by its pixels before it is unpacked', async () => {
    const file = bomb(20_000);
    expect(file.length).toBeLessThan(100_000);
    expect(await read(file)).toEqual({ kind: 'rejected', reason: 'too-many-pixels' });
  });

  it('costs nobody else: the next photo is read', async () => {
    await read(bomb(3000));
    expect(await read(await jpeg(one(await qr(label()))))).toEqual(found);
  });
});

describe('the reader', () => {
  it('answers what does not fit into the queue with busy, and the rest with a reading', async () => {
    const small = createLabelReader({
      workers: 1,
      queue: 2,
      budgetMs: 600_000,
      killAfterMs: 600_000,
      answerMs: 600_000,
      text: false,
      second: false,
    });
    const photo = await jpeg(one(await qr(label())));
    const readings = await Promise.all([1, 2, 3, 4, 5].map(() => small.read(photo)));
    await small.close();
    const busy = { kind: 'rejected', reason: 'busy' };
    expect(readings).toEqual([found, found, found, busy, busy]);
  });

  it('refuses none of twenty photos at once, and ends its processes when they are done', async () => {
    const crew = createLabelReader({
      workers: 1,
      budgetMs: 600_000,
      killAfterMs: 600_000,
      answerMs: 600_000,
      idleMs: 100,
      text: false,
      second: false,
    });
    const photo = await jpeg(one(await qr(label())));
    const readings = await Promise.all(Array.from({ length: 20 }, () => crew.read(photo)));
    expect(readings).toEqual(Array(20).fill(found));
    await eventually(() => expect(crew.pids()).toEqual([]));
    await crew.close();
  });

  it('kills a process that takes too long; others and later photos are read', async () => {
    // The one takes seconds, the other hundredths of a second: the limit lies between them on any machine.
    const impatient = createLabelReader({
      workers: 1,
      budgetMs: 600_000,
      killAfterMs: 1000,
      answerMs: 600_000,
      text: false,
      second: false,
    });
    const readings = await Promise.all(
      [await hopeless(3200), await qr(label())].map((one) => impatient.read(one)),
    );
    await impatient.close();
    expect(readings).toEqual([{ kind: 'rejected', reason: 'timeout' }, found]);
  });

  it('stops preparing when the budget is used up', async () => {
    const hasty = createLabelReader({
      workers: 1,
      budgetMs: 0,
      killAfterMs: 600_000,
      answerMs: 600_000,
      text: false,
      second: false,
    });
    const reading = await hasty.read(await jpeg(one(await qr(label()))));
    await hasty.close();
    expect(reading).toMatchObject({ kind: 'unreadable' });
  });

  it('answers busy once it is closed', async () => {
    const closed = createLabelReader({ workers: 1, text: false, second: false });
    await closed.close();
    expect(await closed.read(await jpeg(one(await qr(label()))))).toEqual({
      kind: 'rejected',
      reason: 'busy',
    });
  });

  it('gives up on request with the reason of the request', async () => {
    const photo = await jpeg(one(await qr(label())));
    await expect(
      reader.read(photo, { signal: AbortSignal.abort(new Error('left the chat')) }),
    ).rejects.toThrow('left the chat');
    expect(await read(photo)).toEqual(found);
  });
});
