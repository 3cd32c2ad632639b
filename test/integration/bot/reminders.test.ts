/** One word about a case that was left in the middle: by day, once, and never to somebody who is at work or wants none. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { createReminders } from '../../../src/bot/house/reminders.ts';
import { createCaseDesk } from '../../../src/cases/desk.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { ok } from '../../../src/kernel/result.ts';
import type { Store } from '../../../src/store/store.ts';
import { openFortress, pressed } from '../../security/fortress.ts';
import { createLife, type Life, storeOf } from '../../support/mortal.ts';
import { offering, STEP } from '../../support/stage.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { workingOn } from '../../support/working-on.ts';

const ANN = 7;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOON = new Date(2026, 10, 20, 12).getTime();

describe('a case left in the middle', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: Store;
  let now: number;
  let role: string | null;
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = await openTestStore(folder.path);
    now = NOON;
    role = 'technician';
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
  });

  /** The part of the bot that reminds, in a process that may be killed. */
  function openHouse(life: Life = createLife()) {
    const said: { text: string; buttons: string[] }[] = [];
    const mortal = storeOf(store, life);
    const cases = createCaseDesk(
      mortal,
      createAudit(mortal, () => now),
      () => now,
    );
    const reminders = createReminders({
      ...workingOn(mortal),
      access: { roleOf: async () => ok(role) },
      cases,
      profiles: { language: async () => 'en' },
      voice: {
        say: (_person, text, { rows = [] } = {}) =>
          life.act(async () => {
            said.push({ text, buttons: rows.flat().map(({ data }) => data) });
            return 'told' as const;
          }),
      },
      clock: () => now,
      log: createLog('silent', 'test'),
    });
    return { cases, reminders, said };
  }

  async function begun(shortSerial = 'J50000062'): Promise<string> {
    const { cases } = openHouse();
    const opened = await cases.open(ANN);
    if (!opened.ok) throw new Error(opened.failure.reason);
    const device = { shortSerial, fullSerial: null, model: null, manufactured: null };
    await cases.apply(opened.value.id, { type: 'identified', device });
    return opened.value.id;
  }

  it('is called to mind the next day, once, over restarts, with a way to go on and one to be left alone', async () => {
    const id = await begun();
    now += 19 * HOUR;
    const first = openHouse();
    await first.reminders.look();
    expect(first.said).toEqual([]);
    now = NOON + DAY;
    await first.reminders.look();
    expect(first.said).toEqual([
      {
        text: expect.stringContaining('Left in the middle: <code>J50000062</code>'),
        buttons: [`left:on:${id}`, 'left:off'],
      },
    ]);
    now += DAY;
    const second = openHouse();
    await second.reminders.look();
    expect(second.said).toEqual([]);
  });

  it('is not at night, not while its technician is at work on another one, and not when he is out', async () => {
    await begun();
    now = NOON + DAY + 9 * HOUR;
    const { reminders, said } = openHouse();
    await reminders.look();
    now = new Date(2026, 10, 22, 8, 59).getTime();
    await reminders.look();
    expect(said).toEqual([]);
    now = new Date(2026, 10, 22, 11).getTime();
    await begun('J50000063');
    await reminders.look();
    now += HOUR;
    role = null;
    await reminders.look();
    expect(said).toEqual([]);
    role = 'technician';
    now += HOUR;
    await reminders.look();
    expect(said).toMatchObject([{ text: expect.stringContaining('J50000062') }]);
  });

  it('is one message for all that were left, and none of those that are closed, old, or wait for the service centre', async () => {
    const { reminders, said, cases } = openHouse();
    await begun('J50000061');
    now += 8 * DAY;
    for (const serial of ['J50000062', 'J50000063', 'J50000064']) await begun(serial);
    const [closed = '', awaited = ''] = [await begun('J50000065'), await begun('J50000066')];
    await cases.apply(closed, { type: 'closed', outcome: 'cancelled' });
    await cases.apply(awaited, { type: 'awaits-answer' });
    now += DAY;
    await reminders.look();
    expect(said).toMatchObject([{ text: expect.stringContaining('2 more cases are open') }]);
    // The service centre has two weeks.
    now += 14 * DAY;
    await reminders.look();
    expect(said.slice(1)).toMatchObject([{ text: expect.stringContaining('J50000066') }]);
  });

  it('is not for somebody who wants none, until they do again', async () => {
    await begun();
    now += DAY;
    const { reminders, said } = openHouse();
    await reminders.want(ANN, false);
    await openHouse().reminders.look();
    await reminders.look();
    expect(said).toEqual([]);
    await reminders.want(ANN, true);
    await reminders.look();
    expect(said).toHaveLength(1);
  });

  it('is never called to mind twice, wherever the bot is killed', async () => {
    for (const writes of [1, 2, 3, 4, 99]) {
      await begun(`J500000${writes + 10}`.slice(0, 9));
      now += DAY;
      const life = createLife();
      const before = openHouse(life);
      life.dieAfter(writes);
      await Promise.race([before.reminders.look(), life.died]);
      const after = openHouse();
      await after.reminders.look();
      // Killed between the claim and the word, it stays unsaid.
      const times = before.said.length + after.said.length;
      expect(times).toBeLessThanOrEqual(1);
      if (!life.isDead) expect(times).toBe(1);
    }
  });
});

describe('the buttons of a reminder', () => {
  it('go on with a case of their own chat, and end reminders, until they are wanted again', async () => {
    const house = await openFortress();
    try {
      const [ann, bob] = [await house.technician('Ann'), await house.technician('Bob')];
      await ann.send('J50000062');
      await ann.waitFor(offering('no'), STEP);
      await ann.send('/cases J50000062');
      const list = await ann.waitFor(/Found/, STEP);
      const id = list.buttons.flat()[0]?.data?.slice(2) ?? '';
      await ann.send('/new');
      await ann.waitFor(/Send a photo/, STEP);
      await house.forge(pressed(ann, `left:on:${id}`));
      expect((await ann.waitFor(offering('no'), { ...STEP, after: 'start' })).text).toContain('J50000062');
      await house.forge(pressed(bob, `left:on:${id}`));
      await bob.waitFor(/do not find this case/, { ...STEP, after: 'start' });
      await house.forge(pressed(ann, 'left:off'));
      await ann.waitFor(/do not remind you/, { ...STEP, after: 'start' });
      await ann.press(/^left:want/);
      await ann.waitFor(/I remind you of cases/, STEP);
    } finally {
      await house.close();
    }
  }, 60_000);
});
