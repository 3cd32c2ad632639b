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

/** It is noon when these tests begin: none of them runs into the next day. */
const ahead = new Date().setUTCHours(12, 0, 0, 0) - Date.now();
const clock = () => Date.now() + ahead;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let desk: CaseDesk;
/** Serials of Ann's cases, oldest first. */
const serials = Array.from({ length: 25 }, (_, index) => `J${50_000_100 + index}`);
const ids: string[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openTestStore(folder.path);
  desk = createCaseDesk(store, createAudit(store, clock), clock);
  ids.length = 0;
  for (const shortSerial of serials) ids.push(await opened(ANN, shortSerial));
  await opened(BOB, 'G70000102');
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

async function opened(chatId: number, shortSerial: string, model: string | null = null): Promise<string> {
  const record = await desk.open(chatId);
  if (!record.ok) throw new Error(record.failure.reason);
  const device = { shortSerial, fullSerial: null, model, manufactured: null };
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
const press = (data: string) =>
  said(async (call, { buttons }) => {
    const [verb = '', ...words] = data.split(':');
    return buttons[verb]?.(call, words);
  });

/** Every case that is reached by turning the pages on from this one. */
async function turned(first: Awaited<ReturnType<typeof list>>): Promise<string[]> {
  const pressed: string[] = [];
  let page = first;
  for (let pages = 0; pages < 60; pages++) {
    pressed.push(...page.buttons.filter((data) => data.startsWith('c:')));
    const next = page.labels.findIndex((label) => /^(?:Next ones|Older)/.test(label));
    if (next === -1) return pressed;
    page = await press(page.buttons[next] ?? '');
  }
  throw new Error('the pages have no end');
}
const datas = (of: readonly string[]) => of.map((id) => `c:${id}`);

it('reaches every case of a technician, eight a page, each once and the newest first', async () => {
  const first = await list();
  expect(first.buttons.filter((data) => data.startsWith('c:'))).toHaveLength(8);
  expect(first.text).toContain('1–8 of 25');
  expect(await turned(first)).toEqual(datas(ids.toReversed()));
  const second = await press(first.buttons.at(-1) ?? '');
  expect(second.text).toContain('9–16 of 25');
  expect((await press(second.buttons.find((data) => data === 'o::0') ?? '')).text).toBe(first.text);
  expect((await press(`o:${ids[0]}:0`)).text).toContain('no older cases');
});

it('shows open cases first, then those that wait for the service centre, then closed ones', async () => {
  const [waiting = '', open = ''] = ids;
  await desk.apply(waiting, { type: 'awaits-answer' });
  for (const id of ids.slice(2)) await desk.apply(id, { type: 'closed', outcome: 'unbound' });
  const { text, buttons } = await list();
  const latest = ids.slice(2).toReversed();
  expect(new Set(buttons.slice(0, 8))).toEqual(new Set(datas([open, waiting, ...latest]).slice(0, 8)));
  expect(buttons.slice(0, 2)).toEqual(datas([open, waiting]));
  const lines = text.split('\n').filter((line) => / 20\d\d$/.test(line));
  const day = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(clock());
  expect(lines.slice(0, 3)).toEqual([
    `Open, ${day}`,
    `E-mail is sent, waiting for the service centre, ${day}`,
    `Unbound, verified, ${day}`,
  ]);
});

it('reaches cases beyond those it puts in order, and says that it does', async () => {
  for (let more = 0; more < 180; more++) ids.push(await opened(ANN, `J${60_000_000 + more}`));
  await desk.apply(ids[1] ?? '', { type: 'closed', outcome: 'unbound' });
  const first = await list();
  expect(first.text).toContain('that of 200 cases; older ones come behind');
  const reached = await turned(first);
  expect(reached.slice(0, 200)).toEqual(datas(ids.toReversed().slice(0, 200)));
  expect(reached.slice(200)).toEqual(datas([4, 3, 2, 0, 1].map((at) => ids[at] ?? '')));
});

it('leaves out cases in which no device was named, and keeps those with something in them', async () => {
  const empty = await desk.open(ANN);
  if (!empty.ok) throw new Error(empty.failure.reason);
  expect((await list()).text).toContain('of 25');
  await desk.apply(empty.value.id, { type: 'closed', outcome: 'cancelled' });
  expect((await list()).text).toContain('of 25');
  const kept = await desk.open(ANN);
  if (!kept.ok) throw new Error(kept.failure.reason);
  await desk.apply(kept.value.id, { type: 'noted', note: { kind: 'text', blob: 'note', at: 1 } });
  expect((await list()).buttons[0]).toBe(`c:${kept.value.id}`);
});

it('tells apart the cases of one device', async () => {
  await opened(ANN, 'J50000100');
  const { text, labels } = await list('J50000100');
  expect(text).toMatch(/1\. <code>J50000100<\/code> \nOpen, [\s\S]*2\. <code>J50000100<\/code> \nOpen, /);
  expect(labels).toEqual(['1 · J50000100', '2 · J50000100']);
});

it('finds a case by a piece of its serial number, its model or its own number, and nobody else’s', async () => {
  const first = ids[0] ?? '';
  const number = caseNumber({ id: first });
  await opened(ANN, 'K12345678', 'DS-7608NI-K2/8P');
  // The letter O is typed as a Cyrillic one.
  for (const typed of ['J50000100', 'j50000100', '0100', '\u041e100'])
    expect(await turned(await list(typed)), typed).toContain(`c:${first}`);
  for (const typed of [number.toLowerCase(), number.slice(-3), number.replaceAll('0', 'O')])
    expect(await turned(await list(typed)), typed).toContain(`c:${first}`);
  expect((await list('J5000', '0100')).buttons).toEqual([`c:${first}`]);
  for (const typed of ['DS-7608', '7608ni', 'ds', '760']) {
    const { text } = await list(typed);
    if (typed === 'ds') expect(text).toContain('No case of yours');
    else expect(text, typed).toContain('K12345678</code> DS-7608NI-K2/8P');
  }
  expect((await list('G70000102')).text).toContain('No case of yours');
  expect((await list('J5')).text).toContain('No case of yours');
  const many = await list('J500001');
  expect(many.text).toContain('1–8 of 25');
  expect(await turned(many)).toEqual(datas(ids.toReversed()));
  // A button carries 64 bytes.
  expect(many.buttons.every((data) => Buffer.byteLength(data) <= 64)).toBe(true);
  expect((await list('X'.repeat(400))).text).toContain('No case of yours');
});
