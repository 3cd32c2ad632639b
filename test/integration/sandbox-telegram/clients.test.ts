import { Bot, InputFile, InputMediaBuilder } from 'grammy';
import { Input, Telegraf, TelegramError } from 'telegraf';
import { describe, expect, it } from 'vitest';
import type { LocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import { picture, start } from './helpers.ts';

const grammy = (api: LocalBotApi) => new Bot(api.token, { client: { apiRoot: api.url } });
const telegraf = (api: LocalBotApi) => new Telegraf(api.token, { telegram: { apiRoot: api.url } });

describe('A bot on telegraf', () => {
  it('polls, answers a command, edits on a pressed button and answers it', async () => {
    const api = await start();
    const bot = telegraf(api);
    bot.start((ctx) =>
      ctx.reply('Device <b>found</b>?', {
        parse_mode: 'HTML',
        reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes:1' }]] },
      }),
    );
    bot.action('yes:1', async (ctx) => {
      await ctx.editMessageText('Found');
      await ctx.answerCbQuery('Noted', { show_alert: true });
    });
    const done = bot.launch();
    const user = api.user({ firstName: 'Ann', languageCode: 'en' });
    await user.send('/start');
    const question = await user.waitFor(/found/);
    expect(question).toMatchObject({
      text: 'Device found?',
      entities: [{ type: 'bold', offset: 7, length: 5 }],
      buttons: [[{ text: 'Yes', data: 'yes:1' }]],
    });
    await user.press('Yes');
    const edited = await user.waitFor(/^Found$/);
    expect(edited).toMatchObject({ id: question.id, edited: true, buttons: [] });
    await user.until(() => user.answers.length === 1);
    expect(user.answers).toEqual([{ text: 'Noted', alert: true, url: null }]);
    bot.stop();
    await done;
  });

  it('uploads buffers: a photo, a document, an album and a new picture for an old message', async () => {
    const api = await start();
    const user = api.user();
    await user.send('hello');
    const { telegram } = telegraf(api);
    const png = await picture(400, 300);

    const photo = await telegram.sendPhoto(user.id, Input.fromBuffer(png, 'a b.png'), { caption: 'one' });
    expect(photo.photo.at(-1)).toMatchObject({ width: 400, height: 300 });
    const document = await telegram.sendDocument(user.id, Input.fromBuffer(Buffer.from('{}'), 'отчёт.json'));
    expect(document.document).toMatchObject({ file_name: 'отчёт.json', mime_type: 'application/json' });
    const album = await telegram.sendMediaGroup(user.id, [
      { type: 'photo', media: Input.fromBuffer(png, '1.png'), caption: 'two' },
      { type: 'photo', media: Input.fromBuffer(png, '2.png') },
    ]);
    expect(new Set(album.map((message) => 'media_group_id' in message && message.media_group_id)).size).toBe(
      1,
    );
    await telegram.editMessageMedia(user.id, photo.message_id, undefined, {
      type: 'photo',
      media: Input.fromBuffer(await picture(200, 100), 'c.png'),
      caption: 'three',
    });
    expect(user.messages.map(({ kind, text }) => [kind, text])).toEqual([
      ['text', 'hello'],
      ['photo', 'three'],
      ['document', ''],
      ['photo', 'two'],
      ['photo', ''],
    ]);
    expect(user.messages[1]?.file).toMatchObject({ width: 200, height: 100, mime: 'image/jpeg' });
    const upload = api.calls.find(({ method }) => method === 'sendDocument');
    expect(upload?.files).toEqual([{ field: 'document', name: 'отчёт.json', size: 2 }]);
  });

  it('is told what Telegram would tell it', async () => {
    const api = await start();
    const { telegram } = telegraf(api);
    const refused = telegram.sendMessage(1, 'hello');
    await expect(refused).rejects.toBeInstanceOf(TelegramError);
    await expect(refused).rejects.toThrow('400: Bad Request: chat not found');
  });

  it('works by webhook, secret checked, with calls in its answers', async () => {
    const api = await start();
    const bot = telegraf(api);
    const buttons = { inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] };
    bot.command('start', (ctx) => ctx.reply('ready', { reply_markup: buttons }));
    // By default telegraf writes this call into its answer to the webhook.
    bot.action('go', (ctx) => ctx.answerCbQuery('went'));
    const hook = await bot.createWebhook({
      domain: 'http://127.0.0.1',
      path: '/hook',
      secret_token: 's3cret',
    });
    const { createServer } = await import('node:http');
    const server = createServer((request, response) => void hook(request, response));
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    try {
      await bot.telegram.setWebhook(`http://127.0.0.1:${port}/hook`, { secret_token: 's3cret' });
      const user = api.user();
      await user.send('/start');
      await user.waitFor(/ready/);
      await user.press('Go');
      await user.until(() => user.answers.length === 1);
      expect(user.answers[0]?.text).toBe('went');
    } finally {
      await api.close();
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('A bot on grammY', () => {
  it('polls, uploads and downloads what it was sent', async () => {
    const api = await start();
    const bot = grammy(api);
    const received: { width: number; bytes: number }[] = [];
    bot.on('message:photo', async (ctx) => {
      const file = await ctx.getFile();
      const bytes = await fetch(`${api.url}/file/bot${api.token}/${file.file_path}`).then((r) =>
        r.arrayBuffer(),
      );
      received.push({ width: ctx.message.photo.at(-1)?.width ?? 0, bytes: bytes.byteLength });
      await ctx.replyWithPhoto(new InputFile(Buffer.from(bytes), 'back.jpg'), {
        caption: '<i>back</i>',
        parse_mode: 'HTML',
      });
      await ctx.replyWithDocument(new InputFile(Buffer.from('pdf'), 'report.pdf'));
      await ctx.replyWithMediaGroup([
        InputMediaBuilder.photo(new InputFile(Buffer.from(bytes), 'a.jpg'), { caption: 'album' }),
        InputMediaBuilder.photo(ctx.message.photo.at(-1)?.file_id ?? ''),
      ]);
    });
    const polling = bot.start();
    const user = api.user();
    const sent = await user.sendPhoto(await picture(3000, 1500), { caption: 'label' });
    expect(sent.file).toMatchObject({ width: 1280, height: 640 });
    const back = await user.waitFor(/back/);
    expect(back.entities).toEqual([{ type: 'italic', offset: 0, length: 4 }]);
    expect(back.file?.width).toBe(1280);
    await user.until(() => user.messages.length === 5);
    expect(user.messages.map(({ kind }) => kind)).toEqual(['photo', 'photo', 'document', 'photo', 'photo']);
    expect(received).toEqual([{ width: 1280, bytes: sent.file?.size }]);
    await bot.stop();
    await polling;
  });

  it('sets its menu and texts, and reads them back', async () => {
    const api = await start();
    const bot = grammy(api);
    const commands = [{ command: 'start', description: 'Начать' }];
    await bot.api.setMyCommands(commands, { language_code: 'ru', scope: { type: 'all_private_chats' } });
    await bot.api.setMyDescription('what it does');
    await bot.api.setMyShortDescription('short');
    expect(
      await bot.api.getMyCommands({ language_code: 'ru', scope: { type: 'all_private_chats' } }),
    ).toEqual(commands);
    expect(await bot.api.getMyCommands()).toEqual([]);
    expect(await bot.api.getMyDescription({ language_code: 'ru' })).toEqual({ description: 'what it does' });
    await bot.api.deleteMyCommands({ language_code: 'ru', scope: { type: 'all_private_chats' } });
    expect(
      await bot.api.getMyCommands({ language_code: 'ru', scope: { type: 'all_private_chats' } }),
    ).toEqual([]);
    await expect(bot.api.setMyCommands([{ command: 'Start', description: 'x' }])).rejects.toThrow(
      'BOT_COMMAND_INVALID',
    );
  });
});
