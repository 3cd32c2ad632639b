/**
 * kill -9 of the window's browser, of its agent and of the bot, at each stage of an unbind and of a pairing: what the person
 * sees, and what the device was told. However it falls, the device carries out one unbind at most, and nothing is typed to it
 * twice.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_PASSWORD, manyCameras } from '../../src/sandbox/device/profiles.ts';
import { PAIRING_CODE } from '../../src/sandbox/pairing.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { openStage, pressId, STEP, toThePicture } from '../support/stage.ts';
import { PICTURE, pairByWindow, WindowLaptop } from '../support/window-laptop.ts';

/** They take their time after the datagram: long enough to be killed in. */
const CAMERAS = manyCameras(9).map((spec) => ({ ...spec, quirks: { settleAfterMs: 4000 } }));
const LONG = 150_000;

describe('kill -9 beside the window', () => {
  let stage: Stage;
  let technician: SimUser;
  let laptop: WindowLaptop;
  const waiting = CAMERAS.map(({ profile }) => profile.shortSerial);

  beforeAll(async () => {
    stage = await openStage({ devices: CAMERAS });
    technician = stage.technician('en');
    laptop = await WindowLaptop.unpack(stage, technician);
  }, 120_000);
  afterAll(async () => {
    await laptop.close();
    await stage.close();
  }, 60_000);

  const counters = (serial: string) => stage.lan.device(serial).snapshot();
  const connected = () => laptop.page.locator('.line.connected').waitFor({ timeout: STEP.timeoutMs });
  const away = () => laptop.page.locator('.line.away').waitFor({ timeout: STEP.timeoutMs });

  /** A device that nobody has touched, as far as its picture in the chat. */
  async function toPicture(): Promise<string> {
    const serial = waiting.shift() ?? '';
    await technician.send('/new');
    await technician.waitFor(/Send a photo/, STEP);
    await toThePicture(technician, serial);
    await laptop.sees(/Look at the chat/);
    return serial;
  }
  /** The same, as far as the question for its password. */
  async function toPassword(): Promise<string> {
    const serial = await toPicture();
    await technician.send(PICTURE);
    await laptop.sees(serial, '.question');
    return serial;
  }
  /** The same, as far as the datagram. */
  async function toSent(): Promise<string> {
    const serial = await toPassword();
    await laptop.typePassword(DEMO_PASSWORD);
    await laptop.sees(/The one request is out/);
    return serial;
  }
  /** What it comes to in the end, with and without a kill. */
  async function isUnbound(serial: string): Promise<void> {
    await technician.waitFor(/Unbound, verified/, STEP);
    await laptop.sees(serial, '.history');
    expect(counters(serial)).toMatchObject({
      bound: false,
      unbindsReceived: 1,
      unbindsExecuted: 1,
      passwordsTried: 1,
      passwordsWrong: 0,
    });
  }
  /** The agent is gone: the page says so, the device has heard nothing, and after a new start the chat leads on. */
  async function isInterrupted(serial: string): Promise<void> {
    await laptop.sees(/The agent does not answer any more/, '#gone');
    expect(counters(serial)).toMatchObject({ bound: true, unbindsReceived: 0, passwordsTried: 0 });
    await laptop.doubleClick();
    await technician.waitFor(/was interrupted before anything was sent/, STEP);
    await pressId(technician, 'again');
    await technician.waitFor((message) => message.kind === 'photo', STEP);
    await technician.send(PICTURE);
    await laptop.typePassword(DEMO_PASSWORD);
  }

  describe('while the laptop is paired', () => {
    /** A code typed in the window, as far as the number it shows. */
    async function toNumber(): Promise<string> {
      await technician.send('/pair');
      const code = PAIRING_CODE.exec((await technician.waitFor(PAIRING_CODE, STEP)).text)?.[0] ?? '';
      const page = await laptop.doubleClick();
      await page.locator('#code').fill(code);
      await page.keyboard.press('Enter');
      return shownNumber();
    }
    async function shownNumber(): Promise<string> {
      const number = laptop.page.locator('.number');
      await number.waitFor({ timeout: STEP.timeoutMs });
      return ((await number.textContent()) ?? '').replace(/\D/g, '');
    }
    async function typeNumber(number: string): Promise<void> {
      await technician.waitFor(
        (one) => one.buttons.flat().some(({ data }) => data?.startsWith('p:no:')),
        STEP,
      );
      await technician.send(number);
    }

    it(
      'the agent, with its number shown: nothing is paired, another code is asked for',
      async () => {
        await toNumber();
        await laptop.killAgent();
        await laptop.sees(/The agent does not answer any more/, '#gone');
        await laptop.doubleClick();
        await laptop.sees('Type the code from the chat', '#head');
      },
      LONG,
    );

    it(
      'the browser: the number is shown again, and counts',
      async () => {
        const number = await toNumber();
        await laptop.killBrowser();
        await laptop.doubleClick();
        expect(await shownNumber()).toBe(number);
        await typeNumber(number);
        await laptop.page.locator('button[name="says"][value="yes"]').waitFor({ timeout: STEP.timeoutMs });
        await laptop.killBrowser();
        await laptop.doubleClick();
        await laptop.page.locator('button[name="says"][value="no"]').click();
        await laptop.page.locator('#code').waitFor({ timeout: STEP.timeoutMs });
      },
      LONG,
    );

    it(
      'the bot: the number stays, and counts when the bot is there again',
      async () => {
        const number = await toNumber();
        await stage.bot.kill();
        expect(await shownNumber()).toBe(number);
        await stage.bot.start();
        await typeNumber(number);
        await laptop.page.locator('button[name="says"][value="no"]').click({ timeout: STEP.timeoutMs });
        await laptop.page.locator('#code').waitFor({ timeout: STEP.timeoutMs });
      },
      LONG,
    );

    it(
      'nobody, at last: it is paired',
      async () => {
        await pairByWindow(laptop, technician);
      },
      LONG,
    );
  });

  describe('while a device is unbound', () => {
    it(
      'the browser, at the picture: the job waits, and goes on',
      async () => {
        const serial = await toPicture();
        await laptop.killBrowser();
        await technician.send(PICTURE);
        await laptop.doubleClick();
        await laptop.typePassword(DEMO_PASSWORD);
        await isUnbound(serial);
      },
      LONG,
    );

    it(
      'the browser, in the middle of a password: it is asked for again, and nothing was sent',
      async () => {
        const serial = await toPassword();
        await laptop.page.locator('#password').fill(DEMO_PASSWORD.slice(0, 3));
        await laptop.killBrowser();
        expect(counters(serial).passwordsTried).toBe(0);
        await laptop.doubleClick();
        expect(await laptop.page.locator('#password').inputValue()).toBe('');
        await laptop.typePassword(DEMO_PASSWORD);
        await isUnbound(serial);
      },
      LONG,
    );

    it(
      'the browser, after the datagram: the window that is opened again says how it ended',
      async () => {
        const serial = await toSent();
        await laptop.killBrowser();
        await laptop.doubleClick();
        await isUnbound(serial);
      },
      LONG,
    );

    it(
      'the agent, at the picture',
      async () => {
        const serial = await toPicture();
        await laptop.killAgent();
        await isInterrupted(serial);
        await isUnbound(serial);
      },
      LONG,
    );

    it(
      'the agent, in the middle of a password',
      async () => {
        const serial = await toPassword();
        await laptop.page.locator('#password').fill(DEMO_PASSWORD.slice(0, 3));
        await laptop.killAgent();
        await isInterrupted(serial);
        await isUnbound(serial);
      },
      LONG,
    );

    it(
      'the agent, after the datagram: the next one finds out how it ended, and asks for nothing',
      async () => {
        const serial = await toSent();
        await laptop.killAgent();
        await laptop.sees(/The agent does not answer any more/, '#gone');
        await laptop.doubleClick();
        await isUnbound(serial);
      },
      LONG,
    );

    it(
      'the bot, at the picture: the window says that the server is away, and then goes on',
      async () => {
        const serial = await toPicture();
        await stage.bot.kill();
        await away();
        await stage.bot.start();
        await connected();
        await technician.send(PICTURE);
        await laptop.typePassword(DEMO_PASSWORD);
        await isUnbound(serial);
      },
      LONG,
    );

    it(
      'the bot, in the middle of a password: it is sent when the bot is there again, once',
      async () => {
        const serial = await toPassword();
        await stage.bot.kill();
        await away();
        expect(await laptop.page.locator('#password').isVisible()).toBe(true);
        await laptop.page.locator('#password').fill(DEMO_PASSWORD);
        await stage.bot.start();
        await connected();
        expect(await laptop.page.locator('#password').inputValue()).toBe(DEMO_PASSWORD);
        await laptop.page.locator('#password').press('Enter');
        await isUnbound(serial);
      },
      LONG,
    );

    it(
      'the bot, after the datagram: the window says how it ended, and the chat when the bot is back',
      async () => {
        const serial = await toSent();
        await stage.bot.kill();
        await laptop.sees(/unbound/i, '.outcome');
        await stage.bot.start();
        await isUnbound(serial);
      },
      LONG,
    );
  });
});
