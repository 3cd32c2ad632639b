import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { eventually } from '../../support/eventually.ts';
import { ARGS, CHROMIUM } from './chromium.ts';
import { call, DEVICE, picture, start } from './helpers.ts';

describe.skipIf(!existsSync(CHROMIUM))('The chat page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  });
  afterAll(() => browser.close());

  async function open(url: string, first = '#start'): Promise<{ page: Page; problems: string[] }> {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(url);
    await page.locator(first).first().waitFor();
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

  it('sends a sticker, a voice message, a file and an album', async () => {
    const api = await start();
    const [alex] = api.page.technicians as [SimUser];
    const { page, problems } = await open(api.url);
    for (const name of ['Sticker', 'Voice message']) {
      await page.getByRole('button', { name: 'Attach' }).click();
      await page.locator('#attachments').getByRole('button', { name }).click();
    }
    const photo = { name: 'a.png', mimeType: 'image/png', buffer: await picture(30, 20) };
    await alex.until(() => alex.messages.length === 2);
    await page.locator('#photos').setInputFiles([photo, { ...photo, name: 'b.png' }]);
    await alex.until(() => alex.messages.length === 4);
    await page.locator('#files').setInputFiles(photo);
    await alex.until(() => alex.messages.length === 5);
    const [, , first, second] = alex.messages;
    expect(first?.albumId).toBeTruthy();
    expect(second?.albumId).toBe(first?.albumId);
    expect(alex.messages.map(({ kind }) => kind)).toEqual(['sticker', 'voice', 'photo', 'photo', 'document']);
    await page.locator('.document', { hasText: 'a.png' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('says of each label what it shows, and sends several as an album', async () => {
    const tells = { en: 'Ends at the service centre', ru: 'Сервисный центр' };
    const samples = ['AC1', 'AC2', 'AC3'].map(async (id) => ({
      id,
      title: `model of ${id}`,
      tells,
      bytes: await picture(300, 200),
    }));
    const api = await start({ page: { samples: await Promise.all(samples) } });
    const [alex] = api.page.technicians as [SimUser];
    const { page, problems } = await open(api.url);
    const words = await page.locator('.label').first().innerText();
    for (const word of ['model of AC1', 'AC1', tells.en]) expect(words).toContain(word);
    await page.locator('#several').click();
    await page.locator('.label').nth(0).click();
    expect(await page.locator('#album').isDisabled()).toBe(true);
    await page.locator('.label').nth(2).click();
    await page.locator('#album').click();
    await alex.until(() => alex.messages.length === 2);
    expect(new Set(alex.messages.map(({ albumId }) => albumId)).size).toBe(1);
    // One label is one photo again.
    await page.locator('.label').nth(1).click();
    await alex.until(() => alex.messages.length === 3);
    expect(alex.messages[2]?.albumId).toBeNull();
    await page.locator('#languages button').nth(1).click();
    expect(await page.locator('.label').first().innerText()).toContain(tells.ru);
    expect(problems).toEqual([]);
  });

  it('shows which laptop wants something, wherever one looks', async () => {
    const api = await start();
    const [alex, second] = api.page.technicians as [SimUser, SimUser];
    const laptop = api.page.laptop('laptop-1', alex);
    const other = api.page.laptop('laptop-2', second);
    laptop.say('of the first');
    other.say('of the second');
    const { page, problems } = await open(api.url);
    await page.locator('#terminal', { hasText: 'of the first' }).waitFor();
    other.wants({ what: 'To type the password, open this page:', address: 'http://127.0.0.1:9/x' });
    const want = page.locator('.want', { hasText: 'laptop-2 wants something' });
    expect(await want.getByRole('link').getAttribute('href')).toBe('http://127.0.0.1:9/x');
    await page.locator('#terminal', { hasText: 'of the second' }).waitFor();
    expect(await page.locator('#laptops button', { hasText: 'wants something' }).innerText()).toContain(
      'laptop-2',
    );
    await page.setViewportSize({ width: 390, height: 844 });
    await page.locator('.tabs .wanting[data-view=laptop]').waitFor();
    other.wants(null);
    await page.locator('.tabs .wanting').waitFor({ state: 'detached' });
    expect(await page.locator('.want').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('has a hand act on devices where somebody does it, with the keyboard too', async () => {
    const api = await start();
    const done: string[] = [];
    api.page.devices([DEVICE]);
    const without = await open(api.url);
    await without.page.locator('.device').waitFor();
    expect(await without.page.locator('.acts').count()).toBe(0);
    api.page.host({
      device: (_serial, act) => {
        done.push(act);
        const locked = act === 'lock' ? { triesLeft: 0, lockMinutes: 30 } : {};
        api.page.devices([{ ...DEVICE, plugged: act !== 'unplug', ...locked }]);
      },
      tour: null,
    });
    const { page, problems } = await open(api.url);
    const press = (name: string) => page.getByRole('button', { name, exact: true }).press('Enter');
    await press('Unplug');
    await page.locator('.device.unplugged').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Plug in');
    await press('Plug in');
    await press('Lock');
    await page.getByRole('button', { name: 'Unlock' }).waitFor();
    await press('Cloud off');
    await press('Unbind by hand');
    await eventually(() => expect(done).toEqual(['unplug', 'plug', 'lock', 'cloud-off', 'unbind']));
    expect(await page.locator('.tour-start:visible').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('keeps its parts beside each other on a small desktop, however much is shown', async () => {
    const api = await start();
    const [alex, second] = api.page.technicians as [SimUser, SimUser];
    for (const [name, person] of [
      ['laptop-1', alex],
      ['laptop-2', second],
    ] as const) {
      const laptop = api.page.laptop(name, person);
      for (let line = 0; line < 30; line++) laptop.say(`line ${line}`);
      laptop.wants({ what: 'To answer, open this page:', address: 'http://127.0.0.1:9/x' });
    }
    for (let message = 0; message < 30; message++) await alex.send(`message ${message}`);
    const states = Array.from({ length: 12 }, (_, index) => ({
      serial: `J1234567${index}`,
      model: 'M',
      address: '127.0.1.1',
      bound: true,
      cloud: 'online' as const,
      triesLeft: 7,
      lockMinutes: 0,
      executions: 0,
      plugged: true,
    }));
    api.page.devices(states);
    api.page.host({ device: () => undefined, tour: () => undefined });
    const said = { title: { en: 'A camera', ru: 'Камера' }, caption: { en: 'The laptop', ru: 'Ноутбук' } };
    api.page.tour({ story: 1, of: 4, ...said, look: 'laptop' });
    const { page, problems } = await open(api.url, '#log li');
    await page.setViewportSize({ width: 1280, height: 800 });
    const edges = async (selector: string) => {
      const box = await page.locator(selector).boundingBox();
      return { top: box?.y ?? Number.NaN, bottom: (box?.y ?? 0) + (box?.height ?? Number.NaN) };
    };
    const terminal = await edges('.terminal');
    expect((await edges('#tour')).bottom).toBeLessThan((await edges('.pane.laptop')).top);
    expect(terminal.bottom).toBeLessThanOrEqual((await edges('.pane.devices')).top);
    expect(terminal.bottom - terminal.top).toBeGreaterThan(100);
    for (const part of ['.composer', '#devices']) expect((await edges(part)).bottom).toBeLessThanOrEqual(800);
    expect(problems).toEqual([]);
  });

  it('leads through a tour, and on a phone turns to the part it tells of', async () => {
    const api = await start();
    const [alex] = api.page.technicians as [SimUser];
    const steps: unknown[] = [];
    api.page.host({ device: () => undefined, tour: (person, step) => steps.push([person.id, step]) });
    const { page, problems } = await open(api.url);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.locator('.tour-start:visible').first().click();
    const said = { title: { en: 'A camera', ru: 'Камера' }, caption: { en: 'The laptop', ru: 'Ноутбук' } };
    api.page.tour({ story: 2, of: 4, ...said, look: 'laptop' });
    await page.locator('#tour', { hasText: 'Story 2 of 4' }).waitFor();
    expect(await page.locator('#tour-caption').innerText()).toBe('The laptop');
    expect(await page.locator('.laptop').isVisible()).toBe(true);
    await page.locator('#tour-next').click();
    await page.locator('#tour-stop').click();
    await eventually(() => expect(steps).toEqual(['start', 'next', 'stop'].map((step) => [alex.id, step])));
    api.page.tour(null);
    await page.locator('#tour').waitFor({ state: 'hidden' });
    expect(problems).toEqual([]);
  });
});
