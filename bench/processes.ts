/**
 * Updates answered in a second by two and by four bots on one Redis, beside one: as many people for each bot send commands in
 * chats of their own, three at a time, read the answers and send three more; and every update goes to the process that has the
 * fewest on their way to it, whichever chat it is of: as the balancer that comes with the bot hands them on
 * (deploy/container/Caddyfile). All three are at it at the same time, each on a Redis of its own: a machine that is slower for ten seconds
 * is so for all of them. Answers are counted while everybody writes: by the time that the last has had the last of a fixed number, a bot
 * of several has been idle for a while. In the same run it is checked that each was answered once and in the order in which it was
 * sent. Clients, Telegram and Redis have what the processors of this machine leave: what they took is told.
 *
 *   npx tsx bench/processes.ts [--people 54] [--reading 1000] [--rounds 10] [--seconds 5] [--quota 10] [--warm 40]
 *
 * `--people`: for each bot. With as many for four bots as for one, each of the four had a quarter of them before it: it wrote
 * to its sockets twice as often for each update, which is no cost of a second bot but of fewer people. `--reading`: for how long, ms,
 * half of it to half as much again. Whoever writes at once does so before the bot has put away what it has just answered, and is that
 * bot's again: so one that was behind kept its people, and those of the other came to it. `--rounds`, of `--seconds` each: of each the
 * updates of all three are put side by side. `--quota`: per cent of one processor that each bot has (Linux, as root), so that seven bots
 * on two processors are measured and not the processors; 0: whatever there is. `--warm`: how many updates each person has sent before
 * any is counted. A bot that has just started needs twice the time for each.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { childEnv } from '../src/kernel/child-env.ts';
import { type LocalBotApi, startLocalBotApi } from '../src/sandbox/telegram/local-bot-api.ts';
import type { SimUser } from '../src/sandbox/telegram/people.ts';
import setup, { releasedBot } from '../test/support/programs.ts';
import { NO_REDIS, type RedisServer, startRedis } from '../test/support/redis.ts';
import { temporaryFolder } from '../test/support/store.ts';
import { asked, beside, cannot, median, note, plain, quantile, report } from './bench.ts';
import { openQuota, type Quota } from './run/quota.ts';

const {
  people: PEOPLE,
  reading,
  rounds,
  seconds,
  quota,
  warm,
} = asked({ people: 54, reading: 1000, rounds: 10, seconds: 5, quota: 10, warm: 40 });
if (NO_REDIS) cannot(NO_REDIS);
if (quota > 0 && process.getuid?.() !== 0)
  cannot('a share of a processor needs root; --quota 0 goes without');

/** What each bot's answers are told apart by, in the order in which the commands are sent. */
const COMMANDS = ['/cancel', '/cases', '/start'] as const;
const ANSWERS = [/^Nothing is running/, /^No case yet/, /^I help you unbind/] as const;
const PATIENCE_MS = 120_000;
/** Until people who have begun at one moment write at moments of their own, ms. */
const RAMP_MS = 3_000;
/** How long people read while the bots get warm, ms. */
const WARM_READING_MS = 250;
/** Ticks of a second in /proc/<pid>/stat. */
const TICKS = 100;

/** What one round brought and took: cores are seconds of a processor used in a second. */
interface Round {
  /** Updates answered in a second. */
  readonly rate: number;
  readonly bots: number;
  /** Of the bot that used the least. */
  readonly idlest: number;
  readonly redis: number;
  /** Of all bots for each update, ms. */
  readonly each: number;
  /** Run in Redis for each update. */
  readonly scripts: number;
  /** How long people waited for three answers, ms. */
  readonly waits: readonly number[];
}

/** So many bots on a Redis, with people of their own. */
interface Fleet {
  /** Everybody begins to write. @returns what ends that: when each has had the answers to what they sent */
  begin(): () => Promise<unknown>;
  /** @returns what a round that begins now was, when it is over */
  round(): Promise<() => Promise<Round>>;
  /** Answers that were not the next one of their chat. */
  faults(): number;
  close(): Promise<void>;
}

