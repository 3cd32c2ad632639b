import type { Update, WebhookInfo } from 'grammy/types';
import { request } from 'undici';
import type { UpdateQueue } from './updates.ts';

export interface WebhookSettings {
  readonly url: string;
  readonly secret: string | undefined;
  /** Updates on their way at the same time, 1 to 100. */
  readonly maxConnections: number;
}

/** A method call that a webhook wrote into its answer. */
export type ReplyCall = (contentType: string, body: Uint8Array) => Promise<void>;

const DELIVERY_TIMEOUT_MS = 60_000;
const LONGEST_RETRY_MS = 60_000;

/**
 * Delivers updates by POST. Updates of one chat go one after another; one that is not answered with 2xx is sent again
 * with a doubling delay and holds up its chat, nobody else's.
 */
export class Webhook {
  readonly #queue: UpdateQueue;
  readonly #replyCall: ReplyCall;
  readonly #firstRetryMs: number;
  #settings: WebhookSettings | undefined;
  #stop = new AbortController();
  #busy = new Set<number>();
  #lastError: { date: number; message: string } | undefined;

  constructor(queue: UpdateQueue, firstRetryMs: number, replyCall: ReplyCall) {
    this.#queue = queue;
    this.#firstRetryMs = firstRetryMs;
    this.#replyCall = replyCall;
    queue.onPush(() => this.#pump());
  }

  get active(): boolean {
    return this.#settings !== undefined;
  }

  /** Starts delivering, or stops when there are no settings. What is on its way is given up and stays pending. */
  set(settings: WebhookSettings | undefined): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#busy = new Set();
    this.#lastError = undefined;
    this.#settings = settings;
    this.#pump();
  }

  info(): WebhookInfo {
    return {
      url: this.#settings?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: this.#queue.pending.length,
      ...(this.#settings && { max_connections: this.#settings.maxConnections }),
      ...(this.#queue.allowed.length > 0 && { allowed_updates: [...this.#queue.allowed] as [] }),
      ...(this.#lastError && {
        last_error_date: this.#lastError.date,
        last_error_message: this.#lastError.message,
      }),
    };
  }

  /** Puts every update on its way whose chat is free. */
  #pump(): void {
    const settings = this.#settings;
    if (!settings) return;
    for (const update of this.#queue.pending) {
      if (this.#busy.size >= settings.maxConnections) return;
      const lane = laneOf(update);
      if (this.#busy.has(lane)) continue;
      this.#busy.add(lane);
      void this.#deliver(settings, update, lane, this.#busy, this.#stop.signal);
    }
  }

  async #deliver(
    settings: WebhookSettings,
    update: Update,
    lane: number,
    busy: Set<number>,
    signal: AbortSignal,
  ): Promise<void> {
    for (let retryMs = this.#firstRetryMs; ; retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
      const failure = await this.#post(settings, update, signal);
      if (signal.aborted) return;
      if (!failure) break;
      this.#lastError = { date: Math.floor(Date.now() / 1000), message: failure };
      if (!(await pause(retryMs, signal))) return;
    }
    this.#queue.remove(update.update_id);
    busy.delete(lane);
    this.#pump();
  }

  /** @returns why it failed, in Telegram's words, or null */
  async #post(settings: WebhookSettings, update: Update, signal: AbortSignal): Promise<string | null> {
    try {
      const answer = await request(settings.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(settings.secret !== undefined && { 'x-telegram-bot-api-secret-token': settings.secret }),
        },
        body: JSON.stringify(update),
        signal: AbortSignal.any([signal, AbortSignal.timeout(DELIVERY_TIMEOUT_MS)]),
      });
      const body = new Uint8Array(await answer.body.arrayBuffer());
      if (answer.statusCode < 200 || answer.statusCode > 299) {
        return `Wrong response from the webhook: ${answer.statusCode}`;
      }
      if (body.length > 0) await this.#replyCall(String(answer.headers['content-type'] ?? ''), body);
      return null;
    } catch (error) {
      const timedOut = error instanceof Error && error.name === 'TimeoutError';
      return timedOut ? 'Read timeout expired' : 'Connection refused or closed';
    }
  }
}

/** Updates of one chat share a lane. */
function laneOf(update: Update): number {
  const message = update.message ?? update.edited_message ?? update.callback_query?.message;
  return message?.chat.id ?? 0;
}

/** @returns false when stopped before the time was over */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve(true);
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
