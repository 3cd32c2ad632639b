import type { ChatMessage } from './message.ts';

/** A call the bot made. */
export interface ApiCall {
  readonly method: string;
  /** As received, with JSON fields of forms parsed. The token is no parameter. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly files: readonly { readonly field: string; readonly name: string; readonly size: number }[];
  /** Unix time, milliseconds. */
  readonly at: number;
}

/** The bot's answer to a pressed button. */
export interface CallbackAnswer {
  readonly text: string;
  /** Shown as a window to close, not as a passing line. */
  readonly alert: boolean;
  readonly url: string | null;
}

/** Everything that happens in the sandbox's Telegram. */
export type SandboxEvent =
  /** A message that is new or changed. */
  | { readonly type: 'message'; readonly chatId: number; readonly message: ChatMessage }
  | { readonly type: 'deleted'; readonly chatId: number; readonly messageIds: readonly number[] }
  | { readonly type: 'answer'; readonly userId: number; readonly answer: CallbackAnswer }
  /** The bot is typing, uploading a photo and so on. */
  | { readonly type: 'action'; readonly chatId: number; readonly action: string }
  /** The bot changed its command menu or descriptions. */
  | { readonly type: 'settings' }
  | { readonly type: 'call'; readonly call: ApiCall };

export type EventListener = (event: SandboxEvent) => void;

/** Hands every event to every listener, in order. */
export class EventBus {
  readonly #listeners = new Set<EventListener>();

  /** @returns what ends the listening */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: SandboxEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
