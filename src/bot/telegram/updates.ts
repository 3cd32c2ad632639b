import type { Chat, Update, User } from 'grammy/types';

/** What an update is to this bot. `other` is everything it has no use for. */
type UpdateKind =
  | 'command'
  | 'text'
  | 'photo'
  | 'document'
  | 'button'
  /** A message someone changed afterwards: what it said first was already answered. */
  | 'edited'
  /** Someone started, stopped or blocked the bot. */
  | 'membership'
  | 'other';

export interface Classified {
  /** Null for updates outside any chat (inline queries). */
  chatId: number | null;
  /** Null for what no user sent (channel posts, anonymous administrators). */
  userId: number | null;
  kind: UpdateKind;
}

/** Kinds of updates the bot asks Telegram for. */
export const WANTED_UPDATES = ['message', 'edited_message', 'callback_query', 'my_chat_member'] as const;

/** Whether an update comes from a private chat with a person: the only place the bot speaks. Pure. */
export function isPrivate(update: Update): boolean {
  const { chat, from } = originOf(update);
  return chat?.type === 'private' && from !== undefined && !from.is_bot && from.id === chat.id;
}

/** Says whose update this is and what it is. Pure. */
export function classify(update: Update): Classified {
  const { chat, from } = originOf(update);
  return { chatId: chat?.id ?? null, userId: from?.id ?? null, kind: kindOf(update) };
}

function originOf(update: Update): { chat: Chat | undefined; from: User | undefined } {
  const message = update.message ?? update.edited_message;
  if (message) return { chat: message.chat, from: message.from };
  if (update.callback_query) {
    return { chat: update.callback_query.message?.chat, from: update.callback_query.from };
  }
  if (update.my_chat_member) return { chat: update.my_chat_member.chat, from: update.my_chat_member.from };
  const post = update.channel_post ?? update.edited_channel_post;
  return { chat: post?.chat, from: undefined };
}

function kindOf(update: Update): UpdateKind {
  const { message } = update;
  if (message) {
    if (message.photo) return 'photo';
    if (message.document) return 'document';
    const command = message.entities?.some(({ type, offset }) => type === 'bot_command' && offset === 0);
    if (message.text !== undefined) return command ? 'command' : 'text';
    return 'other';
  }
  if (update.callback_query) return 'button';
  if (update.edited_message) return 'edited';
  return update.my_chat_member ? 'membership' : 'other';
}
