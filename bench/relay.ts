/**
 * A picture from the laptop to the chat, and its answer back: from the moment the agent begins to send the event until sendPhoto
 * has come in at Telegram, and from the moment the typed answer is handed out until the agent's held poll has it. Beside three bare
 * hops (the same bytes through a server that does nothing but pass them on) and the durable writes that the rules need, each timed
 * bare in the same folder, in turns. Durable writes are counted by the numbers the engine gives its commits. The bot is its bundle
 * with lmdb on disk, in a process of its own, as the bare server is; Telegram, the device and the real agent are this one. Of the agent
 * itself: from the drawn picture to the first byte of its event, beside one durable file.
 *
 *   npx tsx bench/relay.ts [--rounds 24]
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { InlineKeyboardButton, InlineKeyboardMarkup, Update } from 'grammy/types';
import { open, type RootDatabase } from 'lmdb';
import { Agent, request } from 'undici';
import { buildBot } from '../scripts/bundles.ts';
import { textsFor } from '../src/kernel/all-texts.ts';
import { childEnv } from '../src/kernel/child-env.ts';
import { replaceFile } from '../src/lan-agent/home.ts';
import { createEmulatedLan } from '../src/sandbox/device/lan.ts';
import { manyCameras } from '../src/sandbox/device/profiles.ts';
import { createLaptop } from '../src/sandbox/laptop.ts';
import { PAIRING_CODE } from '../src/sandbox/pairing.ts';
import { asked, beside, median, note, plain, report, timed, timedEach } from './bench.ts';
import type { Figure } from './run/figure.ts';
import { type BareBotApi, BENCH_TOKEN, startBareBotApi } from './telegram/bare-bot-api.ts';

/** Pictures of one technician: a burst of a hundred updates and twenty unbinds a day are taken from each. */
const ROUNDS_A_PERSON = 8;
/** Rounds that warm all up and are not counted. */
const WARM = 8;
/** A bot that has called nothing for so long has called what it had to, ms. */
const QUIET_MS = 60;
const LOOK_MS = 2;
const PATIENCE_MS = 30_000;
/** Hops a relay may take. */
const HOPS = 3;
/** Bare commits for each round. */
const COMMITS = 5;

/**
 * Durable writes without which a rule is broken. Of the picture: that its request was heard, with what comes of it, which is the case
 * with its audit entry, the picture and the chat, before the chat sees it. Of the answer: the update,
 * before Telegram forgets it, with what the chat has said of the picture, the command and the alarm of what is waited for next, before the
 * laptop can have it.
 */
const NEEDED = { picture: 1, answer: 1 } as const;

const TEXT = textsFor('en');

/** What the agent of this process asks of the hub, as its HTTP client tells. */
interface Wire {
  /** The next request that begins whose body holds this. */
  begun(within: string): Promise<{ readonly at: number; readonly body: string }>;
  /** The next answer to a request with this path that has come in whole. */
  answered(path: string): Promise<number>;
}

function listenToWire(): Wire {
  /** Each is asked about a request, and says whether it was the one it waits for. */
  const waiting = {
    create: new Set<(asked: Asked) => boolean>(),
    trailers: new Set<(asked: Asked) => boolean>(),
  };
  for (const [what, all] of Object.entries(waiting))
    subscribe(`undici:request:${what}`, (message) => {
      const { path, body } = (message as { request: { path: string; body: unknown } }).request;
      const asked = { at: performance.now(), path, body: Buffer.isBuffer(body) ? body.toString() : '' };
      for (const take of all) if (take(asked)) all.delete(take);
    });
  const next = (what: keyof typeof waiting, isIt: (asked: Asked) => boolean) =>
    new Promise<Asked>((resolve) => {
      waiting[what].add((asked) => {
        if (isIt(asked)) resolve(asked);
        return isIt(asked);
      });
    });
  return {
    begun: (within) => next('create', ({ body }) => body.includes(within)),
    answered: async (path) => (await next('trailers', (asked) => asked.path === path)).at,
  };
}

interface Asked {
  readonly at: number;
  readonly path: string;
  readonly body: string;
}

/** Somebody in a chat with the bot. */
class Person {
  readonly id: number;
  readonly #api: BareBotApi;
  #ids = 1_000_000;
  #calls = 0;
  #messages: { readonly text: string; readonly keys: readonly string[]; readonly messageId: number }[] = [];

