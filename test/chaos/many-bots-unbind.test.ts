/**
 * Whole cases with a real agent where no two requests in a row meet the same bot: what one has begun the others go on with, also
 * when it dies with the laptop's most important requests in its hands.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_PASSWORD, manyCameras } from '../../src/sandbox/device/profiles.ts';
import { createStage, type Stage } from '../../src/sandbox/stage.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { type Front, openFront, type Passing, startOneOfMany } from '../support/many-bots.ts';
import { walkCase } from '../support/matrix-walk.ts';
import { type MortalLaptop, openMortalLaptop } from '../support/mortal-laptop.ts';
import { releasedBot } from '../support/programs.ts';
import { NO_REDIS, type RedisServer, startRedis } from '../support/redis.ts';
import { online } from '../support/stage.ts';

const BOTS = 3;
const DEVICES = manyCameras(4);
const SERIALS = DEVICES.map(({ profile }) => profile.shortSerial);
/** As in the matrix: the choice comes after 60 s, and whoever waits has it by then. */
const SILENCE_MS = 75_000;
const ENDED = /^✅ (Unbound, verified|No account)/;

describe.skipIf(NO_REDIS !== null)(`an unbind over several bots (${NO_REDIS ?? 'redis-server'})`, () => {
  let redis: RedisServer;
  let stage: Stage;
  let front: Front;
  let technician: SimUser;
  let laptop: MortalLaptop;
  let another: () => ReturnType<typeof startOneOfMany>;
  /** Paths of the requests that each bot has answered, since the case began. */
  let answered: Map<number, Set<string>>;
  /** Which request kills whoever has it. */
  let fatal: ((passing: Passing) => boolean) | null = null;
  const reborn: Promise<void>[] = [];

  beforeAll(async () => {
    // Made once, whoever starts it.
    await releasedBot();
    redis = await startRedis();
    stage = await createStage({ devices: DEVICES });
    front = await openFront();
    technician = stage.technician('en');
    const { api } = stage;
    another = () =>
      startOneOfMany({
        BOT_TOKEN: api.token,
        TELEGRAM_API_ROOT: api.url,
        ADMIN_IDS: String(technician.id),
        REGION_PACK: 'ru',
        STORE_URL: redis.url,
        WEBHOOK_URL: `${front.url}/telegram`,
        WEBHOOK_SECRET: 'posted-by-telegram-alone',
      });
    front.bots.push(...(await Promise.all(Array.from({ length: BOTS }, another))));
    front.onAnswer(({ bot, path, status }) => {
      if (status === 200) answered.get(bot)?.add(path);
    });
    front.onPass((passing) => {
      if (!fatal?.(passing)) return;
      fatal = null;
      const dying = front.bots[passing.bot];
      reborn.push(
        (async () => {
          await dying?.end();
          front.bots[passing.bot] = await another();
        })(),
      );
    });
    answered = new Map();
    laptop = await openMortalLaptop({ ...stage, hubUrl: front.url }, technician, DEMO_PASSWORD);
    await online(technician);
  }, 180_000);

  afterAll(async () => {
    await laptop?.kill();
    await Promise.all(reborn);
    for (const bot of front?.bots ?? []) await bot.end();
    await front?.close();
    await stage?.close();
    await redis?.end();
  }, 60_000);

  /** Walks a case to its end, and says what the device and the chat have seen of it. */
  async function walk(serial: string) {
    answered = new Map(front.bots.map((_, number) => [number, new Set<string>()]));
    const { end, pressed } = await walkCase(technician, {
      device: serial,
      picture: laptop.picture,
      refresh: false,
      silenceMs: SILENCE_MS,
    });
    await Promise.all(reborn);
    // In the chat's order: what belongs to the end of the case has been said before it is answered.
    await online(technician);
    const { bound, unbindsReceived, unbindsExecuted, passwordsTried } = stage.lan.device(serial).snapshot();
    const told = technician.messages.filter(
      ({ from, text }) => from === 'bot' && text.includes(serial) && ENDED.test(text),
    ).length;
    return { end, pressed, told, bound, unbindsReceived, unbindsExecuted, passwordsTried };
  }

  const ONCE = { told: 1, bound: false, unbindsReceived: 1, unbindsExecuted: 1, passwordsTried: 1 };

  it('goes on at each of them, whichever has begun it', async () => {
    expect(await walk(SERIALS[0] ?? '')).toMatchObject({ end: 'unbound', ...ONCE });
    for (const paths of answered.values()) {
      expect(paths).toContain('/v1/poll');
      expect(paths).toContain('/telegram');
    }
  }, 180_000);

  it.each([
    [
      'with the picture in its hands',
      ({ path, body }: Passing) => path === '/v1/events' && body.includes('"challenge"'),
    ],
    ['as it is asked for a permit', ({ path }: Passing) => path === '/v1/permit'],
    [
      'as it is told of the end',
      ({ path, body }: Passing) => path === '/v1/events' && body.includes('"outcome"'),
    ],
  ])(
    'is done once where a bot is killed %s',
    async (_, isFatal) => {
      const serial = SERIALS[1 + reborn.length] ?? '';
      fatal = isFatal;
      const seen = await walk(serial);
      expect(fatal).toBeNull();
      expect(['unbound', 'not-bound'], seen.pressed.join(', ')).toContain(seen.end);
      expect(seen).toMatchObject(ONCE);
    },
    240_000,
  );
});
