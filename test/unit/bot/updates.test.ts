import type { Update } from 'grammy/types';
import { describe, expect, it } from 'vitest';
import { classify, isPrivate } from '../../../src/bot/telegram/updates.ts';

const from = { id: 5, is_bot: false, first_name: 'A' };
const chat = { id: 5, type: 'private', first_name: 'A' };
const group = { id: -100, type: 'supergroup', title: 'G' };
const photo = [{ file_id: 'f', file_unique_id: 'u', width: 1, height: 1 }];

/** Updates as Telegram sends them; only the fields that matter here. */
function update(fields: object): Update {
  return { update_id: 1, ...fields } as Update;
}
const message = (fields: object) => ({ message_id: 1, date: 0, chat, from, ...fields });

describe('an update', () => {
  it.each([
    ['text', { message: message({ text: 'hello' }) }],
    [
      'text',
      { message: message({ text: 'see /new', entities: [{ type: 'bot_command', offset: 4, length: 4 }] }) },
    ],
    [
      'command',
      { message: message({ text: '/new', entities: [{ type: 'bot_command', offset: 0, length: 4 }] }) },
    ],
    ['photo', { message: message({ photo, caption: '/new' }) }],
    ['document', { message: message({ document: { file_id: 'f' } }) }],
    ['other', { message: message({ sticker: {} }) }],
    ['button', { callback_query: { id: '1', from, message: message({}), data: 'x' } }],
    ['edited', { edited_message: message({ text: 'changed' }) }],
    ['membership', { my_chat_member: { chat, from, date: 0 } }],
  ])('is told to be %s', (kind, fields) => {
    expect(classify(update(fields))).toEqual({ chatId: 5, userId: 5, kind });
    expect(isPrivate(update(fields))).toBe(true);
  });

  it.each([
    ['a group', { message: message({ chat: group, text: 'hi' }) }],
    ['a button in a group', { callback_query: { id: '1', from, message: message({ chat: group }) } }],
    ['an inline message', { callback_query: { id: '1', from, inline_message_id: 'x' } }],
    ['a channel', { channel_post: { message_id: 1, chat: { id: -1, type: 'channel' }, text: 'hi' } }],
    ['an inline query', { inline_query: { id: '1', from, query: '' } }],
    ['another bot', { message: message({ from: { ...from, is_bot: true }, text: 'hi' }) }],
    ['nothing known', {}],
  ])('from %s is not private', (_, fields) => {
    expect(isPrivate(update(fields))).toBe(false);
  });

  it('without a chat or a sender has none', () => {
    expect(classify(update({ poll: {} }))).toEqual({ chatId: null, userId: null, kind: 'other' });
    const post = { channel_post: { message_id: 1, chat: { id: -1, type: 'channel' } } };
    expect(classify(update(post))).toEqual({ chatId: -1, userId: null, kind: 'other' });
  });
});
