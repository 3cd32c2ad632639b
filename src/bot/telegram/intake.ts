/**
 * How updates come in: long polling by telegraf, or a webhook on the hub's listener. The promise is the same both
 * ways: Telegram forgets an update only after `handle` has resolved for it, so a process killed in the middle gets it
 * again; and no chat waits for another one's handler (docs/decisions/0002-intake.md). Updates are handed over in the
 * order in which they come; keeping a chat's order while handling is the chat queue's part.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyPluginAsync } from 'fastify';
import type { Update, UserFromGetMe } from 'grammy/types';
import { Telegraf } from 'telegraf';
import type * as telegraf from 'telegraf/types';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { TelegramClient } from './client.ts';
import { type TelegramFailure, TelegramRefusal } from './failure.ts';
import { PollingTelegram } from './polling.ts';
import { Unconfirmed } from './unconfirmed.ts';
import { WANTED_UPDATES } from './updates.ts';

/** How updates come in. */
export type UpdatesSettings =
  | { mode: 'polling' }
  | {
      mode: 'webhook';
      /** Where Telegram posts updates. */
      url: string;
      /** Path of `url`, which the hub's listener serves. */
      path: string;
      /** What Telegram sends along in every request. */
      secret: Secret<string>;
    };

/** `token-refused`: the bot token was revoked or never existed; nothing but a new one helps. */
type IntakeFailure = 'token-refused' | TelegramFailure;

export interface Intake {
  /** Begins. In webhook mode `webhook` must be listening by then, and the address is told to Telegram. */
  start(): Promise<Result<void, IntakeFailure>>;
  /** Takes no more updates, lets running handlers finish, and lets Telegram forget what was handled. */
  stop(): Promise<void>;
  /** A fastify plugin with the webhook's route, to register on the hub's server; null while polling. */
  readonly webhook: FastifyPluginAsync | null;
}

export interface IntakeOptions {
  client: TelegramClient;
  /** The bot itself, as getMe tells. */
  me: UserFromGetMe;
  settings: { updates: UpdatesSettings };
  log: Log;
  /**
   * Handles one update. After a failure the update is handed in again: nothing may have changed. A rejection is
   * logged and the update counts as handled: it would be rejected again.
   */
  handle(update: Update): Promise<Result<void, string>>;
  /** The intake has ended for good, long after `start`: Telegram refuses the token. */
  onEnd(reason: 'token-refused'): void;
  /** Longest time a handler is waited for, ms; then it counts as done, so that one stuck chat stops no other. */
  patienceMs?: number;
  /** Pause before an update is handed in again while polling, ms; doubles up to half a minute. */
  againMs?: number;
}

/** Longer than the watchdog of the conversations engine, so that normally the engine gives up first. */
const PATIENCE_MS = 120_000;
const AGAIN_MS = 1_000;
const LONGEST_AGAIN_MS = 30_000;
/** An update that failed for this long is dropped, ms: it would keep Telegram from handing out newer ones. */
const GIVE_UP_MS = 10 * 60_000;
/** Pause before polling starts anew, ms; another process may be about to end (409 Conflict). */
const RESTART_PAUSE_MS = 3_000;
/** telegraf pauses five seconds after a lost connection and cannot be woken; a stop waits this long for it, ms. */
const STOP_PATIENCE_MS = 7_000;
const MAX_UPDATE_BYTES = 1024 * 1024;
const SECRET_HEADER = 'x-telegram-bot-api-secret-token';

export function createIntake(options: IntakeOptions): Intake {
  const { updates } = options.settings;
  return updates.mode === 'polling' ? pollingIntake(options) : webhookIntake(options, updates);
}

/** Hands an update over once: true when it counts as handled, false when it has to be handed in again. */
function acceptor({ handle, log, patienceMs = PATIENCE_MS }: IntakeOptions) {
  return async (update: Update): Promise<boolean> => {
    const about = { update: update.update_id };
    const enough = new AbortController();
    const late = sleep(patienceMs, 'late' as const, { signal: enough.signal }).catch(() => 'late' as const);
    try {
      const outcome = await Promise.race([handle(update), late]);
      if (outcome === 'late') {
        log.error(about, 'a handler does not end; going on without it');
      } else if (!outcome.ok) {
        log.warn(
          { ...about, reason: outcome.failure },
          'an update could not be handled and is handed in again',
        );
        return false;
      }
    } catch (error) {
      log.error({ ...about, err: error }, 'handling an update failed');
    } finally {
      enough.abort();
    }
    return true;
  };
}

