/**
 * A house in which everything may die or fail, and those who watch over it: what has died is started again, as systemd does with
 * the bot and a technician with the laptop.
 */
import type { DeviceSpec, EmulatedDevice } from '../../src/sandbox/device/device.ts';
import { DEMO_PASSWORD, manyCameras } from '../../src/sandbox/device/profiles.ts';
import { type BotProcess, createStage, type Stage } from '../../src/sandbox/stage.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { type BadLine, openBadLine } from './bad-line.ts';
import { type FailPoints, openFailPoints } from './fail-points.ts';
import { type MortalLaptop, openMortalLaptop } from './mortal-laptop.ts';
import { botWithFailPoints } from './programs.ts';
import type { RedisServer } from './redis.ts';
import { online, STEP } from './stage.ts';

/** `redis`: where the house has one. */
export type Mortal = 'bot' | 'agent' | 'redis';

export interface FailingHouse {
  readonly stage: Stage;
  /** STORE_URL of the bot. */
  readonly storeUrl: string;
  readonly points: FailPoints;
  /** Between the laptop and the bot. */
  readonly line: BadLine;
  readonly technician: SimUser;
  readonly laptop: MortalLaptop;
  /** A device that nobody has seen yet, alone on the network. */
  plugIn(quirks?: DeviceSpec['quirks']): Promise<EmulatedDevice>;
  /** Has a program die now, whatever it does. It is started again. */
  kill(which: Mortal): void;
  /** Its Redis stands still for so long, ms: it takes what is sent, and answers when it goes on. */
  freezeRedis(ms: number): void;
  /** Resolves when the bot is there. @throws where it does not start any more */
  whole(): Promise<void>;
  /** Who died so far, in that order. */
  readonly deaths: readonly Mortal[];
  /** Ends the programs; the store stays until `close`. */
  end(): Promise<void>;
  close(): Promise<void>;
}

/** Starts in a row after which a bot is given up: what is armed happens a few times, and then no more. */
export const MOST_STARTS = 20;
/** More devices than any form of the matrix has cells. */
const DEVICES = 10_000;

/**
 * Starts a bot until it stands, for what is armed may meet it as it starts, or nobody needs it any more.
 * @param onDeath hears of each start that came to nothing
 * @throws why the last one has, where it is given up
 */
export async function startUntilItStands(
  bot: Pick<BotProcess, 'start'>,
  onDeath: () => void,
  isOver: () => boolean,
): Promise<void> {
  for (let tries = 1; !isOver(); tries++) {
    try {
      return await bot.start();
    } catch (error) {
      onDeath();
      if (tries === MOST_STARTS) throw error;
    }
  }
}

/** Opens one with a paired laptop at work. @param redis its store, instead of a folder of its own */
export async function openFailingHouse(redis?: RedisServer): Promise<FailingHouse> {
  const points = await openFailPoints();
  const stage = await createStage({
    devices: [],
    readPrint: false,
    program: [await botWithFailPoints()],
    environment: { ...points.env, ...(redis ? { STORE_URL: redis.url } : {}) },
  });
  const line = await openBadLine(() => stage.hubUrl);
  await stage.bot.start();
  const technician = stage.technician('en');
  const laptop = await openMortalLaptop(
    { ...stage, hubUrl: line.url },
    technician,
    DEMO_PASSWORD,
    points.env,
  );
  await online(technician);
  // However many there are, twenty devices are a day's work.
  const admin = stage.technician('ru');
  await admin.send(`/lift ${technician.id}`);
  await admin.waitFor(({ from }) => from === 'bot', STEP);

  const deaths: Mortal[] = [];
  let isOver = false;
  let starting: Promise<void> | null = null;
  /** Why it is given up; null: it is not. */
  let givenUp: unknown = null;
  const died = () => void deaths.push('bot');
  function revive(dying: Promise<void>): void {
    if (isOver || starting) return;
    died();
    starting = dying
      .then(() => startUntilItStands(stage.bot, died, () => isOver))
      .then(
        () => {
          givenUp = null;
        },
        (error: unknown) => {
          givenUp = error;
        },
      )
      .finally(() => {
        starting = null;
      });
  }
  stage.bot.onDeath(() => revive(Promise.resolve()));
  laptop.onDeath(() => {
    if (isOver) return;
    deaths.push('agent');
    laptop.start();
  });

  const specs = manyCameras(DEVICES).values();
  let plugged: EmulatedDevice | null = null;
  const end = async () => {
    isOver = true;
    await starting;
    await laptop.kill();
    await stage.bot.stop();
  };
  return {
    stage,
    storeUrl: redis?.url ?? `lmdb:${stage.storeFolder}`,
    points,
    line,
    technician,
    laptop,
    deaths,
    async plugIn(quirks = {}) {
      if (plugged) await stage.lan.remove(plugged.profile.shortSerial);
      const { value: spec } = specs.next();
      if (!spec) throw new Error('there are no more devices');
      plugged = await stage.lan.add({ ...spec, quirks });
      return plugged;
    },
    freezeRedis(ms) {
      redis?.freeze();
      setTimeout(() => redis?.thaw(), ms);
    },
    kill(which) {
      if (which === 'bot') return revive(stage.bot.kill());
      deaths.push(which);
      if (which === 'redis') return void redis?.kill().then(() => redis.restart());
      void laptop.kill().then(() => laptop.start());
    },
    async whole() {
      while (starting) await starting;
      if (givenUp !== null) throw givenUp;
    },
    end,
    async close() {
      await end();
      await line.close();
      await stage.close();
      await points.remove();
    },
  };
}
