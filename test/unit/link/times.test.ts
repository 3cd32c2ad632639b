import { describe, expect, it } from 'vitest';
import * as bot from '../../../src/bot/house/times.ts';
import { LEASE_MS } from '../../../src/bot/jobs/drivers.ts';
import { NOTE_MS } from '../../../src/bot/jobs/records.ts';
import { PATIENCE } from '../../../src/bot/telegram/client.ts';
import { LINE_TIMES } from '../../../src/bot/telegram/lines.ts';
import { MAX_WAIT_MS } from '../../../src/bot/telegram/pace.ts';
import { WATCHDOG_MS } from '../../../src/flows/engine/play.ts';
import { PERMIT_TTL_MS } from '../../../src/hub/desk.ts';
import * as agent from '../../../src/lan-agent/times.ts';
import * as link from '../../../src/link/times.ts';

describe('times that depend on each other', () => {
  it('keep an agent that is there online through whatever it can meet on the way', () => {
    // A whole poll, then one that is turned away and waits for as long as an agent ever does.
    expect(link.HOLD_MS + link.BACKOFF_CEILING_MS).toBeLessThan(link.ONLINE_MS);
    // A connection that is dead in secret, found out, and the shortest wait after it.
    expect(link.HOLD_MS + agent.HELD_GRACE_MS + 2 * link.BACKOFF_FLOOR_MS).toBeLessThan(link.ONLINE_MS);
    expect(link.HOLD_MS).toBeLessThanOrEqual(15_000);
    expect(link.ONLINE_MS).toBeLessThanOrEqual(25_000);
  });

  it('bring an agent back soon after an outage', () => {
    expect(link.BACKOFF_FLOOR_MS).toBeLessThan(link.BACKOFF_CEILING_MS);
    expect(3 * link.BACKOFF_CEILING_MS).toBeLessThanOrEqual(link.ONLINE_MS);
    expect(link.BACKOFF_CEILING_MS).toBeLessThan(10_000);
    expect(link.MOST_RETRY_AFTER_MS).toBeGreaterThan(link.BACKOFF_CEILING_MS);
    expect(link.MOST_RETRY_AFTER_MS).toBeLessThan(link.TAKE_UP_MS);
  });

  it('let the agent tell a good connection from an accident, and a held poll from a quick one', () => {
    expect(agent.LASTED_MS).toBeGreaterThanOrEqual(link.HOLD_MS);
    expect(agent.QUICK_POLL_MS).toBeLessThan(agent.LEAST_HOLD_MS);
    expect(agent.LEAST_HOLD_MS).toBeLessThan(link.HOLD_MS);
    expect(agent.CONNECT_TIMEOUT_MS).toBeLessThan(agent.ANSWER_TIMEOUT_MS);
  });

  it('leave a stopped agent no time to keep anybody waiting', () => {
    expect(agent.GOODBYE_MS).toBeLessThanOrEqual(agent.LAST_WORD_MS);
    expect(agent.LAST_WORD_MS).toBeLessThan(5_000);
  });

  it('have a search end before its command is no longer worth doing', () => {
    expect(agent.FIND_MS).toBeLessThan(link.SEARCH_MS);
    expect(link.SEARCH_MS).toBeLessThan(link.TAKE_UP_MS);
    expect(link.ONLINE_MS).toBeLessThan(link.TAKE_UP_MS);
  });

  it('give the laptop’s work after the password room for all of its parts', () => {
    const { PERMIT_PATIENCE_MS, SECOND_LOOK_MS, EXCHANGE_MS, VERIFY_MS, PROOF_MS } = agent;
    // An exchange in which something was lost is made once more, after one more look.
    const send = SECOND_LOOK_MS + EXCHANGE_MS + SECOND_LOOK_MS + EXCHANGE_MS + VERIFY_MS + PROOF_MS;
    const work = SECOND_LOOK_MS + PERMIT_PATIENCE_MS + send;
    expect(work).toBeLessThanOrEqual(link.WORK_LIMIT_MS);
  });

  it('say a word about a wait before there is a choice, and a choice before anything else ends it', () => {
    expect(bot.LOOK_EVERY_MS).toBeLessThan(bot.WORD_MS);
    expect(bot.WORD_MS).toBeLessThan(bot.CHOICE_MS);
    // A laptop that is gone is known to be before the choice says so, and one that is searching has answered before the word.
    expect(link.ONLINE_MS).toBeLessThan(bot.CHOICE_MS);
    expect(link.SEARCH_MS).toBeLessThan(bot.WORD_MS);
    expect(bot.CHOICE_MS).toBeLessThan(link.PICTURE_LIFE_MS);
    expect(bot.SEND_AGAIN_MS).toBeLessThan(bot.CHOICE_MS);
    expect(bot.RING_AGAIN_MS).toBeLessThan(bot.WORD_MS);
  });

  it('leave a person the whole of what the laptop gives, and remind once in it', () => {
    expect(link.PROMPT_LIMIT_MS).toBeLessThan(bot.PASSWORD_LIMIT_MS);
    expect(link.PROMPT_LIMIT_MS + link.WORK_LIMIT_MS).toBeLessThanOrEqual(bot.PASSWORD_LIMIT_MS);
    expect(bot.REMIND_MS).toBeLessThan(link.PICTURE_LIFE_MS);
    expect(bot.REMIND_MS).toBeLessThan(link.PROMPT_LIMIT_MS);
    expect(bot.ON_THE_WAY_MS).toBeLessThan(bot.REMIND_MS);
  });

  it('remember a job and its picture for longer than any of its waits', () => {
    expect(bot.PASSWORD_LIMIT_MS + link.PICTURE_LIFE_MS).toBeLessThan(NOTE_MS);
    expect(link.PICTURE_LIFE_MS).toBeLessThan(bot.PICTURE_KEPT_MS);
    expect(link.PICTURE_LIFE_MS + link.PROMPT_LIMIT_MS).toBeLessThan(LEASE_MS);
  });

  it('give up a stage that hangs later than any call it waits for, and an update later than the stage', () => {
    expect(MAX_WAIT_MS + Math.max(...Object.values(PATIENCE))).toBeLessThan(WATCHDOG_MS);
    expect(2 * WATCHDOG_MS).toBeLessThan(LINE_TIMES.patienceMs);
  });

  it('have a permit outlive the longest way to its datagram', () => {
    const way = link.TAKE_UP_MS + link.PICTURE_LIFE_MS + link.PROMPT_LIMIT_MS + agent.PERMIT_PATIENCE_MS;
    expect(way).toBeLessThan(PERMIT_TTL_MS);
  });
});
