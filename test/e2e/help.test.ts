import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../locales/language.ts';
import { recorder3 } from '../../src/sandbox/device/profiles.ts';
import { labelOf } from '../../src/sandbox/samples.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { anyText } from '../support/any-text.ts';
import { openStage, pressId, STEP } from '../support/stage.ts';

describe.each(LANGUAGES)('/help, in %s', (language) => {
  const t = anyText(language);
  let stage: Stage;
  let technician: SimUser;

  beforeAll(async () => {
    stage = await openStage({ devices: [] });
    technician = stage.technician(language);
  }, 90_000);
  afterAll(() => stage.close(), 60_000);

  const plain = (key: string, values: Record<string, string> = {}) => t(key, values).replace(/<[^>]+>/g, '');
  const sees = (key: string, values?: Record<string, string>) =>
    technician.waitFor(({ from, text }) => from === 'bot' && text.includes(plain(key, values)), STEP);

  it('tells the article of a number it knows', async () => {
    await technician.send('/help EVZ20023');
    await sees('help:article.not-added.means');
  }, 60_000);

  it('does not know a number, and keeps a photo of the screen', async () => {
    await technician.send('/help 9999');
    await sees('bot:trouble.unknownCode', { code: '9999' });
    await technician.sendPhoto(await labelOf(recorder3.profile));
    await technician.waitFor(({ from, text }) => from === 'bot' && /\/cases/.test(text), STEP);
  }, 60_000);

  it('offers two that are as likely as buttons', async () => {
    await technician.send(language === 'en' ? '/help network error' : '/help ошибка сети');
    const asked = await sees('bot:trouble.which');
    expect(asked.buttons.flat().map(({ text }) => text)).toEqual(
      expect.arrayContaining([t('help:button.device-offline'), t('help:button.not-found')]),
    );
    await pressId(technician, 'second');
    await sees('help:article.not-found.todo');
    await pressId(technician, 'helped');
  }, 60_000);

  it('asks where 2009 was seen', async () => {
    await technician.send('/help 2009');
    await sees('help:asked.seen-where.text');
    await pressId(technician, 'first');
    await sees('help:article.denied.todo');
    await pressId(technician, 'not-it');
    await sees('bot:trouble.unknown');
  }, 60_000);

  it('says nothing of words it does not know, and repeats none', async () => {
    const secret = 'qwkkzzvv';
    await technician.send(`/help ${secret}`);
    const said = await sees('bot:trouble.unknown');
    expect(said.text).not.toContain(secret);
    await technician.send(language === 'en' ? 'the wrong cable' : 'кабель не подходит');
    expect((await sees('bot:trouble.unknown')).text).not.toMatch(/cable|кабель/);
  }, 60_000);

  it('takes the tool’s own words for a success, and leads to the check', async () => {
    await technician.send('/help Unbind Succeeded');
    await sees('help:article.success-words.todo');
    await technician.send(
      language === 'en' ? '/help Unbind Succeeded, but not' : '/help Unbind Succeeded, но нет',
    );
    await sees('bot:trouble.unknown');
  }, 60_000);

  it('takes a device that is described where the words of a screen were asked for', async () => {
    await technician.send('/help qwkkzzvv');
    await sees('bot:trouble.unknown');
    await technician.send(
      language === 'en'
        ? 'DS-7608NI-K2 upgraded from 3.4.99 to 4.30, phone on wifi'
        : 'DS-7608NI-K2, обновил с 3.4.99 на 4.30, телефон в той же сети',
    );
    expect((await sees('bot:identify.understood')).text).toMatch(/DS-7608NI-K2.*4\.30/s);
  }, 60_000);
});
