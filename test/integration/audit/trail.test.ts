import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Audit, createAudit } from '../../../src/audit/trail.ts';
import { createCaseDesk } from '../../../src/cases/desk.ts';
import type { Store } from '../../../src/store/store.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

const DAY = 24 * 60 * 60 * 1000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let audit: Audit;
let now = 1_700_000_000_000;

async function reopen(): Promise<void> {
  store = await openTestStore(folder.path);
  audit = createAudit(store, () => now);
}
beforeEach(async () => {
  folder = await temporaryFolder();
  await reopen();
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

async function notes(count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    const noted = await audit.append({ what: 'case.stage', case: 'C1', by: 7, detail: { n } });
    expect(noted.ok).toBe(true);
  }
}
async function check() {
  const checked = await audit.verify();
  if (!checked.ok) throw new Error(checked.failure.reason);
  return checked.value;
}
async function words(): Promise<string[]> {
  const found: string[] = [];
  await audit.read((line) => found.push((JSON.parse(line) as { what: string }).what));
  return found;
}

describe('the audit trail', () => {
  it('goes on over a restart, in one chain', async () => {
    await notes(3);
    await store.close();
    await reopen();
    await notes(2);
    expect(await check()).toMatchObject({ entries: 5, head: { seq: 5 }, faults: [] });
  });

  it('stays one chain when many write at once, two processes included', async () => {
    const other = createAudit(store, () => now);
    await Promise.all([notes(15), ...Array.from({ length: 15 }, () => notesBy(other))]);
    expect(await check()).toMatchObject({ entries: 30, faults: [] });
  });

  it('tells which entry was changed by one byte in the file on disk', async () => {
    await notes(5);
    await store.close();
    const path = join(folder.path, 'data.mdb');
    const bytes = await readFile(path);
    // Old copies of a page may hold the text too: all of them are changed, the live one among them.
    const places = [...bytes.toString('latin1').matchAll(/\{[\\"]+n[\\"]+:(?=3\})/g)];
    expect(places.length).toBeGreaterThan(0);
    for (const { index, 0: before } of places) bytes.write('4', index + before.length);
    await writeFile(path, bytes);
    await reopen();
    expect((await check()).faults).toEqual([{ seq: 3, fault: 'altered' }]);
  });

  it('tells which entry is gone', async () => {
    await notes(4);
    const lines = store.values<string>('audit');
    const keys = await lines.keys();
    await lines.delete((keys.ok && keys.value[1]) || '');
    expect((await check()).faults).toEqual([{ seq: 2, fault: 'missing' }]);
  });

  it('is whole after a crash between the entry and the note where the trail ends', async () => {
    await notes(2);
    const ends = store.values('audit-ends');
    const before = await ends.get('ends');
    await notes(1);
    if (before.ok) await ends.set('ends', before.value);
    expect(await check()).toMatchObject({ entries: 3, faults: [] });
    await notes(1);
    expect(await check()).toMatchObject({ entries: 4, faults: [] });
  });

  it('forgets what is older than asked, says so, and the rest still hangs together', async () => {
    await notes(3);
    now += 10 * DAY;
    await notes(2);
    expect(await audit.prune(now - DAY)).toEqual({ ok: true, value: 3 });
    expect(await check()).toMatchObject({ entries: 3, head: { seq: 6 }, faults: [] });
    expect(await words()).toEqual(['case.stage', 'case.stage', 'audit.pruned']);
    expect(await audit.prune(now - DAY)).toEqual({ ok: true, value: 0 });
  });

  it('keeps a damaged entry and all after it when it forgets the old', async () => {
    await notes(3);
    await store.values<string>('audit').set('000000000002', '{}');
    now += 10 * DAY;
    expect(await audit.prune(now)).toEqual({ ok: true, value: 1 });
    expect((await check()).faults).toEqual([{ seq: 2, fault: 'altered' }]);
  });

  it('holds every step of a case, and the verdict when it changes', async () => {
    const desk = createCaseDesk(store, audit, () => now);
    const opened = await desk.open(7);
    if (!opened.ok) throw new Error(opened.failure.reason);
    const { id } = opened.value;
    const device = {
      shortSerial: 'J50000062',
      fullSerial: null,
      model: 'DS-2CD2386G2-IU',
      manufactured: null,
    };
    await desk.apply(id, { type: 'identified', device });
    await desk.apply(id, { type: 'answered', fact: 'everInEzviz', given: 'yes' });
    await desk.apply(id, { type: 'closed', outcome: 'service-centre' });
    expect(await words()).toEqual([
      'case.opened',
      'case.identified',
      'case.answered',
      'case.verdict',
      'case.closed',
    ]);
  });
});

async function notesBy(trail: Audit): Promise<void> {
  const noted = await trail.append({ what: 'access.invited', case: null, by: 1, detail: {} });
  expect(noted.ok).toBe(true);
}
