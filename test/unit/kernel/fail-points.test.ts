import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { FAIL_POINTS, FAIL_POINTS_FOLDER, reach } from '../../../src/kernel/fail-points.ts';
import { failingStore } from '../../../src/store/fail-points.ts';
import { openFailPoints } from '../../support/fail-points.ts';
import { anyKind, folderInMemory, openTestStore } from '../../support/store.ts';

async function armable() {
  const points = await openFailPoints();
  Object.assign(process.env, points.env);
  onTestFinished(async () => {
    delete process.env[FAIL_POINTS_FOLDER];
    await points.remove();
  });
  return points;
}

it('lets everything pass where nobody has named a folder, and notes nothing', async () => {
  for (const point of FAIL_POINTS) expect(await reach(point, 'intent')).toBeNull();
});

it('fails what is armed, at the hit and as often as it is to, and notes every hit', async () => {
  const { arm, hits } = await armable();
  arm([
    { id: 'a', point: 'journal-before', subject: 'intent', nth: 2, times: 2, act: 'fail', code: 'ENOSPC' },
  ]);
  const said = [];
  for (const subject of ['intent', 'begun', 'intent', 'intent', 'intent'])
    said.push(await reach('journal-before', subject));
  expect(said).toEqual([null, null, 'ENOSPC', 'ENOSPC', null]);
  expect(await reach('journal-after', 'intent')).toBeNull();
  expect(hits().map(({ subject, fired }) => [subject, fired ?? null])).toEqual([
    ['intent', null],
    ['begun', null],
    ['intent', 'a'],
    ['intent', 'a'],
    ['intent', null],
    ['intent', null],
  ]);
});

it('stands still until it is told to go on', async () => {
  const { arm, hits, release } = await armable();
  arm([{ id: 'b', point: 'lan-before', act: 'hang' }]);
  let went = false;
  const going = reach('lan-before', 'inquiry').then((code) => {
    went = true;
    return code;
  });
  expect(await reach('lan-before', 'inquiry'), 'the next one').toBeNull();
  expect([hits().length, went]).toEqual([2, false]);
  release('b');
  expect(await going).toBeNull();
});

it('tells a write of the store as failed before it is made, or after', async () => {
  const { path, remove } = await folderInMemory();
  onTestFinished(remove);
  const store = await openTestStore(path);
  onTestFinished(() => store.close());
  const { arm } = await armable();
  const values = failingStore(store).values(anyKind<string>('case'));
  arm([{ id: 'c', point: 'store-write-before', subject: 'set case', act: 'fail', code: 'ENOSPC' }]);
  expect(await values.set('one', 'x')).toMatchObject({ failure: { reason: 'full' } });
  arm([{ id: 'd', point: 'store-write-after', act: 'fail' }]);
  expect(await values.set('two', 'x')).toMatchObject({ failure: { reason: 'unavailable' } });
  expect(await values.keys()).toEqual({ ok: true, value: ['two'] });
});

it('reads whole lines of what is noted: a page of the file is there before the rest of a line', async () => {
  const { env, hits } = await armable();
  await reach('journal-after', 'intent');
  appendFileSync(join(env[FAIL_POINTS_FOLDER] ?? '', 'hits.jsonl'), '{"pid":32091,"point":"te');
  expect(hits().map(({ subject }) => subject)).toEqual(['intent']);
});
