import { expect, it, vi } from 'vitest';
import { ALARMS, createAlarms } from '../../../src/bot/house/alarms.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

const LONG_MS = 600_000;

it('set before or after the stop ring in the next run, and in this one no more', async () => {
  const folder = await temporaryFolder();
  const store = await openTestStore(folder.path);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const rung: string[] = [];
  const ring = async (_chat: number, job: string) => rung.push(job) > 0;
  const alarmsOf = () => createAlarms(store.values(ALARMS), ring, () => 0, createLog('silent', 'test'));
  const alarms = alarmsOf();
  await alarms.set(1, 'early', LONG_MS);
  alarms.stop();
  await alarms.set(1, 'late', LONG_MS);
  vi.advanceTimersByTime(LONG_MS);
  expect(rung).toEqual([]);
  const next = alarmsOf();
  await next.start();
  vi.advanceTimersByTime(LONG_MS);
  expect(rung.sort()).toEqual(['early', 'late']);
  vi.useRealTimers();
  await store.close();
  await folder.remove();
});
