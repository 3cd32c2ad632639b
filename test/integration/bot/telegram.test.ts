import { createServer as createTcpServer } from 'node:net';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { TelegramRefusal, TelegramUnreachable } from '../../../src/bot/telegram/failure.ts';
import type { CallApi } from '../../../src/flows/engine/bot-api.ts';
import { fail } from '../../../src/kernel/result.ts';
import { outlasts } from '../../support/outlasts.ts';
import { BLOBS, clientFor, gate, localBotApi, rawServer } from './support.ts';

const picture = await sharp({ create: { width: 40, height: 20, channels: 3, background: 'red' } })
  .png()
  .toBuffer();

/** A bot, a person who has written to it, and what the person sees. */
async function chat() {
  const api = await localBotApi();
  const client = clientFor(api);
  const person = api.user();
  await person.send('/start');
  return { api, client, person, chat_id: person.chatId };
}

describe('a call', () => {
  it('reaches the chat, and its answer comes back', async () => {
    const { client, person, chat_id } = await chat();
    const sent = await client.tryCall('sendMessage', { chat_id, text: 'Привет' });
    expect(sent).toMatchObject({ ok: true, value: { text: 'Привет', chat: { id: chat_id } } });
    await person.waitFor(/^Привет$/);
  });

  it('works the same through telegraf and by name', async () => {
    const { client, person, chat_id } = await chat();
    await client.sendMessage(chat_id, 'from telegraf');
    await person.waitFor(/from telegraf/);
    const callApi: CallApi = client.tryCall.bind(client);
    const sent = await callApi('sendMessage', { chat_id, text: 'by name' });
    expect(sent.ok && sent.value.text).toBe('by name');
    // @ts-expect-error: a method has its own parameters
    expect(await callApi('sendMessage', { chat: chat_id, text: 'x' })).toMatchObject({ ok: false });
    await person.waitFor(/by name/);
  });

  it('that Telegram refuses tells its code and words', async () => {
    const { client } = await chat();
    const refused = await client.tryCall('sendMessage', { chat_id: 1, text: 'x' });
    if (refused.ok) throw new Error('accepted');
    expect(refused.failure).toBeInstanceOf(TelegramRefusal);
    expect(refused.failure).toMatchObject({ kind: 'refused', code: 400, method: 'sendMessage' });
    expect(refused.failure.description).toMatch(/chat not found/);
    await expect(client.sendMessage(1, 'x')).rejects.toThrow(/400: Bad Request: chat not found/);
  });

  it('waits as long as Telegram asks and is then made again', async () => {
    const { api, client, chat_id } = await chat();
    api.fault({ method: 'sendMessage', kind: '429', retryAfter: 1 });
    const sent = async () =>
      expect(await client.tryCall('sendMessage', { chat_id, text: 'x' })).toMatchObject({ ok: true });
    expect(await outlasts(950, sent)).toBe(true);
    expect(api.calls.filter(({ method }) => method === 'sendMessage')).toHaveLength(2);
  });

  it('does not wait longer than a person would', async () => {
    const { api, client, chat_id } = await chat();
    api.fault({ method: 'sendMessage', kind: '429', retryAfter: 3600 });
    expect(await client.tryCall('sendMessage', { chat_id, text: 'x' })).toMatchObject({
      failure: { code: 429, retryAfter: 3600 },
    });
  });

  it('that only reads is made once more after a lost connection', async () => {
    const { api, client } = await chat();
    api.fault({ method: 'getMe', kind: 'disconnect' });
    expect(await client.tryCall('getMe', {})).toMatchObject({ ok: true });
    api.fault({ method: 'getMe', kind: 'disconnect', times: 2 });
    expect(await client.tryCall('getMe', {})).toMatchObject({ failure: { kind: 'unreachable' } });
  });

  it('that only reads is made once more after a word of an outage', async () => {
    const { api, client } = await chat();
    api.fault({ method: 'getMe', kind: 'status', status: 502 });
    expect(await client.tryCall('getMe', {})).toMatchObject({ ok: true });
    api.fault({ method: 'getMe', kind: 'status', status: 502, times: 2 });
    expect(await client.tryCall('getMe', {})).toMatchObject({ failure: { code: 502 } });
  });

  it('that acts is not repeated after a word of an outage: it may have been done', async () => {
    const { api, client, person, chat_id } = await chat();
    api.fault({ method: 'sendMessage', kind: 'done-status', status: 504 });
    expect(await client.tryCall('sendMessage', { chat_id, text: 'once' })).toMatchObject({
      failure: { code: 504 },
    });
    expect(person.messages.filter(({ text }) => text === 'once')).toHaveLength(1);
  });

  it('that acts is never repeated when Telegram may have received it', async () => {
    const { api, client, person, chat_id } = await chat();
    api.fault({ method: 'sendMessage', kind: 'answer-lost' });
    expect(await client.tryCall('sendMessage', { chat_id, text: 'once' })).toMatchObject({
      failure: { kind: 'unreachable', reason: 'connection', maybeReceived: true },
    });
    expect(person.messages.filter(({ text }) => text === 'once')).toHaveLength(1);
  });

  it('takes a gateway page for no answer', async () => {
    const { api, client, chat_id } = await chat();
    api.fault({ method: 'sendMessage', kind: 'html-502' });
    expect(await client.tryCall('sendMessage', { chat_id, text: 'x' })).toMatchObject({
      failure: { kind: 'unreachable', reason: 'bad-reply' },
    });
  });

  it('is given up when no answer comes', async () => {
    const silent = clientFor(await rawServer(() => undefined), { patience: { call: 300, upload: 300 } });
    expect(await silent.tryCall('sendMessage', { chat_id: 1, text: 'x' })).toMatchObject({
      failure: { kind: 'unreachable', reason: 'timeout' },
    });
  });

  it('is given up when an answer has no end', async () => {
    const endless = await rawServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1024 * 1024, 0x20)));
      };
      response.on('drain', more);
      more();
    });
    expect(await clientFor(endless).tryCall('sendMessage', { chat_id: 1, text: 'x' })).toMatchObject({
      failure: { kind: 'unreachable', reason: 'bad-reply' },
    });
  });

  it('made after the client was closed ends at once, and so does one under way', async () => {
    const client = clientFor(await rawServer(() => undefined));
    const pending = client.tryCall('getMe', {});
    await client.disconnect();
    expect(await pending).toMatchObject({ failure: { kind: 'unreachable', reason: 'closed' } });
    expect(await client.tryCall('getMe', {})).toMatchObject({ failure: { reason: 'closed' } });
  });

  it('keeps the path of a Bot API behind another server', async () => {
    const paths: unknown[] = [];
    const { url, token } = await rawServer((request, response) => {
      paths.push(request.url);
      response.end('{"ok":true,"result":true}');
    });
    await clientFor({ url: `${url}/telegram/`, token }).tryCall('getMe', {});
    expect(paths).toEqual([`/telegram/bot${token}/getMe`]);
  });

  it('keeps connections open for the next one', async () => {
    const ports = new Set<unknown>();
    const server = await rawServer((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('{"ok":true,"result":true}');
    });
    const client = clientFor(server);
    for (let n = 0; n < 5; n++) await client.tryCall('getMe', {});
    // undici opens a second one when a call begins before the last answer's end was noticed.
    expect(ports.size).toBeLessThanOrEqual(2);
  });
});

