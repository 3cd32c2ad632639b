import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { parsePlace } from '../../../src/bot/audit-command.ts';
import { CONTACTS } from '../../../src/bot/house/contacts.ts';
import type { ChatMessage } from '../../../src/sandbox/telegram/message.ts';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { type Fortress, openFortress, pressed } from '../../security/fortress.ts';
import { event, SERIAL, toThePassword } from '../../security/walk.ts';
import { readPdf } from '../../support/pdf.ts';
import { offering, pressId, STEP } from '../../support/stage.ts';
import { openTestStore } from '../../support/store.ts';
import { readTable } from '../../support/table.ts';

const FIRM = 'ООО Вектор';
const OTHER = 'AC7000101';

/** It is noon when these tests begin: none of them runs into the next day. */
const ahead = new Date().setHours(12, 0, 0, 0) - Date.now();
const clock = () => Date.now() + ahead;

describe('a report', () => {
  let house: Fortress;
  let ann: SimUser;
  beforeAll(async () => {
    house = await openFortress({ firm: FIRM }, clock);
    ann = await house.technician('Ann');
  });
  afterAll(() => house.close());

  /** The two files of a report, read as people and spreadsheets do. */
  async function received(separator: ',' | ';') {
    const file = (name: RegExp) => ann.waitFor((message) => name.test(message.file?.name ?? ''), STEP);
    const [paper, table] = [await file(/\.pdf$/), await file(/\.csv$/)];
    const bytes = (message: ChatMessage) => Buffer.from(house.api.bytes(message.file?.id ?? '') ?? []);
    const { pages } = readPdf(bytes(paper));
    const text = pages.join('\n').replaceAll('\n', ' ');
    return { paper, text, rows: readTable(bytes(table).toString('utf8'), separator) };
  }

  async function unbindVerified(): Promise<ChatMessage> {
    const laptop = await house.laptop(ann);
    const { jobId, permit } = await toThePassword(ann, laptop);
    await laptop.permit(permit, jobId, SERIAL);
    const report = { shortSerial: SERIAL, outcome: 'unbound' as const, verified: true };
    await laptop.sendEvents([event('outcome', { jobId, report })]);
    return ann.waitFor(/Unbound, verified/, STEP);
  }

  it('comes from the button under the outcome, with who and where asked once, and an entry that the check finds', async () => {
    const ended = await unbindVerified();
    expect(ended.buttons.flat().map(({ data }) => data?.split(':')[0])).toEqual(['report']);
    await ann.press(/^report:/);
    await ann.waitFor(offering('leave-out'), STEP);
    await ann.send('Ivan Petrov +7 900 123-45-67');
    await ann.waitFor(offering('no-site'), STEP);
    await ann.send('North Court, 2');
    const { paper, text, rows } = await received(',');
    expect(paper.file?.name).toBe(`report-${SERIAL}.pdf`);
    expect(paper.text).toBe(
      'Report of 1 device. North Court, 2 · Ivan Petrov · ООО Вектор · +7 900 123-45-67',
    );
    const [, row = []] = rows;
    for (const words of [
      FIRM,
      'North Court, 2',
      'Ivan Petrov, +7 900 123-45-67',
      SERIAL,
      '10.0.0.9',
      'network, from the laptop',
      'bound, can be unbound',
      'not bound',
      'the device itself says so, asked right after',
    ]) {
      expect(text).toContain(words);
      expect(row).toContain(words);
    }
    const [, command = ''] = /audit verify --head (\S+)/.exec(row.at(-1) ?? '') ?? [];
    expect(text).toContain(command);
    const store = await openTestStore(house.storeUrl.replace(/^lmdb:/, ''));
    const checked = await createAudit(store, Date.now).verify(parsePlace(command) ?? undefined);
    await store.close();
    expect(checked).toMatchObject({ ok: true, value: { faults: [] } });
  }, 60_000);

  it('of the only case there is comes without a question but for the site, which is offered again, in the language of the chat', async () => {
    await ann.send('/language');
    await ann.waitFor(/Language/, STEP);
    await ann.press('l:ru');
    await ann.waitFor(/по-русски/, STEP);
    await ann.send('/report');
    await ann.waitFor(offering('site-0'), STEP);
    await pressId(ann, 'site-0');
    const { text, rows } = await received(';');
    expect(text).toMatch(/отчёт.*ООО Вектор.*привязано, можно отвязать не привязано Отвязано/s);
    expect(rows[1]).toContain('North Court, 2');
  }, 60_000);

  it('of a day has all its cases, and leaves the one that is being worked on where it was', async () => {
    await ann.send(OTHER);
    await ann.waitFor(offering('without'), STEP);
    await pressId(ann, 'without');
    await ann.waitFor(offering('no'), STEP);
    await ann.send('/report');
    const which = await ann.waitFor(offering('case'), STEP);
    expect(which.buttons.flat().map(({ text }) => text)).toEqual(
      expect.arrayContaining([`Только ${OTHER}`, 'Сегодня: 2']),
    );
    await ann.press(/:day-/);
    await ann.waitFor(offering('no-site'), STEP);
    await pressId(ann, 'no-site');
    const { text, rows, paper } = await received(';');
    expect(paper.text).toContain('Отчёт: 2 устройства.');
    expect(rows.slice(1).map((row) => row[5])).toEqual([SERIAL, OTHER]);
    expect(text).toContain('Не закончено: 1');
    expect(rows[2]).toEqual(expect.arrayContaining(['не указано', 'не видели', 'не спрашивали']));
    await ann.waitFor(offering('without'), STEP);
    await ann.send('/cancel');
    await ann.waitFor(/закрыта/, STEP);
  }, 60_000);

  it('of a case is a button where the case is shown, and comes back there', async () => {
    await ann.send(`/cases ${SERIAL}`);
    await ann.waitFor(({ buttons }) => buttons.flat().some(({ data }) => data?.startsWith('c:')), STEP);
    await ann.press(/^c:/);
    await ann.waitFor(offering('report'), STEP);
    await pressId(ann, 'report');
    await ann.waitFor(offering('site-0'), STEP);
    await ann.send('Склад №7');
    const { rows } = await received(';');
    expect(rows[1]).toEqual(expect.arrayContaining(['Склад №7', SERIAL]));
    await ann.waitFor(offering('attach'), STEP);
    await pressId(ann, 'cancel');
  }, 60_000);

  it('is nobody else’s', async () => {
    await ann.send('/cases');
    const list = await ann.waitFor(
      ({ buttons }) => buttons.flat().some(({ data }) => data?.startsWith('c:')),
      STEP,
    );
    const id =
      list.buttons
        .flat()
        .find(({ data }) => data?.startsWith('c:'))
        ?.data?.slice(2) ?? '';
    const bob = await house.technician('Bob');
    await house.forge(pressed(bob, `report:${id}`));
    await bob.waitFor(/do not find this case/, STEP);
    await bob.send('/report');
    await bob.waitFor(offering('leave-out'), STEP);
    await pressId(bob, 'leave-out');
    await bob.waitFor(/no case with a device yet/, STEP);
    expect(bob.messages.filter(({ kind }) => kind === 'document')).toEqual([]);
  }, 60_000);

  it('is signed as /me says, which shows, changes and forgets it', async () => {
    await ann.send('/me');
    const shown = await ann.waitFor(offering('forget'), STEP);
    expect(shown.text).toMatch(/Ivan Petrov[\s\S]*ООО Вектор[\s\S]*\+7 900 123-45-67/);
    await ann.send('Пётр');
    await ann.waitFor(/Запомнил/, STEP);
    await ann.send('/me');
    expect((await ann.waitFor(offering('forget'), STEP)).text).toMatch(/Пётр/);
    await pressId(ann, 'forget');
    await ann.waitFor(/Забыл/, STEP);
    expect(await keptOf(ann)).toBeUndefined();
    await ann.send('/me');
    await ann.waitFor(offering('leave-out'), STEP);
    await pressId(ann, 'only');
    await ann.waitFor(/Запомнил/, STEP);
    expect(await keptOf(ann)).toEqual({ name: 'Ann', firm: null, phone: null, sites: [] });
  }, 60_000);

  it('is forgotten with the access of its writer', async () => {
    await house.admin.send(`/revoke ${ann.id}`);
    await house.admin.waitFor(/is out/, STEP);
    expect(await keptOf(ann)).toBeUndefined();
  }, 60_000);

  async function keptOf({ id }: SimUser) {
    const store = await openTestStore(house.storeUrl.replace(/^lmdb:/, ''));
    const kept = await store.values(CONTACTS).get(String(id));
    await store.close();
    if (!kept.ok) throw new Error(kept.failure.reason);
    return kept.value;
  }
});
