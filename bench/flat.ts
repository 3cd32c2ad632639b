/**
 * What does not grow with what is stored, each beside the same thing where little is, in turns: /new and what a dialogue asks of
 * a chat's cases; the 200th answer of a chat beside the 5th, in stages whose questions come back; a start; the heap that open
 * cases keep. A store of many cases is made as the version before indexes left it: how long its first start takes stands beside
 * the others.
 *
 *   npx tsx bench/flat.ts [--only new,lists,updates,start,memory] [--rounds 15] [--cases 100000]
 *
 * `memory` needs `node --expose-gc --import tsx`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAudit } from '../src/audit/trail.ts';
import { CHATS } from '../src/bot/house/chats.ts';
import { buildIndexes } from '../src/bot/keep/indexes.ts';
import { type Running, startBot } from '../src/bot/start.ts';
import { createCaseDesk } from '../src/cases/desk.ts';
import { createLog } from '../src/kernel/log.ts';
import { Secret } from '../src/kernel/secret.ts';
import { type LocalBotApi, startLocalBotApi } from '../src/sandbox/telegram/local-bot-api.ts';
import type { SimUser } from '../src/sandbox/telegram/people.ts';
import { openStore } from '../src/store/open.ts';
import type { Store } from '../src/store/store.ts';
import { filledStore, serialOf } from '../test/support/many-cases.ts';
import { settingsWith } from '../test/support/own-settings.ts';
import { against, alternate, asked, beside, note, plain, report, timed } from './bench.ts';
import type { Figure } from './run/figure.ts';

const { only, rounds, cases } = asked({ only: 'new,lists,updates,start,memory', rounds: 15, cases: 100_000 });
const [FEW, MANY] = [100, 10_000];
/** Chats with an open case each, whose heap is measured. */
const AT_WORK = 500;
/** The answer of a chat that stands for all late ones. */
const LATE = 200;
/** /new is quick: of so few rounds its ratio would be the machine's. */
const NEWS_A_ROUND = 8;
/** Answers that are timed one after another, late ones and early ones. */
const IN_A_ROW = 5;
const log = createLog('silent', 'unbind-bot');
const figures: Figure[] = [];

/** Moves on by a second with everything somebody does: nobody is too fast. */
let now = Date.now();

