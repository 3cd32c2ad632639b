import sharp from 'sharp';
import type { LabelPhoto } from './photos.ts';

const CELL = 300;
const COLUMNS = 5;
/** Photo around the code, pixels. */
const MARGIN = 16;

/** Writes a contact sheet of codes, each enlarged to the same size, under the name of its photo. */
export async function drawSheet(
  file: string,
  photos: readonly (Pick<LabelPhoto, 'name' | 'bytes'> & Partial<LabelPhoto>)[],
): Promise<void> {
  // Captions are SVG, which the label room has blocked.
  sharp.unblock({ operation: ['VipsForeignLoadSvgBuffer'] });
  const cells = photos.map(async ({ name, bytes, box, shot }, at) => {
    const { width, height } = await sharp(bytes).metadata();
    const [xs, ys] = [(box ?? []).map(({ x }) => x), (box ?? []).map(({ y }) => y)];
    const left = Math.floor(Math.max(0, Math.min(width - 2, ...xs) - MARGIN));
    const top = Math.floor(Math.max(0, Math.min(height - 2, ...ys) - MARGIN));
    const right = box ? Math.ceil(Math.min(width, Math.max(...xs) + MARGIN)) : width;
    const bottom = box ? Math.ceil(Math.min(height, Math.max(...ys) + MARGIN)) : height;
    const picture = await sharp(bytes)
      .extract({ left: box ? left : 0, top: box ? top : 0, width: right - left, height: bottom - top })
      .resize({ width: CELL, height: CELL - 20, fit: 'contain', kernel: 'nearest' })
      .png()
      .toBuffer();
    const words = `${name}${shot ? `, ${shot.module.toFixed(1)} px` : ''}`;
    const caption = Buffer.from(
      `<svg width="${CELL}" height="20"><text y="14" font-size="11" fill="#fff" font-family="sans-serif">${words}</text></svg>`,
    );
    const [x, y] = [(at % COLUMNS) * CELL, Math.floor(at / COLUMNS) * CELL];
    return [
      { input: picture, left: x, top: y + 20 },
      { input: caption, left: x, top: y },
    ];
  });
  const size = { width: COLUMNS * CELL, height: Math.max(1, Math.ceil(photos.length / COLUMNS)) * CELL };
  await sharp({ create: { ...size, channels: 3, background: '#000' } })
    .composite((await Promise.all(cells)).flat())
    .png()
    .toFile(file);
}
