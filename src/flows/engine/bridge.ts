/**
 * The seam between grammY's Context, which flows see, and the one Bot API client of the house. grammY builds a
 * request, the conversations engine records it by method, and `callApi` makes it. Errors are mapped here: the engine
 * hangs on replay if a call throws anything but grammY's HttpError, so a refusal travels as an answer and a failure
 * that passes (the network, an outage of Telegram, too many calls) as a rejected fetch, which grammY wraps.
 */
import type { ApiBaseData } from '@grammyjs/conversations';
import { HttpError } from 'grammy';
import type { Result } from '../../kernel/result.ts';

/** Why a call to Telegram failed. */
export type CallFailure =
  | { kind: 'refused'; code: number; description: string }
  | { kind: 'unreachable'; description: string };

/** Whether the same call may succeed a little later: the network, an outage of Telegram, too many calls. */
export function isPassing(failure: CallFailure): boolean {
  return failure.kind === 'unreachable' || failure.code === 429 || failure.code >= 500;
}

/** Makes one Bot API call. Never throws. */
export type CallApi = (
  method: string,
  payload: Record<string, unknown>,
) => Promise<Result<unknown, CallFailure>>;

/**
 * Takes a message with a secret out of a chat. False: Telegram does not let the bot.
 * @throws HttpError when Telegram cannot be reached: the update has to be handed in again, so that the message is met once
 *   more and nothing is left standing for want of a connection
 */
export async function takeOut(callApi: CallApi, chatId: number, messageId: number): Promise<boolean> {
  const gone = await callApi('deleteMessage', { chat_id: chatId, message_id: messageId });
  if (gone.ok) return true;
  if (isPassing(gone.failure)) throw new HttpError('deleteMessage', gone.failure);
  return /not found/.test(gone.failure.description);
}

/** Reference to stored bytes in a payload; the Bot API client replaces it when it sends, so replays stay small. */
export interface BlobReference {
  blob: string;
  /** Name of the file, where it is sent as one. */
  filename?: string;
}

/** Options that make grammY's Api call through `callApi`. The token is the client's business: none is given here. */
export function bridgeTo(callApi: CallApi): ApiBaseData {
  const fetch = async (method: string, request: { body: string }) => {
    const answer = await callApi(method, JSON.parse(request.body) as Record<string, unknown>);
    if (answer.ok) return { json: async () => ({ ok: true, result: answer.value }) };
    const { failure } = answer;
    if (failure.kind === 'unreachable' || isPassing(failure)) throw new Error(failure.description);
    return { json: async () => ({ ok: false, error_code: failure.code, description: failure.description }) };
  };
  return {
    token: '-',
    options: {
      buildUrl: (_root, _token, method) => method,
      // grammY types fetch after the platform's; it only awaits `json()` of what comes back.
      fetch: fetch as unknown as typeof globalThis.fetch,
    },
  };
}
