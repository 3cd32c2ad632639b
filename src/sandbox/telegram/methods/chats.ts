import type { ChatFullInfo } from 'grammy/types';
import * as z from 'zod';
import { MAX_DOWNLOAD_BYTES } from '../files.ts';
import { badRequest } from '../refusal.ts';
import { chatId, flag, integer, type Method, method } from './method.ts';

const MAX_ANSWER = 200;

const ACTIONS = z.enum([
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
]);

/** The emoji a bot may react with (Bot API, ReactionTypeEmoji): no other, however natural, such as the check mark. */
const REACTIONS = new Set(
  '❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡'.split(
    ' ',
  ),
);
const reaction = z.object({ type: z.literal('emoji'), emoji: z.string() });

const answerCallbackQuery = method(
  {
    callback_query_id: z.string(),
    text: z.string().default(''),
    show_alert: flag.default(false),
    url: z.string().optional(),
  },
  (world, { callback_query_id, text, show_alert, url }) => {
    if (text.length > MAX_ANSWER) throw badRequest('MESSAGE_TOO_LONG');
    const answer = { text, alert: show_alert, url: url ?? null };
    const userId = world.queries.answer(callback_query_id, answer);
    world.events.emit({ type: 'answer', userId, answer });
    return true;
  },
);

const sendChatAction = method({ chat_id: chatId, action: z.string() }, (world, { chat_id, action }) => {
  if (!ACTIONS.safeParse(action).success) throw badRequest('wrong parameter action in request');
  const { chat } = world.chats.findOpen(chat_id);
  world.events.emit({ type: 'action', chatId: chat.id, action });
  return true;
});

const getChat = method({ chat_id: chatId }, (world, { chat_id }) => {
  const room = world.chats.find(chat_id);
  const pinned = room.messages.get(room.pinned ?? 0)?.message;
  const info = { ...room.chat, accent_color_id: 0, max_reaction_count: 1, accepted_gift_types: NO_GIFTS };
  return (pinned ? { ...info, pinned_message: pinned } : info) as ChatFullInfo;
});
const NO_GIFTS = {
  unlimited_gifts: false,
  limited_gifts: false,
  unique_gifts: false,
  premium_subscription: false,
};

const pinChatMessage = method({ chat_id: chatId, message_id: integer }, (world, { chat_id, message_id }) => {
  const room = world.chats.findOpen(chat_id);
  if (!room.messages.has(message_id)) throw badRequest('message to pin not found');
  room.pinned = message_id;
  return true;
});

const unpinChatMessage = method({ chat_id: chatId }, (world, { chat_id }) => {
  world.chats.findOpen(chat_id).pinned = null;
  return true;
});

const setMessageReaction = method(
  { chat_id: chatId, message_id: integer, reaction: z.array(reaction).max(1).default([]) },
  (world, { chat_id, message_id, reaction: [chosen] }) => {
    const room = world.chats.findOpen(chat_id);
    const stored = room.messages.get(message_id);
    if (!stored) throw badRequest('message to react not found');
    if (chosen && !REACTIONS.has(chosen.emoji)) throw badRequest('REACTION_INVALID');
    world.chats.react(room, stored, chosen?.emoji ?? null);
    return true;
  },
);

const getFile = method({ file_id: z.string() }, (world, { file_id }) => {
  const file = world.files.get(file_id);
  if (!file) throw badRequest('wrong file_id or the file is temporarily unavailable');
  if (file.bytes.length > MAX_DOWNLOAD_BYTES) throw badRequest('file is too big');
  return {
    file_id,
    file_unique_id: file.uniqueId,
    file_size: file.bytes.length,
    file_path: file.path,
  };
});

export const chatMethods: Readonly<Record<string, Method>> = {
  answerCallbackQuery,
  sendChatAction,
  getChat,
  pinChatMessage,
  unpinChatMessage,
  setMessageReaction,
  getFile,
};
