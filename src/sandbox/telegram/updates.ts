import type { Update } from 'grammy/types';
import { Refusal } from './refusal.ts';

/** An update before it has its number. */
export type NewUpdate = Omit<Update, 'update_id'>;
export type UpdateKind = Exclude<keyof Update, 'update_id'>;

export interface PollRequest {
  readonly offset: number;
  /** 1 to 100. */
  readonly limit: number;
  readonly timeoutMs: number;
}

/** Kinds that a bot gets only when it asks for them by name. */
const ON_REQUEST = new Set<string>(['chat_member', 'message_reaction', 'message_reaction_count']);
const MAX_PENDING = 100_000;

const CONFLICT_POLLERS =
  'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running';

/**
 * Updates that the bot has not confirmed yet. An update leaves only by a later offset or by a webhook's 2xx, so what
 * was handed to a connection that died is handed out again.
 */
export class UpdateQueue {
  #pending: Update[] = [];
  #nextId: number;
  #allowed: readonly string[] = [];
  #waiting: { wake(): void; replace(): void } | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  /** Updates in the order they happened. */
  get pending(): readonly Update[] {
    return this.#pending;
  }

  get allowed(): readonly string[] {
    return this.#allowed;
  }

  /** Which kinds are kept from now on; empty means all but those that must be asked for by name. */
  allow(kinds: readonly string[]): void {
    this.#allowed = kinds;
  }

  /** Adds an update, unless the bot did not ask for its kind. */
  push(kind: UpdateKind, update: NewUpdate): void {
    const wanted = this.#allowed.length > 0 ? this.#allowed.includes(kind) : !ON_REQUEST.has(kind);
    if (!wanted) return;
    this.#pending.push({ update_id: this.#nextId, ...update });
    this.#nextId += 1;
    if (this.#pending.length > MAX_PENDING) this.#pending.shift();
    this.#waiting?.wake();
    for (const listener of this.#listeners) listener();
  }

  /** Takes one update out: a webhook accepted it. */
  remove(updateId: number): void {
    this.#pending = this.#pending.filter(({ update_id }) => update_id !== updateId);
  }

  clear(): void {
    this.#pending = [];
  }

  onPush(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Long polling. An offset confirms everything before it; a negative one keeps only so many of the latest. A second
   * poll ends the one that is waiting.
   * @throws Refusal 409 in the poll that was replaced
   */
  async poll({ offset, limit, timeoutMs }: PollRequest, signal: AbortSignal): Promise<readonly Update[]> {
    this.#waiting?.replace();
    this.#confirm(offset);
    if (this.#pending.length === 0 && timeoutMs > 0) await this.#wait(timeoutMs, signal);
    return this.#pending.slice(0, limit);
  }

  #confirm(offset: number): void {
    if (offset > 0) this.#pending = this.#pending.filter(({ update_id }) => update_id >= offset);
    else if (offset < 0) this.#pending = this.#pending.slice(offset);
  }

  #wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (settle: () => void) => () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        if (this.#waiting === waiter) this.#waiting = undefined;
        settle();
      };
      const wake = leave(resolve);
      const waiter = { wake, replace: leave(() => reject(new Refusal(409, CONFLICT_POLLERS))) };
      const timer = setTimeout(wake, timeoutMs);
      signal.addEventListener('abort', wake);
      this.#waiting = waiter;
      if (signal.aborted) wake();
    });
  }
}
