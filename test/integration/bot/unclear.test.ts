/** What the bot does not understand: counted by its question, and handed on to the admins only by whoever typed it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMisunderstood, MISUNDERSTOOD } from '../../../src/bot/house/misunderstood.ts';
import { createUnclear } from '../../../src/flows/engine/unclear.ts';
import { ok } from '../../../src/kernel/result.ts';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { type Fortress, openFortress, pressed } from '../../security/fortress.ts';
import { offering, STEP } from '../../support/stage.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

const TYPED = 'qqwwrr <plmm> zzqx';

describe('an answer that is not understood', () => {
  let house: Fortress;
  let ann: SimUser;
  beforeAll(async () => {
    house = await openFortress();
    ann = await house.technician('Ann');
  });
  afterAll(() => house.close());

  const isOffered = (person: SimUser) =>
    person.messages.some(({ buttons }) => buttons.flat().some(({ data }) => data === 'unclear:send'));

  it('goes to every admin with its question when its sender presses so, once, and the question is still there', async () => {
    // A chat nobody has opened takes no message.
    await house.russianAdmin.send('/start');
    await ann.send('J50000062');
    await ann.waitFor(offering('no'), STEP);
    await ann.send(TYPED);
    const asked = await ann.waitFor(/I can use/, STEP);
    expect(offering('no')(asked)).toBe(true);
    await ann.press(/^unclear:/);
    for (const admin of [house.admin, house.russianAdmin]) {
      const { text } = await admin.waitFor(({ text }) => text.includes(TYPED), { ...STEP, after: 'start' });
      expect(text).toMatch(/Ann.*(Was in EZVIZ|EZVIZ)/s);
    }
    const sent = await ann.waitFor(/Sent to the admin/, STEP);
    expect(offering('no')(sent)).toBe(true);
    expect(isOffered(ann)).toBe(false);
    await house.forge(pressed(ann, 'unclear:send'));
    await ann.waitFor(/do not have that text any more/, { ...STEP, after: 'start' });
  }, 60_000);

  it('is in no log, and counted for admins by its question, without a word of it', async () => {
    await house.admin.send('/admin');
    const { text } = await house.admin.waitFor(/How things stand/, STEP);
    expect(text).toMatch(/Not understood, by question\n.*Was in EZVIZ.*: 1/);
    expect(text).not.toContain('qqwwrr');
    expect(house.logged()).not.toContain('qqwwrr');
  }, 60_000);

  it('is offered for nothing that was a password, and where nothing is asked it is, too', async () => {
    await ann.send('password: Kanarek-77');
    await ann.waitFor(/looked like a password/, { ...STEP, after: 'start' });
    expect(isOffered(ann)).toBe(false);
    await ann.send('/cancel');
    await ann.waitFor(/Case closed/, STEP);
    await ann.send(TYPED);
    await ann.waitFor(/Send me a photo of the device label/, STEP);
    await ann.press(/^unclear:/);
    await ann.waitFor(/Sent to the admin/, STEP);
    expect(isOffered(ann)).toBe(false);
  }, 60_000);
});

describe('a text that can be handed on', () => {
  it('is the latest of its chat, cut, for half an hour, and of so many chats', async () => {
    let now = 0;
    const unclear = createUnclear(() => now);
    const kept = { question: 'assess', text: 'x'.repeat(5000) };
    for (let chat = 1; chat <= 501; chat += 1) await unclear.keep(chat, kept);
    expect(await unclear.get(1)).toBeNull();
    expect((await unclear.get(2))?.text).toHaveLength(1000);
    await unclear.keep(2, { question: 'idle', text: 'newer' });
    expect(await unclear.get(2)).toMatchObject({ question: 'idle', text: 'newer' });
    await unclear.forget(2);
    expect(await unclear.get(2)).toBeNull();
    now = 30 * 60_000;
    expect(await unclear.get(3)).toBeNull();
  });
});

describe('the counts', () => {
  it('are of seven days, over restarts, the most first', async () => {
    const folder = await temporaryFolder();
    const store = await openTestStore(folder.path);
    let now = Date.UTC(2026, 10, 1);
    const counts = () => createMisunderstood(store.values(MISUNDERSTOOD), () => now);
    await counts().count('old');
    now += 6 * 86_400_000;
    await counts().count('assess.cloud');
    await Promise.all(Array.from({ length: 5 }, () => counts().count('guide')));
    expect(await counts().week()).toEqual(
      ok(
        new Map([
          ['guide', 5],
          ['old', 1],
          ['assess.cloud', 1],
        ]),
      ),
    );
    now += 86_400_000;
    await counts().count('guide');
    expect(await counts().week()).toEqual(
      ok(
        new Map([
          ['guide', 6],
          ['assess.cloud', 1],
        ]),
      ),
    );
    await store.close();
    await folder.remove();
  });
});
