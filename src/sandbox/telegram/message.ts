import type { InlineKeyboardButton, Message, MessageEntity } from 'grammy/types';
import type { Files } from './files.ts';

/** A message as a person sees it now, after edits. A snapshot: an edit makes a new one. */
export interface ChatMessage {
  readonly id: number;
  /** Grows in its chat with every message and edit; a later snapshot has a larger one. */
  readonly version: number;
  readonly from: 'bot' | 'user';
  readonly authorId: number;
  readonly author: string;
  /** Unix time, seconds. */
  readonly date: number;
  readonly edited: boolean;
  readonly kind: MessageKind;
  /** Text or caption, without markup. */
  readonly text: string;
  readonly entities: readonly MessageEntity[];
  readonly file: ChatFile | null;
  /** Common to the pictures of one album. */
  readonly albumId: string | null;
  readonly replyTo: number | null;
  /** The bot's reaction, an emoji. */
  readonly reaction: string | null;
  /** Inline keyboard, row by row. */
  readonly buttons: readonly (readonly ChatButton[])[];
}

export interface ChatButton {
  readonly text: string;
  readonly data: string | null;
  readonly url: string | null;
  /** What it puts into the clipboard. */
  readonly copies: string | null;
  readonly style: 'danger' | 'success' | 'primary' | null;
}

/** A photo's largest size, or a document. */
interface ChatFile {
  readonly id: string;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
  /** Pixels, for photos. */
  readonly width: number | null;
  readonly height: number | null;
}

const OTHER_KINDS = ['sticker', 'voice', 'video', 'location', 'contact', 'dice'] as const;
/** What a technician may send although nobody asked for it. */
export type OtherKind = (typeof OTHER_KINDS)[number];

/** Whether a word names one of them. */
export function isOtherKind(word: string): word is OtherKind {
  return OTHER_KINDS.some((kind) => kind === word);
}

type MessageKind = 'text' | 'photo' | 'document' | OtherKind;

/** A message with what Telegram does not put into it. */
export interface StoredMessage {
  readonly message: Message;
  readonly version: number;
  readonly reaction: string | null;
}

/** Draws the snapshot of a stored message. */
export function viewOf({ message, version, reaction }: StoredMessage, files: Files): ChatMessage {
  const author = message.from;
  return {
    id: message.message_id,
    version,
    from: author?.is_bot ? 'bot' : 'user',
    authorId: author?.id ?? 0,
    author: author?.first_name ?? '',
    date: message.date,
    edited: message.edit_date !== undefined,
    kind: kindOf(message),
    text: message.text ?? message.caption ?? '',
    entities: message.entities ?? message.caption_entities ?? [],
    file: fileOf(message, files),
    albumId: message.media_group_id ?? null,
    replyTo: message.reply_to_message?.message_id ?? null,
    reaction,
    buttons: (message.reply_markup?.inline_keyboard ?? []).map((row) => row.map(buttonOf)),
  };
}

function kindOf(message: Message): MessageKind {
  if (message.photo) return 'photo';
  if (message.document) return 'document';
  return OTHER_KINDS.find((kind) => message[kind] !== undefined) ?? 'text';
}

function fileOf(message: Message, files: Files): ChatFile | null {
  const photo = message.photo?.at(-1);
  const stored = files.get((photo ?? message.document)?.file_id ?? '');
  if (!stored) return null;
  return {
    id: stored.id,
    name: stored.name,
    mime: stored.mime,
    size: stored.bytes.length,
    width: photo?.width ?? null,
    height: photo?.height ?? null,
  };
}

function buttonOf(button: InlineKeyboardButton): ChatButton {
  return {
    text: button.text,
    data: 'callback_data' in button ? button.callback_data : null,
    url: 'url' in button ? button.url : null,
    copies: 'copy_text' in button ? button.copy_text.text : null,
    style: button.style ?? null,
  };
}
