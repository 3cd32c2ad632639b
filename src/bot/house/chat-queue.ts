import { fail, ok, type Result } from '../../kernel/result.ts';
import { type Holds, turnOf } from '../../store/holds.ts';
import type { Store } from '../../store/store.ts';
import { must } from './must.ts';

/** `chat-busy`: this chat has too much waiting. `house-busy`: all chats together have. */
type QueueFull = 'chat-busy' | 'house-busy';

export interface ChatQueue {
  /**
   * Runs a task after all earlier tasks of the same chat have ended; tasks of different chats run side by side. A
   * task that throws rejects its own promise only. When the queue is full the task is not run, unless it is the
   * house's own: a chat that is full must not keep an admin from stopping it.
   */
  run<T>(chatId: number, task: () => Promise<T>, own?: boolean): Promise<Result<T, QueueFull>>;
  /** Resolves when nothing is running or waiting. */
  idle(): Promise<void>;
}

/** Tasks one chat, and all chats together, may have running and waiting. */
export interface QueueLimits {
  perChat: number;
  total: number;
}

/** One chat gets at most one answer of getUpdates (100 updates) ahead of itself. */
const LIMITS: QueueLimits = { perChat: 100, total: 2000 };

export function createChatQueue({ perChat, total }: QueueLimits = LIMITS): ChatQueue {
  /** Chat -> the end of its last task, and how many have not ended. */
  const chats = new Map<number, { tail: Promise<unknown>; length: number }>();
  let length = 0;

  return {
    async run(chatId, task, own = false) {
      const chat = chats.get(chatId) ?? { tail: Promise.resolve(), length: 0 };
      if (chat.length >= perChat && !own) return fail('chat-busy');
      if (length >= total && !own) return fail('house-busy');
      chats.set(chatId, chat);
      chat.length += 1;
      length += 1;
      const outcome = chat.tail.then(task);
      chat.tail = outcome.catch(() => undefined);
      try {
        return ok(await outcome);
      } finally {
        length -= 1;
        chat.length -= 1;
        if (chat.length === 0) chats.delete(chatId);
      }
    },
    async idle() {
      while (chats.size > 0) await Promise.all([...chats.values()].map((chat) => chat.tail));
    },
  };
}

/** The chat, or the house, has more waiting than it may. */
class TooMuchWaits extends Error {}

/**
 * Strict order per chat: a queue within this process, and the chat's turn among those that share its store. What a turn writes
 * is on disk before the next one begins.
 * @throws an error that `orBusy` turns into a value, or HouseUnavailable: the turn cannot be had now, or what it wrote was not
 *   taken
 */
export function exclusiveIn(queue: ChatQueue, holds: Pick<Holds, 'within'>, store: Pick<Store, 'together'>) {
  return async <T>(chatId: number, task: () => Promise<T>, own: boolean): Promise<T> => {
    const turn = () => holds.within(turnOf(chatId), () => store.together(task));
    const ran = await queue.run(chatId, turn, own);
    if (!ran.ok) throw new TooMuchWaits(ran.failure);
    return must(must(ran.value));
  };
}

/** Runs a task in a chat's order; callers get `busy` where it had to be refused. */
export async function orBusy<T, F>(task: () => Promise<Result<T, F>>): Promise<Result<T, F | 'busy'>> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof TooMuchWaits) return fail('busy');
    throw error;
  }
}
