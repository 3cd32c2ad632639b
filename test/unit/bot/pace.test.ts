import { describe, expect, it } from 'vitest';
import { Pace } from '../../../src/bot/telegram/pace.ts';
import { outlasts } from '../../support/outlasts.ts';

const LIMITS = { perChat: 20, perChatBurst: 2, total: 1000 };
const open = () => new AbortController();

describe('the pace of outgoing messages', () => {
  it('lets a burst through and then one message per interval, in order', async () => {
    const pace = new Pace(LIMITS, open().signal);
    const order: number[] = [];
    const turns = () =>
      Promise.all([0, 1, 2, 3].map(async (n) => (await pace.turn(7)) === 0 && order.push(n)));
    expect(await outlasts(95, turns)).toBe(true);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('keeps chats apart, but counts all of them together', async () => {
    // Two in one chat would take longer than anybody waits.
    const pace = new Pace({ perChat: 0.01, perChatBurst: 1, total: 20 }, open().signal);
    const burst = await Promise.all(Array.from({ length: 20 }, (_, chat) => pace.turn(chat)));
    expect(new Set(burst)).toEqual(new Set([0]));
    expect(await outlasts(15, () => pace.turn(99))).toBe(true);
  });

  it('refuses a line longer than anybody waits, with the seconds to wait', async () => {
    const closing = open();
    const pace = new Pace({ perChat: 0.05, perChatBurst: 1, total: 1000 }, closing.signal);
    expect(await pace.turn(1)).toBe(0);
    const waiting = pace.turn(1);
    expect(await pace.turn(1)).toBe(40);
    closing.abort();
    expect(await waiting).toBeGreaterThan(0);
  });

  it('waits in a chat where Telegram asked for silence, and only there', async () => {
    const pace = new Pace(LIMITS, open().signal);
    pace.hold(1, 80);
    const order: number[] = [];
    const turns = () =>
      Promise.all([1, 2].map(async (chat) => (await pace.turn(chat)) === 0 && order.push(chat)));
    expect(await outlasts(40, turns)).toBe(true);
    expect(order).toEqual([2, 1]);
  });

  it('lets only so many calls wait', async () => {
    const closing = open();
    const pace = new Pace(LIMITS, closing.signal);
    const waiting = Array.from({ length: 1000 }, () => pace.pause(60_000));
    expect(await pace.pause(1)).toBe(false);
    closing.abort();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([false]));
  });
});
