import type { Message, UserFromGetMe } from 'grammy/types';
import { describe, expect, it } from 'vitest';
import { call, picture, post, start } from './helpers.ts';

describe('A call to the local Bot API', () => {
  it('may be written as JSON, as a form, as a multipart form or in the address', async () => {
    const api = await start();
    const user = api.user();
    await user.send('hello');
    const form = new URLSearchParams({ chat_id: String(user.id), text: 'form' });
    form.set('reply_markup', JSON.stringify({ inline_keyboard: [[{ text: 'b', callback_data: 'b' }]] }));
    const multipart = new FormData();
    multipart.set('chat_id', String(user.id));
    multipart.set('text', 'multipart');
    const query = new URLSearchParams({ chat_id: String(user.id), text: 'address' });
    await call(api, 'SENDMESSAGE', { chat_id: String(user.id), text: 'json' });
    await post(api, 'sendMessage', form);
    await post(api, 'sendMessage', multipart);
    await fetch(`${api.url}/bot${api.token}/sendMessage?${query}`);
    expect(user.messages.map(({ text }) => text)).toEqual(['hello', 'json', 'form', 'multipart', 'address']);
    expect(user.messages[2]?.buttons).toMatchObject([[{ text: 'b', data: 'b', url: null }]]);
    expect(api.calls[1]?.parameters.reply_markup).toEqual({
      inline_keyboard: [[{ text: 'b', callback_data: 'b' }]],
    });
  });

  it('shows what a button copies, and its colour', async () => {
    const api = await start();
    const user = api.user();
    await user.send('hello');
    const button = { text: 'Copy', copy_text: { text: 'J50000062' } };
    const risky = { text: 'Go', callback_data: 'go', style: 'danger' };
    const reply_markup = { inline_keyboard: [[button], [risky]] };
    await call(api, 'sendMessage', { chat_id: user.id, text: 'x', reply_markup });
    expect(user.messages.at(-1)?.buttons).toMatchObject([
      [{ text: 'Copy', copies: 'J50000062', data: null, style: null }],
      [{ text: 'Go', copies: null, data: 'go', style: 'danger' }],
    ]);
  });

  it('reads file names that grammY writes without quotes', async () => {
    const api = await start();
    const user = api.user();
    await user.send('hello');
    const boundary = '----------0123456789abcdef0123456789abcdef';
    const parts = [
      `content-disposition:form-data;name="chat_id"\r\n\r\n${user.id}`,
      'content-disposition:form-data;name="document"\r\n\r\nattach://abc',
      'content-disposition:form-data;name="abc";filename=report.txt\r\ncontent-type:application/octet-stream\r\n\r\ntext',
    ];
    const body = `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`;
    const sent = await post<Message>(api, 'sendDocument', body, `multipart/form-data; boundary=${boundary}`);
    expect(sent.result.document).toMatchObject({ file_name: 'report.txt', file_size: 4 });
  });

  it('is refused without the token, and for a method nobody has', async () => {
    const api = await start();
    expect(api.token).toMatch(/^\d{8,10}:[\w-]{35}$/);
    const wrong = await fetch(`${api.url}/bot1:wrong/getMe`);
    expect(wrong.status).toBe(401);
    expect(await wrong.json()).toEqual({ ok: false, error_code: 401, description: 'Unauthorized' });
    expect(await call(api, 'constructor')).toMatchObject({ ok: false, error_code: 404 });
    expect(await call(api, 'unknownMethod')).toMatchObject({ ok: false, error_code: 404 });
    expect((await fetch(`${api.url}/file/bot1:wrong/photos/file_0.jpg`)).status).toBe(401);
    expect((await fetch(`${api.url}/file/bot${api.token}/../package.json`)).status).toBe(404);
    expect((await call<UserFromGetMe>(api, 'getMe')).result).toMatchObject({
      is_bot: true,
      username: 'unbind_sandbox_bot',
    });
  });

  it('is recorded without the token', async () => {
    const api = await start();
    await call(api, 'sendMessage', { chat_id: 5, text: 'x' });
    expect(api.calls).toMatchObject([
      { method: 'sendMessage', parameters: { chat_id: 5, text: 'x' }, files: [] },
    ]);
    expect(JSON.stringify(api.calls)).not.toContain(api.token);
  });

  it.each([
    ['not JSON', '{', 'application/json', "can't parse the request body as a JSON object"],
    ['no object', '[]', 'application/json', "can't parse the request body as a JSON object"],
    ['no form', 'x', 'multipart/form-data; boundary=y', "can't parse the form in the request body"],
    ['nothing', '', 'application/json', "can't parse the request body as a JSON object"],
    ['no chat', '{"text":"x"}', 'application/json', 'parameter "chat_id" is required'],
    ['a strange chat', '{"chat_id":{},"text":"x"}', 'application/json', 'can\'t parse parameter "chat_id"'],
  ])('is refused when its body is %s', async (_what, body, contentType, why) => {
    const api = await start();
    const answer = await post(api, 'sendMessage', body, contentType);
    expect(answer).toEqual({ ok: false, error_code: 400, description: `Bad Request: ${why}` });
  });

  it('comes from this machine and no other name or site', async () => {
    const api = await start();
    const { request } = await import('undici');
    const status = async (headers: Record<string, string>) =>
      (await request(`${api.url}/bot${api.token}/getMe`, { headers })).statusCode;
    const port = new URL(api.url).port;
    expect(await status({})).toBe(200);
    expect(await status({ host: `localhost:${port}` })).toBe(200);
    expect(await status({ host: `evil.example:${port}` })).toBe(403);
    expect(await status({ origin: 'https://evil.example' })).toBe(403);
    expect(await status({ origin: api.url })).toBe(200);
  });
});

