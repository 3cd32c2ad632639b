/** A message that is edited in the chat, from Telegram's update to what the bot does, in both languages. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { type Fortress, openFortress } from '../../security/fortress.ts';

let fortress: Fortress;
beforeAll(async () => {
  fortress = await openFortress({ askPin: true });
});
afterAll(() => fortress.close());

describe.each(['en', 'ru'] as const)('an edited message (%s)', (language) => {
  const say = (texts: { en: RegExp; ru: RegExp }) => texts[language];
  const IDLE = say({ en: /Send me a photo of the device label/, ru: /Пришлите фото этикетки/ });
  const LATE = say({ en: /dealt with already/, ru: /с которым всё уже сделано/ });
  const NOTHING = say({ en: /Nothing is running|nothing to cancel/i, ru: /Отменять нечего|ничего/i });
  let person: SimUser;
  const said = () => person.messages.filter(({ from }) => from === 'bot').map(({ text }) => text);

  beforeEach(async () => {
    person = language === 'en' ? fortress.admin : fortress.russianAdmin;
    await person.send('/cancel');
    await person.waitFor((message) => message.from === 'bot');
  });

  it('mends a serial number that was not understood', async () => {
    const { id } = await person.send('J500000');
    await person.waitFor(IDLE);
    await person.edit(id, 'J50000062');
    const asked = await person.waitFor((message) => message.buttons.length > 0);
    expect(asked.text).not.toMatch(LATE);
    expect(said().join('\n')).toContain('J50000062');
  });

  it('mends the newest serial number, which is asked about, and an edit that says the same is no news', async () => {
    const { id } = await person.send('J50000062');
    await person.waitFor((message) => message.buttons.length > 0);
    const before = person.said.length;
    await person.edit(id, 'J50000062 ');
    await person.edit(id, 'J50000063');
    await person.waitFor(say({ en: /Is this another device/, ru: /Это другое устройство/ }));
    const after = person.said.slice(before).filter(({ from }) => from === 'bot');
    expect(after).toHaveLength(1);
  });

  it('changes nothing that was dealt with, and says so', async () => {
    const { id } = await person.send('J50000062');
    await person.waitFor((message) => message.buttons.length > 0);
    await person.send('hm');
    await person.waitFor((message) => message.from === 'bot');
    await person.edit(id, 'J50000063');
    await person.waitFor(LATE);
    expect(said().at(-1)).not.toContain('J50000063');
    // What means nothing to the bot is between the person and their phone.
    const before = said().length;
    await person.edit(id, 'never mind');
    await person.send('/cancel');
    await person.waitFor((message) => message.from === 'bot');
    expect(said().length).toBe(before + 1);
  });

  it('mends a mistyped command, and repeats none that was carried out', async () => {
    const { id } = await person.send('/cancl');
    await person.waitFor((message) => message.from === 'bot');
    await person.edit(id, '/cancel');
    await person.waitFor(NOTHING);
    await person.edit(id, '/new');
    await person.waitFor(LATE);
  });

  it('takes a password out that was edited in, and hears the rest', async () => {
    const { id } = await person.send('J500000');
    await person.waitFor(IDLE);
    await person.edit(id, 'J50000062 password: kitten-4711');
    await person.waitFor(/J50000062/);
    expect(person.messages.some((message) => message.id === id)).toBe(false);
    expect(fortress.logged()).not.toContain('kitten-4711');
  });

  it('is a PIN where one is asked for, and does not stay', async () => {
    const hello = await person.send('hm');
    await person.waitFor(IDLE);
    await person.send('/pin');
    await person.waitFor((message) => message.from === 'bot');
    await person.edit(hello.id, '480213795');
    await person.waitFor(say({ en: /The PIN is set/, ru: /PIN-код задан/ }));
    expect(person.messages.some((message) => message.id === hello.id)).toBe(false);
  });
});
