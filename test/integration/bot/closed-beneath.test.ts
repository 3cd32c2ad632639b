/** A case that is closed while one of its questions is open: the answer says so, and nothing goes on as if it counted. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CASES } from '../../../src/cases/record.ts';
import { type Fortress, openFortress } from '../../security/fortress.ts';
import { offering, STEP } from '../../support/stage.ts';
import { openTestStore } from '../../support/store.ts';

let house: Fortress;
beforeEach(async () => {
  house = await openFortress();
});
afterEach(() => house.close());

it.each([
  ['en', () => house.admin, /This case is closed\. Send the label again/],
  ['ru', () => house.russianAdmin, /Эта заявка закрыта\. Пришлите этикетку/],
] as const)('%s: is told to whoever answers', async (_, who, closed) => {
  const person = who();
  await person.send('J50000062');
  await person.waitFor(offering('no'), STEP);
  const store = await openTestStore(house.storeUrl.replace(/^lmdb:/, ''));
  const cases = store.values(CASES);
  const ids = await cases.keys();
  for (const id of ids.ok ? ids.value : []) {
    const found = await cases.get(id);
    if (!found.ok || !found.value) throw new Error('no case');
    await cases.set(id, { ...found.value, closedAt: 1, outcome: 'stopped' });
  }
  await store.close();

  await person.press(/:no$/);
  await person.waitFor(closed, STEP);
  // The chat is free: the label begins anew.
  await person.send('AC7000101');
  await person.waitFor(offering('no'), STEP);
  expect(person.messages.some(({ text }) => /What is it\?|Что это за устройство\?/.test(text))).toBe(false);
});
