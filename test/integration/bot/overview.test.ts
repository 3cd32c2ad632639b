import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { createOverview, WEEK_MS } from '../../../src/bot/house/overview.ts';
import { createCaseDesk } from '../../../src/cases/desk.ts';
import { ok } from '../../../src/kernel/result.ts';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { type Fortress, openFortress, pressed } from '../../security/fortress.ts';
import { event, SERIAL, toThePassword } from '../../security/walk.ts';
import { STEP } from '../../support/stage.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { readTable } from '../../support/table.ts';

describe('what admins see of the house', () => {
  let house: Fortress;
  let ann: SimUser;
  beforeAll(async () => {
    house = await openFortress();
    ann = await house.technician('Ann');
  });
  afterAll(() => house.close());

  it('is told to admins alone', async () => {
    await ann.send('/admin');
    await ann.waitFor(/Only admins/, STEP);
    await house.forge(pressed(ann, 'admin:refresh'));
    await ann.waitFor(/Only admins/, STEP);
    expect(ann.messages.map(({ text }) => text).join('\n')).not.toMatch(/How things stand/);
  });

  it('is one message, which the button writes anew in its place, in the words of its reader', async () => {
    const { admin, russianAdmin } = house;
    await admin.send('/admin');
    const before = await admin.waitFor(/How things stand/, STEP);
    expect(before.text).toMatch(/Technicians: 1 · admins: 2/);
    expect(before.text).toMatch(/Laptops paired: 0 · online: 0/);
    expect(before.text).toMatch(/Open cases: none/);
    expect(before.text).toMatch(/No case has ended/);

    const laptop = await house.laptop(ann);
    const { jobId, permit } = await toThePassword(ann, laptop);
    await laptop.permit(permit, jobId, SERIAL);
    await press();
    const during = await written(/Passwords sent: 1 · wrong: 0 · device locked: 0/);
    expect(during).toMatch(/Laptops paired: 1 · online: 1/);
    expect(during).toMatch(/Open cases: 1, the oldest since \d/);

    const report = { shortSerial: SERIAL, outcome: 'unbound' as const, verified: true };
    await laptop.sendEvents([event('outcome', { jobId, report })]);
    await ann.waitFor(/Unbound, verified/, STEP);
    await press();
    expect(await written(/Unbound, verified: 1/)).toMatch(/Open cases: none/);
    expect(admin.messages.filter(({ text }) => /How things stand/.test(text))).toHaveLength(1);

    await russianAdmin.send('/admin');
    const russian = await russianAdmin.waitFor(/Как дела/, STEP);
    expect(russian.text).toMatch(/Отвязано, проверено: 1/);

    async function press() {
      await admin.press(/^admin:refresh$/);
    }
    async function written(words: RegExp) {
      return (await admin.waitFor(words, STEP)).text;
    }
  }, 60_000);
});

describe('the cases of the week', () => {
  it('come to an admin as a table without a formula, and to nobody else', async () => {
    const house = await openFortress();
    onTestFinished(() => house.close());
    const { admin } = house;
    await admin.send('/admin');
    await admin.waitFor(/How things stand/, STEP);
    await admin.press(/^admin:export$/);
    await admin.waitFor(/Nobody has worked on a case/, STEP);

    const ann = await house.technician('=1+1');
    const laptop = await house.laptop(ann);
    await toThePassword(ann, laptop);
    await admin.press(/^admin:export$/);
    const sent = await admin.waitFor(
      ({ file }) => /^cases-\d{4}-\d\d-\d\d\.csv$/.test(file?.name ?? ''),
      STEP,
    );
    expect(sent.text).toBe('1 case of the last seven days, as a table.');
    const table = Buffer.from(house.api.bytes(sent.file?.id ?? '') ?? []).toString('utf8');
    const [head, ...rows] = readTable(table, ',');
    expect(head).toHaveLength(9);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toEqual(expect.arrayContaining([String(ann.id), "'=1+1", SERIAL, 'Open', 'open']));

    await house.forge(pressed(ann, 'admin:export'));
    await ann.waitFor(/Only admins/, STEP);
    expect(ann.messages.filter(({ kind }) => kind === 'document')).toEqual([]);
  }, 60_000);
});

describe('the count of the house', () => {
  const START = Date.UTC(2026, 10, 29);

  async function countedHouse(mostEntries?: number) {
    const folder = await temporaryFolder();
    const store = await openTestStore(folder.path);
    onTestFinished(async () => {
      await store.close();
      await folder.remove();
    });
    let now = START;
    const clock = () => now;
    const audit = createAudit(store, clock);
    const cases = createCaseDesk(store, audit, clock);
    const access = { admins: [1], list: async () => ok([]) };
    const directory = { list: async () => ok([]) };
    const misunderstood = { week: async () => ok(new Map<string, number>()) };
    const look = createOverview({ access, directory, cases, audit, misunderstood, clock }, mostEntries);
    const device = { shortSerial: SERIAL, fullSerial: null, model: null, manufactured: null };
    async function opened(chatId: number) {
      const record = await cases.open(chatId);
      if (!record.ok) throw new Error(record.failure.reason);
      await cases.apply(record.value.id, { type: 'identified', device } as never);
      return record.value.id;
    }
    async function seen() {
      const found = await look();
      if (!found.ok) throw new Error(found.failure);
      return found.value;
    }
    return { cases, opened, seen, pass: (ms: number) => (now += ms) };
  }

  it('has open cases of all chats, however old, and ends of the last seven days', async () => {
    const { cases, opened, seen, pass } = await countedHouse();
    const first = await opened(7);
    await cases.apply(first, { type: 'closed', outcome: 'cancelled' });
    await opened(7);
    await cases.open(9);
    pass(WEEK_MS + 1);
    const third = await opened(8);
    await cases.apply(third, { type: 'closed', outcome: 'service-centre' });
    await opened(8);
    const { open, week } = await seen();
    expect(open).toEqual({ count: 2, oldest: START, isCut: false });
    expect([...week.outcomes]).toEqual([['service-centre', 1]]);
    expect(week.countedFrom).toBeNull();
  });

  it('says from where it has counted when the trail is longer than it reads', async () => {
    const { cases, opened, seen, pass } = await countedHouse(2);
    const first = await opened(7);
    await cases.apply(first, { type: 'closed', outcome: 'cancelled' });
    pass(1_000);
    const second = await opened(8);
    pass(1_000);
    await cases.apply(second, { type: 'closed', outcome: 'unbound' });
    const { week } = await seen();
    expect([...week.outcomes]).toEqual([['unbound', 1]]);
    expect(week.countedFrom).toBe(START + 1_000);
  });
});