  constructor(api: BareBotApi, id: number) {
    this.id = id;
    this.#api = api;
    api.onCall(({ payload, messageId }) => {
      const { chat_id: chatId, text = payload.caption, reply_markup: markup } = payload;
      if (Number(chatId ?? id) !== id) return;
      this.#calls += 1;
      const asked = typeof markup === 'string' ? JSON.parse(markup) : markup;
      const { inline_keyboard: rows = [] } = (asked ?? {}) as Partial<InlineKeyboardMarkup>;
      const keys = (rows.flat() as InlineKeyboardButton.CallbackButton[]).map(
        (key) => key.callback_data ?? '',
      );
      this.#messages.push({ text: String(text ?? ''), keys, messageId });
    });
  }

  /** @returns when it was handed out */
  say(text: string): number {
    this.#forget();
    const entities = text.startsWith('/') ? [{ type: 'bot_command', offset: 0, length: text.length }] : [];
    return this.#push({ message: { ...this.#message(this.#ids++), from: this.#from, text, entities } });
  }

  /** Presses a key that is offered now, or comes. */
  async press(...endings: readonly string[]): Promise<void> {
    const offered = await this.until(`the key ${endings.join(' or ')}`, () => {
      for (const { keys, messageId } of this.#messages.toReversed()) {
        const data = keys.find((key) => endings.some((ending) => key.endsWith(`:${ending}`)));
        if (data !== undefined) return { data, messageId };
      }
      return null;
    });
    this.#forget();
    const message = this.#message(offered.messageId);
    const query = { id: String(this.#ids++), chat_instance: '1', data: offered.data, message };
    this.#push({ callback_query: { ...query, from: this.#from } });
  }

  /** A text that was said since the person has done anything. */
  text(pattern: RegExp): Promise<string> {
    return this.until(
      String(pattern),
      () => this.#messages.find(({ text }) => pattern.test(text))?.text ?? null,
    );
  }

  async quiet(): Promise<void> {
    for (let heard = -1; heard !== this.#calls; await pause(QUIET_MS)) heard = this.#calls;
  }

  async until<T>(what: string, look: () => T | null): Promise<T> {
    for (const late = performance.now() + PATIENCE_MS; performance.now() < late; await pause(LOOK_MS)) {
      const found = look();
      if (found !== null) return found;
    }
    const said = this.#messages.map(({ text, keys }) => `${text} [${keys.join(' ')}]`).join('\n');
    throw new Error(`${what} has not come to ${this.id}:\n${said}`);
  }

  get #from() {
    return { id: this.id, is_bot: false, first_name: `P${this.id}`, language_code: 'en' };
  }

  #message(id: number) {
    return { message_id: id, date: 1, chat: { id: this.id, type: 'private', first_name: 'P' } };
  }

  #push(update: object): number {
    return this.#api.push(update as Omit<Update, 'update_id'>);
  }

  #forget(): void {
    this.#calls = 0;
    this.#messages = [];
  }
}

/** A server that passes on what it is given, and nothing else: events to Telegram, Telegram's updates to whoever polls. */
async function runBare(apiRoot: string): Promise<void> {
  const dispatcher = new Agent();
  const call = async (method: string, body: Buffer | string) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await request(`${apiRoot}/bot${BENCH_TOKEN}/${method}`, {
      dispatcher,
      method: 'POST',
      headers,
      body,
    });
    return answer.body.text();
  };
  let answerPoll: (text: string) => void = () => undefined;
  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', async () => {
      if (incoming.url === '/poll') {
        answerPoll = (text) => void answer.end(text);
        return;
      }
      await call('sendPhoto', Buffer.concat(chunks));
      answer.end('{}');
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
  for (let offset = 0; ; ) {
    const { result } = JSON.parse(await call('getUpdates', JSON.stringify({ offset, timeout: 20 }))) as {
      result: Update[];
    };
    for (const update of result) {
      offset = update.update_id + 1;
      answerPoll(JSON.stringify({ commands: [update.message?.text] }));
    }
  }
}

/** The bare server's side of a round. */
interface Bare {
  /** @param event the bytes of the agent's request @returns how long they took to Telegram, ms */
  picture(event: string): Promise<number>;
  /** @returns how long a text took from Telegram to a held poll, ms */
  answer(text: string): Promise<number>;
  close(): Promise<void>;
}

