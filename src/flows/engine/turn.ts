import { textsFor } from '../../kernel/all-texts.ts';
import type { Log } from '../../kernel/log.ts';
import type { PlainKey } from '../../kernel/texts.ts';
import type { House } from '../ports.ts';
import { type CallApi, lastWord } from './bot-api.ts';
import type { CaseCards, OutsideKey } from './card.ts';
import type { Courtesies } from './courtesy.ts';

/** What the parts of the engine work with. */
export interface EngineTools {
  readonly house: House;
  readonly callApi: CallApi;
  readonly courtesies: Courtesies;
  readonly cards: CaseCards;
  readonly log: Log;
  /** Milliseconds. */
  readonly clock: () => number;
  /** Tag of a keyboard, from what it asks: nobody can make one for another chat or step. */
  tagFor(question: string): string;
}

/** Says a sentence of the engine's own, by its key. */
export async function tell(
  tools: Pick<EngineTools, 'house' | 'callApi' | 'log'>,
  chatId: number,
  key: PlainKey,
): Promise<void> {
  await say(tools, chatId, textsFor(await tools.house.language(chatId))(key));
}

/** Says something of the engine's own, HTML; `key`: with a button below it. */
export async function say(
  { callApi, log }: Pick<EngineTools, 'callApi' | 'log'>,
  chatId: number,
  text: string,
  key?: OutsideKey,
): Promise<void> {
  const keyboard = key ? { reply_markup: { inline_keyboard: [[key]] } } : {};
  const sent = lastWord(
    await callApi('sendMessage', { chat_id: chatId, text, parse_mode: 'HTML', ...keyboard }),
  );
  if (!sent.ok) log.warn({ chat: chatId, code: sent.failure.code }, 'Telegram does not take a sentence');
}
