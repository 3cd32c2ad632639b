import type { Update } from 'grammy/types';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createReception } from '../../../src/bot/telegram/reception.ts';
import { createSharedLines } from '../../../src/bot/telegram/shared-lines.ts';
import { createShelf, type IntakeWord } from '../../../src/bot/telegram/shelf.ts';
import { fail, ok, type Result } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { createHolds, turnOf } from '../../../src/store/holds.ts';
import { eventually } from '../../support/eventually.ts';
import { folderInMemory, openTestStore } from '../../support/store.ts';
import { asShared } from '../../support/working-on.ts';
import { gate } from './support.ts';

const log = pino({ level: 'silent' });
const KEY = new Secret(new Uint8Array(32).fill(7));
const TIMES = { againMs: 1, slowMs: 600_000, patienceMs: 600_000 };

const message = (id: number, chatId: number): Update => ({
  update_id: id,
  message: {
    message_id: id,
    date: 0,
    chat: { id: chatId, type: 'private', first_name: 'Ann' },
    from: { id: chatId, is_bot: false, first_name: 'Ann' },
    text: String(id),
  },
});

type Handle = (update: Update) => Promise<Result<void, string>>;

/**
 * Processes that share a store, as far as their updates go, opened once: what one of lmdb's writes, another one that is open sees a
 * moment later, and one of Redis' at once. `gone` are those whose names no process answers to.
 */
async function processes(count: number, handle: Handle, gone: readonly string[] = []) {
  const folder = await folderInMemory();
  const store = await openTestStore(folder.path);
  const words: IntakeWord[] = [];
  /** Which process has asked for the turn of a chat, and whether it had it. */
  const asked: { process: number; had: boolean }[] = [];
  const made = Array.from({ length: count }, (_, n) => {
    const shared = asShared(store);
    const take: typeof shared.claims.take = async (...given) => {
      const taken = await shared.claims.take(...given);
      asked.push({ process: n, had: taken.ok && taken.value !== null });
      return taken;
    };
    const holds = createHolds({ ...shared, claims: { ...shared.claims, take } });
    const shelf = createShelf(store, KEY, log, {
      process: `process-${n}`,
      lives: async (name) => !gone.includes(name),
    });
    const lines = createSharedLines({
      times: TIMES,
      shelf,
      store,
      holds,
      log,
      handle,
      tell: async (_chatId, word) => {
        words.push(word);
        return true;
      },
    });
    const reception = createReception({
      shelf,
      isShared: true,
      beginsEarly: false,
      lines,
      log,
      admit: () => 'in',
      arrived: () => undefined,
    });
    return { holds, shelf, lines, reception };
  });
  onTestFinished(async () => {
    for (const { lines } of made) lines.stop();
    for (const { lines } of made) await lines.idle();
    await store.close();
    await folder.remove();
  });
  const idle = () => Promise.all(made.map(({ lines }) => lines.idle()));
  const at = (n: number) => made[n % count] ?? expect.unreachable();
  return { at, idle, words, asked };
}

/** Two processes, of which the first is at work on update 1 of chat 7 until `open` is. */
async function firstAtWork() {
  const [begun, open] = [gate(), gate()];
  const handled: number[] = [];
  const made = await processes(2, async (update) => {
    handled.push(update.update_id);
    begun.open();
    await open.passed;
    return ok(undefined);
  });
  await made.at(0).reception.receive(message(1, 7));
  await begun.passed;
  return { ...made, handled, open };
}

