import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginningOf, type ChainPlace } from '../../../src/audit/chain.ts';
import { commitmentTo, device, type OpenedName, person } from '../../../src/audit/naming.ts';
import { AUDIT_LINES, type Audit, createAudit } from '../../../src/audit/trail.ts';
import {
  eraseName,
  exportAudit,
  parsePlace,
  printNames,
  sealAudit,
  verifyAudit,
  verifyFile,
} from '../../../src/bot/audit-command.ts';
import { sealFor } from '../../../src/bot/keys.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import type { Store } from '../../../src/store/store.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { endsOf, entryKey } from '../../support/trail.ts';

const DAY = 24 * 60 * 60 * 1000;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let audit: Audit;
let now: number;

beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openTestStore(folder.path);
  now = 1_700_000_000_000;
  audit = createAudit(store, () => now);
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

async function notes(count: number, text = 'x'): Promise<void> {
  for (let n = 1; n <= count; n++) {
    expect((await audit.append({ what: 'case.stage', case: 'C1', by: 7, detail: { n, text } })).ok).toBe(
      true,
    );
  }
}
async function exported(format: 'csv' | 'jsonl'): Promise<string> {
  const lines: string[] = [];
  await exportAudit(audit, format, (line) => lines.push(line));
  return lines.map((line) => `${line}\n`).join('');
}
/** What a check of the store, or of an exported text, says. */
async function verified(exportedText: string | Buffer | null, known?: ChainPlace) {
  const said: string[] = [];
  const output = { texts: textsFor('en'), print: (line: string) => void said.push(line) };
  const path = join(folder.path, 'trail.jsonl');
  if (exportedText !== null) await writeFile(path, exportedText);
  const checked = await (exportedText === null
    ? verifyAudit(audit, output, known)
    : verifyFile(path, output, known));
  return { whole: checked.ok && checked.value, said: said.join('\n') };
}
/** The place a check tells its reader to keep. */
async function head(): Promise<ChainPlace> {
  const place = parsePlace(/--head (\S+)$/.exec((await verified(null)).said)?.[1] ?? '');
  if (!place) throw new Error('the check names no place');
  return place;
}
async function hashAt(seq: number): Promise<string> {
  const line = await store.values(AUDIT_LINES).get(entryKey(seq));
  if (!line.ok || line.value === undefined) throw new Error('no such entry');
  return JSON.parse(line.value).hash;
}
/** Takes entries off the end as somebody does who owns the store: the note where the trail ends goes back too. */
async function cutOff(upTo: number): Promise<void> {
  const ends = await endsOf(store).get();
  await endsOf(store).set({ ...ends, head: { seq: upTo, hash: await hashAt(upTo) } });
  for (let seq = ends.head.seq; seq > upTo; seq--) await store.values(AUDIT_LINES).delete(entryKey(seq));
}

/** Takes the oldest entries away as somebody does who owns the store: the note where the trail begins goes along. */
async function dropOldest(upTo: number): Promise<void> {
  const ends = await endsOf(store).get();
  await endsOf(store).set({ ...ends, base: { seq: upTo, hash: await hashAt(upTo) } });
  for (let seq = ends.base.seq + 1; seq <= upTo; seq++) await store.values(AUDIT_LINES).delete(entryKey(seq));
}