async function openBare(): Promise<Bare> {
  const api = await startBareBotApi();
  const child = fork(fileURLToPath(import.meta.url), ['bare', api.url]);
  endWithUs(child);
  const [port] = (await once(child, 'message')) as [number];
  const dispatcher = new Agent();
  const person = new Person(api, 1);
  const send = async (path: string, body: string) => {
    const url = `http://127.0.0.1:${port}${path}`;
    const answer = await request(url, { dispatcher, method: 'POST', body });
    return answer.body.text();
  };
  return {
    async picture(event) {
      const came = new Promise<number>((resolve) => {
        const over = api.onCall(({ at }) => {
          over();
          resolve(at);
        });
      });
      const begun = performance.now();
      const sent = send('/event', event);
      const took = (await came) - begun;
      await sent;
      return took;
    },
    async answer(text) {
      const polled = send('/poll', '{}').then(() => performance.now());
      // The poll has to be held before its answer is handed out.
      await pause(QUIET_MS);
      const handedOut = person.say(text);
      return (await polled) - handedOut;
    },
    async close() {
      child.kill();
      await once(child, 'exit');
      api.close();
      await dispatcher.destroy();
    },
  };
}

/** Whatever a round breaks with leaves no process behind. */
function endWithUs(child: ChildProcess): void {
  process.once('exit', () => child.kill('SIGKILL'));
}

/** The bot's process, once it answers. */
async function startBot(program: string, folder: string, apiRoot: string, people: number) {
  const cwd = join(folder, 'bot');
  mkdirSync(cwd);
  const bot = spawn(process.execPath, [program], {
    cwd,
    env: {
      ...childEnv(),
      PATH: process.env.PATH,
      BOT_TOKEN: BENCH_TOKEN,
      TELEGRAM_API_ROOT: apiRoot,
      STORE_URL: `lmdb:${join(cwd, 'store')}`,
      ADMIN_IDS: Array.from({ length: people }, (_, index) => index + 1).join(','),
      HUB_LISTEN: '127.0.0.1:0',
      WATCH_LISTEN: 'off',
      READ_PRINT: 'off',
      REGION_PACK: 'ru',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  endWithUs(bot);
  const hub = await new Promise<string>((resolve, reject) => {
    let said = '';
    const listen = (text: string) => {
      said += text;
      const found = /"hub":"([^"]+)"/.exec(said)?.[1];
      if (found === undefined) return;
      // What it says later is not looked through: this process is Telegram and the laptop, and is timed.
      bot.stderr?.off('data', listen).resume();
      resolve(found);
    };
    bot.stderr?.setEncoding('utf8').on('data', listen);
    bot.once('exit', () => reject(new Error(`the bot has not started: ${said}`)));
  });
  return { bot, hub, store: join(cwd, 'store') };
}

/** The number of the store's newest commit. */
function commitOf(root: RootDatabase): number {
  return (root.getStats() as { lastTxnId: number }).lastTxnId;
}

/** What one round has come to, ms and durable writes. */
interface Round {
  readonly picture: number;
  readonly answer: number;
  readonly pictureWrites: number;
  readonly answerWrites: number;
  /** From the drawn picture to the beginning of its request. */
  readonly leaving: number;
  readonly event: string;
}

/** What it is measured by, ms. */
interface Hop {
  readonly picture: number;
  readonly answer: number;
  /** One durable write of as many bytes as the event has. */
  readonly commit: number;
  /** One durable file of them. */
  readonly file: number;
}

/** Where a bot is tried. */
interface Site {
  readonly api: BareBotApi;
  readonly hub: string;
  readonly folder: string;
  readonly testNetwork: string;
  readonly root: RootDatabase;
}

/** A technician with a laptop. */
interface Visit {
  round(serial: string): Promise<Round>;
  close(): Promise<void>;
}

async function openVisit(
  { api, hub, folder, testNetwork, root }: Site,
  wire: Wire,
  id: number,
): Promise<Visit> {
  const person = new Person(api, id);
  const shown = TEXT('agent:news.picture.shown', { number: 2 });
  let drawn = 0;
  const laptop = await createLaptop({
    home: join(folder, `laptop-${id}`),
    testNetwork,
    language: 'en',
    // Said before anything is done with the picture.
    onLine: (line) => {
      if (line === shown) drawn = performance.now();
    },
  });
  person.say('/start');
  await person.text(/I help you/);
  person.say('/pair');
  const code = PAIRING_CODE.exec(await person.text(PAIRING_CODE))?.[0] ?? '';
  const end = await laptop.pair(code, hub, (number) => {
    void person.text(/six digits it shows/).then(() => person.say(number));
  });
  if (end !== 'paired') throw new Error(`pairing ended: ${end}`);
  const polled = wire.answered('/v1/poll');
  laptop.start();
  await polled;
  return {
    async round(serial) {
      person.say(serial);
      await person.press('no');
      await person.press('yes');
      const sending = wire
        .begun('"type":"challenge"')
        .then((event) => ({ ...event, commit: commitOf(root) }));
      const shown = new Promise<{ at: number; commit: number }>((resolve) => {
        const over = api.onCall(({ method, at }) => {
          if (method !== 'sendPhoto') return;
          over();
          resolve({ at, commit: commitOf(root) });
        });
      });
      await person.press('sadp', 'owner');
      const [event, photo] = [await sending, await shown];
      const pictureWrites = photo.commit - event.commit;
      await person.quiet();
      const before = commitOf(root);
      const polled = wire.answered('/v1/poll').then((at) => ({ at, commit: commitOf(root) }));
      const handedOut = person.say(laptop.lastPicture());
      const answered = await polled;
      await person.text(/password/i);
      await person.press('cancel');
      await person.quiet();
      return {
        picture: photo.at - event.at,
        answer: answered.at - handedOut,
        pictureWrites,
        answerWrites: answered.commit - before,
        leaving: event.at - drawn,
        event: event.body,
      };
    },
    close: () => laptop.close(),
  };
}

async function measure(rounds: number): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'unbind-relay-'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  await buildBot(join(folder, 'dist'));
  const people = Math.ceil((rounds + WARM) / ROUNDS_A_PERSON);
  const cameras = manyCameras(people * ROUNDS_A_PERSON);
  const lan = await createEmulatedLan({ devices: [], port: 0 });
  const api = await startBareBotApi();
  const { bot, hub, store } = await startBot(join(folder, 'dist', 'unbind-bot.mjs'), folder, api.url, people);
  const root = open({ path: store, readOnly: true, noSubdir: false });
  const bare = await openBare();
  const commits = open({
    path: join(folder, 'bare'),
    noSubdir: false,
    overlappingSync: false,
    eventTurnBatching: false,
  });
  const wire = listenToWire();
  const taken: Round[] = [];
  const hops: Hop[] = [];
  for (let person = 1; person <= people; person++) {
    const visit = await openVisit({ api, hub, folder, testNetwork: lan.testNetwork, root }, wire, person);
    for (const camera of cameras.slice((person - 1) * ROUNDS_A_PERSON, person * ROUNDS_A_PERSON)) {
      await lan.add(camera);
      const round = await visit.round(camera.profile.shortSerial);
      await lan.remove(camera.profile.shortSerial);
      taken.push(round);
      const text = 'x'.repeat(round.event.length);
      hops.push({
        picture: await bare.picture(round.event),
        answer: await bare.answer('ABCDE'),
        commit: median(await timedEach(COMMITS, (k) => commits.put(`k${k}`, text))),
        file: await timed(() => replaceFile(join(folder, 'bare', 'event.json'), round.event)),
      });
    }
    await visit.close();
  }
  await Promise.all([root.close(), commits.close(), bare.close(), lan.close()]);
  bot.kill();
  await once(bot, 'exit');
  api.close();
  rmSync(folder, { recursive: true });
  return figuresOf(taken.slice(WARM), hops.slice(WARM));
}

