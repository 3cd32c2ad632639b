import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { TECHNICIANS } from '../../../src/bot/door/access.ts';
import { createLimits } from '../../../src/bot/door/limits.ts';
import { BLOBS } from '../../../src/bot/house/blobs.ts';
import { PICTURE_ANSWERS } from '../../../src/bot/house/chats.ts';
import { PROFILES } from '../../../src/bot/house/profiles.ts';
import { forget } from '../../../src/bot/keep/erase.ts';
import { dropOld } from '../../../src/bot/keep/retention.ts';
import { type CaseRecord, newCase } from '../../../src/cases/case.ts';
import { createCaseDesk } from '../../../src/cases/desk.ts';
import { CASE_FINDS, writeFinds } from '../../../src/cases/finds.ts';
import { CASES, CHAT_CASES } from '../../../src/cases/record.ts';
import type { Store } from '../../../src/store/store.ts';
import { value } from '../../contract/store/contract.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

const ANN = 7_000_007;
const SERIAL = 'J50000062';
const DAY = 86_400_000;
const NOW = 1_790_000_000_000;

let store: Store;
let audit: ReturnType<typeof createAudit>;
beforeEach(async () => {
  const { path, remove } = await temporaryFolder();
  store = await openTestStore(path);
  audit = createAudit(store, () => NOW);
  onTestFinished(async () => {
    await store.close();
    await remove();
  });
});

/** A case of Ann's about a device, with a photo. */
async function caseOf(id: string, serial: string, closedAt: number | null): Promise<CaseRecord> {
  const note = { kind: 'photo', blob: `note:${id}:1`, at: 1 } as const;
  const device = { shortSerial: serial, fullSerial: null, model: null, manufactured: null };
  const record: CaseRecord = { ...newCase(id, ANN, 1), device, closedAt, notes: [note] };
  await value(store.values(CASES).set(id, record));
  await value(store.values(CHAT_CASES).set(`${ANN}:${id}`, true));
  await value(writeFinds(store, [record]));
  await value(store.values(BLOBS).set(note.blob, 'AAAA'));
  return record;
}

/** Every record of the store as text. */
async function everything(): Promise<string> {
  const texts: string[] = [];
  for (const kind of [CASES, CHAT_CASES, CASE_FINDS, BLOBS, PROFILES, PICTURE_ANSWERS] as const)
    for (const key of await value(store.values<unknown>(kind).keys()))
      texts.push(key, JSON.stringify(await value(store.values<unknown>(kind).get(key))));
  await value(audit.read((line) => texts.push(line)));
  for (const { clear } of await value(audit.names())) texts.push(clear);
  return texts.join('\n');
}

const reason = async (result: ReturnType<typeof forget>) => {
  const done = await result;
  return done.ok ? 'done' : done.failure.reason;
};

describe('forgetting', () => {
  it('takes a device out of cases and names, says so in the trail, and leaves the stolen list', async () => {
    const limits = createLimits(store, audit, () => NOW);
    await value(limits.deny(1, SERIAL));
    const desk = createCaseDesk(store, audit, () => NOW);
    const opened = await value(desk.open(ANN));
    const device = { shortSerial: SERIAL, fullSerial: null, model: null, manufactured: null };
    await value(desk.apply(opened.id, { type: 'identified', device }));
    await value(desk.apply(opened.id, { type: 'closed', outcome: 'unbound' }));
    // The card of another one had it among the devices of one photo.
    const beside = { shortSerial: SERIAL, fullSerial: null, model: null, doubt: null };
    const other = await caseOf('OTHER', 'J50000063', 5);
    const third = { ...beside, shortSerial: 'J50000064' };
    await value(store.values(CASES).set('OTHER', { ...other, others: [beside, third] }));
    expect(await value(forget({ store, audit }, { of: 'serial', shortSerial: SERIAL }))).toBe(1);

    const left = await everything();
    expect(left).not.toContain(SERIAL);
    expect(left).toContain('audit.forgotten');
    expect(left).toContain('J50000063');
    expect(left).toContain('J50000064');
    expect(await value(audit.verify())).toMatchObject({ faults: [] });
    expect(await value(limits.isDenied(SERIAL))).toBe(true);
  });

  it('takes a technician out who is let in no more', async () => {
    await caseOf('ONE', SERIAL, 5);
    await value(audit.append({ what: 'access.joined', case: null, by: ANN, detail: {} }));
    await value(store.values(PROFILES).set(String(ANN), { language: 'en', name: 'Ann' } as never));
    await value(store.values(PICTURE_ANSWERS).set(String(ANN), { update: 1, nonce: 'N' }));
    await value(
      store.values(TECHNICIANS).set(String(ANN), { userId: ANN, name: 'Ann', invitedBy: 1, since: 5 }),
    );
    expect(await reason(forget({ store, audit }, { of: 'technician', id: ANN }))).toBe('member');
    await value(store.values(TECHNICIANS).delete(String(ANN)));
    expect(await value(forget({ store, audit }, { of: 'technician', id: ANN }))).toBe(1);
    const left = await everything();
    expect(left).not.toContain(String(ANN));
    expect(left).not.toContain('Ann');
  });

  it('takes one case by its number, and none that is open', async () => {
    await caseOf('01ARZ3NDEKTSV4RRFFQ69G5FAV', SERIAL, 5);
    await caseOf('01ARZ3NDEKTSV4RRFFQ69G5FAW', SERIAL, null);
    expect(await reason(forget({ store, audit }, { of: 'case', typed: '9G5FAW' }))).toBe('open');
    expect(await reason(forget({ store, audit }, { of: 'serial', shortSerial: SERIAL }))).toBe('open');
    expect(await reason(forget({ store, audit }, { of: 'case', typed: 'ZZZZZZ' }))).toBe('nothing');
    expect(await value(forget({ store, audit }, { of: 'case', typed: '9g5fav' }))).toBe(1);
    expect(await value(store.values(CASES).keys())).toEqual(['01ARZ3NDEKTSV4RRFFQ69G5FAW']);
    expect(await value(store.values(BLOBS).keys())).toEqual(['note:01ARZ3NDEKTSV4RRFFQ69G5FAW:1']);
  });
});

describe('what is kept for so long', () => {
  it('drops closed cases and photos by age, and open ones never', async () => {
    await caseOf('OLD', SERIAL, NOW - 400 * DAY);
    await caseOf('MIDDLE', SERIAL, NOW - 100 * DAY);
    await caseOf('NEW', SERIAL, NOW - DAY);
    await caseOf('OPEN', SERIAL, null);
    const rules = { caseDays: 400, noteDays: 90 };
    expect(await value(dropOld({ store, audit }, rules, NOW))).toEqual({ cases: 1, notes: 1 });
    expect(await value(dropOld({ store, audit }, rules, NOW))).toEqual({ cases: 0, notes: 0 });
    expect(await value(store.values(CASES).keys())).toEqual(['MIDDLE', 'NEW', 'OPEN']);
    expect(await value(store.values(BLOBS).keys())).toEqual(['note:NEW:1', 'note:OPEN:1']);
    expect(await value(store.values(CASES).get('MIDDLE'))).toMatchObject({ notes: [] });
    const noted = await value(store.values(CASE_FINDS).keys('noted:'));
    expect(noted.map((key) => key.slice(key.lastIndexOf(':') + 1))).toEqual(['NEW']);
    expect(
      await value(dropOld({ store, audit }, { caseDays: null, noteDays: null }, NOW + 9999 * DAY)),
    ).toEqual({
      cases: 0,
      notes: 0,
    });
  });
});
