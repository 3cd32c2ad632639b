/** A device that has an open case in this chat leads to it: one question, and none where that case is at hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fortress, openFortress } from '../../security/fortress.ts';
import { offering, STEP } from '../../support/stage.ts';

describe.each([
  [
    'en',
    /You have a case for/,
    /For .* you have a case already/,
    'Yes',
    'No',
    /is the device of this case.*EZVIZ/s,
    /Case closed/,
  ] as const,
  [
    'ru',
    /у вас уже есть заявка.*Продолжить её/,
    /у вас уже есть заявка/,
    'Да',
    'Нет',
    /и есть устройство этой заявки.*EZVIZ/s,
    /Заявка закрыта/,
  ] as const,
])('a device with an open case (%s)', (language, known, beside, yes, no, own, closed) => {
  let house: Fortress;
  beforeAll(async () => {
    house = await openFortress();
  });
  afterAll(() => house.close());
  const who = () => (language === 'en' ? house.admin : house.russianAdmin);

  async function begin(serial: string): Promise<void> {
    await who().send('/new');
    await who().waitFor(offering('cancel'), STEP);
    await who().send(serial);
  }
  /** Buttons that open a case of this device in the list. */
  async function listed(serial: string): Promise<number> {
    await who().send(`/cases ${serial}`);
    const list = await who().waitFor(
      ({ buttons }) => buttons.flat().some(({ data }) => data?.startsWith('c:')),
      STEP,
    );
    return list.buttons.flat().filter(({ data }) => data?.startsWith('c:')).length;
  }

  it('goes on with it at a typed yes, and leaves no empty case behind', async () => {
    await begin('J50000062');
    const asked = await who().waitFor(offering('no'), STEP);
    await begin('J50000062');
    await who().waitFor(known, STEP);
    await who().send(yes);
    expect((await who().waitFor(offering('no'), STEP)).text).toBe(asked.text);
    expect(await listed('J50000062')).toBe(1);
  });

  it('is a new case at a typed no, and is not asked about again', async () => {
    await begin('J50000062');
    await who().waitFor(known, STEP);
    await who().send(no);
    const text = (await who().waitFor(offering('no'), STEP)).text;
    expect(text).not.toMatch(known);
    expect(await listed('J50000062')).toBe(2);
    // The case that is at hand.
    await who().send('J50000062');
    await who().waitFor(own, STEP);
    await who().send('/cancel');
    await who().waitFor(closed, STEP);
  });

  it('is part of the one question in the middle of another case', async () => {
    for (const pressed of ['known', 'new'] as const) {
      await begin('AC7000101');
      await who().waitFor(pressed === 'known' ? offering('no') : known, STEP);
      if (pressed === 'new') await who().send(yes);
      await who().waitFor(offering('no'), STEP);
      await who().send('J50000062');
      const question = await who().waitFor(offering('known'), STEP);
      expect(question.text).toMatch(beside);
      expect(question.text).toContain('AC7000101');
      await who().press(new RegExp(`:${pressed}$`));
      expect((await who().waitFor(offering('no'), STEP)).text).toContain('J50000062');
    }
    expect(await listed('J50000062')).toBe(3);
  });

  it('is not asked about once its case is closed', async () => {
    await begin('K12345678');
    await who().waitFor(offering('no'), STEP);
    await who().send('/cancel');
    await who().waitFor(closed, STEP);
    await who().send('K12345678');
    expect((await who().waitFor(offering('no'), STEP)).text).not.toMatch(known);
  });
});
