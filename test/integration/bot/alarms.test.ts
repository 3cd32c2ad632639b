import { afterEach, beforeEach, expect, it } from 'vitest';
import { ALARMS, type Alarms, createAlarms } from '../../../src/bot/house/alarms.ts';
import { createLog } from '../../../src/kernel/log.ts';
import type { Store } from '../../../src/store/store.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { gate } from './support.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let alarms: Alarms | undefined;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openTestStore(folder.path);
});
afterEach(async () => {
  alarms?.stop();
  await store.close();
  await folder.remove();
});

it('an alarm that could not be told rings again, and is forgotten only then', async () => {
  const told = gate();
  const kept: unknown[] = [];
  const values = store.values(ALARMS);
  const ring = async () => {
    kept.push(await values.keys());
    if (kept.length === 3) told.open();
    return kept.length === 3;
  };
  alarms = createAlarms(values, ring, Date.now, createLog('silent', 'test'), 1);
  await alarms.set(7, 'JOB', Date.now());
  await told.passed;
  expect(kept).toEqual(Array.from({ length: 3 }, () => ({ ok: true, value: ['JOB'] })));
});
