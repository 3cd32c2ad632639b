import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Message, MessageEntity } from 'grammy/types';
import * as z from 'zod';
import type { ChatRoom } from '../chats.ts';
import { type Content, captionContent, content, textContent } from '../content.ts';
import { inlineKeyboard, replyMarkup } from '../markup.ts';
import type { StoredMessage } from '../message.ts';
import { badRequest } from '../refusal.ts';
import type { World } from '../world.ts';
import { inputMedia, type MediaKind, media, mediaKind } from './media.ts';
import { type Call, chatId, flag, integer, type Method, method } from './method.ts';

const MAX_ALBUM = 10;
const MAX_DELETED = 100;

const NOT_MODIFIED =
  'message is not modified: specified new message content and reply markup are exactly the same as a current ' +
  'content and reply markup of the message';

const entities = z
  .array(z.looseObject({ type: z.string(), offset: z.int(), length: z.int() }))
  .transform((list) => list as unknown as MessageEntity[])
  .optional();
const textFields = { text: z.string().default(''), parse_mode: z.string().optional(), entities };
const captionFields = {
  caption: z.string().default(''),
  parse_mode: z.string().optional(),
  caption_entities: entities,
};
const replyFields = {
  reply_parameters: z
    .object({ message_id: z.int(), allow_sending_without_reply: flag.optional() })
    .optional(),
};
const target = { chat_id: chatId, message_id: integer, reply_markup: replyMarkup.optional() };
const sending = { chat_id: chatId, reply_markup: replyMarkup.optional(), ...replyFields };

type Reply = z.infer<z.ZodObject<typeof replyFields>>;

const sendMessage = method({ ...sending, ...textFields }, (world, parameters) => {
  const room = world.chats.findOpen(parameters.chat_id);
  const what = { ...textContent(parameters), ...markupContent(parameters.reply_markup) };
  return world.chats.post(room, world.me, { ...what, ...replyContent(room, parameters) });
});

const sendPhoto = method(
  { ...sending, ...captionFields, photo: z.string().optional() },
  (world, parameters, call) => sendMedia(world, call, 'photo', parameters.photo, parameters),
);

const sendDocument = method(
  { ...sending, ...captionFields, document: z.string().optional() },
  (world, parameters, call) => sendMedia(world, call, 'document', parameters.document, parameters),
);

async function sendMedia(
  world: World,
  call: Call,
  kind: MediaKind,
  reference: string | undefined,
  parameters: z.infer<z.ZodObject<typeof sending & typeof captionFields>>,
): Promise<Message> {
  const room = world.chats.findOpen(parameters.chat_id);
  const rest = { ...captionContent(captionOf(parameters)), ...markupContent(parameters.reply_markup) };
  const reply = replyContent(room, parameters);
  const file = await media(world, call, kind, reference);
  return world.chats.post(room, world.me, { ...file, ...rest, ...reply });
}

const sendMediaGroup = method(
  { chat_id: chatId, media: z.array(inputMedia), ...replyFields },
  async (world, parameters, call) => {
    const room = world.chats.findOpen(parameters.chat_id);
    if (parameters.media.length === 0) throw badRequest('there are no messages to send');
    if (parameters.media.length > MAX_ALBUM) throw badRequest('too many messages to send as an album');
    const shared = { media_group_id: String(randomInt(2 ** 40)), ...replyContent(room, parameters) };
    const items: Content[] = [];
    for (const item of parameters.media) {
      const caption = captionContent({ text: item.caption ?? '', parse_mode: item.parse_mode });
      items.push({ ...(await media(world, call, mediaKind(item.type), item.media)), ...caption });
    }
    return items.map((item) => world.chats.post(room, world.me, { ...item, ...shared }));
  },
);

const editMessageText = method({ ...target, ...textFields }, (world, parameters) => {
  const { room, stored } = editable(world, parameters);
  if (stored.message.text === undefined) throw badRequest('there is no text in the message to edit');
  return edit(world, room, stored, {
    ...textContent(parameters),
    ...markupContent(parameters.reply_markup),
  });
});

