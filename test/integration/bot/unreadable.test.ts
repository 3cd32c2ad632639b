/** A case, or a chat, whose record cannot be read: the person is told what to do next, and everything else goes on. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { CHATS } from '../../../src/bot/house/chats.ts';
import { CASES } from '../../../src/cases/record.ts';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import type { Kind } from '../../../src/store/kind.ts';
import { type Fortress, openFortress } from '../../security/fortress.ts';
import { offering, STEP } from '../../support/stage.ts';
import { openTestStore } from '../../support/store.ts';

const SERIAL = 'J50000062';
const OTHER = 'AC7000101';
const JUNK = { junk: 'hunter2' };

let house: Fortress;
beforeEach(async () => {
  house = await openFortress();
});
afterEach(() => house.close());

/** Puts junk in place of every record of a kind, or of the one with this key. */
async function spoil(declared: Kind<unknown>, isMeant: (key: string) => boolean = () => true): Promise<void> {
  const store = await openTestStore(house.storeUrl.replace(/^lmdb:/, ''));
  const loose = store.values<unknown>({ ...declared, schema: z.unknown() });
  const keys = await loose.keys();
  for (const key of keys.ok ? keys.value.filter(isMeant) : []) await loose.set(key, JUNK);
  await store.close();
}

/** Whether the question is in the chat's record: its message is there before. */
async function isAsked(person: SimUser): Promise<boolean> {
  const store = await openTestStore(house.storeUrl.replace(/^lmdb:/, ''));
  const state = await store.values(CHATS).get(String(person.id));
  await store.close();
  return state.ok && state.value?.conversation !== null && state.value !== undefined;
}

/** Names a device and waits for the first question about it. */
async function begin(person: SimUser, serial: string): Promise<void> {
  await person.send(serial);
  await person.waitFor(offering('no'), STEP);
}

describe.each([
  [
    'en',
    () => house.admin,
    /cannot read the record of this case.*\/cases/s,
    /where we were in this chat.*\/cases/s,
  ],
  ['ru', () => house.russianAdmin, /Запись этой заявки.*\/cases/s, /на чём мы остановились.*\/cases/s],
] as const)('%s: a record that cannot be read', (_, who, caseGone, chatGone) => {
  it('of a case ends its conversation with a word, once; a new case of the device goes on', async () => {
    const person = who();
    await begin(person, SERIAL);
    await spoil(CASES);
    await person.press(/:no$/);
    await person.waitFor(caseGone, STEP);
    expect(house.logged()).toContain('"why":"no-fit"');
    expect(house.logged()).not.toContain(JUNK.junk);
    await begin(person, SERIAL);
    await person.press(/:no$/);
    await person.waitFor(/What is it\?|Что это за устройство\?/, STEP);
    // The list goes on without it.
    await person.send('/cases');
    await person.waitFor(new RegExp(SERIAL), STEP);
  }, 60_000);

  it('of a chat is told, and the cases are still there', async () => {
    const person = who();
    await begin(person, SERIAL);
    await vi.waitFor(async () => expect(await isAsked(person)).toBe(true), { timeout: STEP.timeoutMs });
    await spoil(CHATS);
    await person.send('/cases');
    await person.waitFor(chatGone, STEP);
    await person.waitFor(({ buttons }) => buttons.flat().some(({ data }) => data?.startsWith('c:')), STEP);
    await person.send('/cases');
    await person.waitFor(({ buttons }) => buttons.flat().some(({ data }) => data?.startsWith('c:')), STEP);
    expect(person.messages.filter(({ text }) => chatGone.test(text))).toHaveLength(1);
    await begin(person, OTHER);
  }, 60_000);
});
