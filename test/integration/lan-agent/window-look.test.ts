import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Language } from '../../../locales/language.ts';
import { formField } from '../../../src/lan-agent/prompt/form.ts';
import { ACTION_NAMES, type PageTools, type WindowAction } from '../../../src/lan-agent/window/actions.ts';
import type { Scene } from '../../../src/lan-agent/window/scene.ts';
import { serveWindow } from '../../../src/lan-agent/window/server.ts';
import { grantKey } from '../../../src/lan-agent/window/session.ts';
import {
  WINDOW_CONTENT_SECURITY_POLICY,
  windowPage,
  windowParts,
} from '../../../src/lan-agent/window/views/page.ts';
import { NEW_LAPTOP, SERIAL, scenes, withNews } from '../../support/window-scenes.ts';
import { ARGS, CHROMIUM } from '../sandbox-telegram/chromium.ts';
import { FROM_FILE, post } from './window-client.ts';

const AXE = new URL(import.meta.resolve('axe-core/axe.min.js'));
const forms = Object.fromEntries(ACTION_NAMES.map((name) => [name, name])) as PageTools['forms'];

/** Everything that a state can show is to be looked at. */
const ALL_OPEN = `for (const one of document.querySelectorAll('details')) one.open = true;
document.getElementById('gone').hidden = false;`;

/** The window as it is served, over a scene that the test changes. */
async function serve(scene: Scene) {
  const home = await mkdtemp(join(tmpdir(), 'unbind-window-'));
  const done: { action: WindowAction; password: string }[] = [];
  let now = scene;
  let language: Language = 'en';
  const server = await serveWindow({
    home,
    view: {
      page: (tools) => windowPage(now, language, tools),
      parts: (tools) => windowParts(now, language, tools),
      outside: () => '',
      policy: WINDOW_CONTENT_SECURITY_POLICY,
    },
    act: async (action, body) => {
      if (action.name === 'language') language = action.to;
      done.push({ action, password: formField(body, 'password')?.toString() ?? '' });
      return 'done';
    },
  });
  onTestFinished(async () => {
    await server.close();
    await rm(home, { recursive: true, force: true });
  });
  return {
    home,
    done,
    address: server.address,
    become: (next: Scene) => {
      now = next;
      server.changed();
    },
  };
}

/** Lets a browser in, as the program does. */
async function enter(
  { home, address }: { home: string; address: string },
  context: BrowserContext,
): Promise<void> {
  const key = await grantKey(home);
  const entered = await post(`${address}enter`, { key: key.ok ? key.value : '' }, FROM_FILE);
  const [name = '', value = ''] = entered.headers['set-cookie']?.[0]?.split(';')[0]?.split('=') ?? [];
  const { hostname, pathname } = new URL(address);
  await context.addCookies([
    { name, value, domain: hostname, path: pathname, httpOnly: true, sameSite: 'Strict' },
  ]);
}

