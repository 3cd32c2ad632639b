import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeBackup } from '../../../src/bot/keep/backup.ts';
import { restoreBackup } from '../../../src/bot/keep/restore.ts';
import { bringUpToDate, isNewer, STORE_STAMP, stampOf } from '../../../src/bot/keep/stamp.ts';
import { KINDS } from '../../../src/bot/kinds.ts';
import { takePlace } from '../../../src/bot/server/one-bot.ts';
import { createRoll } from '../../../src/bot/server/roll.ts';
import { newCase } from '../../../src/cases/case.ts';
import { CASES } from '../../../src/cases/record.ts';
import type { Store } from '../../../src/store/store.ts';
import { value } from '../../contract/store/contract.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { fixtureStores, writeFixture } from '../../support/store-fixture.ts';

const common = { kinds: KINDS, seal: (text: string) => text, recipients: [] };
/** What the next version of the program will be: a case has another form. */
const TOMORROW = KINDS.map((kind) =>
  kind.name === CASES.name ? { ...kind, version: kind.version + 1 } : kind,
);

async function openPlace(fixture?: string): Promise<{ store: Store; folder: string; storeUrl: string }> {
  const { path: folder, remove } = await temporaryFolder();
  onTestFinished(remove);
  if (fixture !== undefined) await writeFixture(fixture, folder);
  const store = await openTestStore(folder);
  onTestFinished(() => store.close());
  return { store, folder, storeUrl: `lmdb:${folder}` };
}

const backups = (folder: string) => readdir(join(folder, 'backups')).catch(() => []);

const FIXTURES = await fixtureStores();

describe('a store and the version of the program', () => {
  it('is stamped when it is new, and nothing is backed up', async () => {
    const { store, folder, storeUrl } = await openPlace();
    const place = await value(takePlace(store, folder, Date.now));
    const options = { ...common, storeUrl, program: '1.0.0', clock: Date.now };
    expect(await value(bringUpToDate(store, options))).toEqual({ from: null, backup: null });
    expect(await value(bringUpToDate(store, options))).toBeNull();
    expect(await backups(folder)).toEqual([]);
    await place.leave();
  });

  it.each(FIXTURES)('backs up what the program of %s has left, once, and goes on', async (name) => {
    const { store, folder, storeUrl } = await openPlace(name);
    const options = { ...common, storeUrl, program: '1.0.0', clock: Date.now };
    const up = await value(bringUpToDate(store, options));
    expect(await backups(folder)).toHaveLength(1);
    expect(await value(bringUpToDate(store, options))).toBeNull();
    const elsewhere = `lmdb:${join(folder, 'elsewhere')}`;
    const path = up?.backup ?? '';
    const restored = await value(
      restoreBackup(path, { ...common, storeUrl: elsewhere, identities: [], lost: null, clock: Date.now }),
    );
    expect(restored.contents.unreadable).toBe(0);
    expect(restored.contents.cases).toBeGreaterThan(0);
  });

  it('backs up before another form, not before another number alone', async () => {
    const { store, folder, storeUrl } = await openPlace();
    const options = { ...common, storeUrl, clock: Date.now };
    await value(bringUpToDate(store, { ...options, program: '1.0.0' }));
    await value(store.values(CASES).set('c1', newCase('c1', 7, 1)));
    expect(await value(bringUpToDate(store, { ...options, program: '1.0.1' }))).toEqual({
      from: '1.0.0',
      backup: null,
    });
    const up = await value(bringUpToDate(store, { ...options, kinds: TOMORROW, program: '2.0.0' }));
    expect(up).toMatchObject({ from: '1.0.1' });
    expect(await backups(folder)).toHaveLength(1);
  });

  it('is not given another form while bots work with it that would not understand that', async () => {
    const { store, folder, storeUrl } = await openPlace();
    const other = createRoll(store, Date.now);
    const ours = createRoll(store, Date.now);
    const options = { ...common, storeUrl, clock: Date.now, others: ours.others };
    await value(other.enter());
    await value(bringUpToDate(store, { ...options, program: '1.0.0' }));
    await value(store.values(CASES).set('c1', newCase('c1', 7, 1)));
    const later = { ...options, kinds: TOMORROW, program: '2.0.0' };
    expect(await bringUpToDate(store, later)).toMatchObject({
      failure: { reason: 'others-run', others: [{ pid: process.pid }] },
    });
    expect(await value(store.values(STORE_STAMP).get('stamp'))).toMatchObject({ program: '1.0.0' });
    expect(await backups(folder)).toEqual([]);
    // Another number alone is another form to nobody.
    expect(await value(bringUpToDate(store, { ...options, program: '1.0.1' }))).toMatchObject({
      from: '1.0.0',
    });
    await other.leave();
    expect(await value(bringUpToDate(store, later))).toMatchObject({ from: '1.0.1' });
  });

  it('is refused by an older program, which changes nothing, and so is its backup', async () => {
    const { store, folder, storeUrl } = await openPlace();
    const options = { ...common, storeUrl, clock: Date.now };
    await value(bringUpToDate(store, { ...options, kinds: TOMORROW, program: '2.0.0' }));
    const refused = await bringUpToDate(store, { ...options, program: '1.0.0' });
    expect(refused).toEqual({ ok: false, failure: { reason: 'newer', program: '2.0.0' } });
    expect(await value(store.values(STORE_STAMP).get('stamp'))).toMatchObject({ program: '2.0.0' });

    const file = join(folder, 'file');
    await value(makeBackup(file, { ...common, storeUrl, header: { at: 1, program: '2.0.0' } }));
    const restore = { ...common, storeUrl, identities: [], lost: null, clock: Date.now };
    expect(await restoreBackup(file, restore)).toMatchObject({ failure: { reason: 'newer-form' } });
  });

  it('is not used where it could not be backed up', async () => {
    const { store, folder, storeUrl } = await openPlace();
    await value(store.values(CASES).set('c1', newCase('c1', 7, 1)));
    await writeFile(join(folder, 'backups'), 'in the way');
    const options = { ...common, storeUrl, program: '1.0.0', clock: Date.now };
    expect(await bringUpToDate(store, options)).toMatchObject({
      failure: { reason: 'not-backed-up', why: { reason: 'exists' } },
    });
    expect(await value(store.values(STORE_STAMP).get('stamp'))).toBeUndefined();
  });

  it('knows a kind of tomorrow as newer, whatever its number', () => {
    const today = stampOf('1', KINDS);
    expect(isNewer({ ...today, kinds: { ...today.kinds, tomorrow: 1 } }, today)).toBe(true);
    expect(isNewer(today, { ...today, kinds: { ...today.kinds, tomorrow: 1 } })).toBe(false);
  });
});