function figuresOf(taken: readonly Round[], hops: readonly Hop[]): Figure[] {
  const each = (samples: readonly number[]) => samples.map((one) => [one]);
  const middle = (samples: readonly number[]) => median(samples).toFixed(2);
  const figures = (['picture', 'answer'] as const).flatMap((way) => {
    const ours = taken.map((one) => one[way]);
    const writes = way === 'picture' ? 'pictureWrites' : 'answerWrites';
    const bound = hops.map((hop) => HOPS * hop[way] + NEEDED[way] * hop.commit);
    const name = way === 'picture' ? 'picture to sendPhoto' : 'answer to the laptop';
    note(
      `${name}: ${middle(ours)} ms; a bare hop ${middle(hops.map((hop) => hop[way]))} ms, a bare commit ${middle(hops.map(({ commit }) => commit))} ms`,
    );
    return [
      beside(
        name,
        'ms',
        each(ours),
        {
          name: `${HOPS} bare hops and a durable write`,
          rounds: each(bound),
        },
        { reach: { atMost: 1 } },
      ),
      beside(`${name}, beside one bare hop`, 'ms', each(ours), {
        name: 'bare hop',
        rounds: each(hops.map((hop) => hop[way])),
      }),
      plain(
        `durable writes, ${name}`,
        'count',
        taken.reduce((sum, one) => sum + one[writes], 0) / taken.length,
        { reach: { atMost: NEEDED[way] + 0.1 } },
      ),
    ];
  });
  return [
    ...figures,
    beside('drawn to sent, in the agent', 'ms', each(taken.map(({ leaving }) => leaving)), {
      name: 'one durable file',
      rounds: each(hops.map(({ file }) => file)),
    }),
  ];
}

const [, , mode, apiRoot = ''] = process.argv;
if (mode === 'bare') await runBare(apiRoot);
else report(await measure(asked({ rounds: 24 }).rounds));