describe('lines of a store that several processes have open', () => {
  it('are handled in their order and each once, whichever process takes an update in', async () => {
    const handled: Update[] = [];
    const { at, idle } = await processes(3, async (update) => {
      handled.push(update);
      return ok(undefined);
    });
    // Telegram sends the next update of a chat when the one before is taken, to any of them.
    await Promise.all(
      [1, 2, 3, 4].map(async (chat) => {
        for (let n = 0; n < 12; n++)
          expect(await at(n * 7 + chat).reception.receive(message(chat * 100 + n, chat))).toMatchObject({
            ok: true,
          });
      }),
    );
    await idle();
    for (const chat of [1, 2, 3, 4]) {
      const theirs = handled.filter(({ message }) => message?.chat.id === chat);
      expect(theirs.map(({ update_id }) => update_id)).toEqual(
        Array.from({ length: 12 }, (_, n) => chat * 100 + n),
      );
    }
    expect(handled).toHaveLength(48);
  });

  it('know an update that another process has taken in, before it is handled and afterwards', async () => {
    const { at, idle, handled, open } = await firstAtWork();
    // The answer to the first was lost on its way to Telegram.
    expect(await at(1).reception.receive(message(1, 7))).toMatchObject({ ok: true });
    open.open();
    await idle();
    expect(await at(1).reception.receive(message(1, 7))).toMatchObject({ ok: true });
    await idle();
    expect(handled).toEqual([1]);
  });

  it('leave what lies behind another process to that one, and keep nothing of it in mind', async () => {
    const { at, idle, handled, open } = await firstAtWork();
    await at(1).reception.receive(message(2, 7));
    // The first one is at work still, and has the turn.
    await at(1).lines.idle();
    expect(at(1).lines.total).toBe(0);
    open.open();
    await idle();
    expect(handled).toEqual([1, 2]);
  });

  it('ask for no turn again once whoever had it has handled what was waited for', async () => {
    const { at, idle, asked } = await processes(2, async () => expect.unreachable());
    const [begun, open] = [gate(), gate()];
    const before = at(0).holds.within(turnOf(7), async () => {
      begun.open();
      await open.passed;
      const there = await at(0).shelf.placesOf(7, 1);
      for (const place of there.ok ? there.value : []) await at(0).shelf.done(place);
    });
    await begun.passed;
    await at(1).reception.receive(message(1, 7));
    await eventually(() => expect(asked).toContainEqual({ process: 1, had: false }));
    open.open();
    await before;
    await idle();
    expect(asked).not.toContainEqual({ process: 1, had: true });
  });

  it('are seen through by whoever has put the last one away, where those in front of it are gone by then', async () => {
    const handled: number[] = [];
    const { at, idle } = await processes(2, async (update) => {
      handled.push(update.update_id);
      return ok(undefined);
    });
    const { place, written } = at(1).shelf.put(7, { update: message(2, 7) });
    await written;
    at(1).lines.join(place, { isBehind: true });
    await idle();
    expect(handled).toEqual([2]);
  });

  it('pass over an update that was put away twice and is handled', async () => {
    const handled: number[] = [];
    const { at, idle } = await processes(2, async (update) => {
      handled.push(update.update_id);
      return ok(undefined);
    });
    // One process slept between its look and its write, and Telegram had sent the update to another meanwhile.
    await at(0).shelf.put(7, { update: message(1, 7) }).written;
    const { place, written } = at(0).shelf.put(7, { update: message(1, 7) });
    await written;
    // Behind what is there, which within one millisecond the clock does not tell.
    await at(1).shelf.put(7, { update: message(2, 7) }, place).written;
    at(1).lines.look(7);
    await idle();
    expect(handled).toEqual([1, 2]);
    expect(await at(1).shelf.chats(0)).toEqual(ok([]));
  });

  it('are seen through by another process where the one that took an update in is gone', async () => {
    const handled: number[] = [];
    const handle: Handle = async (update) => {
      handled.push(update.update_id);
      return ok(undefined);
    };
    const { at, idle } = await processes(2, handle, ['process-0']);
    for (const id of [1, 2]) await at(0).shelf.put(7, { update: message(id, 7) }).written;
    await at(0).shelf.put(8, { update: message(3, 8) }).written;
    const left = await at(1).shelf.chats(0);
    expect(left).toEqual(ok([7, 8]));
    for (const chat of left.ok ? left.value : []) at(1).lines.look(chat);
    await idle();
    expect(handled.toSorted()).toEqual([1, 2, 3]);
    expect(handled.indexOf(1)).toBeLessThan(handled.indexOf(2));
    expect(await at(1).shelf.chats(0)).toEqual(ok([]));
  });

  it('give an update up over which so many processes have died', async () => {
    const gone = ['process-0', 'process-1', 'process-2', 'process-3', 'process-4'];
    const { at, idle, words } = await processes(6, async () => expect.unreachable(), gone);
    const put = await at(0).shelf.put(7, { update: message(1, 7) }).written;
    const place = put.ok ? put.value : expect.unreachable();
    // Each takes it up, and dies before it is done.
    for (const n of [1, 2, 3, 4]) expect(await at(n).shelf.read(place)).toMatchObject(ok({ update: {} }));
    at(5).lines.look(7);
    await idle();
    expect(words).toEqual(['broken']);
  });

  it('do not count a death while the process that has it lives', async () => {
    const { at } = await processes(2, async () => expect.unreachable());
    const put = await at(0).shelf.put(7, { update: message(1, 7) }).written;
    const place = put.ok ? put.value : expect.unreachable();
    const read = async () => expect(await at(1).shelf.read(place)).toMatchObject(ok({ update: {} }));
    for (let n = 0; n < 10; n++) await read();
  });

  it('try again in front of what came later, while others may have the turn of the chat', async () => {
    const tries: number[] = [];
    const between = gate();
    const { at, idle } = await processes(2, async (update) => {
      tries.push(update.update_id);
      return tries.length < 4 ? fail('busy') : ok(undefined);
    });
    for (const id of [1, 2]) await at(id).reception.receive(message(id, 7));
    void at(1).holds.within(turnOf(7), async () => between.open());
    await between.passed;
    await idle();
    expect(tries).toEqual([1, 1, 1, 1, 2]);
  });

  it('put an update behind those of a process whose clock is ahead', async () => {
    const { at } = await processes(2, async () => fail('busy'));
    const first = await at(0).shelf.put(7, { update: message(1, 7) }).written;
    const ahead = first.ok ? { ...first.value, key: first.value.key.replace(/^7 0./, '7 0Z') } : undefined;
    const second = await at(1).shelf.put(7, { update: message(2, 7) }, ahead).written;
    expect(second.ok && ahead && second.value.key > ahead.key).toBe(true);
  });
});
