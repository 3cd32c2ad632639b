import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { CODE, label, noise, one, qr } from '../integration/label/photos.ts';
import { GOOD_SHOT, type PrintedLabel, photograph } from '../integration/label/printed.ts';
import { openStage, pressId, STEP } from '../support/stage.ts';

const { shortSerial, fullSerial, model } = unbindableCamera.profile;
const LABEL: PrintedLabel = {
  shortSerial,
  fullSerial: fullSerial ?? '',
  model,
  prints: 'short',
  columns: false,
};
/** Reading print takes seconds, on a busy machine minutes. */
const LONG = { timeoutMs: 150_000 };

/** What is said to whom: the languages take turns, each reading costs seconds; that the sentences are there is checked elsewhere. */
describe('a label whose code cannot be read', () => {
  const botLines: string[] = [];
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({
      devices: [],
      readPrint: true,
      onBotLine: (line) => botLines.push(line),
    });
  }, 90_000);
  afterAll(() => stage.close(), 60_000);

  it('is confirmed with a picture of its line, or typed', async () => {
    const technician = stage.technician('en');
    const photo = await photograph(LABEL, GOOD_SHOT);
    await technician.sendPhoto(photo);
    await technician.waitFor(/Reading the photo/, STEP);
    await technician.waitFor(/Reading the print/, LONG);
    const question = await technician.waitFor(
      (message) => message.from === 'bot' && message.kind === 'photo' && message.text.includes(shortSerial),
      LONG,
    );
    expect(question.buttons.flat()).toHaveLength(3);
    await technician.send('Hello');
    await technician.waitFor(/I do not understand that here/, STEP);
    await pressId(technician, 'no');
    await technician.waitFor(/as it is on the label/, STEP);
    await technician.sendPhoto(photo);
    await technician.waitFor((message) => message.from === 'bot' && message.kind === 'photo', LONG);
    await pressId(technician, 'yes');
    await technician.waitFor(new RegExp(`Serial number .*${shortSerial}`), STEP);
    const seen = technician.transcript().replaceAll('\u00a0', ' ');
    expect(seen).not.toContain(CODE);
    expect(botLines.join('\n')).not.toContain(CODE);
  }, 240_000);

  it('is given up when the next photo comes, which is read', async () => {
    const technician = stage.technician('ru');
    await technician.send('/new');
    await technician.sendPhoto(await noise(1280, 960));
    await technician.waitFor(/Читаю фото/, STEP);
    await technician.sendPhoto(await (await one(await qr(label(shortSerial, model)))).jpeg().toBuffer());
    await technician.waitFor(/Пришло новое фото/, STEP);
    await technician.waitFor(new RegExp(`Серийный номер .*${shortSerial}`), STEP);
    const newest = technician.said.slice(technician.said.findLastIndex(({ text }) => text === '/new'));
    expect(newest.filter(({ text }) => /Пришлите фото/.test(text))).toHaveLength(1);
  }, 120_000);

  it('takes a code with other people’s passwords out of the chat', async () => {
    const technician = stage.technician('ru');
    await technician.send('/new');
    await technician.sendPhoto(
      await (await one(await qr('QRC03010003eJwFIXTUREONLYAAAA'))).jpeg().toBuffer(),
    );
    await technician.waitFor(/Ваше сообщение я удалил/, STEP);
  }, 120_000);
});
