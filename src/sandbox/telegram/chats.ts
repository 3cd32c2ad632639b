import { isDeepStrictEqual } from 'node:util';
import type { Chat, Message, User } from 'grammy/types';
import { type Content, content } from './content.ts';
import type { EventBus } from './events.ts';
import type { Files } from './files.ts';
import { type ChatMessage, type StoredMessage, viewOf } from './message.ts';
import { badRequest, Refusal } from './refusal.ts';

/** Messages kept per chat; older ones are forgotten. */
const MAX_MESSAGES = 2_000;

/** One chat and what it holds now. */
export class ChatRoom {
  readonly chat: Chat;
  /** A bot may write only after the person wrote first. */
  open: boolean;
  pinned: number | null = null;
  readonly messages = new Map<number, StoredMessage>();
  /** Whatever was said here, oldest first: messages, and edits that say or offer something else. */
  readonly said: StoredMessage[] = [];
  #lastId = 0;
  #version = 0;

  constructor(chat: Chat, open: boolean) {
    this.chat = chat;
    this.open = open;
  }

  /** Grows with every message, edit and reaction. */
  get version(): number {
    return this.#version;
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  put(message: Message, reaction: string | null): StoredMessage {
    this.#version += 1;
    const stored = { message, version: this.#version, reaction };
    if (saysMore(message, this.messages.get(message.message_id)?.message)) this.said.push(stored);
    if (this.said.length > MAX_MESSAGES) this.said.shift();
    this.messages.set(message.message_id, stored);
    for (const id of this.messages.keys()) {
      if (this.messages.size <= MAX_MESSAGES) break;
      this.messages.delete(id);
    }
    return stored;
  }
}

/** Every chat of the bot. The only place where messages are made, changed and taken away. */
export class Chats {
  readonly #rooms = new Map<number, ChatRoom>();
  readonly #files: Files;
  readonly #events: EventBus;

  constructor(files: Files, events: EventBus) {
    this.#files = files;
    this.#events = events;
  }

  add(chat: Chat, open: boolean): ChatRoom {
    const room = new ChatRoom(chat, open);
    this.#rooms.set(chat.id, room);
    return room;
  }

  /** @throws Refusal `chat not found` */
  find(chatId: string | number): ChatRoom {
    const room = this.#rooms.get(Number(chatId));
    if (!room) throw badRequest('chat not found');
    return room;
  }

  /** The chat a bot wants to write to. @throws Refusal also when the person has not started the bot */
  findOpen(chatId: string | number): ChatRoom {
    const room = this.find(chatId);
    if (!room.open) throw new Refusal(403, "Forbidden: bot can't initiate conversation with a user");
    return room;
  }

  post(room: ChatRoom, from: User, what: Content): Message {
    const message = { message_id: room.nextId(), from, chat: room.chat, date: now(), ...what } as Message;
    this.#put(room, message, null);
    return message;
  }

  /** Replaces what a message says; author, album and reaction stay. */
  rewrite(room: ChatRoom, stored: StoredMessage, what: Content): Message {
    const { message_id, from, chat, date, reply_to_message, media_group_id } = stored.message;
    const kept = content({ reply_to_message, media_group_id });
    const message = { message_id, from, chat, date, edit_date: now(), ...kept, ...what } as Message;
    this.#put(room, message, stored.reaction);
    return message;
  }

  react(room: ChatRoom, stored: StoredMessage, reaction: string | null): void {
    this.#put(room, stored.message, reaction);
  }

  /** Takes messages away; ids that are not there are passed over. */
  remove(room: ChatRoom, messageIds: readonly number[]): void {
    const removed = messageIds.filter((id) => room.messages.delete(id));
    if (removed.length > 0) this.#events.emit({ type: 'deleted', chatId: room.chat.id, messageIds: removed });
  }

  /** What a person sees now, oldest first. */
  view(room: ChatRoom): ChatMessage[] {
    return [...room.messages.values()]
      .toSorted((a, b) => a.message.message_id - b.message.message_id)
      .map((stored) => viewOf(stored, this.#files));
  }

  /** Whatever was said in a chat, oldest first; edits beside what they replaced, and what was deleted. */
  said(room: ChatRoom): ChatMessage[] {
    return room.said.map((stored) => viewOf(stored, this.#files));
  }

  #put(room: ChatRoom, message: Message, reaction: string | null): void {
    const stored = room.put(message, reaction);
    this.#events.emit({ type: 'message', chatId: room.chat.id, message: viewOf(stored, this.#files) });
  }
}

/** Whether a message says or offers something that it did not before; a keyboard that goes, and a reaction, say nothing. */
function saysMore(message: Message, before: Message | undefined): boolean {
  if (before === undefined) return true;
  const wordsOf = ({ text, caption, photo, document }: Message) => [text, caption, photo, document];
  if (!isDeepStrictEqual(wordsOf(message), wordsOf(before))) return true;
  const { reply_markup: keyboard } = message;
  return keyboard !== undefined && !isDeepStrictEqual(keyboard, before.reply_markup);
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
