import { languageOf } from '../../../../locales/language.ts';
import { htmlTextsFor } from '../../../flows/engine/html.ts';
import type { TelegramClient } from '../../telegram/client.ts';

/** How often it is looked who has written, ms. */
const LOOK_MS = 1_000;
const ASKS_ID = /^\/id(?:@\w+)?$/;

export interface IdTeller {
  /** Whether nobody else takes this bot's updates, so that /id is answered here. */
  readonly isAlone: boolean;
  stop(): Promise<void>;
}

/**
 * Answers /id while there is no bot yet that would. No update is confirmed to Telegram: the bot gets all of them at its first
 * start. Where a webhook is set, or another process polls, that one answers.
 */
export async function startIdTeller(client: Pick<TelegramClient, 'tryCall'>): Promise<IdTeller> {
  const told = new Set<number>();
  const stopping = new AbortController();

  /** @returns false: another process takes the updates */
  async function look(): Promise<boolean> {
    const updates = await client.tryCall('getUpdates', { timeout: 0 });
    if (!updates.ok) return updates.failure.kind !== 'refused';
    for (const { update_id: id, message } of updates.value) {
      if (told.has(id) || !message?.from || message.chat.type !== 'private') continue;
      if (!ASKS_ID.test(message.text ?? '')) continue;
      told.add(id);
      const t = htmlTextsFor(languageOf(message.from.language_code));
      const text = t('bot:command.id', { id: message.from.id });
      await client.tryCall('sendMessage', { chat_id: message.chat.id, parse_mode: 'HTML', text });
    }
    return true;
  }

  const webhook = await client.tryCall('getWebhookInfo', {});
  const isAlone = webhook.ok && !webhook.value.url && (await look());
  const looking = (async () => {
    if (!isAlone) return;
    while (!stopping.signal.aborted) {
      await pause(LOOK_MS, stopping.signal);
      if (!stopping.signal.aborted && !(await look())) return;
    }
  })();
  return {
    isAlone,
    async stop() {
      stopping.abort();
      await looking;
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