const editMessageCaption = method({ ...target, ...captionFields }, (world, parameters) => {
  const { room, stored } = editable(world, parameters);
  const { photo, document } = stored.message;
  if (!photo && !document) throw badRequest('there is no caption in the message to edit');
  return edit(world, room, stored, {
    ...content({ photo, document }),
    ...captionContent(captionOf(parameters)),
    ...markupContent(parameters.reply_markup),
  });
});

const editMessageMedia = method({ ...target, media: inputMedia }, async (world, parameters, call) => {
  const { room, stored } = editable(world, parameters);
  const { type, media: reference, caption = '', parse_mode } = parameters.media;
  return edit(world, room, stored, {
    ...(await media(world, call, mediaKind(type), reference)),
    ...captionContent({ text: caption, parse_mode }),
    ...markupContent(parameters.reply_markup),
  });
});

const editMessageReplyMarkup = method(target, (world, parameters) => {
  const { room, stored } = editable(world, parameters);
  return edit(world, room, stored, {
    ...saidBy(stored.message),
    ...markupContent(parameters.reply_markup),
  });
});

const deleteMessage = method({ chat_id: chatId, message_id: integer }, (world, { chat_id, message_id }) => {
  const room = world.chats.find(chat_id);
  const stored = room.messages.get(message_id);
  if (!stored) throw badRequest('message to delete not found');
  if (!deletable(world, room, stored)) throw badRequest("message can't be deleted");
  world.chats.remove(room, [message_id]);
  return true;
});

const deleteMessages = method(
  { chat_id: chatId, message_ids: z.array(integer).min(1) },
  (world, { chat_id, message_ids }) => {
    const room = world.chats.find(chat_id);
    if (message_ids.length > MAX_DELETED) throw badRequest('too many message identifiers specified');
    const found = message_ids.filter((id) => {
      const stored = room.messages.get(id);
      return stored !== undefined && deletable(world, room, stored);
    });
    world.chats.remove(room, found);
    return true;
  },
);

export const messageMethods: Readonly<Record<string, Method>> = {
  sendMessage,
  sendPhoto,
  sendDocument,
  sendMediaGroup,
  editMessageText,
  editMessageCaption,
  editMessageMedia,
  editMessageReplyMarkup,
  deleteMessage,
  deleteMessages,
};

/** @throws Refusal when it is not there or not the bot's own */
function editable(world: World, { chat_id, message_id }: { chat_id: string | number; message_id: number }) {
  const room = world.chats.findOpen(chat_id);
  const stored = room.messages.get(message_id);
  if (!stored) throw badRequest('message to edit not found');
  if (stored.message.from?.id !== world.me.id) throw badRequest("message can't be edited");
  return { room, stored };
}

/** In a private chat a bot may also delete what it was sent; in a group it would have to be an administrator. */
function deletable(world: World, room: ChatRoom, { message }: StoredMessage): boolean {
  return room.chat.type === 'private' || message.from?.id === world.me.id;
}

function edit(world: World, room: ChatRoom, stored: StoredMessage, what: Content): Message {
  const now = { ...saidBy(stored.message), ...content({ reply_markup: stored.message.reply_markup }) };
  if (isDeepStrictEqual(now, what)) throw badRequest(NOT_MODIFIED);
  return world.chats.rewrite(room, stored, what);
}

/** A message's content without its keyboard. */
function saidBy({ text, entities, caption, caption_entities, photo, document }: Message): Content {
  return content({ text, entities, caption, caption_entities, photo, document });
}

function captionOf({ caption, parse_mode, caption_entities }: z.infer<z.ZodObject<typeof captionFields>>) {
  return { text: caption, parse_mode, entities: caption_entities };
}

function markupContent(markup: z.infer<typeof replyMarkup> | undefined): Content {
  return content({ reply_markup: inlineKeyboard(markup) });
}

/** @throws Refusal when the message to answer is gone, unless the bot said it does not matter */
function replyContent(room: ChatRoom, { reply_parameters: reply }: Reply): Content {
  if (!reply) return {};
  const found = room.messages.get(reply.message_id)?.message;
  if (!found && !reply.allow_sending_without_reply) throw badRequest('message to be replied not found');
  if (!found) return {};
  const { reply_to_message: _, ...answered } = found;
  return { reply_to_message: answered as NonNullable<Message['reply_to_message']> };
}
