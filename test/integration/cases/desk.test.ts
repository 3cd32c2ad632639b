import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { type CaseDesk, createCaseDesk } from '../../../src/cases/desk.ts';
import type { Store } from '../../../src/store/store.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

const ANN = 7;
const BOB = 8;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let desk: CaseDesk;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openTestStore(folder.path);
  desk = createCaseDesk(store, createAudit(store, Date.now), Date.now);
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

async function open(chatId: number): Promise<string> {
  const opened = await desk.open(chatId);
  if (!opened.ok) throw new Error(opened.failure.reason);
  return opened.value.id;
}

it('hands a case in which nothing has happened out again, so that /cases does not fill with empty ones', async () => {
  const first = await open(ANN);
  expect(await open(ANN)).toBe(first);
  expect(await open(BOB)).not.toBe(first);
  const device = { shortSerial: 'J50000062', fullSerial: null, model: null, manufactured: null };
  await desk.apply(first, { type: 'identified', device });
  const second = await open(ANN);
  expect(second).not.toBe(first);
  await desk.apply(second, { type: 'closed', outcome: 'cancelled' });
  expect(await open(ANN)).not.toBe(second);
  expect(await desk.listFor(ANN, 10)).toMatchObject({ ok: true, value: [{}, { id: second }, { id: first }] });
});

it('tells which of the other devices named with a case have had none of their own in the chat since', async () => {
  const others = ['J50000063', 'J50000064', 'J50000065'].map((shortSerial) => ({
    shortSerial,
    fullSerial: null,
    model: null,
    doubt: null,
  }));
  const about = (shortSerial: string) =>
    ({
      type: 'identified',
      device: { shortSerial, fullSerial: null, model: null, manufactured: null },
    }) as const;
  const before = await open(ANN);
  await desk.apply(before, about('J50000065'));
  const id = await open(ANN);
  await desk.apply(id, about('J50000062'));
  await desk.apply(id, { type: 'others-named', others });
  const untouched = async () => {
    const found = await desk.get(id);
    if (!found.ok || !found.value) throw new Error('no case');
    const left = await desk.untouched(found.value);
    return left.ok ? left.value.map(({ shortSerial }) => shortSerial) : left.failure;
  };
  expect(await untouched()).toEqual(['J50000063', 'J50000064', 'J50000065']);
  await desk.apply(await open(BOB), about('J50000063'));
  await desk.apply(await open(ANN), about('J50000064'));
  expect(await untouched()).toEqual(['J50000063', 'J50000065']);
  await desk.apply(await open(ANN), about('J50000063'));
  await desk.apply(await open(ANN), about('J50000065'));
  expect(await untouched()).toEqual([]);
});
