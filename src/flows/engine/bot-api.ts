/**
 * The Bot API as the house calls it: every method with its own parameters and its own answer, as grammY's types tell
 * them. What makes the calls is the one client of the house (bot/telegram/client.ts).
 */
import type { ApiMethods, InputFile, Opts } from 'grammy/types';
import { fail, type Result } from '../../kernel/result.ts';

/** A method of the Bot API. */
export type Method = keyof ApiMethods;

/** Reference to stored bytes in a payload; the client replaces it when it sends, so recorded calls stay small. */
export interface BlobReference {
  readonly blob: string;
  /** Name of the file, where it is sent as one. */
  readonly filename?: string;
}

/** `T` with `File` wherever the Bot API takes a file. */
type WithFiles<T, File> = T extends InputFile
  ? File
  : T extends readonly (infer Item)[]
    ? readonly WithFiles<Item, File>[]
    : T extends object
      ? { [K in keyof T]: WithFiles<T[K], File> }
      : T;

/** Parameters of a method. */
export type Payload<M extends Method, File = BlobReference> = {
  [K in keyof Opts<M>]: WithFiles<Opts<M>[K], File>;
};

/** What a method answers. */
export type Answer<M extends Method> = ReturnType<ApiMethods[M]>;

/** Why a call to Telegram failed. */
export type CallFailure =
  | { readonly kind: 'refused'; readonly code: number; readonly description: string }
  | { readonly kind: 'unreachable'; readonly description: string };

/** Makes one Bot API call. Never throws. */
export type CallApi = <M extends Method>(
  method: M,
  payload: Payload<M>,
) => Promise<Result<Answer<M>, CallFailure>>;

/** Whether the same call may succeed a little later: the network, an outage of Telegram, too many calls. */
export function isPassing(failure: CallFailure): boolean {
  return failure.kind === 'unreachable' || failure.code === 429 || failure.code >= 500;
}

/** Telegram could not be reached in the middle of a turn: it ends, and what it was for is handed in again. */
export class TelegramUnavailable extends Error {
  constructor(description: string) {
    super(description);
    this.name = 'TelegramUnavailable';
  }
}

/** Telegram's last word on a call. */
export type Refusal = Extract<CallFailure, { kind: 'refused' }>;

/**
 * What a call within a turn came to for good.
 * @throws TelegramUnavailable when the same call may succeed a little later
 */
export function lastWord<T>(made: Result<T, CallFailure>): Result<T, Refusal> {
  if (made.ok) return made;
  const { failure } = made;
  if (failure.kind === 'unreachable' || isPassing(failure))
    throw new TelegramUnavailable(failure.description);
  return fail(failure);
}

/** A failure as plain words, without what the client keeps beside them: it may be written down. */
export function plainly(failure: CallFailure): CallFailure {
  const { kind, description } = failure;
  return kind === 'refused' ? { kind, code: failure.code, description } : { kind, description };
}

/** Whether a message is not changed or deleted because it is there no more. */
export function isGone({ description }: Refusal): boolean {
  return /not found/.test(description);
}

/**
 * Takes a message with a secret out of a chat. False: Telegram does not let the bot.
 * @throws TelegramUnavailable: the update has to be handed in again, so that the message is met once more and nothing is
 *   left standing for want of a connection
 */
export async function takeOut(callApi: CallApi, chatId: number, messageId: number): Promise<boolean> {
  const removed = lastWord(await callApi('deleteMessage', { chat_id: chatId, message_id: messageId }));
  return removed.ok || isGone(removed.failure);
}
