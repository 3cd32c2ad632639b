import * as z from 'zod';
import {
  type BlobReference,
  type CallApi,
  type CallFailure,
  isPassing,
  lastWord,
  takeOut,
} from '../../flows/engine/bot-api.ts';
import { type CopyButton, copyKey } from '../../flows/engine/buttons.ts';
import { type Courtesies, createCourtesies } from '../../flows/engine/courtesy.ts';
import { buttonLabel } from '../../flows/engine/html.ts';
import type { Log } from '../../kernel/log.ts';
import { ok, type Result } from '../../kernel/result.ts';

/** A button outside conversations; `data` at most 64 bytes. */
export const plainButton = z.object({ text: z.string(), data: z.string() });
export type PlainButton = z.infer<typeof plainButton>;

/**
 * What became of a thing that was said: it is in the chat; it is kept, and said as soon as Telegram takes it; or Telegram
 * does not take it as it is, which the log tells.
 */
export type Told = 'told' | 'kept' | 'refused';

/** One thing of a list: what is said of it, and its buttons. */
export interface Listed {
  readonly lines: readonly string[];
  readonly row?: readonly PlainButton[];
}

/** Says a list of any length, `most` a message: the title in the first, what can be done in the last. */
export async function sayList(
  say: (text: string, rows?: readonly (readonly PlainButton[])[]) => Promise<Told>,
  { title, items, last }: { title: string; items: readonly Listed[]; last: readonly string[] },
  most: number,
): Promise<Told> {
  let told: Told = 'told';
  for (let from = 0; from === 0 || from < items.length; from += most) {
    const some = items.slice(from, from + most);
    const lines = [
      ...(from === 0 ? [title] : []),
      ...some.flatMap((item) => item.lines),
      ...(from + most < items.length ? [] : last),
    ];
    told = await say(
      lines.join('\n'),
      some.flatMap(({ row }) => (row ? [row] : [])),
    );
  }
  return told;
}

/** How a thing is said besides its words. */
export interface Manner {
  readonly rows?: readonly (readonly PlainButton[])[];
  /** The phone makes no sound. */
  readonly quiet?: boolean;
  /** Rows of buttons above those, each of which puts a text into the phone's clipboard. */
  readonly copies?: readonly (readonly CopyButton[])[];
  /** A picture above the words; where Telegram does not take it, they stand alone. */
  readonly picture?: BlobReference;
}

/** All that commands, the door, jobs and the house see of Telegram. */
export interface Telegram extends Pick<Courtesies, 'acknowledge' | 'clear'> {
  /**
   * Says a thing once, outside conversations. Who says it looks at what became of it: voice.ts keeps what was not
   * taken.
   * @returns the message's id
   */
  tell(chatId: number, text: string, manner?: Manner): Promise<Result<number, CallFailure>>;
  /**
   * Writes a message anew, with its buttons.
   * @returns false: it is not there any more, or too old for it
   */
  edit(
    chatId: number,
    messageId: number,
    text: string,
    rows: readonly (readonly PlainButton[])[],
  ): Promise<Result<boolean, CallFailure>>;
  /**
   * Sends stored bytes as a file. False: Telegram does not take it.
   * @throws TelegramUnavailable: the update has to be handed in again
   */
  sendFile(chatId: number, file: Required<BlobReference>, caption: string): Promise<boolean>;
  /**
   * Takes a message with a secret out of its chat. False: Telegram does not let the bot.
   * @throws TelegramUnavailable: the update has to be handed in again
   */
  takeOut(chatId: number, messageId: number): Promise<boolean>;
}

export function createTelegram(callApi: CallApi, log: Log): Telegram {
  const { acknowledge, clear } = createCourtesies(callApi, log);
  return {
    acknowledge,
    clear,
    takeOut: (chatId, messageId) => takeOut(callApi, chatId, messageId),
    async tell(chatId, text, { rows = [], quiet = false, copies = [], picture } = {}) {
      const keyboard = [...copies.map((row) => row.map(copyKey)), ...rows.map(keysOf)];
      const common = {
        chat_id: chatId,
        parse_mode: 'HTML',
        ...(quiet ? { disable_notification: true } : {}),
        ...(keyboard.length === 0 ? {} : { reply_markup: { inline_keyboard: keyboard } }),
      } as const;
      if (picture) {
        const shown = await callApi('sendPhoto', { ...common, photo: picture, caption: text });
        if (shown.ok) return ok(shown.value.message_id);
        if (isPassing(shown.failure)) return shown;
        log.warn({ chat: chatId, failure: shown.failure.description }, 'Telegram does not take a picture');
      }
      const sent = await callApi('sendMessage', {
        ...common,
        text,
        link_preview_options: { is_disabled: true },
      });
      return sent.ok ? ok(sent.value.message_id) : sent;
    },
    async sendFile(chatId, document, caption) {
      const sent = await callApi('sendDocument', { chat_id: chatId, document, caption, parse_mode: 'HTML' });
      return lastWord(sent).ok;
    },
    async edit(chatId, messageId, text, rows) {
      const edited = await callApi('editMessageText', {
        chat_id: chatId,
        message_id: messageId,
        text,
        parse_mode: 'HTML',
        link_preview_options: { is_disabled: true },
        reply_markup: { inline_keyboard: rows.map(keysOf) },
      });
      if (edited.ok) return ok(true);
      return isPassing(edited.failure) ? edited : ok(/not modified/.test(edited.failure.description));
    },
  };
}

const keysOf = (row: readonly PlainButton[]) =>
  row.map(({ text, data }) => ({ text: buttonLabel(text), callback_data: data }));