describe('a check of the trail', () => {
  it('finds that the oldest entries were taken away together with the note of where it begins', async () => {
    await notes(5);
    await dropOldest(2);
    const { whole, said } = await verified(null);
    expect(whole).toBe(false);
    expect(said).toContain('begins with entry 3');
    expect(await verified(await exported('jsonl'))).toMatchObject({ whole: false });
  });

  it('finds the same behind entries that were forgotten as they should be', async () => {
    await notes(3);
    now += 10 * DAY;
    await notes(3);
    await audit.prune(now - DAY);
    expect(await verified(null)).toMatchObject({ whole: true });
    await dropOldest(5);
    expect(await verified(null)).toMatchObject({ whole: false });
    await dropOldest(7);
    expect(await verified(null)).toMatchObject({ whole: false });
  });

  it('finds and locates one byte changed anywhere in an exported file', async () => {
    await notes(6, 'a “quoted” \\ text');
    const bytes = Buffer.from(await exported('jsonl'));
    expect(await verified(bytes.toString())).toMatchObject({ whole: true });
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 2), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const changed = Buffer.from(bytes);
        changed[at] = (bytes[at] ?? 0) ^ mask;
        const entry = bytes.subarray(0, at).toString().split('\n').length;
        const { whole, said } = await verified(changed);
        expect(whole).toBe(false);
        // Without the line break between the first two, neither says where the file begins.
        const located = at === bytes.indexOf('\n') ? entry + 1 : entry;
        expect(said).toContain(`Entry ${located} `);
      }),
      { numRuns: 150 },
    );
  });

  it('finds an entry that somebody without the seal made up to excuse what is gone', async () => {
    audit = createAudit(store, () => now, sealFor(new Secret('the bot')));
    await notes(3);
    now += 10 * DAY;
    await notes(4);
    await audit.prune(now - DAY);
    expect(await verified(null)).toMatchObject({ whole: true });
    // What pruning itself writes, appended by somebody who owns the store, with the best seal he has.
    const line = await store.values(AUDIT_LINES).get('000000000006');
    const hash = line.ok && line.value !== undefined ? String(JSON.parse(line.value).hash) : '';
    const detail = { entries: 3, ...beginningOf({ seq: 6, hash }, sealFor(new Secret('no bot'))) };
    await audit.append({ what: 'audit.pruned', case: null, by: null, detail });
    await dropOldest(6);
    const { whole, said } = await verified(null);
    expect(whole).toBe(false);
    expect(said).toContain('not under the seal of this bot');
    // The operator, who knows why, vouches for it.
    expect(await sealAudit(audit, { texts: textsFor('en'), print: () => undefined })).toEqual({
      ok: true,
      value: true,
    });
    expect(await verified(null)).toMatchObject({ whole: true });
    expect((await verified(await exported('jsonl'))).said).toContain('cannot be checked without');
  });

  it('is whole after a crash between the entry about what is forgotten and the forgetting', async () => {
    await notes(3);
    now += 10 * DAY;
    await notes(1);
    const entries = store.values(AUDIT_LINES);
    const first = await entries.get('000000000001');
    await audit.prune(now - DAY);
    if (first.ok && first.value) {
      // Killed after the new beginning was written and before the first entry went.
      expect(await verified(null)).toMatchObject({ whole: true });
      await entries.set('000000000001', first.value);
      expect(await verified(null)).toMatchObject({ whole: true });
    } else throw new Error('nothing to go back to');
    await notes(2);
    now += 10 * DAY;
    expect((await audit.prune(now - DAY)).ok).toBe(true);
    expect(await verified(null)).toMatchObject({ whole: true });
  });

  it('finds a tail that was cut off together with the note of where it ends, by the place kept from an earlier check', async () => {
    await notes(5);
    const kept = await head();
    expect(kept.seq).toBe(5);
    await notes(3);
    expect(await verified(null, kept)).toMatchObject({ whole: true });
    await cutOff(3);
    // By itself the rest is a whole trail: nobody can tell without knowing what was there.
    expect(await verified(null)).toMatchObject({ whole: true });
    expect(await verified(null, kept)).toMatchObject({
      whole: false,
      said: expect.stringContaining('Entry 5 '),
    });
    await notes(4);
    expect(await verified(null, kept)).toMatchObject({
      whole: false,
      said: expect.stringContaining('Entry 5 '),
    });
    expect(await verified(await exported('jsonl'), kept)).toMatchObject({ whole: false });
  });

  it('finds a tail that is missing from an exported file, by the same place', async () => {
    await notes(4);
    const kept = await head();
    const shorter = (await exported('jsonl')).split('\n').slice(0, 3).join('\n');
    expect(await verified(shorter)).toMatchObject({ whole: true });
    expect(await verified(shorter, kept)).toMatchObject({
      whole: false,
      said: expect.stringContaining('Entry 4 '),
    });
  });

  it('says so when the place is older than what is kept, and where what is kept begins', async () => {
    await notes(2);
    const kept = await head();
    await notes(2);
    now += 10 * DAY;
    await notes(1);
    await audit.prune(now - DAY);
    const { whole, said } = await verified(null, kept);
    expect(whole).toBe(false);
    expect(said).toContain('begins with 5');
    const shortened = await exported('jsonl');
    expect(await verified(shortened)).toMatchObject({
      whole: true,
      said: expect.stringContaining('from number 5 on'),
    });
    expect((await verified(shortened.replace('"n":1', '"n":2'))).said).toContain(
      'Entry 5 is not what was written',
    );
  });

  it.each(['', '5', '5:', `0:${'a'.repeat(64)}`, `5:${'A'.repeat(64)}`, `5:${'a'.repeat(63)}`])(
    'takes no %j for a place',
    (text) => expect(parsePlace(text)).toBeNull(),
  );
});

