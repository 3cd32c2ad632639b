import { describe, expect, it } from 'vitest';
import { createChatQueue } from '../../../src/bot/house/chat-queue.ts';
import { fail, ok } from '../../../src/kernel/result.ts';

/** A task that ends when told to. */
function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describe('the chat queue', () => {
  it('keeps the order in every chat with 50 updates at once, while chats overlap', async () => {
    const queue = createChatQueue();
    const seen = new Map<number, number[]>();
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 50 }, (_, n) => {
        const chat = n % 10;
        return queue.run(chat, async () => {
          running += 1;
          most = Math.max(most, running);
          for (let turns = 0; turns < 1 + ((n * 7) % 5); turns++) await new Promise(setImmediate);
          seen.set(chat, [...(seen.get(chat) ?? []), n]);
          running -= 1;
        });
      }),
    );
    for (const [chat, order] of seen) expect(order).toEqual([0, 1, 2, 3, 4].map((n) => n * 10 + chat));
    expect(most).toBe(10);
  });

  it('gives the result back, and a failing task stops nobody', async () => {
    const queue = createChatQueue();
    const broken = queue.run(1, async () => {
      throw new Error('boom');
    });
    const next = queue.run(1, async () => 'fine');
    await expect(broken).rejects.toThrow('boom');
    expect(await next).toEqual(ok('fine'));
  });

  it('refuses more than a chat, or all chats, may have waiting, and takes more once there is room', async () => {
    const queue = createChatQueue({ perChat: 2, total: 3 });
    const { passed, open } = gate();
    const first = queue.run(1, () => passed);
    const second = queue.run(1, async () => undefined);
    expect(await queue.run(1, async () => undefined)).toEqual(fail('chat-busy'));
    const third = queue.run(2, () => passed);
    expect(await queue.run(3, async () => undefined)).toEqual(fail('house-busy'));
    open();
    await Promise.all([first, second, third]);
    expect(await queue.run(1, async () => 'room')).toEqual(ok('room'));
  });

  it('has room for what the house itself does, in its turn', async () => {
    const queue = createChatQueue({ perChat: 1, total: 1 });
    const { passed, open } = gate();
    const seen: string[] = [];
    const first = queue.run(1, async () => {
      await passed;
      seen.push('first');
    });
    const own = queue.run(1, async () => seen.push('own'), true);
    expect(await queue.run(1, async () => seen.push('third'))).toEqual(fail('chat-busy'));
    open();
    await Promise.all([first, own]);
    expect(seen).toEqual(['first', 'own']);
  });

  it('is idle when everything has ended, and not before', async () => {
    const queue = createChatQueue();
    await queue.idle();
    const { passed, open } = gate();
    let ended = 0;
    const count = () => {
      ended += 1;
    };
    void queue.run(1, () => passed).then(count);
    void queue.run(2, () => passed).then(count);
    const idle = queue.idle().then(() => ended);
    open();
    expect(await idle).toBe(2);
  });
});