async function inFolder<T>(task: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'unbind-flat-'));
  try {
    return await task(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function opened(folder: string): Promise<Store> {
  const store = await openStore(`lmdb:${folder}`);
  if (!store.ok) throw new Error(store.failure.reason);
  return store.value;
}

async function started(api: LocalBotApi, folder: string, people: readonly SimUser[]): Promise<Running> {
  const settings = settingsWith({
    token: new Secret(api.token),
    apiRoot: api.url,
    adminIds: people.map(({ id }) => id),
    storeUrl: `lmdb:${folder}`,
  });
  const bot = await startBot(settings, log, null, undefined, () => now);
  if (!bot.ok) throw new Error(`${bot.failure.reason} ${bot.failure.detail}`);
  return bot.value;
}

/** A bot, and the people who may speak to it. */
async function withBot(
  folder: string,
  count: number,
  task: (act: (person: SimUser, text: string) => Promise<number>, people: SimUser[]) => Promise<void>,
  fill: (people: readonly SimUser[]) => Promise<unknown> = async () => undefined,
): Promise<void> {
  const api = await startLocalBotApi();
  const people = Array.from({ length: count }, () => api.user({ languageCode: 'en' }));
  await fill(people);
  const bot = await started(api, folder, people);
  /** How long it takes from what a person sends until the bot has done with it, ms. */
  const act = async (person: SimUser, text: string) => {
    now += 1_000;
    const answered = new Promise<void>((resolve) => {
      const end = api.onEvent((event) => {
        if (event.type !== 'message' || event.chatId !== person.id || event.message.from !== 'bot') return;
        end();
        resolve();
      });
    });
    return timed(async () => {
      await person.send(text);
      await answered;
      await bot.idle();
    });
  };
  await task(act, people);
  await bot.stop();
  await api.close();
}

async function measureNew(): Promise<void> {
  await inFolder((folder) =>
    withBot(
      folder,
      2,
      async (act, people) => {
        const [few, many] = people;
        if (!few || !many) throw new Error('nobody');
        const took = await alternate(
          { few: () => act(few, '/new'), many: () => act(many, '/new') },
          rounds * NEWS_A_ROUND,
          3,
        );
        figures.push(
          beside(
            '/new, many cases in the chat',
            'ms',
            took.many,
            { name: 'few cases', rounds: took.few },
            {
              reach: { atMost: 1.1 },
            },
          ),
        );
      },
      ([few, many]) =>
        filledStore(`lmdb:${folder}`, [
          { chatId: few?.id ?? 0, cases: FEW },
          { chatId: many?.id ?? 0, cases: MANY },
        ]),
    ),
  );
}

async function measureLists(): Promise<void> {
  await inFolder(async (folder) => {
    const [few, many] = [1, 2];
    const filled = await filledStore(`lmdb:${folder}`, [
      { chatId: few, cases: FEW },
      { chatId: many, cases: MANY },
    ]);
    const store = await opened(folder);
    const built = await buildIndexes(store, {});
    if (!built.ok) throw new Error(built.failure.reason);
    const desk = createCaseDesk(store, createAudit(store, Date.now), Date.now);
    const firstOf = async (chatId: number) => {
      const found = await desk.get(filled.idsOf(chatId)[0] ?? '');
      if (!found.ok || !found.value) throw new Error('no case');
      return found.value;
    };
    const oldest = new Map([
      [few, await firstOf(few)],
      [many, await firstOf(many)],
    ]);
    const serialIn = (chatId: number) => oldest.get(chatId)?.device?.shortSerial ?? '';
    const questions: Record<string, (chatId: number) => Promise<unknown>> = {
      'latest case of a chat': (chatId) => desk.listFor(chatId, 1),
      'open case about a device': (chatId) => desk.openAbout(chatId, serialIn(chatId)),
      'others of the oldest case': async (chatId) => {
        const record = oldest.get(chatId);
        return record && desk.untouched(record);
      },
      'cases at work of a chat': (chatId) => desk.atWork({ chat: chatId }),
    };
    for (const [name, ask] of Object.entries(questions)) {
      const often = (chatId: number) => async () => {
        const ms = await timed(async () => {
          for (let n = 0; n < 20; n++) await ask(chatId);
        });
        return (ms * 1_000) / 20;
      };
      const took = await alternate({ few: often(few), many: often(many) }, rounds, 3);
      figures.push(beside(name, 'us', took.many, { name: 'few cases', rounds: took.few }));
    }
    await store.close();
  });
}

/** Ways to come back to the same question, or by others to it. */
const WALKS: Record<string, { readonly before: readonly string[]; again(n: number): string }> = {
  'a question answered, and taken back': {
    before: ['/new', 'J50000062'],
    again: (n) => (n % 2 === 0 ? 'back' : 'no'),
  },
  'another doubtful number': { before: ['/new'], again: (n) => `J5OOOO${100 + (n % 900)}` },
  'words beside a doubtful number': {
    before: ['/new', 'J5OOOO062'],
    again: (n) => (n % 2 === 0 ? 'it is a recorder' : 'it is a camera'),
  },
};

async function measureUpdates(): Promise<void> {
  for (const [name, { before, again }] of Object.entries(WALKS)) {
    await inFolder(async (folder) => {
      let [oldOne, youngOne] = [0, 0];
      await withBot(folder, rounds + 4, async (act, people) => {
        const [old, ...young] = people;
        if (!old) throw new Error('nobody');
        const walk = async (person: SimUser, from: number, until: number) => {
          if (from === 1) for (const text of before) await act(person, text);
          for (let n = from; n < until; n++) await act(person, again(n));
        };
        const inARow = async (person: SimUser, from: number) => {
          const times: number[] = [];
          for (let n = from; n < from + IN_A_ROW; n++) times.push(await act(person, again(n)));
          return times;
        };
        await walk(old, 1, LATE);
        let late = LATE;
        const next = young.values();
        const took = await alternate(
          {
            early: async () => {
              const person = next.next().value;
              if (!person) throw new Error('nobody is left');
              await walk(person, 1, 5);
              youngOne = person.id;
              return inARow(person, 5);
            },
            late: () => {
              late += IN_A_ROW;
              return inARow(old, late - IN_A_ROW);
            },
          },
          rounds,
          3,
        );
        oldOne = old.id;
        figures.push(
          beside(
            `200th: ${name}`,
            'ms',
            took.late,
            { name: '5th', rounds: took.early },
            {
              reach: { atMost: 1.2 },
            },
          ),
        );
      });
      const store = await opened(folder);
      const sizeOf = async (chatId: number) => {
        const chat = await store.values(CHATS).get(String(chatId));
        return chat.ok ? JSON.stringify(chat.value?.conversation ?? null).length : Number.NaN;
      };
      figures.push(
        against(`conversation after 200: ${name}`, 'B', await sizeOf(oldOne), {
          name: 'after 5',
          value: await sizeOf(youngOne),
        }),
      );
      await store.close();
    });
  }
}

async function measureStart(): Promise<void> {
  await inFolder(async (folder) => {
    const [empty, full] = [join(folder, 'empty'), join(folder, 'full')];
    const api = await startLocalBotApi();
    const admin = api.user({ languageCode: 'en' });
    const chats = Array.from({ length: 1_000 }, (_, n) => ({ chatId: n + 1, cases: cases / 1_000 }));
    await filledStore(`lmdb:${full}`, chats);
    // As long as the indexes take; the first start backs the store up before, which reads it twice.
    const store = await opened(full);
    const began = process.cpuUsage();
    const built = await timed(() => buildIndexes(store, {}));
    const { user, system } = process.cpuUsage(began);
    await store.close();
    const start = async (at: string) => {
      let bot: Running | undefined;
      const ms = await timed(async () => {
        bot = await started(api, at, [admin]);
      });
      await bot?.stop();
      return ms;
    };
    const first = await start(full);
    const took = await alternate({ empty: () => start(empty), full: () => start(full) }, 7);
    const more = took.full.map(([ms = 0], n) => ms - (took.empty[n]?.[0] ?? 0));
    figures.push(
      beside('start, many cases', 'ms', took.full, { name: 'empty store', rounds: took.empty }),
      plain('start, many cases: more than empty', 'ms', more.toSorted((a, b) => a - b)[3] ?? Number.NaN, {
        reach: { atMost: 2_000 },
      }),
      plain('indexes of a store of before', 'ms', built),
      plain('indexes of a store of before, processor', 'ms', (user + system) / 1_000),
      plain('first start with a store of before, its backup included', 'ms', first),
    );
    note(`many: ${cases} cases, of 1,000 chats`);
    await api.close();
  });
}

async function measureMemory(): Promise<void> {
  const { gc } = globalThis;
  if (!gc) return note('memory: not measured, needs --expose-gc');
  const heap = async () => {
    // What a turn has left to be collected later.
    for (let n = 0; n < 4; n++) {
      await new Promise((resolve) => setImmediate(resolve));
      gc();
    }
    return process.memoryUsage().heapUsed / 1_024;
  };
  await inFolder((folder) =>
    withBot(folder, 2 * AT_WORK, async (act, people) => {
      const opens = async (from: number) => {
        for (const [n, person] of people.slice(from, from + AT_WORK).entries()) {
          await act(person, '/new');
          await act(person, serialOf(from + n + 1));
        }
        return heap();
      };
      const before = await heap();
      const half = await opens(0);
      const all = await opens(AT_WORK);
      figures.push(
        against('heap of one more open case', 'KB', (all - half) / AT_WORK, {
          name: 'of the first ones, code and caches with them',
          value: (half - before) / AT_WORK,
        }),
      );
    }),
  );
}

const measures: Record<string, () => Promise<void>> = {
  new: measureNew,
  lists: measureLists,
  updates: measureUpdates,
  start: measureStart,
  memory: measureMemory,
};
for (const name of only.split(',')) await measures[name]?.();
report(figures);
