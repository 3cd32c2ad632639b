/**
 * A press that answers a question, beside telegraf making the same calls on the same Bot API: from the moment the update is
 * handed out until the last call has come in. `moved`: something stands below the question, so the press is acknowledged, the
 * next question comes as a message, and the one before is deleted; `in place`: acknowledged, and edited. The store is on disk;
 * durable writes are counted by the numbers the engine gives its commits, and one is timed bare beside them. Bots are processes
 * of their own and take turns; the Bot API is this one.
 *
 *   npx tsx bench/press.ts [--rounds 75] [--before <unbind-bot.mjs of another commit>]
 *
 * That of another commit: `npx tsx scripts/build.ts` in a worktree of it.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { InlineKeyboardButton, InlineKeyboardMarkup, Update, User } from 'grammy/types';
import { open, type RootDatabase } from 'lmdb';
import { type Context, Telegraf } from 'telegraf';
import { buildBot } from '../scripts/bundles.ts';
import { against, asked, beside, note, plain, quantile, report } from './bench.ts';
import type { Figure } from './run/figure.ts';
import { type BareBotApi, type BareCall, BENCH_TOKEN, startBareBotApi } from './telegram/bare-bot-api.ts';

/** Rounds one person presses before the next one goes on: the bot takes a burst of a hundred updates from each. */
const ROUNDS_A_PERSON = 15;
/** Rounds that warm all up and are not counted. */
const WARM = 15;
/** A bot that has called nothing for so long has called what it had to, ms. */
const QUIET_MS = 40;
const SERIAL = 'DS-7608NI-K2/8P0820190101CCRR123456789WCVU';

const KINDS = ['moved', 'in place'] as const;
type Key = InlineKeyboardButton.CallbackButton;
type Pushed = Omit<Update, 'update_id'>;

/** What a bot did about one update: its calls, and how long it took until the last one had come in, ms. */
interface Done {
  readonly calls: readonly BareCall[];
  readonly ms: number;
}

/** A chat as somebody sees it who presses. */
class Chat {
  readonly #api: BareBotApi;
  readonly #from: User;
  #ids = 1_000_000;
  #calls: BareCall[] = [];
  /** The newest keyboard to answer with, and its message. */
  #question: { readonly keys: readonly Key[]; readonly messageId: number } | null = null;

  constructor(api: BareBotApi, id: number) {
    this.#api = api;
    this.#from = { id, is_bot: false, first_name: 'P', language_code: 'en' };
    api.onCall((call) => {
      this.#calls.push(call);
      const { inline_keyboard: rows = [] } = (call.payload.reply_markup ??
        {}) as Partial<InlineKeyboardMarkup>;
      const keys = rows.flat() as Key[];
      if (keys.some(isAnswer)) this.#question = { keys, messageId: call.messageId };
    });
  }

