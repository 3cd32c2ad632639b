import type { Message, Update } from 'grammy/types';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { call, picture, start } from './helpers.ts';

const KEYBOARD = {
  inline_keyboard: [
    [
      { text: 'Yes', callback_data: 'yes' },
      { text: 'Site', url: 'https://example.com/' },
    ],
  ],
};

describe('A person in the sandbox', () => {
  it('is the same person when asked for again by id', async () => {
    const api = await start();
    const ann = api.user({ id: 42, firstName: 'Ann', languageCode: 'ru', username: 'ann' });
    expect(api.user({ id: 42 })).toBe(ann);
    expect(api.user().id).not.toBe(api.user().id);
    await ann.send('/start now');
    const { result } = await call<Update[]>(api, 'getUpdates');
    expect(result[0]?.message).toMatchObject({
      from: { id: 42, is_bot: false, first_name: 'Ann', language_code: 'ru', username: 'ann' },
      chat: { id: 42, type: 'private', first_name: 'Ann' },
      entities: [{ type: 'bot_command', offset: 0, length: 6 }],
    });
  });

  it('waits for what the bot says after the last thing done, or from wherever is asked', async () => {
    const api = await start();
    const user = api.user();
    await user.send('one');
    await call(api, 'sendMessage', { chat_id: user.id, text: 'reply' });
    const first = await user.waitFor(/reply/);
    await user.send('two');
    const second = user.waitFor(/reply/);
    expect(await user.waitFor(/reply/, { after: 'start' })).toEqual(first);
    await call(api, 'editMessageText', { chat_id: user.id, message_id: first.id, text: 'reply again' });
    expect(await second).toMatchObject({ id: first.id, text: 'reply again' });
    await expect(user.waitFor(/reply/, { after: await second, timeoutMs: 10 })).rejects.toThrow(
      /waited 10 ms for a message like \/reply\/; the chat:\n#1 Tester: one\n#2 Unbind \(edited\): reply again\n#3 Tester: two/,
    );
  });

  it('presses a button of the latest message that has it, and sees the answer', async () => {
    const api = await start();
    const user = api.user();
    await user.send('hello');
    await call(api, 'sendMessage', { chat_id: user.id, text: 'old', reply_markup: KEYBOARD });
    const latest = await call<Message>(api, 'sendMessage', {
      chat_id: user.id,
      text: 'new',
      reply_markup: KEYBOARD,
    });
    await user.press(/^Y/);
    const { result } = await call<Update[]>(api, 'getUpdates');
    const query = result.at(-1)?.callback_query;
    expect(query).toMatchObject({ data: 'yes', message: { message_id: latest.result.message_id } });
    const answer = { callback_query_id: query?.id, text: 'ok' };
    expect((await call(api, 'answerCallbackQuery', answer)).ok).toBe(true);
    expect(user.answers).toEqual([{ text: 'ok', alert: false, url: null }]);
    expect((await call(api, 'answerCallbackQuery', answer)).description).toBe(
      'Bad Request: query is too old and response timeout expired or query ID is invalid',
    );
    await expect(user.press('No')).rejects.toThrow(/no button No in the chat:\n#1/);
    await expect(user.press('Site')).rejects.toThrow('button Site is a link to https://example.com/');
  });

  it('sends photos like a phone: upright JPEG in several sizes, none larger than 1280', async () => {
    const api = await start();
    const user = api.user();
    await user.sendPhoto(await picture(2000, 1000), { caption: '/label', mediaGroupId: 'g' });
    const { result } = await call<Update[]>(api, 'getUpdates');
    expect(result[0]?.message).toMatchObject({
      caption: '/label',
      caption_entities: [{ type: 'bot_command', offset: 0, length: 6 }],
      media_group_id: 'g',
    });
    expect(result[0]?.message?.photo?.map(({ width, height }) => [width, height])).toEqual([
      [90, 45],
      [320, 160],
      [800, 400],
      [1280, 640],
    ]);
    const lying = await sharp(await picture(60, 50))
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    await user.sendPhoto(lying);
    expect(user.messages.at(-1)?.file).toMatchObject({ width: 50, height: 60 });
  });

  it.each(['sticker', 'voice', 'video', 'location', 'contact', 'dice'] as const)(
    'sends a %s',
    async (kind) => {
      const api = await start();
      const user = api.user();
      await user.sendOther(kind);
      const { result } = await call<Update[]>(api, 'getUpdates');
      expect(result[0]?.message?.[kind]).toBeDefined();
      expect(user.messages[0]?.kind).toBe(kind);
    },
  );

  it('edits an own message and no other', async () => {
    const api = await start();
    const user = api.user();
    const { id } = await user.send('typo');
    await user.edit(id, 'fixed');
    const { result } = await call<Update[]>(api, 'getUpdates');
    expect(result.at(-1)?.edited_message).toMatchObject({ message_id: id, text: 'fixed' });
    expect(user.messages).toMatchObject([{ text: 'fixed', edited: true }]);
    const sent = await call<Message>(api, 'sendMessage', { chat_id: user.id, text: 'x' });
    await expect(user.edit(sent.result.message_id, 'y')).rejects.toThrow('no own message 2 to edit');
  });
});

describe('A group in the sandbox', () => {
  it('shows the bot commands for it and pressed buttons, and nothing else', async () => {
    const api = await start({ botUsername: 'some_bot' });
    const group = api.group('Site');
    const [ann, bob] = [api.user({ firstName: 'Ann' }), api.user({ firstName: 'Bob' })];
    await group.send(ann, 'hello');
    await group.send(ann, '/start');
    await group.send(ann, '/start@Some_Bot');
    await group.send(ann, '/start@other_bot');
    await call(api, 'sendMessage', { chat_id: group.chatId, text: 'here', reply_markup: KEYBOARD });
    await group.press(bob, 'Yes');
    const { result } = await call<Update[]>(api, 'getUpdates');
    expect(
      result.map(({ message, callback_query }) => message?.text ?? callback_query?.from.first_name),
    ).toEqual(['/start', '/start@Some_Bot', 'Bob']);
    expect(result[0]?.message?.chat).toEqual({ id: group.chatId, title: 'Site', type: 'supergroup' });
    expect(group.messages).toHaveLength(5);
    const refused = await call(api, 'deleteMessage', { chat_id: group.chatId, message_id: 1 });
    expect(refused.description).toBe("Bad Request: message can't be deleted");
    expect((await call(api, 'sendMessage', { chat_id: ann.id, text: 'x' })).error_code).toBe(403);
  });
});
