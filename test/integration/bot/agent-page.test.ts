/** The page `/agent` as browsers show it: without JavaScript, in both languages, wide and narrow, and looked at by axe. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAgentPage } from '../../../src/bot/page/agent-page.ts';
import { openPackages } from '../../../src/hub/packages.ts';
import { type PackagesFolder, writePackages } from '../../support/packages.ts';
import { temporaryFolder } from '../../support/store.ts';
import { type House, openHouse, value } from '../hub/house.ts';
import { ARGS, CHROMIUM } from '../sandbox-telegram/chromium.ts';

const AXE = new URL(import.meta.resolve('axe-core/axe.min.js'));
const AGENTS = {
  windows: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36',
  mac: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15',
  linux: 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
  phone: 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36',
};
const ADDRESS = 'https://bot.example.org:8443';

describe.skipIf(!existsSync(CHROMIUM))('The page of the agent', () => {
  let browser: Browser;
  let axe: string;
  let folder: { path: string; remove(): Promise<void> };
  let written: PackagesFolder;
  let house: House;
  let bare: House;
  beforeAll(async () => {
    folder = await temporaryFolder();
    written = await writePackages(folder.path);
    const page = createAgentPage(() => ADDRESS);
    const packages = await value(openPackages(folder.path, null));
    house = await openHouse({ agentPage: { page, packages } });
    bare = await openHouse({ agentPage: { page, packages: null } });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
    axe = await readFile(AXE, 'utf8');
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([house.close(), bare.close()]);
    await folder.remove();
  });

  /** A page of a browser that runs no script, and what it asked for. */
  async function visit(
    system: keyof typeof AGENTS,
    { path = '/agent', at = house, ...how }: BrowserContextOptions & { path?: string; at?: House } = {},
  ) {
    const context = await browser.newContext({
      userAgent: AGENTS[system],
      locale: 'en-US',
      javaScriptEnabled: false,
      acceptDownloads: true,
      ...how,
    });
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(at.url + path);
    return { page, asked };
  }

  const filesOf = (page: Page) =>
    page.locator('a.button').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));

  it.each([
    ['windows', 'win-x64', 'Unbind.cmd'],
    ['mac', 'mac-arm64', 'Unbind.command'],
    ['linux', 'linux-x64', 'unbind.sh'],
  ] as const)(
    'offers the package for %s first, to be had with a click, and names its start file',
    async (system, first, start) => {
      const { page, asked } = await visit(system);
      const wanted = written.list.packages.find((one) => one.system === first);
      expect((await filesOf(page))[0]).toBe(`agent/${wanted?.file}`);
      expect(await filesOf(page)).toHaveLength(4);
      expect(await page.locator('.yours').innerText()).toContain(wanted?.sha256);
      expect(await page.locator('.steps').innerText()).toContain(start);
      expect(await page.locator('details[open]').count()).toBe(1);
      const coming = page.waitForEvent('download');
      await page.locator('a.button').first().click();
      const file = await coming;
      expect(file.suggestedFilename()).toBe(wanted?.file);
      const bytes = await readFile(await file.path());
      expect(bytes.equals(written.bytes.get(wanted?.file ?? '') ?? Buffer.alloc(0))).toBe(true);
      // Three pictures, and nothing from elsewhere.
      expect(asked.filter((url) => url.endsWith('.png'))).toHaveLength(3);
      expect(asked.filter((url) => !url.startsWith(house.url))).toEqual([]);
    },
  );

  it('tells a phone which address to open on the laptop', async () => {
    const { page } = await visit('phone');
    expect(await page.locator('.note').innerText()).toContain(`${ADDRESS}/agent`);
  });

  it('speaks the browser’s language, and the other one by a link that needs no script', async () => {
    const { page } = await visit('windows', { locale: 'ru-RU' });
    expect(await page.locator('h1').innerText()).toBe('Агент для вашего ноутбука');
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    await page.getByRole('link', { name: 'English' }).click();
    expect(await page.locator('h1').innerText()).toBe('The agent for your laptop');
  });

  it('has its pictures below another path, too, where a proxy shows it', async () => {
    const { page } = await visit('windows');
    const links = await page
      .locator('a[href], img[src]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? one.getAttribute('src') ?? ''));
    expect(links.filter((link) => link.startsWith('/') || link.includes('//'))).toEqual([]);
    const { page: slash } = await visit('windows', { path: '/agent/' });
    expect(slash.url()).toBe(`${house.url}/agent`);
  });

  it('says how the agent runs from its source where there are no packages', async () => {
    const { page } = await visit('windows', { at: bare });
    expect(await page.locator('pre').innerText()).toContain(`--server ${ADDRESS}`);
    expect(await filesOf(page)).toEqual([]);
  });

  it.each([
    ['phone', 'ru-RU', 'dark', [360, 740]],
    ['windows', 'ru-RU', 'light', [1366, 768]],
    ['windows', 'en-US', 'dark', [1366, 768]],
    ['mac', 'en-US', 'light', [390, 844]],
  ] as const)(
    'has no violations: %s, %s, %s, %s; nothing runs over its edge',
    async (system, locale, colorScheme, [width, height]) => {
      const how = {
        locale,
        colorScheme,
        viewport: { width, height },
        javaScriptEnabled: true,
        bypassCSP: true,
      };
      for (const target of [{ at: house }, { at: bare }, { at: house, path: '/agent/none.zip' }]) {
        const { page } = await visit(system, { ...how, ...target });
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
        await page.evaluate(axe);
        const found = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          };
          const { violations } = await axe.run();
          return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
        });
        expect(found).toEqual([]);
        expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
          width,
        );
        await page.context().close();
      }
    },
  );
});
