import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../locales/language.ts';
import { DEMO_PASSWORD, recorder3, unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import { labelOf } from '../../src/sandbox/samples.ts';
import type { ChatMessage } from '../../src/sandbox/telegram/message.ts';
import { anyText } from '../support/any-text.ts';
import { type House, offering, openHouse, pressId, STEP, unbindNow } from '../support/stage.ts';

const CAMERA = unbindableCamera.profile;

/** What a case may cost the person: messages of the bot that stay, presses, and fields that are typed into. */
const MOST = { messages: 5, presses: 3, typed: 2 };

/** A message with buttons of a question; those under the end of a case are good at any time. */
const asks = ({ buttons }: ChatMessage) => buttons.flat().some(({ data }) => data?.startsWith('f:'));

describe.each(LANGUAGES)('one card a case, in %s', (language) => {
  const t = anyText(language);
  const plain = (key: string) => t(key).replace(/<[^>]+>/g, '');
  let house: House;

  beforeAll(async () => {
    house = await openHouse([unbindableCamera, recorder3], language);
  }, 90_000);
  afterAll(() => house.stage.close(), 60_000);

  it('goes from the photo to verified within five messages, three presses and two fields', async () => {
    const { technician, laptop, stage } = house;
    const pressed = technician.answers.length;
    const photo = await technician.sendPhoto(await labelOf(CAMERA));
    for (const id of ['no', 'yes']) {
      await technician.waitFor(offering(id), STEP);
      await pressId(technician, id);
    }
    await technician.waitFor(offering('owner'), STEP);
    await unbindNow(technician);
    await technician.waitFor(({ kind }) => kind === 'photo', STEP);
    await technician.send(laptop.lastPicture());
    await laptop.typePassword(DEMO_PASSWORD);
    await technician.waitFor(({ text }) => text.includes(plain('bot:cases.outcome.unbound')), STEP);
    // The end is a message of its own, and the card says it, too.
    const since = () => technician.messages.filter(({ id }) => id > photo.id);
    const stays = () => since().filter(({ from }) => from === 'bot');
    const card = () => stays().find(({ text }) => text.endsWith(plain('bot:cases.outcome.unbound')));
    await technician.until(() => card() !== undefined && !stays().some(asks));
    const typedInChat = since().filter(({ from, kind }) => from === 'user' && kind === 'text').length;
    const cost = {
      messages: stays().length,
      presses: technician.answers.length - pressed,
      typed: typedInChat + stage.lan.device(CAMERA.shortSerial).snapshot().passwordsTried,
    };
    expect(cost.messages, technician.transcript()).toBeLessThanOrEqual(MOST.messages);
    expect(cost.presses).toBeLessThanOrEqual(MOST.presses);
    expect(cost.typed).toBeLessThanOrEqual(MOST.typed);
    expect(card()?.text).toContain(CAMERA.shortSerial);
    expect(technician.messages.find(({ id }) => id === photo.id)?.reaction).toBeNull();
  }, 120_000);

  it('leaves no keyboard behind /cancel, and the card says that the case is closed', async () => {
    const { technician } = house;
    const { id } = await technician.send(recorder3.profile.shortSerial);
    await technician.waitFor(offering('no'), STEP);
    await technician.send('/cancel');
    const left = () => technician.messages.filter((message) => message.id > id && message.from === 'bot');
    await technician.until(() =>
      left().some(({ text }) => text.includes(plain('bot:cases.outcome.cancelled'))),
    );
    expect(left().some(asks)).toBe(false);
    expect(left()).toHaveLength(2);
  }, 60_000);
});
