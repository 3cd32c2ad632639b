/**
 * Keeps outgoing messages under Telegram's limits (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits): one
 * message a second in a chat, short bursts allowed, and thirty a second in all. Every message reserves its moment when
 * it is handed in (the "generic cell rate" algorithm), so the order in a chat is kept without a queue.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface PaceLimits {
  /** Messages a second in one chat; a burst of `perChatBurst` goes through at once. */
  perChat: number;
  perChatBurst: number;
  /** Messages a second in all chats together; as many go through at once. */
  total: number;
}

/** The burst is a guess on the generous side: Telegram names none, and answers 429 when it is too much. */
export const TELEGRAM_LIMITS: PaceLimits = { perChat: 1, perChatBurst: 20, total: 30 };

/** Calls that may wait at the same time; a further one is refused, so that memory stays bounded. */
const MAX_WAITING = 1000;
/** Longest wait, ms: the patience of a person in a chat. */
export const MAX_WAIT_MS = 30_000;
/** Chats remembered before those at rest are forgotten. */
const SWEEP_AT = 2000;

export class Pace {
  readonly #limits: PaceLimits;
  readonly #closing: AbortSignal;
  /** Chat -> moment (ms) at which its burst is fully refilled. */
  readonly #chats = new Map<string | number, number>();
  #all = 0;
  #waiting = 0;

  /** @param closing ends every wait */
  constructor(limits: PaceLimits, closing: AbortSignal) {
    this.#limits = limits;
    this.#closing = closing;
    // Every waiting call listens; their number is bounded here.
    setMaxListeners(0, closing);
  }

  /**
   * Waits for this message's turn.
   * @returns 0, or the number of seconds after which it is worth trying again when the line is too long
   */
  async turn(chatId: string | number): Promise<number> {
    const { perChat, perChatBurst, total } = this.#limits;
    const now = performance.now();
    const chat = reserve(this.#chats.get(chatId) ?? 0, now, 1000 / perChat, perChatBurst);
    const all = reserve(this.#all, now, 1000 / total, total);
    const wait = Math.max(chat.wait, all.wait);
    if (wait > MAX_WAIT_MS) return Math.ceil(wait / 1000);
    this.#chats.set(chatId, chat.refilledAt);
    this.#all = all.refilledAt;
    if (this.#chats.size > SWEEP_AT) this.#sweep(now);
    if (wait <= 0) return 0;
    return (await this.pause(wait)) ? 0 : Math.ceil(wait / 1000);
  }

  /** Telegram asked for silence in this chat: later messages wait too, behind the one that is repeated. */
  hold(chatId: string | number, ms: number): void {
    const { perChat, perChatBurst } = this.#limits;
    const full = performance.now() + ms + ((perChatBurst - 1) * 1000) / perChat;
    this.#chats.set(chatId, Math.max(full, this.#chats.get(chatId) ?? 0));
  }

  /** Sleeps. False when too many calls wait already, the client is closing or `signal` was aborted. */
  async pause(ms: number, signal?: AbortSignal): Promise<boolean> {
    if (this.#waiting >= MAX_WAITING) return false;
    this.#waiting += 1;
    try {
      const either = signal ? AbortSignal.any([this.#closing, signal]) : this.#closing;
      await sleep(ms, undefined, { signal: either });
      return true;
    } catch {
      return false;
    } finally {
      this.#waiting -= 1;
    }
  }

  #sweep(now: number): void {
    for (const [chat, refilledAt] of this.#chats) if (refilledAt <= now) this.#chats.delete(chat);
  }
}

/** Takes one place: how long it must wait (ms), and when the burst is full again. */
function reserve(refilledAt: number, now: number, interval: number, burst: number) {
  const next = Math.max(refilledAt, now) + interval;
  return { wait: Math.max(0, next - interval * burst - now), refilledAt: next };
}
