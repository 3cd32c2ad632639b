/** What the engine does about passwords somebody has typed into the chat (docs/decisions/0027). */
import type { CallbackQuery, Update } from 'grammy/types';
import { textsFor } from '../../kernel/all-texts.ts';
import { lastWord, takeOut } from './bot-api.ts';
import { callbackData, type Heard } from './heard.ts';
import type { Turn } from './state.ts';
import { type EngineTools, tell } from './turn.ts';

/** How long a text that is sent again because it was no password is waited for, ms. */
const SENT_AGAIN_MS = 10 * 60_000;
/** Ends the data of the button that says so. */
const SEND_AGAIN = 'send-again';

export interface PasswordWatch {
  /** Takes a message with a password out of the chat and says so. `help`: what is said besides, if anything; HTML. */
  remove(turn: Turn, messageId: number, help: string | null): Promise<void>;
  /** Whether this is the button under "it looked like a password"; it is good in its own chat alone. */
  isNoPassword(turn: Turn, query: CallbackQuery): boolean;
  /** It was no password: the next text is taken as it is. Nothing of the deleted one was kept to go back to. */
  expectAgain(turn: Turn, query: CallbackQuery): Promise<void>;
  /** Whether a message is taken as it is, because its sender said so before he sent it again. */
  isTakenAsItIs(turn: Turn, update: Update): boolean;
}

export function createPasswordWatch(tools: EngineTools): PasswordWatch {
  const { house, callApi, courtesies, clock, tagFor } = tools;
  const buttonOf = (chatId: number) =>
    callbackData(tagFor(JSON.stringify([chatId, 'no password'])), SEND_AGAIN);

  return {
    async remove({ chatId }, messageId, help) {
      const isGone = await takeOut(callApi, chatId, messageId);
      const t = textsFor(await house.language(chatId));
      const text = [t(`bot:password.${isGone ? 'deleted' : 'stays'}`), ...(help === null ? [] : [help])];
      const button = { text: t('bot:password.button.none'), callback_data: buttonOf(chatId) };
      lastWord(
        await callApi('sendMessage', {
          chat_id: chatId,
          text: text.join('\n\n'),
          parse_mode: 'HTML',
          reply_markup: { inline_keyboard: [[button]] },
        }),
      );
    },

    // Most presses are of other buttons: no tag is made for those.
    isNoPassword: ({ chatId }, query) =>
      query.data?.endsWith(`:${SEND_AGAIN}`) === true && query.data === buttonOf(chatId),

    async expectAgain(turn, query) {
      turn.chat.asItIsUntil = clock() + SENT_AGAIN_MS;
      courtesies.acknowledge(query.id);
      courtesies.clear(turn.chatId, query.message?.message_id);
      await tell(tools, turn.chatId, 'bot:password.sendAgain');
    },

    isTakenAsItIs({ chat }, { message }) {
      if (message?.text === undefined || chat.asItIsUntil === undefined) return false;
      const isInTime = clock() < chat.asItIsUntil;
      delete chat.asItIsUntil;
      return isInTime;
    },
  };
}

/** Whether what is left of a message without its password is worth an answer of its own. */
export function saysMore(heard: Heard): boolean {
  return heard.kind === 'message'
    ? heard.found.kind !== 'unknown'
    : heard.kind !== 'other' && heard.kind !== 'note';
}