  say(text: string): Promise<Done> {
    const entities = text.startsWith('/') ? [{ type: 'bot_command', offset: 0, length: text.length }] : [];
    return this.#give(
      { message: { ...this.#message(this.#ids++), from: this.#from, text, entities } },
      ({ method }) => method === 'sendMessage',
    );
  }

  /** Answers the question, or goes back to the one before. */
  press(which: 'answer' | 'back'): Promise<Done> {
    const key = this.#question?.keys
      .filter(which === 'answer' ? isAnswer : isBack)
      .at(which === 'answer' ? 1 : 0);
    if (!key || !this.#question) throw new Error(`there is no key for '${which}'`);
    const message = this.#message(this.#question.messageId);
    const query = { id: String(this.#ids++), chat_instance: '1', data: key.callback_data, message };
    return this.#give({ callback_query: { ...query, from: this.#from } }, (call) =>
      keysOf(call).some(isAnswer),
    );
  }

  #message(id: number) {
    return { message_id: id, date: 1, chat: { id: this.#from.id, type: 'private', first_name: 'P' } };
  }

  /** @param isIt the call without which it cannot be over */
  async #give(update: object, isIt: (call: BareCall) => boolean): Promise<Done> {
    this.#calls = [];
    const at = this.#api.push(update as Pushed);
    for (let heard = 0; heard !== this.#calls.length || !this.#calls.some(isIt); ) {
      heard = this.#calls.length;
      await pause(QUIET_MS);
    }
    return { calls: this.#calls, ms: (this.#calls.at(-1)?.at ?? at) - at };
  }
}

function keysOf({ payload }: BareCall): Key[] {
  const { inline_keyboard: rows = [] } = (payload.reply_markup ?? {}) as Partial<InlineKeyboardMarkup>;
  return rows.flat() as Key[];
}

function isBack({ callback_data: data }: Key): boolean {
  return data.endsWith(':back');
}

function isAnswer({ callback_data: data }: Key): boolean {
  return !/:(back|cancel)$/.test(data);
}

/** telegraf as anybody would write it: one call after the other. */
async function runTelegraf(apiRoot: string): Promise<void> {
  const bot = new Telegraf(BENCH_TOKEN, { telegram: { apiRoot } });
  const rows = ['0', '1', '2', 'back', 'cancel'].map((id) => [
    { text: `Key ${id}`, callback_data: `f:abcdefgh:${id}` },
  ]);
  const question = `<b>DS-7608NI-K2/8P</b> ${'x'.repeat(300)}`;
  const how = { parse_mode: 'HTML', reply_markup: { inline_keyboard: rows } } as const;
  let isBuried = false;
  bot.command('help', async (context: Context) => {
    isBuried = true;
    await context.reply('x'.repeat(900));
  });
  bot.on('message', (context) => context.reply(question, how));
  bot.on('callback_query', async (context) => {
    await context.answerCbQuery();
    if (isBuried) {
      await context.reply(question, how);
      await context.deleteMessage();
    } else await context.editMessageText(question, how);
    isBuried = false;
  });
  await bot.launch();
}

/** A bot's process at a Bot API of its own, and what was measured of it. */
interface Contender {
  readonly name: string;
  readonly api: BareBotApi;
  readonly process: ChildProcess;
  /** Folder of its store; null: it has none. */
  readonly store: string | null;
  readonly figures: Record<(typeof KINDS)[number], { ms: number[]; calls: string; commits: number }>;
}

async function contender(
  name: string,
  store: string | null,
  start: (api: BareBotApi) => ChildProcess,
): Promise<Contender> {
  const api = await startBareBotApi();
  const asked = new Promise<void>((resolve) => api.onPoll(resolve));
  const process = start(api);
  const ended = once(process, 'exit').then(() => Promise.reject(new Error(`${name} has ended`)));
  await Promise.race([asked, ended]);
  ended.catch(() => undefined);
  const none = () => ({ ms: [], calls: '', commits: 0 });
  return { name, api, process, store, figures: { moved: none(), 'in place': none() } };
}

/** The number of the store's newest commit. */
function commitOf(root: RootDatabase | null): number {
  return root ? (root.getStats() as { lastTxnId: number }).lastTxnId : 0;
}

/** How long a commit of a record of 4 KB takes in this folder, ms. */
async function bareCommits(folder: string): Promise<number[]> {
  const root = open({ path: folder, noSubdir: false, overlappingSync: false, eventTurnBatching: false });
  const times: number[] = [];
  for (let n = 0; n < 300; n++) {
    const begun = performance.now();
    await root.put(`k${n % 20}`, 'x'.repeat(4096));
    times.push(performance.now() - begun);
  }
  await root.close();
  return times;
}

async function measure(rounds: number, other: string): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'unbind-press-'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  await buildBot(join(folder, 'dist'));
  const bundles = [join(folder, 'dist', 'unbind-bot.mjs'), ...(other === '' ? [] : [other])];
  const people = Math.ceil((rounds + WARM) / ROUNDS_A_PERSON);
  const all = [
    await contender('telegraf', null, ({ url }) =>
      fork(fileURLToPath(import.meta.url), ['telegraf', url], { stdio: 'ignore' }),
    ),
  ];
  for (const [n, bundle] of bundles.entries()) {
    const cwd = join(folder, `bot-${n}`);
    mkdirSync(cwd);
    const env = {
      PATH: process.env.PATH,
      BOT_TOKEN: BENCH_TOKEN,
      STORE_URL: `lmdb:${join(cwd, 'store')}`,
      ADMIN_IDS: Array.from({ length: people }, (_, index) => index + 1).join(','),
      HUB_LISTEN: '127.0.0.1:0',
      WATCH_LISTEN: '127.0.0.1:0',
      READ_PRINT: 'off',
      REGION_PACK: 'ru',
    };
    const start = ({ url }: BareBotApi) =>
      spawn(process.execPath, [resolve(bundle)], {
        cwd,
        env: { ...env, TELEGRAM_API_ROOT: url },
        stdio: 'ignore',
      });
    const name = n === 0 ? 'this bot' : 'before';
    all.push(await contender(name, join(cwd, 'store'), start));
  }
  const stores = new Map(
    all.map((one) => [one, one.store ? open({ path: one.store, readOnly: true, noSubdir: false }) : null]),
  );

  for (let person = 1; person <= people; person++) {
    const chats = new Map(all.map((one) => [one, new Chat(one.api, person)]));
    for (const chat of chats.values()) for (const text of ['/start', '/new', SERIAL]) await chat.say(text);
    for (let round = 0; round < ROUNDS_A_PERSON; round++) {
      for (const kind of KINDS) {
        for (const [one, chat] of chats) {
          if (kind === 'moved') await chat.say('/help');
          const before = commitOf(stores.get(one) ?? null);
          const { calls, ms } = await chat.press('answer');
          const figures = one.figures[kind];
          figures.calls = calls.map(({ method }) => method).join(', ');
          if (person > 1) {
            figures.ms.push(ms);
            figures.commits += commitOf(stores.get(one) ?? null) - before;
          }
          await chat.press('back');
        }
      }
    }
  }
  for (const root of stores.values()) await root?.close();
  for (const one of all) {
    one.process.kill();
    await once(one.process, 'exit');
    one.api.close();
  }

  const [telegraf, ours, before] = all;
  if (!telegraf || !ours) throw new Error('nothing was measured');
  const bare = await bareCommits(join(folder, 'bare'));
  rmSync(folder, { recursive: true });
  note(
    `a bare commit of 4 KB here: ${quantile(bare, 0.5).toFixed(2)} ms, p99 ${quantile(bare, 0.99).toFixed(2)} ms`,
  );
  return KINDS.flatMap((kind) => {
    const [own, base] = [ours.figures[kind], telegraf.figures[kind]];
    note(
      `${kind}: ${own.calls}; telegraf: ${base.calls}${before ? `; before: ${before.figures[kind].calls}` : ''}`,
    );
    const each = (ms: readonly number[]) => ms.map((one) => [one]);
    const baseline = { name: 'telegraf', rounds: each(base.ms) };
    const writes = own.commits / own.ms.length;
    const earlier = before?.figures[kind];
    return [
      beside(`press, ${kind}`, 'ms', each(own.ms), baseline, { reach: { atMost: 100 / 45 } }),
      against(`press, ${kind}, p99`, 'ms', quantile(own.ms, 0.99), {
        name: 'telegraf',
        value: quantile(base.ms, 0.99),
      }),
      earlier
        ? against(
            `durable writes of a press, ${kind}`,
            'count',
            writes,
            { name: 'before', value: earlier.commits / earlier.ms.length },
            { reach: { atMost: 0.5 } },
          )
        : plain(`durable writes of a press, ${kind}`, 'count', writes, { reach: { atMost: 3.1 } }),
    ];
  });
}

const [, , mode, apiRoot = ''] = process.argv;
if (mode === 'telegraf') await runTelegraf(apiRoot);
else {
  const { rounds, before } = asked({ rounds: 75, before: '' });
  report(await measure(rounds, before));
}
