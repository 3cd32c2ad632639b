/**
 * `npx tsx scripts/window.ts <folder> [names]`: pictures of every state of the agent's window, in each language, narrow and
 * wide, to look at. Chromium of the system (`CHROMIUM_PATH`) draws them.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { LANGUAGES } from '../locales/language.ts';
import { ACTION_NAMES, type PageTools } from '../src/lan-agent/window/actions.ts';
import { windowPage } from '../src/lan-agent/window/views/page.ts';
import { ARGS, CHROMIUM } from '../test/integration/sandbox-telegram/chromium.ts';
import { scenes } from '../test/support/window-scenes.ts';

const SIZES = { wide: { width: 1366, height: 768 }, narrow: { width: 420, height: 800 } };

const [folder, ...wanted] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: npx tsx scripts/window.ts <folder> [names]');
  process.exit(2);
}
await mkdir(folder, { recursive: true });
const forms = Object.fromEntries(ACTION_NAMES.map((name) => [name, name])) as PageTools['forms'];
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
for (const language of LANGUAGES) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const page = await browser.newPage({ viewport, locale: language });
    for (const [name, scene] of Object.entries(scenes(language))) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      await page.setContent(windowPage(scene, language, { base: '/', forms }));
      await page.screenshot({ path: join(folder, `${name}-${language}-${size}.png`), fullPage: true });
    }
    await page.close();
  }
}
await browser.close();
