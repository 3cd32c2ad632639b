import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { hardenSharp, openPhoto } from '../../../src/label/photo.ts';
import { label, one, qr } from './photos.ts';

const photo = await (await one(await qr(label()))).png().toBuffer();
const saved = (format: 'jpeg' | 'png' | 'webp' | 'avif' | 'tiff' | 'gif') =>
  sharp(photo).resize(320).toFormat(format).toBuffer();
const text = async (content: string) => Buffer.from(content, 'latin1');

/** Files of every kind libvips knows by itself, made while it still may. */
const files: Record<string, Buffer> = {
  jpeg: await saved('jpeg'),
  png: await saved('png'),
  webp: await saved('webp'),
  avif: await saved('avif'),
  tiff: await saved('tiff'),
  gif: await saved('gif'),
  svg: await text(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
  ),
};
const opens = async (kind: string) => (await openPhoto(files[kind] ?? Buffer.alloc(0))).ok;

describe('the decoders of libvips', () => {
  it('are off but for JPEG, PNG and WebP', async () => {
    const before = await Promise.all(Object.keys(files).map(opens));
    expect(before).toEqual(before.map(() => true));
    hardenSharp();
    const open: string[] = [];
    for (const kind of Object.keys(files)) if (await opens(kind)) open.push(kind);
    expect(open).toEqual(['jpeg', 'png', 'webp']);
  });
});
