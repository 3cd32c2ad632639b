import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { createPinRule } from '../../../src/bot/door/pin-rule.ts';
import { createPins } from '../../../src/bot/door/pins.ts';
import type { Notice } from '../../../src/bot/house/notice.ts';
import { keyFor } from '../../../src/bot/keys.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import type { Store } from '../../../src/store/store.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

const ANN = 7;
const PIN = new Secret('480213');
const OTHER = new Secret('480214');

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let now: number;
let raised: Notice[];

beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openTestStore(folder.path);
  now = Date.UTC(2026, 10, 28, 12);
  raised = [];
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

const pins = (token = '1:token') =>
  createPins({
    store,
    audit: createAudit(store, () => now),
    notices: { raise: async (notice) => void raised.push(notice) },
    key: keyFor(new Secret(token), 'pins'),
    clock: () => now,
  });

describe('a PIN', () => {
  it('is known again after a restart, by nobody who has the store without the token', async () => {
    expect(await pins().check(ANN, PIN)).toEqual(ok('none'));
    expect(await pins().set(ANN, PIN)).toEqual(ok(undefined));
    expect(await pins().has(ANN)).toEqual(ok(true));
    expect(await pins().check(ANN, PIN)).toEqual(ok('right'));
    expect(await pins('1:other').check(ANN, PIN)).toEqual(ok('wrong'));
  });

  it.each(['12345', '1234567890123', '123456', '987654', '000000', '48021a', '', '４８０２１３'])(
    'is not %j',
    async (text) => expect(await pins().set(ANN, new Secret(text))).toEqual(fail('bad-shape')),
  );

  it('is tried five times, then no more for a quarter of an hour, and the admins hear of it', async () => {
    const { set, check } = pins();
    await set(ANN, PIN);
    for (let n = 0; n < 4; n++) expect(await check(ANN, OTHER)).toEqual(ok('wrong'));
    expect(await check(ANN, OTHER)).toEqual(ok('blocked'));
    expect(await check(ANN, PIN)).toEqual(ok('blocked'));
    expect(raised).toEqual([
      { kind: 'pin.set', person: ANN },
      { kind: 'pin.blocked', person: ANN, minutes: 15 },
    ]);
    now += 15 * 60_000;
    expect(await check(ANN, PIN)).toEqual(ok('right'));
  });

  it('is not tried more often by many messages at once', async () => {
    const { set, check } = pins();
    await set(ANN, PIN);
    const tried = await Promise.all(Array.from({ length: 8 }, () => check(ANN, OTHER)));
    const words = tried.map((one) => (one.ok ? one.value : one.failure));
    // On a busy machine some of them are not let in at all.
    let wrong = words.filter((word) => word === 'wrong').length;
    expect(wrong).toBeGreaterThan(0);
    while (await check(ANN, OTHER).then((one) => one.ok && one.value === 'wrong')) wrong++;
    expect(wrong).toBe(4);
    expect(await check(ANN, PIN)).toEqual(ok('blocked'));
  });

  it('opens one thing for its person alone, until it is used or reset', async () => {
    const { open, isOpen, close, set, reset, has } = pins();
    await open(ANN, 'case:1');
    expect(await isOpen(ANN, 'case:1')).toEqual(ok(true));
    expect(await isOpen(ANN, 'case:2')).toEqual(ok(false));
    expect(await isOpen(8, 'case:1')).toEqual(ok(false));
    await close(ANN, 'case:1');
    expect(await isOpen(ANN, 'case:1')).toEqual(ok(false));
    await set(ANN, PIN);
    await reset(1, ANN);
    expect(await has(ANN)).toEqual(ok(false));
  });

  it('is typed once in half an hour for the devices of a group, and for each case that stands alone', async () => {
    const opens = pins();
    const rule = createPinRule({ asked: true, pins: opens });
    const caseOf = (id: string, group: string | null, chatId = ANN) => ({ id, chatId, group });
    expect(await rule(caseOf('1', 'G'))).toEqual(ok(false));
    await opens.open(ANN, 'case:1');
    expect(await rule(caseOf('1', 'G'))).toEqual(ok(true));
    expect(await rule(caseOf('2', 'G'))).toEqual(ok(true));
    expect(await rule(caseOf('2', null))).toEqual(ok(false));
    expect(await rule(caseOf('2', 'other'))).toEqual(ok(false));
    expect(await rule(caseOf('2', 'G', 8))).toEqual(ok(false));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30 * 60_000 });
    expect(await rule(caseOf('3', 'G'))).toEqual(ok(false));
    vi.useRealTimers();
    expect(await createPinRule({ asked: false, pins: opens })(caseOf('9', null))).toEqual(ok(true));
  });
});