async function openFleet(program: string, count: number): Promise<Fleet> {
  const redis = await startRedis();
  const api = await startLocalBotApi();
  const folder = await temporaryFolder();
  const people = Array.from({ length: count * PEOPLE }, () => api.user({ languageCode: 'en' }));
  const heard = hearing(api);
  const hubs: string[] = [];
  const taking = await spread(hubs);
  const env = {
    ...childEnv(),
    BOT_TOKEN: api.token,
    TELEGRAM_API_ROOT: api.url,
    ADMIN_IDS: people.map(({ id }) => id).join(','),
    STORE_URL: redis.url,
    WEBHOOK_URL: taking.url,
    WEBHOOK_SECRET: 'posted-by-telegram-alone',
    HUB_LISTEN: '127.0.0.1:0',
    READ_PRINT: 'off',
    WATCH_LISTEN: 'off',
  };
  const bots: ChildProcess[] = [];
  const quotas: Quota[] = [];
  for (let n = 0; n < count; n++) {
    const bot = spawn(process.execPath, [program], {
      cwd: folder.path,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    bots.push(bot);
    hubs.push(await hubOf(bot));
  }
  const sent = new Map<number, number>();
  let waits: number[] = [];
  const used = async () => ({
    bots: bots.map(({ pid }) => secondsOf(pid ?? 0)),
    redis: Number(await redis.info('used_cpu_user')) + Number(await redis.info('used_cpu_sys')),
    scripts: await scriptsOf(redis),
    answers: heard.all(),
    at: performance.now(),
  });
  /** Everybody writes until it is over. */
  const speakAll = (readingMs: number, isOver: (sent: number) => boolean) =>
    Promise.all(
      people.map((person) =>
        speak(person, { heard, sent, readingMs, isOver, waited: (ms) => waits.push(ms) }),
      ),
    );
  await speakAll(WARM_READING_MS, (count) => count >= warm);
  for (const bot of quota === 0 ? [] : bots) {
    const share = openQuota(quota);
    share.take(bot.pid ?? 0);
    quotas.push(share);
  }
  return {
    begin() {
      let isOver = false;
      const spoken = speakAll(reading, () => isOver);
      return () => {
        isOver = true;
        return spoken;
      };
    },
    async round() {
      waits = [];
      const before = await used();
      return async () => {
        const after = await used();
        const took = (after.at - before.at) / 1000;
        const answers = after.answers - before.answers;
        const each = after.bots.map((spent, n) => spent - (before.bots[n] ?? 0));
        const all = each.reduce((sum, spent) => sum + spent, 0);
        return {
          rate: answers / took,
          bots: all / took,
          idlest: Math.min(...each) / took,
          redis: (after.redis - before.redis) / took,
          each: (1000 * all) / answers,
          scripts: (after.scripts - before.scripts) / answers,
          waits,
        };
      };
    },
    faults: () => people.reduce((all, person) => all + faultsOf(person, sent.get(person.id) ?? 0), 0),
    async close() {
      for (const bot of bots) {
        const ended = once(bot, 'exit');
        bot.kill('SIGKILL');
        await ended;
      }
      for (const share of quotas) share.remove();
      heard.end();
      await taking.close();
      await api.close();
      await redis.end();
      await folder.remove();
    },
  };
}

/** Takes what Telegram posts, and posts each update to the bot with the fewest open; of equals, to the next. */
async function spread(hubs: readonly string[]): Promise<{ url: string; close(): Promise<void> }> {
  const dispatcher = new Agent({ connections: 50 });
  const open = new Map<string, number>();
  let next = 0;
  const idlest = () => {
    const first = next++ % hubs.length;
    const inTurn = [...hubs.slice(first), ...hubs.slice(0, first)];
    return inTurn.reduce((least, hub) => ((open.get(hub) ?? 0) < (open.get(least) ?? 0) ? hub : least));
  };
  const server = createServer(async (incoming, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const secret = String(incoming.headers['x-telegram-bot-api-secret-token']);
    const hub = idlest();
    open.set(hub, (open.get(hub) ?? 0) + 1);
    const answered = await request(`${hub}/telegram`, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
      body: Buffer.concat(chunks),
    }).catch(() => null);
    await answered?.body.dump();
    open.set(hub, (open.get(hub) ?? 0) - 1);
    answer.writeHead(answered?.statusCode ?? 502).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/telegram`,
    async close() {
      server.closeAllConnections();
      server.close();
      await dispatcher.destroy();
    },
  };
}

/** Where a bot that has just started listens, as its log says. */
function hubOf(bot: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    bot.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const hub = /"hub":"([^"]+)"/.exec(said)?.[1];
      if (hub !== undefined) resolve(hub);
    });
    bot.once('exit', () => reject(new Error(`a bot has not started: ${said}`)));
  });
}

/** Counts answers as they come: whoever read a whole chat at each of them would need more of the processor than the bots. */
interface Heard {
  /** Resolves when a chat has had so many answers. @throws Error when the time is over */
  until(chatId: number, answers: number): Promise<void>;
  /** Answers so far, of all chats. */
  all(): number;
  end(): void;
}

function hearing(api: LocalBotApi): Heard {
  const counts = new Map<number, number>();
  let all = 0;
  const waiting = new Map<number, () => void>();
  const end = api.onEvent((event) => {
    if (event.type !== 'message' || event.message.from !== 'bot') return;
    if (!ANSWERS.some((answer) => answer.test(event.message.text))) return;
    counts.set(event.chatId, (counts.get(event.chatId) ?? 0) + 1);
    all += 1;
    waiting.get(event.chatId)?.();
  });
  return {
    end,
    all: () => all,
    until: (chatId, answers) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`chat ${chatId} waits for an answer`)), PATIENCE_MS);
        const look = () => {
          if ((counts.get(chatId) ?? 0) < answers) return;
          clearTimeout(late);
          waiting.delete(chatId);
          resolve();
        };
        waiting.set(chatId, look);
        look();
      }),
  };
}

interface Speaking {
  readonly heard: Heard;
  /** Chat -> commands sent there so far. */
  readonly sent: Map<number, number>;
  readonly readingMs: number;
  /** Whether somebody who has sent so many sends no more. */
  isOver(sent: number): boolean;
  /** Hears how long three answers took. */
  waited(ms: number): void;
}

/** Sends three commands at once, waits for their answers, reads them, and so on. */
async function speak(person: SimUser, { heard, sent, readingMs, isOver, waited }: Speaking): Promise<void> {
  for (let count = sent.get(person.id) ?? 0; !isOver(count); ) {
    await pause(readingMs * (0.5 + Math.random()));
    const begun = performance.now();
    for (const command of COMMANDS) await person.send(command);
    count += COMMANDS.length;
    sent.set(person.id, count);
    await heard.until(person.id, count);
    waited(performance.now() - begun);
  }
}

/** Scripts a Redis has run so far. */
async function scriptsOf(redis: RedisServer): Promise<number> {
  const told = String(await redis.command('INFO', 'commandstats'));
  return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(told)?.[1] ?? 0);
}

function answersOf(person: SimUser): number[] {
  return person.messages
    .filter(({ from }) => from === 'bot')
    .map(({ text }) => ANSWERS.findIndex((answer) => answer.test(text)))
    .filter((command) => command !== -1);
}

/** Answers that are missing, there twice, or before their turn. */
function faultsOf(person: SimUser, sent: number): number {
  const answers = answersOf(person);
  const misplaced = answers.filter((command, at) => command !== at % COMMANDS.length).length;
  return misplaced + Math.abs(answers.length - sent);
}

/** Processor time of a process so far, seconds. */
function secondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

const removePrograms = await setup();
const program = await releasedBot();
const fleets = [await openFleet(program, 1), await openFleet(program, 2), await openFleet(program, 4)];
const ends = fleets.map((fleet) => fleet.begin());
await pause(RAMP_MS);
const counted: (readonly Round[])[] = [];
const usedBefore = process.cpuUsage();
for (let round = 0; round < rounds; round++) {
  const over = await Promise.all(fleets.map((fleet) => fleet.round()));
  await pause(seconds * 1000);
  counted.push(await Promise.all(over.map((told) => told())));
}
const { user, system } = process.cpuUsage(usedBefore);
await Promise.all(ends.map((end) => end()));
const roundsOf = (fleet: number) => counted.flatMap((round) => round[fleet] ?? []);
for (const [n, name] of ['one', 'two', 'four'].entries()) {
  const all = roundsOf(n);
  const middle = (what: Exclude<keyof Round, 'waits'>) => median(all.map((one) => one[what])).toFixed(2);
  const waits = all.flatMap((one) => one.waits);
  const waited = (share: number) => (quantile(waits, share) / 1000).toFixed(2);
  note(
    `${name}: cores used by bots ${middle('bots')} (the idlest ${middle('idlest')}), Redis ${middle('redis')}; ` +
      `each update: ${middle('each')} ms of the bots, ${middle('scripts')} scripts in Redis; ` +
      `three answers after ${waited(0.5)} s, the slowest of twenty after ${waited(0.95)} s`,
  );
}
note(
  `cores used by clients and Telegram of all three: ${((user + system) / 1e6 / (rounds * seconds)).toFixed(2)}`,
);
const faults = fleets.reduce((all, fleet) => all + fleet.faults(), 0);
for (const fleet of fleets) await fleet.close();
await removePrograms();
const rates = (fleet: number) => roundsOf(fleet).map(({ rate }) => [rate]);
const one = { name: 'one process', rounds: rates(0) };
note(quota > 0 ? `each bot has ${quota} % of one processor` : 'bots, clients and Redis share the processors');
report([
  beside('updates of two processes', '/s', rates(1), one, { better: 'more', reach: { atLeast: 1.7 } }),
  beside('updates of four processes', '/s', rates(2), one, { better: 'more', reach: { atLeast: 2.5 } }),
  plain('answers missing, twice or out of order', 'count', faults, { reach: { atMost: 0 } }),
]);
