/** A case that was cancelled by mistake: a button under the word of it opens it again where it stood. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fortress, openFortress } from '../../security/fortress.ts';
import { offering, STEP } from '../../support/stage.ts';

describe.each([
  ['en', /Case closed/, /is open again/, /stays closed/] as const,
  ['ru', /Заявка закрыта/, /снова открыта/, /остаётся закрытой/] as const,
])('a cancelled case (%s)', (language, closed, waits, stays) => {
  let house: Fortress;
  beforeAll(async () => {
    house = await openFortress();
  });
  afterAll(() => house.close());
  const who = () => (language === 'en' ? house.admin : house.russianAdmin);

  it('goes on at the question it was cancelled at, and closes again', async () => {
    const person = who();
    await person.send('J50000062');
    const asked = await person.waitFor(offering('no'), STEP);
    await person.send('/cancel');
    await person.waitFor(closed, STEP);
    await person.press(/^u:/);
    const again = await person.waitFor(offering('no'), STEP);
    expect(again.text).toBe(asked.text);
    await person.press(/:cancel$/);
    await person.waitFor(closed, STEP);
  });

  it('waits in the list where another case is running by then, and that one goes on', async () => {
    const person = who();
    await person.send('J50000063');
    await person.waitFor(offering('no'), STEP);
    await person.send('/cancel');
    await person.waitFor(closed, STEP);
    await person.send('J50000064');
    await person.waitFor(offering('no'), STEP);
    await person.press(/^u:/);
    await person.waitFor(waits, STEP);
    await person.send('/cases');
    const list = await person.waitFor(
      ({ buttons }) => buttons.flat().some(({ data }) => data?.startsWith('c:')),
      STEP,
    );
    expect(list.buttons.flat().map(({ text }) => text)).toEqual(
      expect.arrayContaining(['1 · J50000064', '2 · J50000063']),
    );
    await person.send('/cancel');
    await person.waitFor(closed, STEP);
  });

  it('stays closed where its device was reported stolen meanwhile', async () => {
    const person = who();
    await person.send('J50000065');
    await person.waitFor(offering('no'), STEP);
    await person.send('/cancel');
    await person.waitFor(closed, STEP);
    await person.send('/deny J50000065');
    await person.waitFor(/J50000065/, STEP);
    await person.press(/^u:/);
    await person.waitFor(stays, STEP);
  });

  it('has no such button where nothing is in it', async () => {
    const person = who();
    await person.send('/new');
    await person.waitFor(offering('cancel'), STEP);
    await person.send('/cancel');
    expect((await person.waitFor(closed, STEP)).buttons).toEqual([]);
  });
});
