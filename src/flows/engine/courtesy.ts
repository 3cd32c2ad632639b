import type { Log } from '../../kernel/log.ts';
import type { Result } from '../../kernel/result.ts';
import type { CallApi, CallFailure } from './bot-api.ts';

/**
 * Calls that make a chat pleasant and carry nothing: a press is acknowledged, a keyboard goes, the pressed label is
 * written under its question. They are made beside the work, which waits for none of them, however long Telegram takes.
 */
export interface Courtesies {
  /**
   * Lets the phone stop waiting for a press.
   * @param word is shown over the chat; where it could not be, it is said as a message
   */
  acknowledge(queryId: string, word?: { chatId: number; text: string }): void;
  /** Takes the keyboard of a message; one that stays answers that it is an old one. */
  clear(chatId: number, messageId: number | undefined): void;
  /** Writes another text, and no keyboard, into a message. */
  rewrite(chatId: number, messageId: number, text: string): void;
  /** Deletes a message; one that Telegram does not let go gets this text (null: its own) and no keyboard. */
  retire(chatId: number, messageId: number, text: string | null): void;
  /**
   * Shows that something is being done, until it is over: under the bot's name, and as a reaction to the message it is about,
   * if any. At once, but for what is being sent: that is mostly there sooner than the word for it.
   * @returns what ends it
   */
  doing(chatId: number, action: Doing, messageId?: number): () => void;
}

/** What a phone shows under the bot's name. */
export type Doing = 'typing' | 'upload_photo' | 'upload_document';

/** A phone shows an action for five seconds (Bot API, sendChatAction). */
const ACTION_MS = 4_000;
/** So long after it was begun, what is being sent is not there yet, ms. */
const SENDING_MS = 300;
/** "I am looking at it": one of the emoji a bot may react with. */
const LOOKING = '👀';

export function createCourtesies(callApi: CallApi, log: Log): Courtesies {
  /** Nobody waits for it; `missed` is done when it came to nothing. */
  function beside(
    about: object,
    made: Promise<Result<unknown, CallFailure>>,
    missed: () => Promise<unknown> = async () => undefined,
  ): void {
    made
      .then(async (done) => {
        if (done.ok) return;
        log.info({ ...about, failure: done.failure.description }, 'a courtesy came to nothing');
        await missed();
      })
      .catch((error: unknown) => log.error({ ...about, err: error }, 'a courtesy broke'));
  }

  function clear(chatId: number, messageId: number | undefined): void {
    if (messageId === undefined) return;
    beside(
      { courtesy: 'clear', chat: chatId },
      callApi('editMessageReplyMarkup', { chat_id: chatId, message_id: messageId }),
    );
  }

  function rewrite(chatId: number, messageId: number, text: string): void {
    const message = { chat_id: chatId, message_id: messageId, text, parse_mode: 'HTML' as const };
    beside({ courtesy: 'rewrite', chat: chatId }, callApi('editMessageText', message));
  }

  return {
    acknowledge(queryId, word) {
      const text = word ? { text: word.text } : {};
      beside(
        { courtesy: 'acknowledge' },
        callApi('answerCallbackQuery', { callback_query_id: queryId, ...text }),
        async () => {
          const said = word && (await callApi('sendMessage', { chat_id: word.chatId, text: word.text }));
          if (said && !said.ok)
            log.warn({ chat: word.chatId, failure: said.failure.description }, 'a press was not answered');
        },
      );
    },

    clear,
    rewrite,

    retire(chatId, messageId, text) {
      beside(
        { courtesy: 'retire', chat: chatId },
        callApi('deleteMessage', { chat_id: chatId, message_id: messageId }),
        async () => (text === null ? clear(chatId, messageId) : rewrite(chatId, messageId, text)),
      );
    },

    doing(chatId, action, messageId) {
      const show = () =>
        beside({ courtesy: action, chat: chatId }, callApi('sendChatAction', { chat_id: chatId, action }));
      const react = (...emoji: (typeof LOOKING)[]) => {
        if (messageId === undefined) return;
        const reaction = emoji.map((one) => ({ type: 'emoji' as const, emoji: one }));
        beside(
          { courtesy: 'react', chat: chatId },
          callApi('setMessageReaction', { chat_id: chatId, message_id: messageId, reaction }),
        );
      };
      react(LOOKING);
      const first = action === 'typing' ? show() : setTimeout(show, SENDING_MS).unref();
      const again = setInterval(show, ACTION_MS).unref();
      return () => {
        if (first) clearTimeout(first);
        clearInterval(again);
        react();
      };
    },
  };
}
