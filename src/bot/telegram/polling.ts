import { setTimeout as sleep } from 'node:timers/promises';
import type { Update, UserFromGetMe } from 'grammy/types';
import { Telegraf, Telegram } from 'telegraf';
import type * as telegraf from 'telegraf/types';
import type { Log } from '../../kernel/log.ts';
import type { TelegramClient } from './client.ts';
import { isTokenRefused, TelegramRefusal, TelegramUnreachable } from './failure.ts';
import { WANTED_UPDATES } from './updates.ts';

/**
 * How long Telegram holds a question for updates, s. telegraf asks for 50; a connection that died without a word, behind a NAT or a VPN,
 * is found out only after this and `PATIENCE.held` (client.ts), and until then everybody writes to a bot that does not hear.
 */
const HELD_S = 25;
/** Pause before Telegram is asked again after it did not answer, ms; doubles. */
const AGAIN_MS = 1_000;
const LONGEST_AGAIN_MS = 30_000;
/** Pause before the next question when updates could not be stored, ms. */
const UNSTORED_MS = 1_000;
/** Pause before polling starts anew, ms; another process may be about to end (409 Conflict). */
const RESTART_PAUSE_MS = 3_000;
/** Telegram's code where somebody else polls, or a webhook is set. */
const CONFLICT = 409;
/** Longest time the last call may take, which lets Telegram forget what is on disk, ms. */
const FAREWELL_MS = 1_000;

type CallOptions = Parameters<Telegram['callApi']>[2];

interface PollingOptions {
  client: TelegramClient;
  /** The bot itself, as getMe tells. */
  me: UserFromGetMe;
  log: Log;
  /** Takes the updates of an answer; returns those Telegram may forget, in their order. */
  receive(updates: readonly Update[]): Promise<Update[]>;
  /** Telegram has answered a question for updates. */
  answered(): void;
  /** Telegram gives the updates to another process, or to a webhook. */
  conflicted(): void;
  /** Ends the polling wherever it is. */
  signal: AbortSignal;
}

/** Polls until the signal ends it. @returns `token-refused`: Telegram does not know the token (any more) */
export async function poll(options: PollingOptions): Promise<'stopped' | 'token-refused'> {
  const { me, log, signal } = options;
  // telegraf makes a client of its own from this; it is replaced at once and never used.
  const bot = new Telegraf('kept-by-the-client', { handlerTimeout: Number.POSITIVE_INFINITY });
  bot.telegram = new PollingTelegram(options);
  bot.botInfo = me as telegraf.UserFromGetMe;
  while (!signal.aborted) {
    try {
      await bot.launch({ allowedUpdates: [...WANTED_UPDATES] });
    } catch (error) {
      if (isTokenRefused(error)) return 'token-refused';
      if (signal.aborted) break;
      if (error instanceof TelegramRefusal && error.code === CONFLICT) options.conflicted();
      log.warn({ err: error }, 'polling was interrupted and starts anew');
      await pause(RESTART_PAUSE_MS * (0.5 + Math.random()), signal);
    }
  }
  return 'stopped';
}

/**
 * What telegraf's polling sees as Telegram. telegraf asks, keeps the offset, ends at a conflict and lets Telegram forget
 * what came last; here an answer is on disk before telegraf has it, so that the offset passes nothing that could be lost,
 * and every pause and every call ends with the signal: telegraf's own pauses cannot be woken.
 */
class PollingTelegram extends Telegram {
  readonly #options: PollingOptions;
  /** Calls in a row without an answer. */
  #unanswered = 0;

  constructor(options: PollingOptions) {
    super('kept-by-the-client');
    this.#options = options;
  }

  override async callApi<M extends keyof telegraf.Telegram>(
    method: M,
    payload: telegraf.Opts<M>,
    options?: CallOptions,
  ): Promise<ReturnType<telegraf.Telegram[M]>> {
    const { client, signal } = this.#options;
    if (method !== 'getUpdates') return await client.callApi(method, payload, { signal });
    // Without a signal of its own it is telegraf's last call.
    const updates = options?.signal
      ? await this.#poll(payload as telegraf.Opts<'getUpdates'>)
      : await client.callApi('getUpdates', payload as telegraf.Opts<'getUpdates'>, {
          signal: AbortSignal.timeout(FAREWELL_MS),
        });
    return updates as ReturnType<telegraf.Telegram[M]>;
  }

  /** One answer, as far as it could be stored; an empty one after a pause when there was none. */
  async #poll(payload: telegraf.Opts<'getUpdates'>): Promise<Update[]> {
    const { client, receive, signal, log } = this.#options;
    try {
      const asked = { ...payload, timeout: HELD_S };
      const updates = (await client.callApi('getUpdates', asked, { signal })) as Update[];
      this.#unanswered = 0;
      this.#options.answered();
      const taken = await receive(updates);
      if (taken.length < updates.length) await pause(UNSTORED_MS, signal);
      return taken;
    } catch (error) {
      const seconds = secondsToWait(error);
      if (seconds === null) throw error;
      this.#unanswered += 1;
      const doubled = Math.min(AGAIN_MS * 2 ** (this.#unanswered - 1), LONGEST_AGAIN_MS);
      log.warn({ err: error, unanswered: this.#unanswered }, 'Telegram did not answer a poll');
      await pause(Math.max(seconds * 1_000, doubled * (0.5 + Math.random() / 2)), signal);
      return [];
    }
  }
}

/** Seconds Telegram asks to wait before the next poll, 0 where it names none; null: asking again does not help. */
function secondsToWait(error: unknown): number | null {
  if (error instanceof TelegramUnreachable) return 0;
  if (!(error instanceof TelegramRefusal)) return null;
  return error.code === 429 || error.code >= 500 ? (error.retryAfter ?? 0) : null;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
