/** Files made to hurt whoever unpacks them, and files that are two things at once. Each gets an answer and no more. */
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { createLabelReader, type LabelReading } from '../../../src/label/reader.ts';
import { bomb, label, one, qr } from './photos.ts';

const reader = createLabelReader({ workers: 1, budgetMs: 60_000, killAfterMs: 60_000, text: false });
afterAll(() => reader.close());

const photo = async () => (await one(await qr(label()))).jpeg().toBuffer();
const inFront = (start: string) => async () => Buffer.concat([Buffer.from(start, 'latin1'), await photo()]);
const atTheEnd = (end: string | Buffer) => async () =>
  Buffer.concat([await photo(), typeof end === 'string' ? Buffer.from(end, 'latin1') : end]);

/** Says of a JPEG file that it has other dimensions than it has. */
async function claiming(width: number, height: number): Promise<Buffer> {
  const bytes = await photo();
  const frame = bytes.indexOf(Buffer.from('\xff\xc0', 'latin1'));
  bytes.writeUInt16BE(height, frame + 5);
  bytes.writeUInt16BE(width, frame + 7);
  return bytes;
}

/** An animated WebP of many pictures. */
async function animated(pages: number): Promise<Buffer> {
  const side = 64;
  const raw = { width: side, height: side * pages, channels: 3, pageHeight: side } as const;
  return sharp(Buffer.alloc(side * side * pages * 3, 200), { raw })
    .webp()
    .toBuffer();
}

const rejected = (reason: string) => ({ kind: 'rejected', reason });
const unreadable = { kind: 'unreadable' };
const read = { kind: 'label', facts: { shortSerial: 'J50000062' } };

describe('a hostile file', () => {
  it.each<[string, () => Buffer | Promise<Buffer>, object]>([
    ['a PNG of 400 megapixels', () => bomb(20_000), rejected('too-many-pixels')],
    ['a PNG just above the limit', () => bomb(6400), rejected('too-many-pixels')],
    ['a PNG of white just below the limit', () => bomb(6000), unreadable],
    ['a JPEG that claims 65 500 pixels a side', () => claiming(65_500, 65_500), rejected('too-many-pixels')],
    ['a JPEG that claims more rows than it has', () => claiming(1000, 5000), read],
    ['a JPEG that claims no width', () => claiming(0, 750), rejected('not-an-image')],
    ['a WebP of 500 pictures', () => animated(500), unreadable],
    ['a photo with a ZIP archive behind it', atTheEnd('PK\x03\x04\x14\0\0\0\x08\0'), read],
    ['a photo with a page of HTML behind it', atTheEnd('<html><script>alert(1)</script></html>'), read],
    ['a photo with 10 MB of zeros behind it', atTheEnd(Buffer.alloc(10_000_000)), read],
    ['a GIF in front of a photo', inFront('GIF89a\x01\0\x01\0'), rejected('not-an-image')],
    ['a PDF in front of a photo', inFront('%PDF-1.7\n'), rejected('not-an-image')],
    ['a page of HTML in front of a photo', inFront('<html><body>'), rejected('not-an-image')],
    ['a ZIP archive in front of a photo', inFront('PK\x03\x04'), rejected('not-an-image')],
    [
      'a photo in front of half of itself',
      async () => (await photo()).subarray(0, 3000),
      rejected('not-an-image'),
    ],
    [
      'a TIFF',
      async () =>
        sharp(await photo())
          .tiff()
          .toBuffer(),
      rejected('not-an-image'),
    ],
    [
      'a TIFF that says it is a JPEG',
      async () =>
        Buffer.concat([
          Buffer.from('\xff\xd8\xff', 'latin1'),
          await sharp(await photo())
            .tiff()
            .toBuffer(),
        ]),
      rejected('not-an-image'),
    ],
    [
      'a GIF',
      async () =>
        sharp(await photo())
          .gif()
          .toBuffer(),
      rejected('not-an-image'),
    ],
    [
      'a progressive JPEG',
      async () =>
        sharp(await photo())
          .jpeg({ progressive: true, optimiseScans: true })
          .toBuffer(),
      read,
    ],
    [
      'a large AVIF',
      async () =>
        sharp(await photo())
          .resize(2400)
          .avif({ effort: 0 })
          .toBuffer(),
      read,
    ],
    [
      'a HEIF of random boxes',
      () =>
        Buffer.concat([
          Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
          Buffer.alloc(5000, 0xff),
        ]),
      rejected('not-an-image'),
    ],
  ])('%s', async (_, file, expected) => {
    expect(await reader.read(await file())).toMatchObject(expected);
  });

  it('leaves nothing behind: the next photo is read', async () => {
    const readings: LabelReading[] = [await reader.read(bomb(6000)), await reader.read(await photo())];
    expect(readings[1]).toMatchObject(read);
  });

  it('gives nothing of the place where a photo was taken', async () => {
    const exif = { IFD0: { Make: 'FIXTUREPHONE', ImageDescription: 'FIXTUREPLACE' } };
    const tagged = await sharp(await photo())
      .withExif(exif)
      .jpeg()
      .toBuffer();
    expect(tagged.includes('FIXTUREPLACE')).toBe(true);
    expect(JSON.stringify(await reader.read(tagged))).not.toMatch(/FIXTUREP/);
  });
});