describe('the token', () => {
  it('is in no error, whatever breaks, and in nothing telegraf or a log can see', async () => {
    const token = `987654321:${'Z'.repeat(35)}`;
    const closed = await new Promise<number>((resolve) => {
      const server = createTcpServer().listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
    });
    const reset = await rawServer((request) => request.socket.destroy());
    const nonsense = await rawServer((request, response) => response.end(`<html>${request.url}`));
    const refusing = await rawServer((_request, response) =>
      response.end('{"ok":false,"error_code":401,"description":"Unauthorized"}'),
    );
    const notHttp = `http://127.0.0.1:${closed}`;
    const noTls = refusing.url.replace('http:', 'https:');
    for (const url of [notHttp, reset.url, nonsense.url, refusing.url, noTls]) {
      const client = clientFor({ url, token });
      const error: unknown = await client.sendMessage(1, 'x').catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(Error);
      const file = await client.downloadFile('x', 1000);
      expect(inspect([error, file, client], { depth: 12, showHidden: true })).not.toContain('ZZZZ');
      expect(JSON.stringify(error)).not.toContain('ZZZZ');
    }
  });

  it('is in no file link', async () => {
    const { client } = await chat();
    expect(() => client.getFileLink()).toThrow(/downloadFile/);
  });
});

