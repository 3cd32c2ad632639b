import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { call, picture, start } from './helpers.ts';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// Chromium is Debian's; where it is not installed, page.test.ts alone speaks for the page.
describe.skipIf(!existsSync(CHROMIUM))('The chat page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  });
  afterAll(() => browser.close());

  async function open(url: string): Promise<{ page: Page; problems: string[] }> {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(url);
    await page.locator('#start').waitFor();
    return { page, problems };
  }

  it('carries a dialogue: text, sample, button, answer, edit, deletion', async () => {
    const api = await start({
      page: { samples: [{ id: 'one', title: 'One', bytes: await picture(300, 200) }] },
    });
    const [alex] = api.page.technicians;
    const { page, problems } = await open(api.url);
    await page.locator('#start').click();
    await alex?.until(() => alex.messages.length === 1);
    await page.locator('#text').fill('hello');
    await page.locator('#text').press('Enter');
    await page.locator('#samples button').click();
    await alex?.until(() => alex.messages.length === 3);
    expect(alex?.messages.map(({ kind, text }) => [kind, text])).toEqual([
      ['text', '/start'],
      ['text', 'hello'],
      ['photo', ''],
    ]);

    const reply_markup = { inline_keyboard: [[{ text: 'Go on', callback_data: 'go' }]] };
    const sent = await call<{ message_id: number }>(api, 'sendMessage', {
      chat_id: alex?.id,
      text: 'Device?',
      reply_markup,
    });
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.locator('.key.waiting').waitFor();
    const updates = await call<{ callback_query?: { id: string } }[]>(api, 'getUpdates', {
      timeout: 10,
      offset: -1,
    });
    await call(api, 'answerCallbackQuery', {
      callback_query_id: updates.result[0]?.callback_query?.id,
      text: 'Looking',
    });
    await page.locator('#toasts', { hasText: 'Looking' }).waitFor();
    expect(await page.locator('.key.waiting').count()).toBe(0);

    const { message_id } = sent.result;
    await call(api, 'editMessageText', { chat_id: alex?.id, message_id, text: 'Found' });
    await page.locator('.message', { hasText: 'Found' }).waitFor();
    expect(await page.locator('.key').count()).toBe(0);
    await call(api, 'deleteMessage', { chat_id: alex?.id, message_id });
    await page.locator('.message', { hasText: 'Found' }).waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
  });

  it('draws formatting as elements and markup in a text as text', async () => {
    const api = await start();
    const [alex] = api.page.technicians;
    const { page, problems } = await open(api.url);
    await alex?.send('<img src=x onerror=alert(1)><b>not bold</b>');
    await page.locator('.from-user .text').waitFor();
    expect(await page.locator('.from-user .text').innerHTML()).toBe(
      '&lt;img src=x onerror=alert(1)&gt;&lt;b&gt;not bold&lt;/b&gt;',
    );
    const text =
      '<b>bold <i>both</i></b> <code>J12345678</code> <a href="https://example.com/">link</a> <tg-spoiler>hidden</tg-spoiler>';
    await call(api, 'sendMessage', { chat_id: alex?.id, text, parse_mode: 'HTML' });
    const body = page.locator('.from-bot .text');
    await body.waitFor();
    expect(await body.locator('strong em').textContent()).toBe('both');
    expect(await body.locator('a').getAttribute('href')).toBe('https://example.com/');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await body.locator('code').click();
    await page.locator('#toasts', { hasText: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('J12345678');
    expect(problems).toEqual([]);
  });

  it('shows laptop and devices, switches language and technician, and fits a phone', async () => {
    const api = await start();
    const [alex, second] = api.page.technicians as [SimUser, SimUser];
    await second.send('of the second');
    const { page, problems } = await open(api.url);
    api.page.laptop('laptop-1', alex).say('open http://127.0.0.1:9/x or http://evil.example/');
    const device = {
      serial: 'J12345678',
      model: 'M',
      address: '127.0.1.1',
      cloud: 'online',
      triesLeft: 7,
      lockMinutes: 3,
      executions: 0,
      plugged: true,
    } as const;
    api.page.devices([{ ...device, bound: true }]);
    await page.locator('.badge', { hasText: /^bound$/ }).waitFor();
    api.page.devices([{ ...device, bound: false }]);
    await page.locator('.device.changed .badge.unbound').waitFor();
    const links = page.locator('#terminal a');
    expect(await links.evaluateAll((all) => all.map((link) => link.textContent))).toEqual([
      'http://127.0.0.1:9/x',
    ]);

    await page.locator('#technicians button').nth(1).click();
    await page.locator('.message', { hasText: 'of the second' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    await page.locator('.badge', { hasText: 'не привязано' }).waitFor();

    await page.setViewportSize({ width: 375, height: 700 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375);
    expect(await page.locator('#devices').isVisible()).toBe(false);
    await page.locator('.tabs [data-view=devices]').click();
    expect(await page.locator('#devices').isVisible()).toBe(true);
    expect(problems).toEqual([]);
  });
});
