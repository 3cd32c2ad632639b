/**
 * Updates answered in a second by two and by four bots on one Redis, beside one, in turns: as many people for each bot send
 * commands in chats of their own, three at a time, and every update goes to the process that has the fewest on their way to it,
 * whichever chat it is of: as the balancer that comes with the bot hands them on (deploy/container/Caddyfile). In the same run it
 * is checked that each was answered once and in the order in which it was sent. Clients, Telegram and Redis have what the
 * processors of this machine leave: what they took is told.
 *
 *   npx tsx bench/processes.ts [--people 80] [--bursts 6] [--rounds 3] [--quota 15] [--warm 20]
 *
 * `--people`: for each bot. With as many for four bots as for one, each of the four had a quarter of them before it: it wrote
 * to its sockets twice as often for each update, which is no cost of a second bot but of fewer people.
 * `--quota`: per cent of one processor that each bot has (Linux, as root), so that four bots on two processors are measured and not the
 * processors; 0: whatever there is. `--warm`: how many updates each person has sent before any is counted. A bot that has just
 * started needs twice the time for each.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { childEnv } from '../src/kernel/child-env.ts';
import { type LocalBotApi, startLocalBotApi } from '../src/sandbox/telegram/local-bot-api.ts';
import type { SimUser } from '../src/sandbox/telegram/people.ts';
import setup, { releasedBot } from '../test/support/programs.ts';
import { NO_REDIS, type RedisServer, startRedis } from '../test/support/redis.ts';
import { temporaryFolder } from '../test/support/store.ts';
import { alternate, asked, beside, cannot, median, note, plain, report } from './bench.ts';
import { openQuota, type Quota } from './run/quota.ts';

const {
  people: PEOPLE,
  bursts,
  rounds,
  quota,
  warm,
} = asked({ people: 80, bursts: 6, rounds: 3, quota: 15, warm: 20 });
if (NO_REDIS) cannot(NO_REDIS);
if (quota > 0 && process.getuid?.() !== 0)
  cannot('a share of a processor needs root; --quota 0 goes without');

/** What each bot's answers are told apart by, in the order in which the commands are sent. */
const COMMANDS = ['/cancel', '/cases', '/start'] as const;
const ANSWERS = [/^Nothing is running/, /^No case yet/, /^I help you unbind/] as const;
const PATIENCE_MS = 120_000;
/** Ticks of a second in /proc/<pid>/stat. */
const TICKS = 100;

/** What one round took: cores are seconds of a processor used in a second. */
interface Cost {
  readonly bots: number;
  readonly redis: number;
  readonly clients: number;
  /** Of all bots for each update, ms. */
  readonly each: number;
  /** Run in Redis for each update. */
  readonly scripts: number;
}

/** So many bots on a Redis, with people of their own. */
interface Fleet {
  /** Everybody sends all of a round. @returns updates answered in a second */
  round(): Promise<number>;
  readonly costs: Cost[];
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
  let sent = 0;
  const costs: Cost[] = [];
  const used = async () => ({
    bots: bots.reduce((all, { pid }) => all + secondsOf(pid ?? 0), 0),
    redis: Number(await redis.info('used_cpu_user')) + Number(await redis.info('used_cpu_sys')),
    clients: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
    scripts: await scriptsOf(redis),
  });
  async function speakAll(): Promise<void> {
    await Promise.all(people.map((person) => speak(person, heard, sent)));
    sent += bursts * COMMANDS.length;
  }
  while (sent < warm) await speakAll();
  for (const bot of quota === 0 ? [] : bots) {
    const share = openQuota(quota);
    share.take(bot.pid ?? 0);
    quotas.push(share);
  }
  return {
    costs,
    async round() {
      const before = await used();
      const begun = performance.now();
      await speakAll();
      const seconds = (performance.now() - begun) / 1000;
      const after = await used();
      const updates = people.length * bursts * COMMANDS.length;
      const spent = (what: keyof typeof after) => after[what] - before[what];
      costs.push({
        bots: spent('bots') / seconds,
        redis: spent('redis') / seconds,
        clients: spent('clients') / seconds,
        each: (1000 * spent('bots')) / updates,
        scripts: spent('scripts') / updates,
      });
      return updates / seconds;
    },
    faults: () => people.reduce((all, person) => all + faultsOf(person, sent), 0),
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
  end(): void;
}

function hearing(api: LocalBotApi): Heard {
  const counts = new Map<number, number>();
  const waiting = new Map<number, () => void>();
  const end = api.onEvent((event) => {
    if (event.type !== 'message' || event.message.from !== 'bot') return;
    if (!ANSWERS.some((answer) => answer.test(event.message.text))) return;
    counts.set(event.chatId, (counts.get(event.chatId) ?? 0) + 1);
    waiting.get(event.chatId)?.();
  });
  return {
    end,
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

/** Sends three commands at once, waits for their answers, and so on. */
async function speak(person: SimUser, heard: Heard, before: number): Promise<void> {
  for (let burst = 1; burst <= bursts; burst++) {
    for (const command of COMMANDS) await person.send(command);
    await heard.until(person.id, before + burst * COMMANDS.length);
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
const fleets = {
  one: await openFleet(program, 1),
  two: await openFleet(program, 2),
  four: await openFleet(program, 4),
};
const rate = await alternate(
  { one: fleets.one.round, two: fleets.two.round, four: fleets.four.round },
  rounds,
);
for (const [name, { costs }] of Object.entries(fleets)) {
  const middle = (what: keyof Cost) => median(costs.slice(1).map((one) => one[what])).toFixed(2);
  note(
    `${name}: cores used by bots ${middle('bots')}, Redis ${middle('redis')}, clients and Telegram ${middle('clients')}; ` +
      `each update: ${middle('each')} ms of the bots, ${middle('scripts')} scripts in Redis`,
  );
}
const faults = Object.values(fleets).reduce((all, fleet) => all + fleet.faults(), 0);
for (const fleet of Object.values(fleets)) await fleet.close();
await removePrograms();
const one = { name: 'one process', rounds: rate.one };
note(quota > 0 ? `each bot has ${quota} % of one processor` : 'bots, clients and Redis share the processors');
report([
  beside('updates of two processes', '/s', rate.two, one, { better: 'more', reach: { atLeast: 1.7 } }),
  beside('updates of four processes', '/s', rate.four, one, { better: 'more', reach: { atLeast: 2.5 } }),
  plain('answers missing, twice or out of order', 'count', faults, { reach: { atMost: 0 } }),
]);