describe('the failure of the network', () => {
  it('says what broke, and whether Telegram may have received the call', async () => {
    const refusing = await rawServer((_request, response) => response.end('{"ok":true,"result":true}'));
    const tls = clientFor({ ...refusing, url: refusing.url.replace('http:', 'https:') });
    expect(await tls.tryCall('getMe', {})).toMatchObject({
      failure: { reason: 'tls', maybeReceived: false },
    });
    const nowhere = clientFor({ ...refusing, url: 'http://127.0.0.1:1' });
    expect(await nowhere.tryCall('sendMessage', { chat_id: 1, text: 'x' })).toMatchObject({
      failure: { reason: 'connection', maybeReceived: false },
    });
  });

  it('has the name on which telegraf goes on polling', () => {
    expect(new TelegramUnreachable('getUpdates', 'connection').name).toBe('FetchError');
  });
});

describe('a proxy', () => {
  it('is used for the internet, and a refused tunnel says so', async () => {
    const asked: unknown[] = [];
    const proxy = createTcpServer((socket) => {
      socket.once('data', (head) => {
        asked.push(head.toString().split('\r\n')[0]);
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
      });
    });
    const port = await new Promise<number>((resolve) => {
      proxy.listen(0, '127.0.0.1', () => {
        const address = proxy.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    const before = process.env.HTTPS_PROXY;
    process.env.HTTPS_PROXY = `http://user:hidden-pass@127.0.0.1:${port}`;
    try {
      const client = clientFor({ url: 'https://api.telegram.invalid', token: `123456789:${'T'.repeat(35)}` });
      const failed = await client.tryCall('sendMessage', { chat_id: 1, text: 'x' });
      expect(failed).toMatchObject({ failure: { reason: 'proxy', maybeReceived: false } });
      expect(inspect(failed, { depth: 9 })).not.toContain('hidden-pass');
      expect(asked[0]).toBe('CONNECT api.telegram.invalid:443 HTTP/1.1');
      const { client: local } = await chat();
      expect(await local.tryCall('getMe', {})).toMatchObject({ ok: true });
    } finally {
      if (before === undefined) delete process.env.HTTPS_PROXY;
      else process.env.HTTPS_PROXY = before;
      proxy.close();
    }
  });
});

describe('an aborted call', () => {
  /** An abort signal that is not the platform's, like the one telegraf brings. */
  class ForeignSignal {
    aborted = false;
    readonly listeners = new Set<() => void>();
    addEventListener(_type: 'abort', listener: () => void) {
      this.listeners.add(listener);
    }
    removeEventListener(_type: 'abort', listener: () => void) {
      this.listeners.delete(listener);
    }
    abort() {
      this.aborted = true;
      for (const listener of this.listeners) listener();
    }
  }

  it("follows telegraf's signal, which is not the platform's, and lets go of it", async () => {
    const { api, client } = await chat();
    await client.tryCall('deleteWebhook', { drop_pending_updates: true });
    const signal = new ForeignSignal();
    await client.callApi('getUpdates', { timeout: 0 }, { signal });
    expect(signal.listeners.size).toBe(0);
    const waiting = gate();
    api.onEvent((event) => {
      if (event.type === 'call') waiting.open();
    });
    const poll = client.callApi('getUpdates', { timeout: 50 }, { signal });
    await waiting.passed;
    signal.abort();
    await expect(poll).rejects.toMatchObject({ name: 'AbortError' });
    const again = client.callApi('getUpdates', { timeout: 50 }, { signal });
    await expect(again).rejects.toMatchObject({ name: 'AbortError' });
  });
});

it('asks for updates again soon after the time for which nobody answers, however long a call may take', async () => {
  const api = await localBotApi();
  const client = clientFor(api, { patience: { call: 3_600_000, upload: 3_600_000, held: 50 } });
  await api.user().send('/start');
  api.fault({ method: 'getUpdates', kind: 'half-open' });
  expect(await client.callApi('getUpdates', { timeout: 1 })).toHaveLength(1);
});

describe('an upload', () => {
  it('sends stored bytes for a reference', async () => {
    const { api, client, person, chat_id } = await chat();
    BLOBS.set('picture:42', picture);
    const sent = await client.tryCall('sendPhoto', {
      chat_id,
      photo: { blob: 'picture:42' },
      caption: 'one\ntwo',
      reply_markup: { inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] },
    });
    expect(sent).toMatchObject({ ok: true, value: { caption: 'one\ntwo' } });
    expect(api.calls.at(-1)?.files).toEqual([{ field: 'photo', name: 'photo.jpg', size: picture.length }]);
    expect(person.messages.at(-1)?.buttons.flat()[0]?.data).toBe('go');
  });

  it('works wherever a file may stand', async () => {
    const { api, client, chat_id } = await chat();
    BLOBS.set('picture:1', picture);
    const sent = await client.tryCall('sendDocument', {
      chat_id,
      document: { source: Readable.from([Buffer.from('report')]), filename: 'report.txt' },
    });
    if (!sent.ok) throw sent.failure;
    const file = await client.downloadFile(sent.value.document.file_id, 100);
    expect(file).toEqual({ ok: true, value: Buffer.from('report') });

    const first = await client.tryCall('sendPhoto', { chat_id, photo: { source: picture } });
    if (!first.ok) throw first.failure;
    const media = { type: 'photo' as const, media: { blob: 'picture:1' }, caption: 'another' };
    const { message_id } = first.value;
    expect(await client.tryCall('editMessageMedia', { chat_id, message_id, media })).toMatchObject({
      ok: true,
      value: { caption: 'another' },
    });
    expect(api.calls.at(-1)?.files).toHaveLength(1);
  });

  it('of bytes that are gone is refused without a call', async () => {
    const { api, client, chat_id } = await chat();
    const before = api.calls.length;
    expect(await client.tryCall('sendPhoto', { chat_id, photo: { blob: 'expired' } })).toMatchObject({
      failure: { kind: 'refused', code: 400 },
    });
    const broken = clientFor(api, { blobs: { get: async () => fail('unavailable') } });
    expect(await broken.tryCall('sendPhoto', { chat_id, photo: { blob: 'x' } })).toMatchObject({
      failure: { kind: 'unreachable', reason: 'store' },
    });
    expect(api.calls.length).toBe(before);
  });
});

describe('a download', () => {
  it('brings the bytes someone sent', async () => {
    const { client, person } = await chat();
    const bytes = Buffer.from([0, 1, 2, 3]);
    await person.sendDocument(bytes, 'label.bin', 'application/octet-stream');
    const updates = await client.tryCall('getUpdates', {});
    if (!updates.ok) throw updates.failure;
    const fileId = updates.value.at(-1)?.message?.document?.file_id ?? '';
    expect(await client.downloadFile(fileId, 4)).toEqual({ ok: true, value: bytes });
    expect(await client.downloadFile(fileId, 3)).toEqual(fail('too-large'));
    expect(await client.downloadFile('nonsense', 10)).toEqual(fail('gone'));
  });

  it('is not gone because Telegram is out', async () => {
    const { api, client } = await chat();
    api.fault({ method: 'getFile', kind: 'status', status: 502, times: 2 });
    expect(await client.downloadFile('any', 10)).toEqual(fail('unreachable'));
  });

  /** A Bot API that hands out `file` under any id. */
  function hostileFile(file: object, body: Buffer) {
    let downloads = 0;
    return {
      downloads: () => downloads,
      server: rawServer((request, response) => {
        if (!request.url?.startsWith('/file/')) {
          response.end(JSON.stringify({ ok: true, result: { file_id: 'f', file_unique_id: 'u', ...file } }));
          return;
        }
        downloads += 1;
        if (downloads === 1 && body.length === 0) request.socket.destroy();
        else response.end(body);
      }),
    };
  }

  it('stops at the limit even when the size was a lie', async () => {
    const { server } = hostileFile({ file_size: 5, file_path: 'photos/a.jpg' }, Buffer.alloc(5_000_000));
    expect(await clientFor(await server).downloadFile('f', 1000)).toEqual(fail('too-large'));
  });

  it.each(['/etc/passwd', 'photos/../../secret', ''])('does not follow the path "%s"', async (file_path) => {
    const { server, downloads } = hostileFile({ file_path }, Buffer.from('x'));
    expect(await clientFor(await server).downloadFile('f', 1000)).toEqual(fail('gone'));
    expect(downloads()).toBe(0);
  });

  it('is tried once more after a lost connection', async () => {
    const { server, downloads } = hostileFile({ file_path: 'photos/a b.jpg' }, Buffer.alloc(0));
    expect(await clientFor(await server).downloadFile('f', 10)).toEqual({ ok: true, value: Buffer.alloc(0) });
    expect(downloads()).toBe(2);
  });
});

describe('many messages to one chat', () => {
  it('arrive in order and not faster than Telegram allows', async () => {
    const { api, person } = await chat();
    const client = clientFor(api, { pace: { perChat: 20, perChatBurst: 2, total: 1000 } });
    const sends = () =>
      Promise.all(
        Array.from({ length: 5 }, (_, n) =>
          client.tryCall('sendMessage', { chat_id: person.chatId, text: `n${n}` }),
        ),
      );
    expect(await outlasts(140, sends)).toBe(true);
    const texts = person.messages.filter(({ from }) => from === 'bot').map(({ text }) => text);
    expect(texts).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
  });
});
