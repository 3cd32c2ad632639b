import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import type { ChatMessage } from '../../src/sandbox/telegram/message.ts';
import { CODE, code128, dataMatrix, label, one, qr, table } from '../integration/label/photos.ts';
import { type House, offering, openHouse, pressId, STEP } from '../support/stage.ts';

const OTHER = 'AE3000063';
const MINE = 'J50000062';

describe.each(['en', 'ru'] as const)('a serial number that a person has to settle (%s)', (language) => {
  const say = (en: RegExp, ru: RegExp) => (language === 'en' ? en : ru);
  const device = (serial: string) =>
    new RegExp(`${language === 'en' ? 'Serial number' : 'Серийный номер'} .*${serial}`);
  /** What is offered of the devices that are left. */
  const left = ({ buttons }: ChatMessage) =>
    buttons.flat().flatMap(({ text, data }) => (data?.startsWith('n:') ? [text] : []));
  let house: House;
  beforeAll(async () => {
    house = await openHouse([unbindableCamera], language);
  }, 90_000);
  afterAll(() => house.stage.close(), 60_000);

  it('is chosen from several labels in one photo by their places', async () => {
    const { technician } = house;
    await technician.send('/new');
    const photo = await table([
      { code: await qr(label(MINE)), left: 100 },
      { code: await dataMatrix(label(OTHER, 'DS-2CD2T86G2-ISU/SL')), left: 600 },
    ]);
    await technician.sendPhoto(await photo.jpeg().toBuffer());
    const question = await technician.waitFor(
      (message) => message.kind === 'photo' && offering('pick.1')(message),
      STEP,
    );
    expect(question.text).toMatch(say(/Several labels in this photo/, /На фото несколько этикеток/));
    for (const shown of [MINE, OTHER, 'DS-2CD2386G2-IU', 'DS-2CD2T86G2-ISU/SL'])
      expect(question.text).toContain(shown);
    for (const button of question.buttons.flat()) expect(button.text.length).toBeLessThanOrEqual(24);
    await technician.send('Hello');
    await technician.waitFor(say(/I do not understand that here/, /Здесь я этого не понимаю/), STEP);
    const wanted = question.buttons.flat().find(({ text }) => text.includes(OTHER));
    await pressId(technician, wanted?.data?.split(':').at(-1) ?? '');
    const answer = await technician.waitFor(device(OTHER), STEP);
    expect(answer.text).toMatch(say(/from the Data Matrix code: sure/, /с кода Data Matrix: надёжно/));
    expect(technician.transcript()).not.toContain(CODE);

    // The other label of the photo stays a button until it has had its case.
    await technician.send('/cancel');
    const end = await technician.waitFor(say(/Next one/, /Следующее/), STEP);
    expect(left(end)).toEqual([expect.stringContaining(MINE)]);
    await technician.press(new RegExp(MINE));
    await technician.waitFor(device(MINE), STEP);
    await technician.send('/cancel');
    expect(left(await technician.waitFor(say(/Case closed/, /Заявка закрыта/), STEP))).toEqual([]);
  }, 120_000);

  it('is told with the code it was read from', async () => {
    const { technician } = house;
    await technician.send('/new');
    await technician.sendPhoto(await (await one(await code128(MINE))).jpeg().toBuffer());
    const answer = await technician.waitFor(device(MINE), STEP);
    expect(answer.text).toMatch(say(/from the bar code. Compare it/, /со штрихкода. Сверьте/));
  }, 120_000);

  it('is confirmed where a bar code of nine digits is all there is', async () => {
    const { technician } = house;
    await technician.send('/new');
    const photo = await (await one(await code128('301234567'))).jpeg().toBuffer();
    await technician.sendPhoto(photo);
    await technician.waitFor(say(/may also be a part number/, /могут быть и номером детали/), STEP);
    await technician.send('Hello');
    await technician.waitFor(say(/I do not understand that here/, /Здесь я этого не понимаю/), STEP);
    await pressId(technician, 'no');
    await technician.waitFor(say(/as it is on the label/, /как он написан/), STEP);
    await technician.sendPhoto(photo);
    await technician.waitFor(say(/may also be a part number/, /могут быть и номером детали/), STEP);
    await pressId(technician, 'yes');
    await technician.waitFor(device('301234567'), STEP);
  }, 180_000);

  it.each(['J5OOOO062', 'J5ОООО062'])(
    'is offered for %s, never taken',
    async (typed) => {
      const { technician } = house;
      await technician.send('/new');
      await technician.send(typed);
      await technician.waitFor(say(/Do you mean J50000062/, /имели в виду J50000062/), STEP);
      await technician.send('Hello');
      await technician.waitFor(say(/I do not understand that here/, /Здесь я этого не понимаю/), STEP);
      expect(technician.transcript().split('/new').at(-1)).not.toMatch(device(MINE));
      await pressId(technician, 'yes');
      // The case of the tests before.
      await technician.waitFor(offering('go-on'), STEP);
      await pressId(technician, 'new');
      await technician.waitFor(device(MINE), STEP);
    },
    120_000,
  );
});