describe('an exported table', () => {
  it('has one row an entry and nothing a spreadsheet would run', async () => {
    await notes(2, '=HYPERLINK("http://evil","x")');
    const formulas = ['=HYPERLINK("http://evil","x")', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '\n=1', '"=1'];
    for (const formula of formulas) {
      await notes(1);
      const { seq } = await head();
      await store.values(AUDIT_LINES).set(String(seq).padStart(12, '0'), formula);
      const rows = rowsOf(await exported('csv'));
      const cells = rows.flat();
      expect(
        cells.filter((cell) => /^[=+\-@\t\r\n]/.test(cell)),
        JSON.stringify(formula),
      ).toEqual([]);
      expect(cells.some((cell) => cell.replace(/^'/, '') === formula)).toBe(true);
      await store.values(AUDIT_LINES).delete(String(seq).padStart(12, '0'));
      await cutOff(seq - 1);
    }
    const rows = rowsOf(await exported('csv'));
    expect(rows.map((row) => row.length)).toEqual([8, 8, 8]);
    expect(rows[1]?.[4]).toBe('7');
    expect(rows[0]).toEqual(['seq', 'at', 'what', 'case', 'by', 'detail', 'previous', 'hash']);
  });
  it('proves in JSON lines and names people in the table, as long as they are not erased', async () => {
    await audit.append({ what: 'serial.denied', case: null, by: 7, detail: { serial: device('J50000062') } });
    const proof = await exported('jsonl');
    expect(proof).not.toMatch(/J50000062|"by":7/);
    expect(rowsOf(await exported('csv'))[1]?.slice(4, 6)).toEqual(['7', '{"serial":"J50000062"}']);

    const printed: string[] = [];
    await printNames(audit, (line) => printed.push(line));
    const names = printed.map((line) => JSON.parse(line) as OpenedName);
    expect(names.map(({ kind, clear }) => [kind, clear])).toEqual([
      ['device', 'J50000062'],
      ['person', '7'],
    ]);
    for (const name of names) {
      expect(proof).toContain(name.commitment);
      expect(commitmentTo(name, name.salt)).toBe(name.commitment);
    }

    const said: string[] = [];
    const output = { texts: textsFor('en'), print: (line: string) => void said.push(line) };
    expect(await eraseName(audit, person(7), output)).toEqual({ ok: true, value: true });
    expect(await eraseName(audit, person(8), output)).toEqual({ ok: true, value: false });
    expect(said).toEqual([
      'Erased: no entry can be opened to 7 any more. The trail is whole as before.',
      'No entry names 8; nothing was changed.',
    ]);
    expect(rowsOf(await exported('csv'))[1]?.[4]).toMatch(/^person:[0-9a-f]{64}$/);
    expect((await verified(null)).whole).toBe(true);
  });
});

/** Reads CSV (RFC 4180) as a spreadsheet does. */
function rowsOf(text: string): string[][] {
  const cells = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)];
  const rows: string[][] = [[]];
  for (const [, quoted, bare, end] of cells) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end === '\n') rows.push([]);
  }
  return rows.slice(0, -1);
}
