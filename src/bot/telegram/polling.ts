import { setTimeout as sleep } from 'node:timers/promises';
import { Telegram } from 'telegraf';
import type * as telegraf from 'telegraf/types';
import type { TelegramClient } from './client.ts';
import type { Unconfirmed } from './unconfirmed.ts';

/**
 * Pause between two polls while something is being handled, ms. Polls with an unchanged offset within half a second
 * get one update instead of a hundred (telegram-bot-api, process_get_updates_query).
 */
const BUSY_PAUSE_MS = 700;

type CallOptions = Parameters<Telegram['callApi']>[2];

/**
 * What telegraf's polling sees as Telegram. telegraf on its own waits for every handler of an answer before it asks
 * again (one slow photo would hold up all chats), or, were handlers not awaited, would confirm updates that are still
 * being handled. Here the offset follows what was handled, and what comes a second time is left out.
 */
export class PollingTelegram extends Telegram {
  readonly #client: TelegramClient;
  readonly #unconfirmed: Unconfirmed;

  constructor(client: TelegramClient, unconfirmed: Unconfirmed) {
    super('kept-by-the-client');
    this.#client = client;
    this.#unconfirmed = unconfirmed;
  }

  override async callApi<M extends keyof telegraf.Telegram>(
    method: M,
    payload: telegraf.Opts<M>,
    options?: CallOptions,
  ): Promise<ReturnType<telegraf.Telegram[M]>> {
    if (method !== 'getUpdates') return await this.#client.callApi(method, payload, options);
    const updates = options?.signal
      ? await this.#poll(payload as telegraf.Opts<'getUpdates'>, options)
      : await this.#farewell();
    return updates as ReturnType<telegraf.Telegram[M]>;
  }

  async #poll(payload: telegraf.Opts<'getUpdates'>, options: CallOptions) {
    if (this.#unconfirmed.busy) await firstOf(this.#unconfirmed.settled(), BUSY_PAUSE_MS);
    const { offset } = this.#unconfirmed;
    const updates = await this.#client.callApi('getUpdates', { ...payload, offset }, options);
    this.#unconfirmed.confirmed(offset);
    return this.#unconfirmed.take(updates);
  }

  /** telegraf's last call when it was stopped: waits for what is being handled, then lets Telegram forget it. */
  async #farewell() {
    await this.#unconfirmed.settled();
    await this.#client.callApi('getUpdates', { offset: this.#unconfirmed.offset, limit: 1 });
    return [];
  }
}

async function firstOf(event: Promise<void>, ms: number): Promise<void> {
  const enough = new AbortController();
  const pause = sleep(ms, undefined, { signal: enough.signal }).catch(() => undefined);
  await Promise.race([event, pause]);
  enough.abort();
}