describe('What Telegram refuses', () => {
  const kinds = {
    'a text of 4097': { text: 'x'.repeat(4097), why: 'message is too long' },
    'no text': { text: '', why: 'message text is empty' },
    'broken HTML': {
      text: 'a < b',
      parse_mode: 'HTML',
      why: `can't parse entities: Unsupported start tag "" at byte offset 2`,
    },
    'an answer to a message that is gone': {
      text: 'x',
      reply_parameters: { message_id: 999 },
      why: 'message to be replied not found',
    },
  };
  it.each(Object.entries(kinds))('%s', async (_what, { why, ...parameters }) => {
    const api = await start();
    const user = api.user();
    await user.send('hello');
    const answer = await call(api, 'sendMessage', { chat_id: user.id, ...parameters });
    expect(answer).toEqual({ ok: false, error_code: 400, description: `Bad Request: ${why}` });
  });

  it.each([
    [{ text: 'x', callback_data: 'ж'.repeat(33) }, 'BUTTON_DATA_INVALID'],
    [{ text: 'x', callback_data: '' }, 'BUTTON_DATA_INVALID'],
    [{ text: ' ', callback_data: 'x' }, "can't parse inline keyboard button: Button text must be non-empty"],
    [
      { text: 'x', url: 'http://localhost:1/' },
      "inline keyboard button URL 'http://localhost:1/' is invalid: Wrong HTTP URL",
    ],
    [{ text: 'x', copy_text: { text: '' } }, 'BUTTON_COPY_TEXT_INVALID'],
    [{ text: 'x', copy_text: { text: 'y'.repeat(257) } }, 'BUTTON_COPY_TEXT_INVALID'],
    [{ text: 'x', callback_data: 'x', style: 'pink' }, 'can\'t parse parameter "reply_markup"'],
    [{ text: 'x' }, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"],
  ])('the button %j', async (button, why) => {
    const api = await start();
    const user = api.user();
    await user.send('hello');
    const reply_markup = { inline_keyboard: [[button]] };
    const answer = await call(api, 'sendMessage', { chat_id: user.id, text: 'x', reply_markup });
    expect(answer.description).toBe(`Bad Request: ${why}`);
  });

  it('nothing of callback data that is 64 bytes long', async () => {
    const api = await start();
    const user = api.user();
    await user.send('hello');
    const reply_markup = { inline_keyboard: [[{ text: 'x', callback_data: 'ж'.repeat(32) }]] };
    expect((await call(api, 'sendMessage', { chat_id: user.id, text: 'x', reply_markup })).ok).toBe(true);
  });

  it('to write to somebody unknown, or who has not written first', async () => {
    const api = await start();
    const user = api.user();
    expect((await call(api, 'sendMessage', { chat_id: 5, text: 'x' })).description).toBe(
      'Bad Request: chat not found',
    );
    expect(await call(api, 'sendMessage', { chat_id: user.id, text: 'x' })).toMatchObject({
      error_code: 403,
      description: "Forbidden: bot can't initiate conversation with a user",
    });
    await user.send('/start');
    expect((await call(api, 'sendMessage', { chat_id: user.id, text: 'x' })).ok).toBe(true);
  });

  it('edits that change nothing, are too late or not its own', async () => {
    const api = await start();
    const user = api.user();
    const own = await user.send('mine');
    const sent = (await call<Message>(api, 'sendMessage', { chat_id: user.id, text: 'first' })).result;
    const edit = async (message_id: number, parameters: object, method = 'editMessageText') =>
      (await call(api, method, { chat_id: user.id, message_id, ...parameters })).description;
    expect(await edit(sent.message_id, { text: 'first' })).toBe(
      'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    );
    expect(await edit(sent.message_id, {}, 'editMessageReplyMarkup')).toContain('message is not modified');
    expect(await edit(sent.message_id, { caption: 'x' }, 'editMessageCaption')).toBe(
      'Bad Request: there is no caption in the message to edit',
    );
    expect(await edit(own.id, { text: 'yours' })).toBe("Bad Request: message can't be edited");
    expect(await edit(sent.message_id, { text: 'second' })).toBeUndefined();
    await call(api, 'deleteMessage', { chat_id: user.id, message_id: sent.message_id });
    expect(await edit(sent.message_id, { text: 'third' })).toBe('Bad Request: message to edit not found');
    expect(
      (await call(api, 'deleteMessage', { chat_id: user.id, message_id: sent.message_id })).description,
    ).toBe('Bad Request: message to delete not found');
    expect(user.messages.map(({ text }) => text)).toEqual(['mine']);
  });

  it('files that are no picture, too long a caption, unknown ids and addresses', async () => {
    const api = await start();
    const user = api.user();
    await user.send('hello');
    const send = async (method: string, fields: Record<string, string | Blob>) => {
      const form = new FormData();
      form.set('chat_id', String(user.id));
      for (const [name, value] of Object.entries(fields)) form.set(name, value);
      return (await post(api, method, form)).description;
    };
    const png = new Blob([new Uint8Array(await picture(40, 30))]);
    expect(await send('sendPhoto', { photo: new Blob(['no picture']) })).toBe(
      'Bad Request: IMAGE_PROCESS_FAILED',
    );
    expect(await send('sendPhoto', { photo: new Blob([]) })).toBe('Bad Request: file must be non-empty');
    expect(await send('sendPhoto', { photo: png, caption: 'x'.repeat(1025) })).toBe(
      'Bad Request: message caption is too long',
    );
    expect(await send('sendPhoto', { photo: new Blob([new Uint8Array(await picture(2100, 100))]) })).toBe(
      'Bad Request: PHOTO_INVALID_DIMENSIONS',
    );
    expect(await send('sendPhoto', {})).toBe('Bad Request: there is no photo in the request');
    expect(await send('sendPhoto', { photo: 'AgACunknown' })).toBe(
      'Bad Request: wrong file identifier/HTTP URL specified',
    );
    expect(await send('sendPhoto', { photo: 'https://example.com/a.jpg' })).toBe(
      'Bad Request: failed to get HTTP URL content',
    );
    expect(await send('sendMediaGroup', { media: '[]' })).toBe('Bad Request: there are no messages to send');
    expect(await send('getFile', { file_id: 'unknown' })).toBe(
      'Bad Request: wrong file_id or the file is temporarily unavailable',
    );
    expect(user.messages).toHaveLength(1);
  });

  it('to hand out files over 20 MB', async () => {
    const api = await start();
    const user = api.user();
    const most = await user.sendDocument(
      new Uint8Array(20 * 1024 * 1024),
      'a.bin',
      'application/octet-stream',
    );
    const more = await user.sendDocument(
      new Uint8Array(20 * 1024 * 1024 + 1),
      'b.bin',
      'application/octet-stream',
    );
    expect((await call(api, 'getFile', { file_id: most.file?.id })).ok).toBe(true);
    expect((await call(api, 'getFile', { file_id: more.file?.id })).description).toBe(
      'Bad Request: file is too big',
    );
  });

  it('reactions, actions and answers outside its lists', async () => {
    const api = await start();
    const user = api.user();
    const { id } = await user.send('hello');
    const react = (emoji: string) =>
      call(api, 'setMessageReaction', {
        chat_id: user.id,
        message_id: id,
        reaction: [{ type: 'emoji', emoji }],
      });
    expect((await react('✅')).description).toBe('Bad Request: REACTION_INVALID');
    expect((await react('👌')).ok).toBe(true);
    expect(user.messages[0]?.reaction).toBe('👌');
    expect((await call(api, 'sendChatAction', { chat_id: user.id, action: 'dancing' })).description).toBe(
      'Bad Request: wrong parameter action in request',
    );
    expect((await call(api, 'answerCallbackQuery', { callback_query_id: '1' })).description).toBe(
      'Bad Request: query is too old and response timeout expired or query ID is invalid',
    );
  });
});

describe('Messages of the bot', () => {
  it('are sent again by file id, deleted together, pinned, and answered', async () => {
    const api = await start();
    const user = api.user();
    const photo = await user.sendPhoto(await picture(100, 50));
    const again = await call<Message>(api, 'sendPhoto', {
      chat_id: user.id,
      photo: photo.file?.id,
      reply_parameters: { message_id: photo.id },
    });
    expect(again.result.photo?.at(-1)).toMatchObject({ width: 100, height: 50 });
    expect(again.result.reply_to_message?.message_id).toBe(photo.id);
    expect(user.messages[1]?.replyTo).toBe(photo.id);
    expect(api.bytes(user.messages[1]?.file?.id ?? '')).toHaveLength(photo.file?.size ?? -1);
    await call(api, 'pinChatMessage', { chat_id: user.id, message_id: again.result.message_id });
    expect((await call(api, 'getChat', { chat_id: user.id })).result).toMatchObject({
      type: 'private',
      pinned_message: { message_id: again.result.message_id },
    });
    const message_ids = [photo.id, again.result.message_id, 999];
    expect((await call(api, 'deleteMessages', { chat_id: user.id, message_ids })).result).toBe(true);
    expect(user.messages).toEqual([]);
  });

  it('take a caption or keyboard away when they are edited without one', async () => {
    const api = await start();
    const user = api.user();
    const { file } = await user.sendPhoto(await picture(100, 50));
    const reply_markup = { inline_keyboard: [[{ text: 'b', callback_data: 'b' }]] };
    const base = { chat_id: user.id, photo: file?.id, caption: '<b>c</b>', parse_mode: 'HTML', reply_markup };
    const { message_id } = (await call<Message>(api, 'sendPhoto', base)).result;
    const last = () => user.messages.at(-1);
    expect(last()).toMatchObject({ text: 'c', entities: [{ type: 'bold' }], buttons: [[{ text: 'b' }]] });
    await call(api, 'editMessageReplyMarkup', { chat_id: user.id, message_id });
    expect(last()).toMatchObject({ text: 'c', kind: 'photo', buttons: [] });
    await call(api, 'editMessageCaption', { chat_id: user.id, message_id });
    expect(last()).toMatchObject({ text: '', entities: [], kind: 'photo', edited: true });
  });
});
