/** The laptop without a terminal: a real agent, a real browser, the real bot, and one person with a phone and a laptop. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_PASSWORD, manyCameras } from '../../src/sandbox/device/profiles.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { filesOf, hits } from '../support/canary.ts';
import { openStage, STEP, toThePicture } from '../support/stage.ts';
import { type Pairing, PICTURE, pairByWindow, WindowLaptop } from '../support/window-laptop.ts';

const [FIRST, SECOND] = manyCameras(2);
const serialOf = (device: typeof FIRST) => device?.profile.shortSerial ?? '';

describe('a technician with a phone, and a laptop with nothing but a browser', () => {
  let stage: Stage;
  let technician: SimUser;
  let laptop: WindowLaptop;
  let pairing: Pairing;
  const botLines: string[] = [];

  beforeAll(async () => {
    stage = await openStage({ devices: manyCameras(2), onBotLine: (line) => botLines.push(line) });
    technician = stage.technician('en');
    laptop = await WindowLaptop.unpack(stage, technician);
  }, 120_000);
  afterAll(async () => {
    await laptop.close();
    await stage.close();
  }, 60_000);

  it('types a code, a number, and presses once: the laptop is paired and works, by itself', async () => {
    pairing = await pairByWindow(laptop, technician);
    expect(pairing.steps).toEqual([
      'chat: /pair',
      'laptop: double-click',
      'laptop: the code, Enter',
      'chat: the number',
      'laptop: “Yes”',
    ]);
    expect(pairing.typed).toBe('/pair'.length + 10 + 6);
  }, 120_000);

  it('unbinds with what the window asks: what is typed is shown only while a button is pressed', async () => {
    const { page } = laptop;
    await toThePicture(technician, serialOf(FIRST));
    await laptop.sees(/Look at the chat/);
    await technician.send(PICTURE);
    const field = page.locator('#password');
    await field.waitFor({ timeout: STEP.timeoutMs });
    await laptop.sees(serialOf(FIRST), '.question');
    await field.fill(DEMO_PASSWORD);
    const button = page.locator('[data-show]');
    await button.hover();
    await page.mouse.down();
    expect(await field.getAttribute('type')).toBe('text');
    await page.mouse.up();
    expect(await field.getAttribute('type')).toBe('password');
    await field.press('Enter');
    await technician.waitFor(/Unbound, verified/, STEP);
    await laptop.sees(/unbound/i, '.outcome');
    await laptop.sees(serialOf(FIRST), '.history');
    expect(stage.lan.device(serialOf(FIRST)).snapshot()).toMatchObject({
      bound: false,
      unbindsExecuted: 1,
      passwordsTried: 1,
    });
  }, 120_000);

  it('is loaded again in the middle and opened twice; the password is taken once, wherever it is typed', async () => {
    const { page } = laptop;
    await toThePicture(technician, serialOf(SECOND));
    await page.reload();
    await technician.send(PICTURE);
    await page.locator('#password').waitFor({ timeout: STEP.timeoutMs });
    await page.reload();
    const other = await page.context().newPage();
    await other.goto(page.url());
    // In both tabs it is the same question; what is half typed in one is its own.
    await page.locator('#password').fill('Wrong-Half');
    await other.locator('#password').fill('Wrong-Window-1');
    await other.locator('#password').press('Enter');
    await laptop.sees(/refused the password|wrong password/i, '.outcome');
    expect(await page.locator('#password').count()).toBe(0);
    await other.locator('.outcome').waitFor({ timeout: STEP.timeoutMs });
    await other.reload();
    await other.goBack();
    await other.close();
    expect(stage.lan.device(serialOf(SECOND)).snapshot()).toMatchObject({
      bound: true,
      passwordsTried: 1,
      unbindsExecuted: 0,
    });
    expect(await page.content()).not.toContain('Wrong-');
  }, 120_000);

  it('stops by its button, says so, and is paired still when it is opened again', async () => {
    const { page } = laptop;
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await laptop.sees(/The start file opens a new one/);
    await laptop.doubleClick();
    await page.locator('.line.connected').waitFor({ timeout: STEP.timeoutMs });
  }, 60_000);

  it('forgets its bot, and works alone', async () => {
    const { page } = laptop;
    await page.getByText('Unpair', { exact: true }).first().click();
    await page.getByLabel('Yes, forget it').check();
    await page.getByRole('button', { name: 'Unpair', exact: true }).click();
    await page.locator('.line.unpaired').waitFor({ timeout: STEP.timeoutMs });
    await page.getByRole('button', { name: /Look for devices|Look again/ }).click();
    await page.getByRole('button', { name: `Unbind ${serialOf(SECOND)}` }).click({ timeout: STEP.timeoutMs });
    await laptop.typePassword(DEMO_PASSWORD);
    await laptop.sees(/unbound/i, '.outcome');
    expect(stage.lan.device(serialOf(SECOND)).snapshot()).toMatchObject({
      bound: false,
      unbindsExecuted: 1,
      passwordsTried: 2,
    });
    expect(laptop.said).not.toContain('Wrong-');
  }, 120_000);

  it('has left nothing of what was typed, or of what lets a browser in, anywhere', async () => {
    const { page } = laptop;
    const cookies = (await page.context().cookies()).map(({ value }) => value);
    expect(cookies.length).toBeGreaterThan(0);
    const canaries = {
      'admin password': DEMO_PASSWORD,
      'wrong password': 'Wrong-Window-1',
      'half a password': 'Wrong-Half',
      'pairing code': pairing.code,
      ...Object.fromEntries(cookies.map((value, at) => [`cookie ${at}`, value])),
    };
    const shown = await page.content();
    await stage.bot.stop();
    const places = {
      ...(await filesOf(laptop.home, 'agent home')),
      ...(await filesOf(stage.storeFolder, 'store')),
      'agent’s words': Buffer.from(laptop.said),
      'bot’s log': Buffer.from(botLines.join('\n')),
      window: Buffer.from(shown),
    };
    expect(Object.keys(places).length).toBeGreaterThan(5);
    expect(hits(canaries, places)).toEqual([]);
    // What is known to be there is found: the search is one.
    const known = hits({ serial: serialOf(SECOND) }, places);
    expect(known).toEqual(expect.arrayContaining(['serial in window', 'serial in agent’s words']));
  }, 60_000);
});
