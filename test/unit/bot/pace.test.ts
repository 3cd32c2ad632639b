import { describe, expect, it } from 'vitest';
import { Pace } from '../../../src/bot/pace.ts';

const LIMITS = { perChat: 20, perChatBurst: 2, total: 1000 };
const open = () => new AbortController();

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

describe('the pace of outgoing messages', () => {
  it('lets a burst through and then one message per interval, in order', async () => {
    const pace = new Pace(LIMITS, open().signal);
    const order: number[] = [];
    const ms = await timed(() =>
      Promise.all([0, 1, 2, 3].map(async (n) => (await pace.turn(7)) === 0 && order.push(n))),
    );
    expect(order).toEqual([0, 1, 2, 3]);
    expect(ms).toBeGreaterThanOrEqual(98);
  });

  it('keeps chats apart, but counts all of them together', async () => {
    const pace = new Pace({ perChat: 1, perChatBurst: 1, total: 20 }, open().signal);
    const burst = await timed(() => Promise.all(Array.from({ length: 20 }, (_, chat) => pace.turn(chat))));
    expect(burst).toBeLessThan(900);
    expect(await timed(() => pace.turn(99))).toBeGreaterThan(20);
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
    expect(await timed(() => pace.turn(2))).toBeLessThan(60);
    expect(await timed(() => pace.turn(1))).toBeGreaterThan(40);
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
