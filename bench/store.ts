/**
 * What it costs that every record is checked when it is read, beside reading the same record unchecked: a chat in the
 * middle of a long conversation, and a case. In alternating rounds, median of all.
 *
 *   npx tsx bench/store.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { CHATS } from '../src/bot/house/chats.ts';
import { newCase } from '../src/cases/case.ts';
import { CASES } from '../src/cases/record.ts';
import { emptyChatState } from '../src/flows/engine/state.ts';
import type { Kind } from '../src/store/kind.ts';
import { openStore } from '../src/store/open.ts';

const ROUNDS = 40;
const READS = 100;

const folder = await mkdtemp(join(tmpdir(), 'bench-store-'));
const opened = await openStore(`lmdb:${folder}`);
if (!opened.ok) throw new Error(opened.failure.reason);
const store = opened.value;

const payload = JSON.stringify({
  wants: ['serial'],
  events: [],
  jobId: null,
  tag: 'k',
  help: 'bot:help.idle',
});
const steps = 60;
const chat = {
  ...emptyChatState(),
  conversation: {
    flow: 'assess',
    version: 1,
    args: { caseId: 'C' },
    state: {
      args: '[]',
      replay: {
        send: Array.from({ length: steps }, () => ({ payload })),
        receive: Array.from({ length: steps }, (_, send) => ({
          send,
          returnValue: { text: 'x'.repeat(300) },
        })),
      },
      interrupts: [steps - 1],
    },
  },
  seenUpdates: Array.from({ length: 300 }, (_, n) => n),
};

const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1] ?? 0;

async function timed(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let n = 0; n < READS; n++) await task();
  return ((performance.now() - start) * 1000) / READS;
}

async function compare<T>(name: string, kind: Kind<T>, record: T): Promise<void> {
  const checked = store.values(kind);
  const unchecked = store.values<unknown>({ ...kind, schema: z.unknown() });
  await checked.set('k', record);
  const [with_, without, turn]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    without.push(await timed(() => unchecked.get('k')));
    with_.push(await timed(() => checked.get('k')));
  }
  for (let n = 0; n < ROUNDS; n++) {
    const start = performance.now();
    await checked.get('k');
    await checked.set('k', record);
    turn.push((performance.now() - start) * 1000);
  }
  const [plain, full, whole] = [median(without), median(with_), median(turn)];
  const bytes = JSON.stringify(record).length;
  console.log(
    `${name}, ${bytes} bytes: read ${plain.toFixed(0)} us unchecked, ${full.toFixed(0)} us checked; ` +
      `read and write with its flush ${whole.toFixed(0)} us, of which the check is ${(((full - plain) / whole) * 100).toFixed(1)} %`,
  );
}

await compare('chat', CHATS, chat as never);
await compare('case', CASES, newCase('01M8JF8SGW96T7FK6Q4DV8JR9T', 1, Date.now()));

await store.close();
await rm(folder, { recursive: true });
