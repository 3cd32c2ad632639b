/** Several bots of one house, and what stands before them: whatever comes goes to the next of them, as a proxy hands it on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { childEnv } from '../../src/kernel/child-env.ts';
import type { DeviceSpec } from '../../src/sandbox/device/device.ts';
import { DEMO_PASSWORD } from '../../src/sandbox/device/profiles.ts';
import { createStage, type Stage } from '../../src/sandbox/stage.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { handOn, received } from './hand-on.ts';
import { walkCase } from './matrix-walk.ts';
import { type MortalLaptop, openMortalLaptop } from './mortal-laptop.ts';
import { releasedBot } from './programs.ts';
import { online } from './stage.ts';
import { folderInMemory } from './store.ts';

/** A bot of several: its process, and where its hub listens. */
export interface OneOfMany {
  readonly child: ChildProcess;
  readonly hub: string;
  readonly lines: string[];
  /** Kills it and removes its folder. */
  end(): Promise<void>;
}

/**
 * Starts the bot.
 * @param program as it is released where left out
 * @throws Error with what it said when it ends before it is ready
 */
export async function startOneOfMany(
  settings: Readonly<Record<string, string>>,
  program?: string,
): Promise<OneOfMany> {
  const folder = await folderInMemory();
  const child = spawn(process.execPath, [program ?? (await releasedBot())], {
    cwd: folder.path,
    env: {
      ...childEnv(),
      ...settings,
      HUB_LISTEN: '127.0.0.1:0',
      READ_PRINT: 'off',
      LOG_LEVEL: 'info',
      WATCH_LISTEN: 'off',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const hub = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        const ready = /"hub":"([^"]+)"/.exec(line)?.[1];
        if (ready) resolve(ready);
      });
    child.once('exit', () => reject(new Error(lines.join('\n'))));
  });
  return {
    child,
    hub,
    lines,
    async end() {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
      child.kill('SIGKILL');
      await ended;
      await folder.remove();
    },
  };
}

/** A request on its way to the bot of this number. */
export interface Passing {
  readonly path: string;
  readonly body: string;
  readonly bot: number;
}

export interface Front {
  /** Where laptops and Telegram call. */
  readonly url: string;
  /** To whom it hands on; one that is away answers nothing, and neither does the front. */
  readonly bots: OneOfMany[];
  /** Is told of a request before it is handed on. */
  onPass(listener: (passing: Passing) => void): void;
  /** Is told what it was answered. */
  onAnswer(listener: (answered: Passing & { readonly status: number }) => void): void;
  close(): Promise<void>;
}

/** A bot that sleeps takes a connection and says nothing: to Telegram, ms. A laptop's poll is held longer. */
const GIVES_UP_MS = 2_000;
const HELD_MS = 30_000;

/** Opens one on loopback, with no bot behind it yet. */
export async function openFront(): Promise<Front> {
  const bots: OneOfMany[] = [];
  const passes: ((passing: Passing) => void)[] = [];
  const answers: ((answered: Passing & { readonly status: number }) => void)[] = [];
  /** By path: a laptop that asks in one rhythm would meet the same bot with each of its polls. */
  const next = new Map<string, number>();
  const server = createServer(async (asked, reply) => {
    const gone = new AbortController();
    reply.on('close', () => gone.abort());
    try {
      const whole = await received(asked);
      const { path, body } = whole;
      const turn = next.get(path) ?? 0;
      next.set(path, turn + 1);
      const bot = turn % bots.length;
      const passing = { path, body: body.toString(), bot };
      for (const hear of passes) hear(passing);
      const within = AbortSignal.timeout(path.startsWith('/telegram') ? GIVES_UP_MS : HELD_MS);
      const answer = await handOn(bots[bot]?.hub, whole, AbortSignal.any([gone.signal, within]));
      for (const hear of answers) hear({ ...passing, status: answer.status });
      reply.writeHead(answer.status, answer.headers).end(answer.body);
    } catch {
      // That bot is away: whoever called calls again, and reaches another.
      if (!reply.headersSent) reply.writeHead(502).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bots,
    onPass: (listener) => void passes.push(listener),
    onAnswer: (listener) => void answers.push(listener),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Longest silence of a walk, ms: the choice comes after 60 s, and whoever waits has it by then. */
const SILENCE_MS = 75_000;
const ENDED = /^✅ (Unbound, verified|No account)/;

/** What a case came to, by the chat and by the device. */
export interface Walked {
  readonly end: string;
  readonly pressed: readonly string[];
  /** How often the end stands in the chat. */
  readonly told: number;
  readonly bound: boolean;
  readonly unbindsReceived: number;
  readonly unbindsExecuted: number;
  readonly passwordsTried: number;
}

/** Of a case that went as it has to, whatever happened on its way. */
export const ONCE = { told: 1, bound: false, unbindsReceived: 1, unbindsExecuted: 1, passwordsTried: 1 };

export interface HouseOfMany {
  readonly stage: Stage;
  readonly front: Front;
  readonly technician: SimUser;
  /** Its person types the password whenever one is asked for. */
  readonly laptop: MortalLaptop;
  /** Starts one more. */
  another(): Promise<OneOfMany>;
  /** Walks a case to its end. */
  walk(serial: string): Promise<Walked>;
  close(): Promise<void>;
}

/**
 * Bots in webhook mode behind a front, and a laptop of their technician's, which works for whichever of them it meets.
 * @param bot as it is released, with nothing more in its environment, where left out
 */
export async function openHouseOfMany(
  count: number,
  storeUrl: string,
  devices: readonly DeviceSpec[],
  bot: { readonly program?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<HouseOfMany> {
  // Made once, whoever starts it.
  const program = bot.program ?? (await releasedBot());
  const stage = await createStage({ devices });
  const front = await openFront();
  const technician = stage.technician('en');
  const another = () =>
    startOneOfMany(
      {
        BOT_TOKEN: stage.api.token,
        TELEGRAM_API_ROOT: stage.api.url,
        ADMIN_IDS: String(technician.id),
        REGION_PACK: 'ru',
        STORE_URL: storeUrl,
        WEBHOOK_URL: `${front.url}/telegram`,
        WEBHOOK_SECRET: 'posted-by-telegram-alone',
        ...bot.environment,
      },
      program,
    );
  front.bots.push(...(await Promise.all(Array.from({ length: count }, another))));
  const laptop: MortalLaptop = await openMortalLaptop(
    { ...stage, hubUrl: front.url },
    technician,
    DEMO_PASSWORD,
  );
  await online(technician);
  return {
    stage,
    front,
    technician,
    laptop,
    another,
    async walk(serial) {
      const { end, pressed } = await walkCase(technician, {
        device: serial,
        serial,
        picture: laptop.picture,
        refresh: false,
        silenceMs: SILENCE_MS,
      });
      // In the chat's order: what belongs to the end of the case has been said before it is answered.
      await online(technician);
      const { bound, unbindsReceived, unbindsExecuted, passwordsTried } = stage.lan.device(serial).snapshot();
      const told = technician.messages.filter(
        ({ from, text }) => from === 'bot' && text.includes(serial) && ENDED.test(text),
      ).length;
      return { end, pressed, told, bound, unbindsReceived, unbindsExecuted, passwordsTried };
    },
    async close() {
      await laptop.kill();
      for (const bot of front.bots) await bot.end();
      await front.close();
      await stage.close();
    },
  };
}
