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
