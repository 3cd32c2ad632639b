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

/** Closes every case behind the back of its conversation. */
async function closeBeneath(outcome: 'stopped' | 'unbound'): Promise<void> {
  const store = await openTestStore(house.storeUrl.replace(/^lmdb:/, ''));
  const cases = store.values(CASES);
  const ids = await cases.keys();
  for (const id of ids.ok ? ids.value : []) {
    const found = await cases.get(id);
    if (!found.ok || !found.value) throw new Error('no case');
    await cases.set(id, { ...found.value, closedAt: 1, outcome });
  }
  await store.close();
}

it.each([
  ['en', () => house.admin, /This case is closed\. Send the label again/],
  ['ru', () => house.russianAdmin, /Эта заявка закрыта\. Пришлите этикетку/],
] as const)('%s: is told to whoever answers', async (_, who, closed) => {
  const person = who();
  await person.send('J50000062');
  await person.waitFor(offering('no'), STEP);
  await closeBeneath('stopped');

  await person.press(/:no$/);
  await person.waitFor(closed, STEP);
  // The chat is free: the label begins anew.
  await person.send('AC7000101');
  await person.waitFor(offering('no'), STEP);
  expect(person.messages.some(({ text }) => /What is it\?|Что это за устройство\?/.test(text))).toBe(false);
});

it.each([
  ['en', () => house.admin, /This case was closed before: Unbound, verified\./],
  ['ru', () => house.russianAdmin, /Эта заявка уже закрыта: Отвязано, проверено\./],
] as const)('%s: is told, with how it ended, to whoever closes it', async (_, who, closed) => {
  const person = who();
  await person.send('J50000062');
  await person.waitFor(offering('no'), STEP);
  await closeBeneath('unbound');
  await person.send('/cancel');
  await person.waitFor(closed, STEP);

  await person.send('AC7000101');
  await person.waitFor(offering('no'), STEP);
  await person.send('/cases');
  await person.waitFor(/AC7000101/, STEP);
  await person.press(/AC7000101/);
  await person.waitFor(offering('close'), STEP);
  await closeBeneath('unbound');
  await person.press(/:close$/);
  await person.waitFor(closed, STEP);
});
