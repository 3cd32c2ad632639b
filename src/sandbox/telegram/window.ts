import type { Update, User } from 'grammy/types';
import type { ChatRoom } from './chats.ts';
import { type Content, textContent } from './content.ts';
import type { SandboxEvent } from './events.ts';
import { type ChatButton, type ChatMessage, viewOf } from './message.ts';
import type { World } from './world.ts';

const DEFAULT_WAIT_MS = 30_000;

export interface WaitOptions {
  /**
   * From where on the bot's messages and edits count: after this snapshot, or `start` for the chat as it is now, from
   * its end, and whatever comes. Without it everything that was said since the person's last action, edited away or not.
   */
  readonly after?: ChatMessage | 'start';
  /** Default 10,000. */
  readonly timeoutMs?: number;
  /** Ends the waiting before that. */
  readonly signal?: AbortSignal;
}

/** When waiting ends without what was waited for. */
interface LongestWait {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A chat as seen by those who look at it: its state, and waiting for it to become something. */
export class ChatWindow {
  protected readonly world: World;
  protected readonly room: ChatRoom;
  /** The chat's version when a person here last did something. */
  #mark = 0;

  constructor(world: World, room: ChatRoom) {
    this.world = world;
    this.room = room;
  }

  get chatId(): number {
    return this.room.chat.id;
  }

  /** What is in the chat now, oldest first. */
  get messages(): readonly ChatMessage[] {
    return this.world.chats.view(this.room);
  }

  /** Everything that was said here, oldest first: what was edited or deleted since stands there as it was. */
  get said(): readonly ChatMessage[] {
    return this.world.chats.said(this.room);
  }

  /**
   * The first of the bot's messages that fits, as soon as it is there. Nothing is polled: every event is looked at.
   * @throws Error with the transcript when the time is over; the signal's reason
   */
  async waitFor(
    wanted: RegExp | ((message: ChatMessage) => boolean),
    { after, timeoutMs, signal }: WaitOptions = {},
  ): Promise<ChatMessage> {
    signal?.throwIfAborted();
    const what = typeof wanted === 'function' ? 'a message that fits' : `a message like ${wanted}`;
    const matches = typeof wanted === 'function' ? wanted : ({ text }: ChatMessage) => wanted.test(text);
    const since = after === 'start' ? 0 : (after?.version ?? this.#mark);
    const fits = (message: ChatMessage) =>
      message.from === 'bot' && message.version > since && matches(message);
    const there = after === 'start' ? this.messages.findLast(fits) : this.said.find(fits);
    if (there) return there;
    return await this.#wait(what, { timeoutMs, signal }, (event) => {
      if (event.type !== 'message' || event.chatId !== this.chatId) return undefined;
      // A keyboard that goes makes no old question a new one.
      const isSaid = this.room.said.at(-1)?.version === event.message.version;
      return isSaid && fits(event.message) ? event.message : undefined;
    });
  }

  /**
   * Waits until something is true of the chat, of the answers to buttons or of the bot's calls.
   * @throws Error with the transcript when the time is over
   */
  async until(condition: () => boolean, timeoutMs?: number): Promise<void> {
    if (condition()) return;
    await this.#wait('a condition', { timeoutMs }, () => condition() || undefined);
  }

  /** The chat as text, for people who read a failed test. */
  transcript(): string {
    return this.messages.map(transcriptOf).join('\n');
  }

  /** Puts a person's message into the chat and tells the bot. */
  protected deliver(from: User, what: Content, toBot = true): ChatMessage {
    const message = this.world.chats.post(this.room, from, what);
    this.room.open = true;
    this.#mark = this.room.version;
    if (toBot) this.world.updates.push('message', { message: message as NonNullable<Update['message']> });
    return this.#view(message.message_id);
  }

  /** Changes a person's own message and tells the bot. @throws Error when the message is not theirs */
  protected change(from: User, messageId: number, text: string): ChatMessage {
    const stored = this.room.messages.get(messageId);
    if (!stored || stored.message.from?.id !== from.id)
      throw new Error(`no own message ${messageId} to edit`);
    const edited = this.world.chats.rewrite(this.room, stored, textContent({ text }));
    this.#mark = this.room.version;
    this.world.updates.push('edited_message', {
      edited_message: edited as NonNullable<Update['edited_message']>,
    });
    return this.#view(messageId);
  }

  /**
   * Presses an inline button of the most recent message that has it.
   * @throws Error with the transcript when there is no such button, or it is a link
   */
  protected pressAs(from: User, button: string | RegExp, messageId?: number): void {
    const fits = ({ text, data }: ChatButton) =>
      typeof button === 'string'
        ? text === button || data === button
        : button.test(text) || (data !== null && button.test(data));
    const holder = this.messages.findLast(
      (message) => (messageId === undefined || message.id === messageId) && message.buttons.flat().some(fits),
    );
    const pressed = holder?.buttons.flat().find(fits);
    if (!holder || !pressed) throw new Error(`no button ${button} in the chat:\n${this.transcript()}`);
    if (pressed.data === null) throw new Error(`button ${button} is a link to ${pressed.url}`);
    const message = this.room.messages.get(holder.id)?.message;
    this.#mark = this.room.version;
    this.world.updates.push('callback_query', {
      callback_query: {
        id: this.world.queries.open(from.id),
        from,
        ...(message && { message }),
        chat_instance: String(this.chatId),
        data: pressed.data,
      },
    });
  }

  #view(messageId: number): ChatMessage {
    const stored = this.room.messages.get(messageId);
    if (!stored) throw new Error(`message ${messageId} is gone`);
    return viewOf(stored, this.world.files);
  }

  /** What `find` finds in an event, sooner or later. What it throws ends the waiting, not the bot's call. */
  #wait<T>(
    what: string,
    { timeoutMs = DEFAULT_WAIT_MS, signal }: LongestWait,
    find: (event: SandboxEvent) => T | undefined,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', leave);
        stop();
        settle();
      };
      const leave = () => end(() => reject(signal?.reason));
      const stop = this.world.events.listen((event) => {
        try {
          const found = find(event);
          if (found !== undefined) end(() => resolve(found));
        } catch (error) {
          end(() => reject(error));
        }
      });
      const timer = setTimeout(() => {
        const failure = new Error(`waited ${timeoutMs} ms for ${what}; the chat:\n${this.transcript()}`);
        end(() => reject(failure));
      }, timeoutMs);
      signal?.addEventListener('abort', leave);
    });
  }
}

function transcriptOf({ id, author, kind, text, buttons, edited }: ChatMessage): string {
  const what = kind === 'text' ? '' : `[${kind}] `;
  const keys = buttons.flat().map((button) => ` [${button.text}]`);
  return `#${id} ${author}${edited ? ' (edited)' : ''}: ${what}${text}${keys.join('')}`;
}
