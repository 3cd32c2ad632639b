import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { resources } from '../../../locales/index.ts';
import { LANGUAGES } from '../../../locales/language.ts';
import { CARDS } from '../../../scripts/cards/cards.ts';
import { fits } from '../../../scripts/cards/draw.ts';
import { canDraw } from '../../../scripts/cards/lettering.ts';
import { printedOn } from '../../../scripts/cards/printed.ts';
import { screenWords } from '../../../scripts/locales/quoted.ts';
import { PAGE_STEPS } from '../../../src/bot/page/agent-page.ts';
import { cardPicture } from '../../../src/cards/pictures.ts';
import { GUIDES } from '../../../src/flows/guides.ts';

const run = promisify(execFile);
const drawn = [
  ...Object.entries(GUIDES).flatMap(([guide, { drawn }]) => drawn.map((step) => `${guide}:${step}`)),
  ...PAGE_STEPS.map((step) => `agent:${step}`),
];

describe('drawn cards', () => {
  it('are there for the steps that promise one, and for no other', () => {
    const cards = Object.entries(CARDS).flatMap(([guide, steps]) =>
      Object.keys(steps).map((step) => `${guide}:${step}`),
    );
    expect(cards.sort()).toEqual([...drawn].sort());
  });

  it.each(LANGUAGES)('are pictures Telegram takes, in %s', async (language) => {
    for (const card of drawn) {
      const picture = await cardPicture(`card:${card}:${language}`);
      expect(await sharp(picture ?? Buffer.alloc(0)).metadata()).toMatchObject({
        format: 'png',
        width: 960,
        height: 600,
      });
    }
  });

  it.each(LANGUAGES)('have a letter for everything they say in %s', (language) => {
    const without = Object.values(resources[language].card.text).filter((text) => !canDraw(text));
    expect(without).toEqual([]);
  });

  it.each(LANGUAGES)('say in %s what a source prints, or mark it as ours', (language) => {
    const { words } = screenWords(readFileSync('docs/glossary.md', 'utf8'));
    expect(printedOn(CARDS, resources[language].card.text).filter((text) => !words.has(text))).toEqual([]);
  });

  it('have room for all they say', () => {
    const tight = Object.values(CARDS).flatMap((steps) =>
      Object.entries(steps).filter(([, card]) => !fits(card)),
    );
    expect(tight).toEqual([]);
  });

  it('are up to date with their data and words', async () => {
    await expect(
      run(process.execPath, ['--import', 'tsx', 'scripts/cards.ts', '--check']),
    ).resolves.toBeDefined();
  }, 60_000);

  it.each(['card:app:scan:xx', 'card:../../etc:x:en', 'picture:1', 'card:app:none:en', ''])(
    'do not exist under %j',
    async (key) => {
      expect(await cardPicture(key)).toBeNull();
    },
  );
});
