import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHAIN_START, nextLine, readLine } from '../../../src/audit/chain.ts';
import { commitmentTo, device, person } from '../../../src/audit/naming.ts';
import { AUDIT_ENDS, AUDIT_LINES, type Audit, createAudit } from '../../../src/audit/trail.ts';
import { createCaseDesk } from '../../../src/cases/desk.ts';
import type { Kind } from '../../../src/store/kind.ts';
import type { Store } from '../../../src/store/store.ts';
import { value } from '../../contract/store/contract.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { entryKey } from '../../support/trail.ts';
import { gate } from '../bot/support.ts';

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

async function reopenTrail(): Promise<void> {
  audit = createAudit(store, () => now);
}
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

async function allLines(): Promise<string[]> {
  const lines: string[] = [];
  await audit.read((line) => lines.push(line));
  return lines;
}
async function bys(): Promise<unknown[]> {
  return (await allLines()).map((line) => readLine(line)?.by);
}
/** Keys of the entries that are there. */
async function keys(): Promise<string[]> {
  const found = await value(store.values(AUDIT_LINES).keys());
  return found.filter((key) => key !== 'ends');
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
    const lines = store.values(AUDIT_LINES);
    const keys = await lines.keys();
    await lines.delete((keys.ok && keys.value[1]) || '');
    expect((await check()).faults).toEqual([{ seq: 2, fault: 'missing' }]);
  });

  it('is read from its end back as far as somebody wants, past what is damaged or forgotten', async () => {
    await notes(3);
    now += 10 * DAY;
    await notes(60);
    await audit.prune(now - DAY);
    await store.values(AUDIT_LINES).set(entryKey(50), '{"junk":1}');
    const seen: number[] = [];
    const back = (until: number) =>
      audit.readBack(({ seq }) => {
        seen.push(seq);
        return seq > until;
      });
    expect(await back(48)).toMatchObject({ ok: true });
    // 63 notes, and the one that tells of what was forgotten.
    expect(seen).toEqual([64, 63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 49, 48]);
    seen.length = 0;
    await back(0);
    expect(seen.at(-1)).toBe(4);
  });

  it('writes an entry and the note where the trail ends in one commit', async () => {
    await notes(1);
    const commits = await commitsOf(() => notes(1));
    expect(commits).toEqual({ amend: 1, change: 0, set: 0, delete: 0 });
  });

  it('opens a trail of before, ended by a note of its own, in whatever state a crash left the two', async () => {
    for (const known of [2, 3]) {
      await oldTrail(3, known);
      await notes(1);
      expect(await check()).toMatchObject({ entries: 4, head: { seq: 4 }, faults: [] });
      expect(await bys()).toEqual([7, 7, 7, expect.stringMatching(/^person:/)]);
      await store.close();
      await folder.remove();
      folder = await temporaryFolder();
      await reopen();
    }
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
    await store.values(AUDIT_LINES).set('000000000002', '{}');
    now += 10 * DAY;
    expect(await audit.prune(now)).toEqual({ ok: true, value: 1 });
    expect((await check()).faults).toEqual([{ seq: 2, fault: 'altered' }]);
  });

  it('lets whoever appends go ahead while it forgets', async () => {
    await notes(3);
    now += 10 * DAY;
    const { holding, reached, release } = holdingDeletes();
    audit = createAudit(holding, () => now);
    const pruning = audit.prune(now - DAY);
    await reached;
    await notes(2);
    expect(await check()).toMatchObject({ faults: [] });
    release();
    expect(await pruning).toEqual({ ok: true, value: 2 });
    expect(await check()).toMatchObject({ entries: 4, head: { seq: 6 }, faults: [] });
    expect(await keys()).toEqual([3, 4, 5, 6].map(entryKey));
  });

  it('clears away what a crash left of entries it had forgotten', async () => {
    await notes(130);
    now += 10 * DAY;
    const gone = await keys();
    const left = gone.slice(20);
    const records = store.values(AUDIT_LINES);
    const lines = await Promise.all(left.map(async (key) => [key, await records.get(key)] as const));
    expect(await audit.prune(now - DAY)).toMatchObject({ ok: true });
    for (const [key, line] of lines)
      if (line.ok && line.value !== undefined) await records.set(key, line.value);
    await reopenTrail();
    expect(await check()).toMatchObject({ faults: [] });
    await notes(1);
    now += 10 * DAY;
    await audit.prune(now - DAY);
    expect(await keys()).toEqual([132, 133].map(entryKey));
  });

  it('says who did what by a commitment, and opens it as long as the name is there', async () => {
    const detail = { serial: device('J50000062'), technician: person(42) };
    await audit.append({ what: 'case.x', case: 'C1', by: 7, detail });
    await audit.append({ what: 'case.y', case: 'C1', by: 42, detail: {} });
    const lines = await allLines();
    expect(lines.join()).not.toMatch(/J50000062|\b42\b|"by":7/);
    const names = await value(audit.names());
    const opened = Object.fromEntries(names.map(({ commitment, clear }) => [commitment, clear]));
    const [first, second] = lines.map((line) => readLine(line));
    expect([first?.by, second?.by].map((by) => opened[String(by)])).toEqual(['7', '42']);
    expect(opened[String(first?.detail.serial)]).toBe('J50000062');
    expect(first?.detail.technician).toBe(second?.by);
    for (const name of names) expect(commitmentTo(name, name.salt)).toBe(name.commitment);
  });

  it('erases a name and nothing of the chain; met again, it is somebody new', async () => {
    await notes(2);
    const before = await allLines();
    expect(await value(audit.erase(person(7)))).toBe(true);
    expect(await value(audit.erase(person(7)))).toBe(false);
    expect((await allLines()).slice(0, 2)).toEqual(before);
    expect(await check()).toMatchObject({ entries: 3, faults: [] });
    expect(await words()).toEqual(['case.stage', 'case.stage', 'audit.erased']);
    await notes(1);
    const [was, , , is] = await bys();
    expect(is).not.toBe(was);
    expect((await value(audit.names())).map(({ commitment }) => commitment)).toEqual([is]);
  });

  it('forgets the names that only forgotten entries held', async () => {
    await notes(2);
    await audit.append({ what: 'case.x', case: null, by: 8, detail: {} });
    now += 10 * DAY;
    await audit.append({ what: 'case.x', case: null, by: 8, detail: {} });
    await audit.append({ what: 'case.x', case: null, by: 9, detail: {} });
    await audit.prune(now - DAY);
    expect((await value(audit.names())).map(({ clear }) => clear)).toEqual(['8', '9']);
  });

  it('gives a name one salt, whoever meets it first', async () => {
    const other = createAudit(store, () => now);
    await Promise.all([audit, other].map((trail) => notesBy(trail)));
    expect(new Set(await bys()).size).toBe(1);
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

/** The store, but what is deleted from it waits for `release`. */
function holdingDeletes() {
  const plain = store;
  const reached = gate();
  const released = gate();
  const holding: Pick<Store, 'values'> = {
    values<T>(kind: Kind<T>) {
      const values = plain.values(kind);
      return {
        ...values,
        async deleteMany(keys) {
          reached.open();
          await released.passed;
          return values.deleteMany(keys);
        },
      };
    },
  };
  return { holding, reached: reached.passed, release: () => released.open() };
}

/** What the store is asked to write while a task runs, beside names. */
async function commitsOf(task: () => Promise<void>): Promise<Record<string, number>> {
  const counted = { amend: 0, change: 0, set: 0, delete: 0 };
  const plain = store;
  const counting: Pick<Store, 'values'> = {
    values<T>(kind: Kind<T>) {
      const values = plain.values(kind);
      return {
        ...values,
        amend: (...given: Parameters<typeof values.amend>) => {
          counted.amend += 1;
          return values.amend(...given);
        },
        change: (...given: Parameters<typeof values.change>) => {
          counted.change += 1;
          return values.change(...given);
        },
        set: (...given: Parameters<typeof values.set>) => {
          counted.set += 1;
          return values.set(...given);
        },
        delete: (...given: Parameters<typeof values.delete>) => {
          counted.delete += 1;
          return values.delete(...given);
        },
      };
    },
  };
  audit = createAudit(counting, () => now);
  await task();
  return counted;
}

/** A trail as it was written when entry and end were two writes and entries held ids in clear. `known`: by the note. */
async function oldTrail(count: number, known: number): Promise<void> {
  let place = CHAIN_START;
  const places = [place];
  for (let n = 1; n <= count; n++) {
    const next = nextLine(place, { what: 'case.stage', case: 'C1', by: 7, detail: { n } }, now);
    await store.values(AUDIT_LINES).set(entryKey(n), next.line);
    place = next.place;
    places.push(place);
  }
  await store.values(AUDIT_ENDS).set('ends', { base: CHAIN_START, head: places[known] ?? CHAIN_START });
}

async function notesBy(trail: Audit): Promise<void> {
  const noted = await trail.append({ what: 'access.invited', case: null, by: 1, detail: {} });
  expect(noted.ok).toBe(true);
}
