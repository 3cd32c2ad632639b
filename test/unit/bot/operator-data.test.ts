import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadOperatorData } from '../../../src/bot/operator-data.ts';
import { temporaryFolder } from '../../support/store.ts';

const NOW = Date.UTC(2026, 10, 29);
/** A pack as it was written before a pack could say more. */
const OF_BEFORE = {
  region: 'kz',
  serviceCentre: {
    email: 'service@distributor.example',
    postalAddress: null,
    form: null,
    asks: ['serial-as-text-first'],
  },
  advice: ['wait-for-answer'],
  source: 'distributor, by phone',
  checkedAt: '2026-11-01',
};

async function loaded(t: { onTestFinished(done: () => Promise<void>): void }, content: object) {
  const folder = await temporaryFolder();
  t.onTestFinished(() => folder.remove());
  const file = join(folder.path, 'region.json');
  await writeFile(file, JSON.stringify(content, null, 2));
  return { file, read: await loadOperatorData(file, NOW) };
}

it('names no address where no region is named', async () => {
  const read = await loadOperatorData(null, NOW);
  expect(read).toMatchObject({ ok: true, value: { pack: { region: 'default' }, doubts: [] } });
  expect(read.ok && read.value.pack.serviceCentre).toMatchObject({
    email: null,
    postalAddress: null,
    form: null,
  });
  expect(await loadOperatorData('ru', NOW)).toMatchObject({ ok: true, value: { pack: { region: 'ru' } } });
});

it('takes a pack of before, and says nothing more than it does', async (t) => {
  const { read } = await loaded(t, OF_BEFORE);
  const added = { says: [], lastWay: null, dated: null, confidence: null };
  expect(read).toMatchObject({ ok: true, value: { pack: { ...OF_BEFORE, ...added }, doubts: [] } });
});

it('takes what cannot be right, and doubts it', async (t) => {
  const { read } = await loaded(t, { ...OF_BEFORE, checkedAt: '2027-01-01' });
  expect(read).toMatchObject({ ok: true, value: { doubts: [{ path: 'checkedAt', problem: 'future' }] } });
});

it('refuses a file that does not fit, fault by fault, and one that is not there', async (t) => {
  const { file, read } = await loaded(t, { ...OF_BEFORE, adress: 1, source: '' });
  expect(read).toMatchObject({ ok: false, failure: { reason: 'region-pack-invalid', detail: file } });
  const faults = !read.ok && read.failure.reason === 'region-pack-invalid' ? read.failure.faults : [];
  expect(faults.map(({ path, problem }) => `${path} ${problem}`).sort()).toEqual([
    'adress unknown-field',
    'source too-short',
  ]);
  expect(await loadOperatorData('./nowhere.json', NOW)).toMatchObject({
    ok: false,
    failure: { reason: 'region-pack-unreadable' },
  });
});
