/**
 * A stage for the demo and the end-to-end tests: the real bot as a process of its own, the real agent, emulated devices
 * and a local Telegram, everything on loopback and in a folder that is thrown away.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Language } from '../../locales/language.ts';
import { childEnv } from '../kernel/child-env.ts';
import type { DeviceSpec } from './device/device.ts';
import { createEmulatedLan, type EmulatedLan } from './device/lan.ts';
import { freeTcpPort } from './free-port.ts';
import { createLaptop, type Laptop, type LaptopOptions } from './laptop.ts';
import { type LocalBotApi, startLocalBotApi } from './telegram/local-bot-api.ts';
import type { PageOptions } from './telegram/page.ts';
import type { SimUser } from './telegram/people.ts';

/** Words for node that start the bot from its source. */
export const FROM_SOURCE = [
  '--import',
  import.meta.resolve('tsx'),
  fileURLToPath(new URL('../bot/main.ts', import.meta.url)),
];
/** Longest time the bot may take to start, ms: a cold start on a slow machine. */
const START_MS = 60_000;
/** Pause between two signals, ms. */
const SIGNAL_PAUSE_MS = 50;

export interface StageOptions {
  /** REGION_PACK; null: not set. Russia, whose note the product follows, where left out. */
  region?: string | null;
  devices: readonly DeviceSpec[];
  /** SADP port of the emulated LAN; 0 takes a free one, real devices use 37020. */
  sadpPort?: number;
  /** Port of the chat page; 0 takes a free one. */
  pagePort?: number;
  page?: PageOptions;
  /** Words for node that start the bot; from its source by default. */
  program?: readonly string[];
  /** Read print where no code can be read (READ_PRINT). Default true, as it is for the bot. */
  readPrint?: boolean;
  /** Longest time for a photo with its print, seconds (PHOTO_SECONDS). Default 8, as it is for the bot. */
  photoSeconds?: number;
  /** The bot's token and where its updates go on, for a store that another stage has left; new ones by default. */
  telegram?: { token: string; firstUpdateId: number };
  /** More for the bot's environment. */
  environment?: Readonly<Record<string, string>>;
  /** Takes what the bot writes to standard error. */
  onBotLine?: (line: string) => void;
}

/** The bot's process. */
export interface BotProcess {
  /** Resolves when it is ready. Rejects with what it said when it ends before. */
  start(): Promise<void>;
  /** Ends it at once, in the middle of whatever it does (SIGKILL). */
  kill(): Promise<void>;
  /** Asks it to end (SIGTERM), so many times. @returns its exit code */
  stop(times?: number): Promise<number | null>;
  /** Calls back whenever a process of it has ended that nobody asked to. */
  onDeath(listener: () => void): void;
}

export interface Stage {
  readonly api: LocalBotApi;
  readonly lan: EmulatedLan;
  readonly bot: BotProcess;
  readonly hubUrl: string;
  /** Folder of the bot's store. */
  readonly storeFolder: string;
  /** The technician who speaks this language; an admin of the bot. */
  technician(language: Language): SimUser;
  /** A laptop on the emulated LAN, not paired yet. `name` is its folder's. */
  laptop(
    name: string,
    language: Language,
    onLine: LaptopOptions['onLine'],
    onWant?: LaptopOptions['onWant'],
  ): Promise<Laptop>;
  close(): Promise<void>;
}

export async function createStage(options: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'unbind-stage-'));
  const lan = await createEmulatedLan({ devices: options.devices, port: options.sadpPort ?? 0 });
  const api = await startLocalBotApi({
    port: options.pagePort ?? 0,
    ...options.telegram,
    ...(options.page ? { page: options.page } : {}),
  });
  const technicians: Record<Language, SimUser> = {
    en: api.user({ firstName: 'Alex', languageCode: 'en' }),
    ru: api.user({ firstName: 'Irina', languageCode: 'ru' }),
  };
  for (const person of api.page.technicians) {
    technicians[person.user.language_code?.startsWith('ru') ? 'ru' : 'en'] = person;
  }
  const hubPort = await freeTcpPort();
  const storeFolder = join(folder, 'store');
  const bot = botProcess(
    options.program ?? FROM_SOURCE,
    folder,
    {
      BOT_TOKEN: api.token,
      ...(options.region === null ? {} : { REGION_PACK: options.region ?? 'ru' }),
      TELEGRAM_API_ROOT: api.url,
      ADMIN_IDS: Object.values(technicians)
        .map((person) => person.id)
        .join(','),
      STORE_URL: `lmdb:${storeFolder}`,
      HUB_LISTEN: `127.0.0.1:${hubPort}`,
      WATCH_LISTEN: '127.0.0.1:0',
      READ_PRINT: options.readPrint === false ? 'off' : 'on',
      ...(options.photoSeconds === undefined ? {} : { PHOTO_SECONDS: String(options.photoSeconds) }),
      LOG_LEVEL: 'info',
      ...options.environment,
    },
    options.onBotLine ?? (() => undefined),
  );
  const laptops: Laptop[] = [];
  return {
    api,
    lan,
    bot,
    hubUrl: `http://127.0.0.1:${hubPort}`,
    storeFolder,
    technician: (language) => technicians[language],
    async laptop(name, language, onLine, onWant) {
      const laptop = await createLaptop({
        home: join(folder, name),
        testNetwork: lan.testNetwork,
        language,
        onLine,
        ...(onWant ? { onWant } : {}),
      });
      laptops.push(laptop);
      return laptop;
    },
    async close() {
      for (const laptop of laptops) await laptop.close();
      await bot.stop();
      await api.close();
      await lan.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function botProcess(
  program: readonly string[],
  folder: string,
  settings: Record<string, string>,
  onLine: (line: string) => void,
): BotProcess {
  let child: ChildProcess | undefined;
  const mourners: (() => void)[] = [];

  async function end(signal: 'SIGKILL' | 'SIGTERM', times = 1): Promise<number | null> {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return ending?.exitCode ?? null;
    const ended = once(ending, 'exit');
    for (let asked = 0; asked < times; asked++) {
      ending.kill(signal);
      // Signals of one kind that come at once are one.
      await Promise.race([ended, pause(SIGNAL_PAUSE_MS)]);
    }
    await ended;
    return ending.exitCode;
  }

  return {
    async start() {
      const started = spawn(process.execPath, program, {
        // Nothing of the caller's own configuration reaches the sandbox's bot: not what is in the environment, nor the
        // .env of the folder the caller is in.
        cwd: folder,
        env: { ...childEnv(), ...settings },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      child = started;
      const said: string[] = [];
      const lines = createInterface({ input: started.stderr });
      const ready = new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`the bot did not start:\n${said.join('\n')}`)),
          START_MS,
        );
        lines.on('line', (line) => {
          said.push(line);
          onLine(line);
          if (line.includes('"msg":"ready"')) {
            clearTimeout(timer);
            resolve();
          }
        });
        started.once('exit', () => {
          clearTimeout(timer);
          reject(new Error(`the bot ended:\n${said.join('\n')}`));
          if (child === started) for (const hear of mourners) hear();
        });
      });
      await ready;
    },
    kill: async () => void (await end('SIGKILL')),
    stop: (times) => end('SIGTERM', times),
    onDeath: (listener) => void mourners.push(listener),
  };
}
