/**
 * Draws the pictures of every step in every language into src/cards/pictures. `--check` says whether they are up to
 * date, `--sheet <folder>` puts them on one sheet a language, to be looked at.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { LANGUAGES } from '../locales/language.ts';
import { pictureFile } from '../src/cards/pictures.ts';
import { CARDS } from './cards/cards.ts';
import { drawCard, svgOf } from './cards/draw.ts';

const FOLDER = fileURLToPath(new URL('../src/cards/pictures', import.meta.url));
/** What each picture was drawn from: file -> hash of its SVG, since PNG bytes differ between machines. */
const DRAWN = join(FOLDER, 'drawn.json');
const COLUMNS = 4;
const TILE = { width: 480, height: 300 };

const cards = LANGUAGES.flatMap((language) =>
  Object.entries(CARDS).flatMap(([guide, steps]) =>
    Object.entries(steps).map(([step, card]) => ({
      language,
      card,
      file: pictureFile(guide, step, language),
    })),
  ),
);
const drawn = `${JSON.stringify(
  Object.fromEntries(
    cards.map(({ file, card, language }) => [
      file,
      createHash('sha256').update(svgOf(card, language)).digest('hex'),
    ]),
  ),
  null,
  2,
)}\n`;

const [mode, folder = '.'] = process.argv.slice(2);
if (mode === '--check') {
  if ((await readFile(DRAWN, 'utf8').catch(() => '')) !== drawn) {
    console.error('src/cards/pictures is out of date: run npx tsx scripts/cards.ts');
    process.exitCode = 1;
  }
} else if (mode === '--sheet') {
  await mkdir(folder, { recursive: true });
  for (const language of LANGUAGES) await sheet(language);
} else {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  for (const { file, card, language } of cards)
    await writeFile(join(FOLDER, file), await drawCard(card, language));
  await writeFile(DRAWN, drawn);
}

async function sheet(language: string): Promise<void> {
  const files = cards.filter((card) => card.language === language).map(({ file }) => join(FOLDER, file));
  const tiles = await Promise.all(
    files.map(async (file, at) => ({
      input: await sharp(file).resize(TILE.width, TILE.height).png().toBuffer(),
      left: (at % COLUMNS) * (TILE.width + 10),
      top: Math.floor(at / COLUMNS) * (TILE.height + 10),
    })),
  );
  const size = {
    width: COLUMNS * (TILE.width + 10),
    height: Math.ceil(files.length / COLUMNS) * (TILE.height + 10),
  };
  await sharp({ create: { ...size, channels: 3, background: '#444444' } })
    .composite(tiles)
    .png()
    .toFile(join(folder, `cards-${language}.png`));
}
