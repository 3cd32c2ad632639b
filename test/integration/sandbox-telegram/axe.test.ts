import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { ARGS, CHROMIUM } from './chromium.ts';
import { call, picture, start } from './helpers.ts';

const AXE = new URL(import.meta.resolve('axe-core/axe.min.js'));

const DEVICE = {
  serial: 'J12345678',
  model: 'DS-2CD2386G2-IU',
  address: '127.0.1.1',
  bound: true,
  cloud: 'online',
  triesLeft: 6,
  lockMinutes: 0,
  executions: 0,
  plugged: true,
} as const;

/** A page with one of everything it can show. */
async function fullPage(): Promise<{ api: LocalBotApi; technician: SimUser }> {
  const samples = ['one', 'two'].map(async (id) => ({
    id,
    title: id,
    tells: { en: 'Unbound over the network', ru: 'Отвязка по сети' },
    bytes: await picture(300, 200),
  }));
  const api = await start({ page: { samples: await Promise.all(samples) } });
  const [technician, second] = api.page.technicians as [SimUser, SimUser];
  api.page.host({ device: () => undefined, tour: () => undefined });
  const laptop = api.page.laptop('laptop-1', technician);
  laptop.say('open http://127.0.0.1:9/x');
  laptop.wants({ what: 'To type the password, open this page:', address: 'http://127.0.0.1:9/x' });
  api.page.laptop('laptop-2', second).say('Connected.');
  api.page.devices([
    DEVICE,
    { ...DEVICE, serial: 'J12345679', bound: false, executions: 1 },
    { ...DEVICE, serial: 'J12345670', triesLeft: 0, lockMinutes: 30, cloud: 'disabled' },
    { ...DEVICE, serial: 'J12345671', plugged: false, cloud: 'offline' },
  ]);
  await technician.send('hello');
  await technician.sendPhoto(await picture(40, 30), { caption: 'the label' });
  await technician.sendPhoto(await picture(40, 30));
  await technician.sendDocument(Buffer.from('text'), 'a.txt', 'text/plain');
  await technician.sendOther('sticker');
  const text =
    '<b>bold</b> <i>italic</i> <code>J12345678</code> <a href="https://example.com/">link</a> <tg-spoiler>hidden</tg-spoiler>\n<blockquote>quote</blockquote>\n/help';
  const keys = [
    [{ text: 'Go on', callback_data: 'go' }],
    [
      { text: 'Yes', callback_data: 'y', style: 'success' },
      { text: 'No', callback_data: 'n', style: 'danger' },
      { text: 'Well', callback_data: 'w', style: 'primary' },
    ],
    [
      { text: 'Copy', copy_text: { text: 'J12345678' } },
      { text: 'Open', url: 'https://example.com/' },
    ],
  ];
  await call(api, 'setMyCommands', { commands: [{ command: 'help', description: 'Help' }] });
  await call(api, 'sendMessage', {
    chat_id: technician.id,
    text,
    parse_mode: 'HTML',
    reply_markup: { inline_keyboard: keys },
    reply_parameters: { message_id: 1 },
  });
  return { api, technician };
}

async function violations(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = await axe.run();
    return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}

describe.skipIf(!existsSync(CHROMIUM))('The page, looked at by axe', () => {
  let browser: Browser;
  let axe: string;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
    axe = await readFile(AXE, 'utf8');
  });
  afterAll(() => browser.close());

  async function open(
    api: LocalBotApi,
    size: [number, number],
    colorScheme: 'light' | 'dark',
  ): Promise<Page> {
    const [width, height] = size;
    const page = await browser.newPage({
      viewport: { width, height },
      colorScheme,
      // Nothing is looked at while it is still fading in.
      reducedMotion: 'reduce',
    });
    await page.goto(api.url);
    await page.evaluate(axe);
    return page;
  }

  it.each([
    ['phone', 'light', [390, 844]],
    ['phone', 'dark', [390, 844]],
    ['desktop', 'light', [1440, 900]],
    ['desktop', 'dark', [1440, 900]],
  ] as const)(
    'has no violations on a %s, %s',
    async (_name, scheme, [width, height]) => {
      const { api } = await fullPage();
      const page = await open(api, [width, height], scheme);
      await page.locator('.message .key').first().waitFor();
      const look = async () => expect(await violations(page)).toEqual([]);
      const isNarrow = await page.locator('.tabs').isVisible();
      for (const view of ['chat', 'laptop', 'devices']) {
        if (isNarrow) await page.locator(`.tabs [data-view=${view}]`).click();
        await look();
        if (!isNarrow) break;
      }
      if (isNarrow) await page.locator('.tabs [data-view=chat]').click();
      await page.locator('#several').click();
      await page.locator('.label').first().click();
      await page.locator('.composer [popovertarget=attachments]').click();
      await page.locator('#attachments').waitFor();
      await look();
      await page.locator('#languages button').nth(1).click();
      await page.locator('#commands-button').click();
      await page.locator('#commands').waitFor();
      await look();
      await page.keyboard.press('Escape');
      for (const part of ['chat', 'laptop', 'devices'] as const) {
        const title = { en: 'A camera', ru: 'Камера' };
        api.page.tour({ story: 1, of: 4, title, caption: { en: part, ru: part }, look: part });
        await page.locator(`[data-look=${part}] #tour`).waitFor();
        await look();
      }
      api.page.tour(null);
      if (isNarrow) await page.locator('.tabs [data-view=chat]').click();
      await page.locator('.picture').first().click();
      await page.locator('#viewer').waitFor();
      await look();
    },
    120_000,
  );

  it('has no violations in an empty chat, nor in a window of the bot', async () => {
    const api = await start();
    const page = await open(api, [390, 844], 'dark');
    await page.locator('#start').waitFor();
    expect(await violations(page)).toEqual([]);
    const [technician] = api.page.technicians as [SimUser];
    await technician.send('hello');
    await call(api, 'sendMessage', {
      chat_id: technician.id,
      text: 'Go on?',
      reply_markup: { inline_keyboard: [[{ text: 'Go on', callback_data: 'go' }]] },
    });
    await page.getByRole('button', { name: 'Go on' }).click();
    const updates = await call<{ callback_query?: { id: string } }[]>(api, 'getUpdates', {
      timeout: 10,
      offset: -1,
    });
    await call(api, 'answerCallbackQuery', {
      callback_query_id: updates.result[0]?.callback_query?.id,
      text: 'Not yet',
      show_alert: true,
    });
    await page.locator('#alert').waitFor();
    expect(await violations(page)).toEqual([]);
  });
});
