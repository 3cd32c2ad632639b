import { readFile } from 'node:fs/promises';

const FOLDER = new URL('./pictures/', import.meta.url);
const NAME = /^card:([a-z-]{1,40}):([a-z-]{1,40}):([a-z]{2})$/;

/** File of a card's picture within src/cards/pictures. */
export function pictureFile(guide: string, step: string, language: string): string {
  return `${guide}.${step}.${language}.png`;
}

/**
 * The picture `card:<guide>:<step>:<language>` names, a PNG; null when the key names none. Pictures are drawn ahead by
 * `scripts/cards.ts`: in the running bot libvips is closed to everything but photos, SVG included (label/photo.ts).
 */
export async function cardPicture(key: string): Promise<Buffer | null> {
  const [, guide = '', step = '', language = ''] = NAME.exec(key) ?? [];
  if (language === '') return null;
  return readFile(new URL(pictureFile(guide, step, language), FOLDER)).catch(() => null);
}
