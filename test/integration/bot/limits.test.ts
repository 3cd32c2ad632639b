import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { createLimits, DAILY_UNBINDS } from '../../../src/bot/door/limits.ts';
import { createDrivers } from '../../../src/bot/jobs/drivers.ts';
import { ok } from '../../../src/kernel/result.ts';
import type { Store } from '../../../src/store/store.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

const ADMIN = 1;
const ANN = 7;
const BOB = 8;
const HOUR = 60 * 60 * 1000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let now = 1_700_000_000_000;
const clock = () => now;

beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openTestStore(folder.path);
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

const limits = () => createLimits(store, createAudit(store, clock), clock);
const drivers = () => createDrivers(store, createAudit(store, clock), clock);

describe('the limit of a day', () => {
  it('counts a case once, stops at the number, and lets the oldest go after 24 hours', async () => {
    const { takeUnbind } = limits();
    for (let n = 0; n < DAILY_UNBINDS; n++) {
      expect(await takeUnbind(ANN, `case ${n}`)).toEqual(ok(true));
      expect(await takeUnbind(ANN, `case ${n}`)).toEqual(ok(true));
    }
    expect(await takeUnbind(ANN, 'one more')).toEqual(ok(false));
    expect(await takeUnbind(ANN, 'case 0')).toEqual(ok(true));
    expect(await takeUnbind(BOB, 'one more')).toEqual(ok(true));
    now += 24 * HOUR;
    expect(await takeUnbind(ANN, 'one more')).toEqual(ok(true));
  });

  it('is lifted by an admin for 24 hours', async () => {
    const { takeUnbind, lift } = limits();
    for (let n = 0; n < DAILY_UNBINDS; n++) await takeUnbind(ANN, `case ${n}`);
    expect(await lift(ADMIN, ANN)).toEqual(ok(undefined));
    expect(await takeUnbind(ANN, 'one more')).toEqual(ok(true));
  });

  it('holds when many cases ask at the same time', async () => {
    const { takeUnbind } = limits();
    const asked = Array.from({ length: DAILY_UNBINDS + 10 }, (_, n) => takeUnbind(ANN, `case ${n}`));
    const granted = (await Promise.all(asked)).filter((one) => one.ok && one.value);
    expect(granted).toHaveLength(DAILY_UNBINDS);
  });
});

describe('the pace of a person', () => {
  it('lets hands through, stops a flood, tells once a minute and leaves others alone', () => {
    const { waitSeconds, shouldTell } = limits();
    const waits = Array.from({ length: 500 }, () => waitSeconds(ANN));
    expect(waits.slice(0, 100).every((seconds) => seconds === 0)).toBe(true);
    expect(waits.at(-1)).toBe(1);
    expect([shouldTell(ANN), shouldTell(ANN), shouldTell(BOB)]).toEqual([true, false, true]);
    expect(waitSeconds(BOB)).toBe(0);
    now += 60_000;
    expect(waitSeconds(ANN)).toBe(0);
    expect(shouldTell(ANN)).toBe(true);
  });
});

describe('the list of stolen devices', () => {
  it('survives a restart and is taken back by name', async () => {
    await limits().deny(ADMIN, 'J50000062');
    expect(await limits().isDenied('J50000062')).toEqual(ok(true));
    expect(await limits().isDenied('J50000063')).toEqual(ok(false));
    expect(await limits().denied()).toMatchObject({ value: [{ shortSerial: 'J50000062', by: ADMIN }] });
    expect(await limits().allow(ADMIN, 'J50000063')).toEqual(ok(false));
    expect(await limits().allow(ADMIN, 'J50000062')).toEqual(ok(true));
    expect(await limits().isDenied('J50000062')).toEqual(ok(false));
  });
});

describe('the wheel of a shared laptop', () => {
  it('has one driver, whoever asks at the same time', async () => {
    const asked = Array.from({ length: 10 }, (_, n) => drivers().take('laptop', n));
    expect((await Promise.all(asked)).filter((one) => one.ok && one.value)).toHaveLength(1);
  });

  it('is kept by its driver, given back, and handed over only by them', async () => {
    const { take, of, handOver, leaveAll, release } = drivers();
    expect(await take('laptop', ANN)).toEqual(ok(true));
    expect(await take('laptop', ANN)).toEqual(ok(true));
    expect(await take('laptop', BOB)).toEqual(ok(false));
    expect(await handOver('laptop', BOB, BOB)).toEqual(ok(false));
    await release('laptop', BOB);
    expect(await of('laptop')).toMatchObject({ value: { chatId: ANN } });
    expect(await handOver('laptop', ANN, BOB)).toEqual(ok(true));
    expect(await take('laptop', ANN)).toEqual(ok(false));
    await leaveAll(BOB);
    expect(await take('laptop', ANN)).toEqual(ok(true));
  });
});