describe.skipIf(!existsSync(CHROMIUM))('The window in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  });
  afterAll(() => browser.close());

  async function open(window: { home: string; address: string }): Promise<Page> {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    // Nobody waits for it: chromium now and then takes minutes to close one, and ends with all of them at the end.
    onTestFinished(() => void context.close().catch(() => undefined));
    await enter(window, context);
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    onTestFinished(() => expect(faults).toEqual([]));
    await page.goto(window.address);
    return page;
  }

  it.each([
    ['en', 'light', { width: 1366, height: 768 }],
    ['ru', 'dark', { width: 390, height: 844 }],
  ] as const)(
    'has no violations in any state, in %s, %s, and is no wider than its screen',
    async (language, colorScheme, viewport) => {
      const axe = await readFile(AXE, 'utf8');
      const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
      onTestFinished(() => page.close());
      for (const [name, scene] of Object.entries(scenes(language))) {
        await page.setContent(windowPage(scene, language, { base: '/', forms }));
        await page.evaluate(ALL_OPEN);
        await page.evaluate(axe);
        const found = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          };
          const { violations } = await axe.run();
          return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
        });
        const width = await page.evaluate('document.documentElement.scrollWidth');
        expect({ name, found, width }).toEqual({ name, found: [], width: viewport.width });
      }
    },
    120_000,
  );

  it('goes on by itself, and leaves what is typed, and the keyboard, with whoever is typing', async () => {
    const window = await serve(NEW_LAPTOP);
    const page = await open(window);
    const code = page.locator('#code');
    await page.locator('#code:focus').waitFor();
    await page.keyboard.type('BCDFG');
    const { devices, number } = scenes('en');
    // A search has ended: a notice, devices, and the same form below.
    window.become({ ...NEW_LAPTOP, seen: devices?.seen ?? null, notice: 'unpaired' });
    await page.getByText('3 devices').waitFor();
    await page.locator('.notice').waitFor();
    await page.keyboard.type('HJKLM');
    expect(await code.inputValue()).toBe('BCDFGHJKLM');
    window.become(number ?? NEW_LAPTOP);
    await page.getByText('123 456').waitFor();
    expect(await code.count()).toBe(0);
    expect(await page.locator('#told').textContent()).toBe('Type this number in the chat');
    expect(await page.title()).toContain('Type this number in the chat');
  });

  it('puts the keyboard into the field that is asked for, and drops what was typed for an earlier question', async () => {
    const { connected, password } = scenes('en');
    const window = await serve(connected ?? NEW_LAPTOP);
    const page = await open(window);
    window.become(password ?? NEW_LAPTOP);
    await page.locator('#password:focus').waitFor();
    expect(await page.title()).toContain('❗');
    await page.keyboard.type('Geheim-1');
    window.become(connected ?? NEW_LAPTOP);
    await page.locator('#password').waitFor({ state: 'detached' });
    window.become(password ?? NEW_LAPTOP);
    await page.locator('#password:focus').waitFor();
    expect(await page.locator('#password').inputValue()).toBe('');
  });

  it('shows a password while the button is pressed, by mouse and by keyboard, and at no other time', async () => {
    const window = await serve(scenes('en').password ?? NEW_LAPTOP);
    const page = await open(window);
    const type = () => page.locator('#password').getAttribute('type');
    await page.locator('#password').fill('Geheim-1');
    const button = page.getByRole('button', { name: 'Show while pressed' });
    await button.hover();
    await page.mouse.down();
    expect(await type()).toBe('text');
    await page.mouse.up();
    expect(await type()).toBe('password');
    await button.focus();
    for (const key of ['Space', 'Enter']) {
      await page.keyboard.down(key);
      expect(await type()).toBe('text');
      await page.keyboard.up(key);
      expect(await type()).toBe('password');
    }
    await page.keyboard.down('Space');
    await page.locator('#password').focus();
    expect(await type()).toBe('password');
    await page.keyboard.up('Space');
    // Pressing it sends nothing.
    expect(window.done).toEqual([]);
    expect(await page.locator('#password').inputValue()).toBe('Geheim-1');
  });

  it('is used by the keyboard alone, from the code to the password', async () => {
    const window = await serve(NEW_LAPTOP);
    const page = await open(window);
    await page.locator('#code:focus').waitFor();
    await page.keyboard.type('bcdfg-hjklm');
    // What is pressed while the answer to a form is on its way is pressed on the page that goes.
    const answered = async (key: string) => {
      const loaded = page.waitForEvent('load');
      await page.keyboard.press(key);
      await loaded;
    };
    await answered('Enter');
    await expect
      .poll(() => window.done.map(({ action }) => action))
      .toEqual([{ name: 'pair', code: 'bcdfg-hjklm', server: '' }]);
    window.become(scenes('en').confirmed ?? NEW_LAPTOP);
    await page.getByRole('button', { name: 'Yes, it says paired' }).waitFor();
    await page.locator('#head:focus').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await answered('Space');
    await expect.poll(() => window.done[1]?.action).toEqual({ name: 'agree', says: 'yes' });
    window.become(scenes('en').password ?? NEW_LAPTOP);
    await page.locator('#password:focus').waitFor();
    await page.keyboard.type('Geheim-1');
    await page.keyboard.press('Enter');
    await expect.poll(() => window.done[2]).toEqual({ action: { name: 'answer' }, password: 'Geheim-1' });
  });

  it('says no to Enter where one press means yes', async () => {
    const window = await serve(scenes('en').connected ?? NEW_LAPTOP);
    const page = await open(window);
    window.become(scenes('en')['one-press'] ?? NEW_LAPTOP);
    await page.getByRole('button', { name: 'Unbind', exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    expect(window.done).toEqual([]);
    await page.getByRole('button', { name: 'Unbind', exact: true }).press('Space');
    await expect.poll(() => window.done.length).toBe(1);
  });

  it('unbinds the device whose button is pressed, without a bot', async () => {
    const window = await serve(scenes('en').devices ?? NEW_LAPTOP);
    const page = await open(window);
    await page.getByRole('button', { name: `Unbind ${SERIAL}` }).click();
    await expect
      .poll(() => window.done[0]?.action)
      .toEqual({ name: 'unbind', serial: SERIAL, confirm: SERIAL, afterLock: false });
  });

  it('says that the agent is gone, until it answers again', async () => {
    const page = await open(await serve(NEW_LAPTOP));
    const gone = page.locator('#gone');
    expect(await gone.isHidden()).toBe(true);
    await page.route('**/live', (route) => route.abort('connectionrefused'));
    await page.reload();
    await gone.waitFor();
    expect(await gone.textContent()).toContain('Open the start file again');
    await page.unroute('**/live');
    await gone.waitFor({ state: 'hidden' });
  });

  it('speaks another language in every tab, once one of them has chosen it', async () => {
    const window = await serve(NEW_LAPTOP);
    const page = await open(window);
    const other = await page.context().newPage();
    await other.goto(window.address);
    await page.getByRole('button', { name: 'Русский' }).click();
    for (const tab of [page, other]) {
      await tab.getByRole('heading', { name: 'Введите код из чата' }).waitFor();
      await tab.locator('html[lang=ru]').waitFor();
    }
    // The form of the other tab is one that can be sent.
    await other.getByRole('button', { name: 'English' }).click();
    await page.locator('html[lang=en]').waitFor();
  });

  it('leaves open what a person has opened', async () => {
    const scene = scenes('en').connected ?? NEW_LAPTOP;
    const window = await serve(scene);
    const page = await open(window);
    await page.getByText('Earlier').click();
    window.become(withNews(scene, { kind: 'forgotten' }));
    await page.locator('.notice').waitFor();
    expect(await page.locator('#history details').getAttribute('open')).not.toBeNull();
  });

  it('works without a script', async () => {
    const window = await serve(scenes('en').password ?? NEW_LAPTOP);
    const context = await browser.newContext({ javaScriptEnabled: false });
    onTestFinished(() => context.close());
    await enter(window, context);
    const page = await context.newPage();
    await page.goto(window.address);
    expect(await page.getByRole('button', { name: 'Show while pressed' }).isVisible()).toBe(false);
    await page.locator('#password').fill('Geheim-1');
    await page.getByRole('button', { name: 'Unbind', exact: true }).click();
    await expect.poll(() => window.done[0]?.password).toBe('Geheim-1');
  });
});
