import { randomInt } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawPicture } from '../../../src/lan-agent/picture/draw.ts';
import { PICTURE_ALPHABET } from '../../../src/lan-agent/picture/glyphs.ts';
import { normalisePictureAnswer } from '../../../src/link/picture-answer.ts';

/** Share of dark pixels of each fifth of the picture. */
async function inkOf(png: Buffer): Promise<number[]> {
  const { data, info } = await sharp(png).greyscale().raw().toBuffer({ resolveWithObject: true });
  const dark = [0, 0, 0, 0, 0];
  for (let at = 0; at < data.length; at += info.channels) {
    const column = (at / info.channels) % info.width;
    const fifth = Math.floor((column * 5) / info.width);
    if ((data[at] ?? 255) < 100) dark[fifth] = (dark[fifth] ?? 0) + 1;
  }
  return dark.map((count) => count / (info.width * info.height) / 0.2);
}

describe('a drawn picture', () => {
  it('is large enough for a phone and small enough for the link', async () => {
    const png = drawPicture('K7M4R', randomInt);
    const { width, height } = await sharp(png).metadata();
    expect([width, height]).toEqual([600, 200]);
    expect(png.toString('base64').length).toBeLessThan(40_000);
  });

  it('holds one glyph in each fifth, whichever characters it has', async () => {
    for (const character of PICTURE_ALPHABET) {
      for (const ink of await inkOf(drawPicture(character.repeat(5), randomInt))) {
        expect(ink, character).toBeGreaterThan(0.04);
        expect(ink, character).toBeLessThan(0.4);
      }
    }
  });

  it('never looks the same twice', () => {
    expect(drawPicture('2222X', randomInt).equals(drawPicture('2222X', randomInt))).toBe(false);
  });

  it('is smooth at the edges of its strokes', async () => {
    const png = drawPicture('K7M4R', randomInt);
    const { data, info } = await sharp(png).greyscale().raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => data[(y * info.width + x) * info.channels] ?? 255;
    let steps = 0;
    let jumps = 0;
    for (let y = 0; y < info.height; y++)
      for (let x = 1; x < info.width; x++) {
        const [one, other] = [at(x - 1, y), at(x, y)];
        if (Math.abs(one - other) > 8) steps += 1;
        // Between paper and ink lie 200 greys, and the pen fades over a pixel: one edge in twelve falls just between two.
        if (Math.abs(one - other) > 170) jumps += 1;
      }
    expect(steps).toBeGreaterThan(1_000);
    expect(jumps / steps).toBeLessThan(0.25);
  });

  it('keeps its glyphs away from the edge of the picture', async () => {
    for (let turn = 0; turn < 20; turn++) {
      const { data, info } = await sharp(drawPicture('MMMMM', randomInt))
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const edge = Array.from({ length: info.width }, (_, x) => [
        data[x * info.channels],
        data[((info.height - 1) * info.width + x) * info.channels],
      ]).flat();
      expect(edge.every((value) => (value ?? 0) > 100)).toBe(true);
    }
  });
});

describe('the alphabet', () => {
  it('has no two characters that a person takes for each other', () => {
    for (const pair of ['0O', '1I', 'IL', '2Z', '5S', '6G', '8B', 'OQ', 'UV', 'VW']) {
      expect(
        [...pair].every((one) => PICTURE_ALPHABET.includes(one)),
        pair,
      ).toBe(false);
    }
    expect(PICTURE_ALPHABET.length).toBeGreaterThanOrEqual(20);
  });

  it('survives the normalising of typed answers', () => {
    for (const character of PICTURE_ALPHABET) {
      expect(normalisePictureAnswer(` ${character.toLowerCase()} `)).toBe(character);
    }
  });
});
