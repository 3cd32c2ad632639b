import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import type { Call } from '../../../src/bot/commands/call.ts';
import { createCaseCommands } from '../../../src/bot/commands/cases.ts';
import { caseNumber } from '../../../src/cases/case.ts';
import { type CaseDesk, createCaseDesk } from '../../../src/cases/desk.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { NO_REGION } from '../../../src/policy/region.ts';
import type { Store } from '../../../src/store/store.ts';
import { packOf } from '../../support/packs.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

const ANN = 7;
const BOB = 8;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let desk: CaseDesk;
/** Serials of Ann's cases, oldest first. */
const serials = Array.from({ length: 25 }, (_, index) => `J${50_000_100 + index}`);
const ids: string[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openTestStore(folder.path);
  desk = createCaseDesk(store, createAudit(store, Date.now), Date.now);
  ids.length = 0;
  for (const shortSerial of serials) ids.push(await opened(ANN, shortSerial));
  await opened(BOB, 'G70000102');
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

async function opened(chatId: number, shortSerial: string): Promise<string> {
  const record = await desk.open(chatId);
  if (!record.ok) throw new Error(record.failure.reason);
  const device = { shortSerial, fullSerial: null, model: null, manufactured: null };
  await desk.apply(record.value.id, { type: 'identified', device });
  return record.value.id;
}

/** What is said to a command of Ann's: its text, and the data of its buttons. */
async function said(act: (call: Call, commands: ReturnType<typeof createCaseCommands>) => Promise<unknown>) {
  const told = { text: '', buttons: [] as string[], labels: [] as string[] };
  const call = {
    chatId: ANN,
    role: 'technician',
    language: 'en',
    t: textsFor('en'),
    say: async (text: string, rows: readonly (readonly { text: string; data: string }[])[] = []) => {
      told.text = text;
      told.buttons = rows.flat().map(({ data }) => data);
      told.labels = rows.flat().map(({ text }) => text);
      return 'told';
    },
  } as unknown as Call;
  await act(call, createCaseCommands(desk, packOf(NO_REGION)));
  return told;
}
const list = (...words: string[]) => said(async (call, { commands }) => commands.cases?.(call, words));
const older = (data: string) =>
  said(async (call, { buttons }) => buttons.o?.(call, data.split(':').slice(1)));

it('reaches every case of a technician, page by page, each once and the newest first', async () => {
  const pressed: string[] = [];
  let page = await list();
  for (let pages = 0; pages < 5; pages++) {
    pressed.push(...page.buttons.filter((data) => data.startsWith('c:')));
    const next = page.buttons.find((data) => data.startsWith('o:'));
    if (next === undefined) break;
    page = await older(next);
  }
  expect(pressed).toEqual(ids.toReversed().map((id) => `c:${id}`));
  expect((await older(`o:${ids[0]}`)).text).toContain('no older cases');
});

it('tells apart the cases of one device', async () => {
  await opened(ANN, 'J50000100');
  const { text, labels } = await list('J50000100');
  expect(text).toContain(
    '1. J50000100: Open\n2. J50000100: Open'.replaceAll('J50000100', '<code>J50000100</code>'),
  );
  expect(labels).toEqual(['1 · J50000100', '2 · J50000100']);
});

it('finds a case by its serial number, a piece of it, or its own number, and nobody else’s', async () => {
  const first = ids[0] ?? '';
  const number = caseNumber({ id: first });
  // The letter O is typed as a Cyrillic one.
  for (const typed of ['J50000100', 'j50000100', '0100', number.toLowerCase(), '\u041e100'])
    expect((await list(typed)).buttons, typed).toContain(`c:${first}`);
  expect((await list('J5000', '0100')).buttons).toEqual([`c:${first}`]);
  expect((await list('G70000102')).text).toContain('No case of yours');
  expect((await list('J5')).text).toContain('No case of yours');
  const many = await list('J500001');
  expect(many.buttons).toHaveLength(10);
  expect(many.text).toContain('latest of many');
});
