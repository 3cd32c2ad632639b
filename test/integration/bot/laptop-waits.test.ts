import { describe, expect, it, onTestFinished } from 'vitest';
import type { Language } from '../../../locales/language.ts';
import { CHOICE_MS, REMIND_MS, WORD_MS } from '../../../src/bot/house/times.ts';
import { ONLINE_MS, PICTURE_LIFE_MS } from '../../../src/link/times.ts';
import { DEMO_PASSWORD, unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { type ClockedHouse, openClockedHouse } from '../../support/clocked-house.ts';
import { offering, online, pressId, STEP, toThePicture } from '../../support/stage.ts';

const CAMERA = unbindableCamera.profile.shortSerial;

async function house(language: Language = 'en'): Promise<ClockedHouse> {
  const opened = await openClockedHouse([unbindableCamera], language);
  onTestFinished(() => opened.close());
  return opened;
}

/** A paired laptop that works, and its picture in the chat. */
async function atThePicture(language: Language = 'en'): Promise<ClockedHouse> {
  const opened = await house(language);
  opened.laptop.start();
  await online(opened.technician);
  await toThePicture(opened.technician, CAMERA);
  return opened;
}

const times = ({ technician }: ClockedHouse, sentence: RegExp) =>
  technician.said.filter(({ from, text }) => from === 'bot' && sentence.test(text)).length;

describe('a laptop that is cut off just as the code of its picture is typed', () => {
  it('is a word after 20 s, away after 25, a choice after 60; and its work goes on by itself once it is back', async () => {
    const opened = await atThePicture();
    const { technician, laptop, line, passTime } = opened;
    line.cut();
    await technician.send(laptop.lastPicture());
    await technician.waitFor(/Checking what you typed….*\n.*1 min at most/, STEP);
    passTime(WORD_MS);
    const word = await technician.waitFor(/No word from the laptop/, STEP);
    // On the card, above what is waited for.
    expect(word.text).toMatch(/No word from the laptop.*\n\nChecking what you typed/s);
    expect(offering('cancel')(word)).toBe(true);
    expect(word.text).toContain('its word on what you typed');
    expect(word.text).toMatch(/for [2-5]\d s/);
    passTime(ONLINE_MS - WORD_MS);
    await technician.waitFor(/not connected any more.*its word on what you typed/, STEP);
    passTime(CHOICE_MS - ONLINE_MS);
    const choice = await technician.waitFor(offering('on'), STEP);
    expect(choice.text).toContain('its word on what you typed');
    expect(choice.text).toContain('not connected');
    expect(offering('again')(choice) && offering('other')(choice) && offering('cancel')(choice)).toBe(true);

    line.mend();
    await technician.waitFor(/is connected now/, STEP);
    await technician.waitFor(/admin password of the device/, STEP);
    await laptop.typePassword(DEMO_PASSWORD);
    await technician.waitFor(/Unbound, verified/, STEP);
    expect(times(opened, /for \d+ s\. I wait for/)).toBe(2);
  }, 120_000);

  it('is waited for anew for as long as the technician wants, and can be given up', async () => {
    const { technician, laptop, line, passTime } = await atThePicture();
    line.cut();
    await technician.send(laptop.lastPicture());
    await technician.waitFor(/Checking what you typed/, STEP);
    passTime(WORD_MS);
    await technician.waitFor(/No word from the laptop/, STEP);
    passTime(CHOICE_MS - WORD_MS);
    await technician.waitFor(offering('on'), STEP);
    await pressId(technician, 'on');
    await technician.waitFor(/Checking what you typed/, STEP);
    // Counted from now: from the beginning it would be 80 s at least.
    passTime(WORD_MS);
    await technician.waitFor(/No word from the laptop.* for [2-5]\d s/, STEP);
    passTime(CHOICE_MS - WORD_MS);
    await technician.waitFor(offering('on'), STEP);
    await pressId(technician, 'cancel');
    await technician.waitFor(/Case closed/, STEP);
  }, 120_000);
});

describe('another device that is named while the password is typed', () => {
  it.each([
    ['en', /Is this another device\?/, /Word from the laptop about \S+:.*Unbound, verified/s],
    ['ru', /Это другое устройство\?/, /Ноутбук сообщил о \S+:.*Отвязано, проверено/s],
  ] as const)(
    '%s: has its case below the word that the first is unbound',
    async (language, asks, word) => {
      const { technician, laptop } = await atThePicture(language);
      await technician.send(laptop.lastPicture());
      await technician.waitFor(/admin password of the device|пароль администратора/, STEP);
      await technician.send('J50000062');
      await technician.waitFor(asks, STEP);
      await laptop.typePassword(DEMO_PASSWORD);
      const told = await technician.waitFor(word, STEP);
      expect(told.buttons.flat().some(({ data }) => data?.startsWith('report:'))).toBe(true);
      const next = await technician.waitFor(
        ({ text, buttons }) => /J50000062/.test(text) && buttons.length > 0,
        STEP,
      );
      expect(next.id).toBeGreaterThan(told.id);
    },
    120_000,
  );
});

describe('a person that is waited for', () => {
  it('has one reminder, and the wait ends by its own limit when the laptop cannot say so', async () => {
    const opened = await atThePicture();
    const { technician, line, passTime } = opened;
    expect(technician.transcript()).toMatch(/5 min/);
    line.cut();
    // A call of the laptop's that was on its way counts by the clock of its arrival: it has been dealt with before this is.
    await technician.send('/id');
    await technician.waitFor(/Your Telegram user id/, STEP);
    passTime(ONLINE_MS);
    await technician.waitFor(/not connected any more.*the characters of the picture/, STEP);
    passTime(PICTURE_LIFE_MS - REMIND_MS - ONLINE_MS);
    await technician.waitFor(/2 min left to type the characters/, STEP);
    passTime(REMIND_MS);
    passTime(WORD_MS);
    const over = await technician.waitFor(/picture’s time is over/, STEP);
    expect(offering('again')(over)).toBe(true);
    expect(times(opened, /min left to type/)).toBe(1);
  }, 120_000);
});

describe('a paired laptop that is off', () => {
  it('is named in the question it would answer, its coming back is told, and the question offers it', async () => {
    const opened = await house();
    const { technician, laptop } = opened;
    await technician.send(CAMERA);
    const question = await technician.waitFor(offering('no'), STEP);
    expect(question.text).toMatch(/The laptop .* is not connected/);
    expect(offering('laptop')(question)).toBe(false);
    laptop.start();
    await technician.waitFor(/is connected now/, STEP);
    const again = await technician.waitFor(offering('laptop'), STEP);
    expect(offering('no')(again)).toBe(true);
    expect(again.text).not.toMatch(/is not connected/);
    await pressId(technician, 'laptop');
    await technician.waitFor(/Found on the network/, STEP);
  }, 120_000);

  it('is told to be gone while it works, at once when its agent is stopped', async () => {
    const { technician, laptop } = await atThePicture();
    await laptop.stop();
    await technician.waitFor(/interrupted before anything was sent/, STEP);
    await technician.send('/agents');
    const listed = await technician.waitFor(/laptop|Laptop/, STEP);
    expect(listed.text).not.toContain('🟢');
  }, 120_000);

  it('is looked for when it is back without a press where nothing else is waited for', async () => {
    const { technician, laptop, line, passTime } = await house();
    laptop.start();
    await online(technician);
    line.cut();
    await technician.send(CAMERA);
    await technician.waitFor(/Looking for.*\n.*1 min at most/, STEP);
    passTime(WORD_MS);
    expect((await technician.waitFor(/No word from the laptop/, STEP)).text).toContain(
      'search for the device',
    );
    passTime(ONLINE_MS - WORD_MS);
    await technician.waitFor(/not connected any more.*search for the device/, STEP);
    line.mend();
    await technician.waitFor(/is connected now/, STEP);
    await technician.waitFor(/Found on the network/, STEP);
  }, 120_000);

  it('is a choice after a minute, the way without it among it', async () => {
    const { technician, laptop, line, passTime } = await house('ru');
    laptop.start();
    await online(technician);
    line.cut();
    await technician.send(CAMERA);
    await technician.waitFor(/Ищу.*\n.*Не дольше 1 мин/, STEP);
    passTime(WORD_MS);
    expect((await technician.waitFor(/молчит уже/, STEP)).text).toContain('результат поиска устройства');
    passTime(CHOICE_MS - WORD_MS);
    await technician.waitFor(offering('on'), STEP);
    await pressId(technician, 'without');
    await technician.waitFor(offering('no'), STEP);
  }, 120_000);
});
