/**
 * What it costs that every record is checked when it is read, beside reading the same record unchecked: a chat in the
 * middle of a long conversation, and a case. `npx tsx bench/store.ts [--rounds 40] [--reads 100]`
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
import { alternate, asked, beside, median, note, report, timed } from './bench.ts';
import type { Figure } from './run/figure.ts';

const { rounds, reads } = asked({ rounds: 40, reads: 100 });

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

/** Microseconds a read. */
async function readOf(task: () => Promise<unknown>): Promise<number> {
  const ms = await timed(async () => {
    for (let n = 0; n < reads; n++) await task();
  });
  return (ms * 1000) / reads;
}

async function compare<T>(name: string, kind: Kind<T>, record: T): Promise<Figure> {
  const checked = store.values(kind);
  const unchecked = store.values<unknown>({ ...kind, schema: z.unknown() });
  await checked.set('k', record);
  const read = await alternate(
    {
      checked: () => readOf(() => checked.get('k')),
      unchecked: () => readOf(() => unchecked.get('k')),
      turn: () =>
        timed(async () => {
          await checked.get('k');
          await checked.set('k', record);
        }),
    },
    rounds,
  );
  const [with_, without, turn] = [read.checked, read.unchecked, read.turn].map((all) => median(all.flat()));
  const share = ((((with_ ?? 0) - (without ?? 0)) / 1000 / (turn ?? 1)) * 100).toFixed(1);
  note(
    `${name}, ${JSON.stringify(record).length} bytes: of reading and writing it with its flush the check is ${share} %`,
  );
  return beside(`read of a ${name}, checked`, 'us', read.checked, {
    name: 'unchecked',
    rounds: read.unchecked,
  });
}

const figures = [
  await compare('chat', CHATS, chat as never),
  await compare('case', CASES, newCase('01M8JF8SGW96T7FK6Q4DV8JR9T', 1, Date.now())),
];
await store.close();
await rm(folder, { recursive: true });
report(figures);