function pollingIntake(options: IntakeOptions): Intake {
  const { client, me, log, onEnd, againMs = AGAIN_MS } = options;
  const accept = acceptor(options);
  const unconfirmed = new Unconfirmed();
  const stopping = new AbortController();
  // telegraf makes a client of its own from this; it is replaced at once and never used.
  const bot = new Telegraf('kept-by-the-client', { handlerTimeout: Number.POSITIVE_INFINITY });
  bot.telegram = new PollingTelegram(client, unconfirmed);
  bot.botInfo = me as telegraf.UserFromGetMe;
  bot.catch((error) => log.error({ err: error }, 'telegraf failed to hand over an update'));
  // Not awaited on purpose: the offset waits for the handler, telegraf does not.
  bot.use(({ update }) => void take(update as Update));
  let polling: Promise<void> | undefined;

  /** Hands an update in until it is handled. One still failing when the intake stops is left to Telegram. */
  async function take(update: Update): Promise<void> {
    const id = update.update_id;
    const begun = performance.now();
    let pause = againMs;
    while (!(await accept(update))) {
      if (performance.now() - begun > GIVE_UP_MS) {
        log.error({ update: id }, 'an update was dropped: it kept failing');
        break;
      }
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return unconfirmed.leave(id);
      pause = Math.min(pause * 2, LONGEST_AGAIN_MS);
    }
    unconfirmed.done(id);
  }

  /** Polls until stopped; whatever ends telegraf's polling otherwise starts it anew. */
  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await bot.launch({ allowedUpdates: [...WANTED_UPDATES] });
      } catch (error) {
        if (tokenRefused(error)) {
          onEnd('token-refused');
          return;
        }
        log.warn({ err: error }, 'polling was interrupted and starts anew');
        const pause = RESTART_PAUSE_MS * (0.5 + Math.random());
        await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  return {
    webhook: null,
    async start() {
      polling ??= poll();
      return ok(undefined);
    },
    async stop() {
      stopping.abort();
      const ended = polling?.then(() => 'ended' as const) ?? Promise.resolve('ended' as const);
      const deadline = unconfirmed.settled().then(() => performance.now() + STOP_PATIENCE_MS);
      for (;;) {
        stopTelegraf(bot);
        if ((await Promise.race([ended, sleep(100)])) === 'ended') return;
        if (performance.now() > (await deadline)) break;
      }
      log.warn('Telegram did not answer the last poll; handled updates may come once more');
    },
  };
}

/** telegraf can be stopped only once it polls and throws before; the caller asks again. */
function stopTelegraf(bot: Telegraf): void {
  try {
    bot.stop();
  } catch {
    // It is on its way to polling.
  }
}

function webhookIntake(options: IntakeOptions, updates: UpdatesSettings & { mode: 'webhook' }): Intake {
  const { client } = options;
  const accept = acceptor(options);
  const running = new Set<Promise<boolean>>();
  let stopped = false;

  const webhook: FastifyPluginAsync = async (server) => {
    server.post(updates.path, {
      bodyLimit: MAX_UPDATE_BYTES,
      // Before the body is read: strangers cost nothing.
      onRequest: async (request, reply) => {
        if (!sameSecret(updates.secret, request.headers[SECRET_HEADER])) await reply.code(403).send();
        else if (stopped) await reply.code(503).send();
      },
      handler: async (request, reply) => {
        const update = request.body;
        if (!isUpdate(update)) return reply.code(400).send();
        const handled = accept(update);
        running.add(handled);
        const done = await handled;
        running.delete(handled);
        // Telegram sends it again after a while, and until then nothing newer of this chat.
        return reply.code(done ? 200 : 503).send();
      },
    });
  };

  return {
    webhook,
    async start() {
      const answer = await client.tryCall('setWebhook', {
        url: updates.url,
        secret_token: updates.secret.reveal(),
        allowed_updates: [...WANTED_UPDATES],
      });
      if (answer.ok) return ok(undefined);
      return fail(tokenRefused(answer.failure) ? 'token-refused' : answer.failure);
    },
    async stop() {
      // The webhook stays set: another process may serve it, and Telegram keeps what nobody takes for 24 hours.
      stopped = true;
      await Promise.all(running);
    },
  };
}

/** Telegram answers 401 to a token it does not know (any more) and 404 to what cannot be one. */
function tokenRefused(error: unknown): boolean {
  return error instanceof TelegramRefusal && (error.code === 401 || error.code === 404);
}

/** Compares in constant time, whatever the lengths. */
function sameSecret(secret: Secret<string>, given: unknown): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(secret.reveal()), digest(typeof given === 'string' ? given : ''));
}

function isUpdate(value: unknown): value is Update {
  return (
    typeof value === 'object' &&
    value !== null &&
    'update_id' in value &&
    Number.isSafeInteger(value.update_id)
  );
}
