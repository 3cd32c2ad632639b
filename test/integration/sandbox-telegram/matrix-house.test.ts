/** The matrix's house and its judgement (test/support): nobody is waited for, asked or started for ever. */
import { setImmediate as aside } from 'node:timers/promises';
import type { Update } from 'grammy/types';
import { describe, expect, it } from 'vitest';
import { MOST_STARTS, startUntilItStands } from '../../support/failing-house.ts';
import { answered, MOST_ASKED } from '../../support/matrix.ts';
import { call, start } from './helpers.ts';

const HOUR_MS = 3_600_000;
const AGAIN = 'Something failed. Please send it again.';
const LISTED = '🟢 1. vm (linux), connected';

describe('laptops that are asked for afterwards', () => {
  /** Answers each question with the next of these. @returns whether they were listed, and how often they were asked for */
  async function askedOf(answers: readonly string[]) {
    const api = await start();
    const technician = api.user();
    // A bot may not speak first.
    await technician.send('/start');
    const listed = answered(technician, HOUR_MS);
    let given = 0;
    for (let offset = 0; given < answers.length; ) {
      const { result } = await call<Update[]>(api, 'getUpdates', { timeout: 30, offset });
      for (const { update_id, message } of result) {
        offset = update_id + 1;
        if (message?.text !== '/agents') continue;
        await call(api, 'sendMessage', { chat_id: technician.id, text: answers[given] });
        given += 1;
      }
    }
    const isListed = await listed;
    return { isListed, asked: technician.messages.filter(({ text }) => text === '/agents').length };
  }

  it('are asked for once more, where the bot asks for that', async () => {
    expect(await askedOf([AGAIN, AGAIN, LISTED])).toMatchObject({ isListed: true, asked: 3 });
  });

  it('are not asked for for ever', async () => {
    const answers = Array.from({ length: MOST_ASKED }, () => AGAIN);
    expect(await askedOf(answers)).toMatchObject({ isListed: false, asked: MOST_ASKED });
  });
});

describe('a bot that dies as it starts', () => {
  /** A bot that stands at its so many-th start. */
  const standingAt = (start: number) => {
    const bot = {
      starts: 0,
      deaths: 0,
      async start() {
        bot.starts += 1;
        // As a process does: who never gives up would stop the clock of the test.
        await aside();
        if (bot.starts < start) throw new Error(`ended at start ${bot.starts}`);
      },
    };
    return bot;
  };
  const startedOver = (bot: ReturnType<typeof standingAt>, isOver = () => false) =>
    startUntilItStands(
      bot,
      () => {
        bot.deaths += 1;
      },
      isOver,
    );

  it('is started until it stands', async () => {
    const bot = standingAt(MOST_STARTS);
    await startedOver(bot);
    expect(bot).toMatchObject({ starts: MOST_STARTS, deaths: MOST_STARTS - 1 });
  });

  it('is given up where it never does, with what it said last', async () => {
    const bot = standingAt(Number.POSITIVE_INFINITY);
    await expect(startedOver(bot)).rejects.toThrow(`ended at start ${MOST_STARTS}`);
    expect(bot).toMatchObject({ starts: MOST_STARTS, deaths: MOST_STARTS });
  });

  it('is started no more where the house is closed', async () => {
    const bot = standingAt(Number.POSITIVE_INFINITY);
    await startedOver(bot, () => bot.starts === 3);
    expect(bot).toMatchObject({ starts: 3, deaths: 3 });
  });
});
