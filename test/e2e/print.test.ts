import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import { CODE, label, noise, one, qr } from '../integration/label/photos.ts';
import { GOOD_SHOT, type PrintedLabel, photograph } from '../integration/label/printed.ts';
import { type House, openHouse, pressId, STEP } from '../support/stage.ts';

const { shortSerial, fullSerial, model } = unbindableCamera.profile;
const LABEL: PrintedLabel = {
  shortSerial,
  fullSerial: fullSerial ?? '',
  model,
  prints: 'short',
  columns: false,
};
const LONG = { timeoutMs: 80_000 };

describe.each(['en', 'ru'] as const)('a label whose code cannot be read (%s)', (language) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse([unbindableCamera], language);
  }, 90_000);
  afterAll(() => house.stage.close(), 60_000);

  it('is confirmed with a picture of its line, or typed', async () => {
    const { technician } = house;
    const photo = await photograph(LABEL, GOOD_SHOT);
    await technician.sendPhoto(photo);
    const question = await technician.waitFor(
      (message) => message.from === 'bot' && message.kind === 'photo' && message.text.includes(shortSerial),
      LONG,
    );
    expect(question.buttons.flat()).toHaveLength(3);
    await technician.send('Hello');
    await technician.waitFor(
      language === 'en' ? /type the serial number, or send/ : /наберите серийный номер или/,
      STEP,
    );
    await pressId(technician, 'no');
    await technician.waitFor(language === 'en' ? /as it is on the label/ : /как он написан/, STEP);
    await technician.sendPhoto(photo);
    await technician.waitFor((message) => message.from === 'bot' && message.kind === 'photo', LONG);
    await pressId(technician, 'yes');
    await technician.waitFor(
      new RegExp(`${language === 'en' ? 'Serial number' : 'Серийный номер'} .*${shortSerial}`),
      STEP,
    );
    const seen = technician.transcript().replaceAll('\u00a0', ' ');
    expect(seen).not.toContain(CODE);
    expect(house.botLines.join('\n')).not.toContain(CODE);
  }, 240_000);

  it('is given up when the next photo comes, which is read', async () => {
    const { technician } = house;
    await technician.send('/new');
    await technician.sendPhoto(await noise(1280, 960));
    await technician.waitFor(language === 'en' ? /Reading the photo/ : /Читаю фото/, STEP);
    await technician.sendPhoto(await (await one(await qr(label(shortSerial, model)))).jpeg().toBuffer());
    await technician.waitFor(language === 'en' ? /A newer photo came/ : /Пришло новое фото/, STEP);
    await technician.waitFor(
      new RegExp(`${language === 'en' ? 'Serial number' : 'Серийный номер'} .*${shortSerial}`),
      STEP,
    );
    const newest = technician.transcript().split('/new').at(-1) ?? '';
    expect(newest.match(language === 'en' ? /Send a photo/g : /Пришлите фото/g)).toHaveLength(1);
  }, 120_000);

  it('takes a code with other people’s passwords out of the chat', async () => {
    const { technician } = house;
    await technician.send('/new');
    await technician.sendPhoto(
      await (await one(await qr('QRC03010003eJwFIXTUREONLYAAAA'))).jpeg().toBuffer(),
    );
    await technician.waitFor(language === 'en' ? /I deleted your message/ : /Ваше сообщение я удалил/, STEP);
  }, 120_000);
});
