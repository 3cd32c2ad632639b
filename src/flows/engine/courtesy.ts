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
}

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

    clear(chatId, messageId) {
      if (messageId === undefined) return;
      beside(
        { courtesy: 'clear', chat: chatId },
        callApi('editMessageReplyMarkup', { chat_id: chatId, message_id: messageId }),
      );
    },

    rewrite(chatId, messageId, text) {
      const message = { chat_id: chatId, message_id: messageId, text, parse_mode: 'HTML' as const };
      beside({ courtesy: 'rewrite', chat: chatId }, callApi('editMessageText', message));
    },
  };
}
