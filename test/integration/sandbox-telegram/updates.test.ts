import { createServer, type IncomingMessage } from 'node:http';
import type { Update, WebhookInfo } from 'grammy/types';
import { afterEach, describe, expect, it } from 'vitest';
import type { LocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import { call, start } from './helpers.ts';

const poll = (api: LocalBotApi, parameters: object = {}) => call<Update[]>(api, 'getUpdates', parameters);
const texts = (updates: readonly Update[]) => updates.map(({ message }) => message?.text);

/** Resolves when the next call has arrived. */
function nextCall(api: LocalBotApi): Promise<void> {
  return new Promise((resolve) => {
    const stop = api.onEvent(({ type }) => {
      if (type !== 'call') return;
      stop();
      resolve();
    });
  });
}

describe('Long polling', () => {
  it('waits for an update and hands it out again until an offset confirms it', async () => {
    const api = await start();
    const user = api.user();
    const waiting = poll(api, { timeout: 50 });
    await user.send('one');
    const [first] = (await waiting).result;
    expect(first?.message?.text).toBe('one');
    await user.send('two');
    expect(texts((await poll(api)).result)).toEqual(['one', 'two']);
    expect(texts((await poll(api, { limit: 1 })).result)).toEqual(['one']);
    const offset = (first?.update_id ?? 0) + 1;
    const [second] = (await poll(api, { offset, timeout: 50 })).result;
    expect(second).toMatchObject({ update_id: offset, message: { text: 'two' } });
    expect((await poll(api, { offset: offset + 1 })).result).toEqual([]);
  });

  it('keeps only the latest for a negative offset', async () => {
    const api = await start();
    const user = api.user();
    for (const text of ['one', 'two', 'three']) await user.send(text);
    expect(texts((await poll(api, { offset: -1 })).result)).toEqual(['three']);
    expect(texts((await poll(api)).result)).toEqual(['three']);
  });

  it('ends the older of two pollers with 409', async () => {
    const api = await start();
    const older = poll(api, { timeout: 50 });
    await nextCall(api);
    const newer = poll(api, { timeout: 50 });
    expect(await older).toEqual({
      ok: false,
      error_code: 409,
      description:
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    });
    await api.user().send('hello');
    expect(texts((await newer).result)).toEqual(['hello']);
  });

  it('hands an update out again when the connection died, before or after it was there', async () => {
    const api = await start();
    const user = api.user();
    const leave = new AbortController();
    const gone = fetch(`${api.url}/bot${api.token}/getUpdates?timeout=50`, { signal: leave.signal });
    await nextCall(api);
    leave.abort();
    await expect(gone).rejects.toThrow();
    await user.send('one');
    expect(texts((await poll(api, { timeout: 50 })).result)).toEqual(['one']);
    api.fault({ method: 'getUpdates', kind: 'answer-lost' });
    await expect(poll(api)).rejects.toThrow();
    expect(texts((await poll(api)).result)).toEqual(['one']);
  });

  it('leaves out kinds the bot does not want, from then on', async () => {
    const api = await start();
    const user = api.user();
    const { id } = await user.send('one');
    expect(texts((await poll(api, { allowed_updates: ['edited_message'] })).result)).toEqual(['one']);
    await user.send('two');
    await user.edit(id, 'three');
    const { result } = await poll(api);
    expect(result.map((update) => update.edited_message?.text ?? update.message?.text)).toEqual([
      'one',
      'three',
    ]);
  });
});

interface Delivery {
  readonly update: Update;
  readonly secret: IncomingMessage['headers'][string];
}

describe('A webhook', () => {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  /** A receiver whose answers are given by `statuses` first, then 200; resolves once `count` requests came. */
  async function receiver(count: number, statuses: number[] = []) {
    const deliveries: Delivery[] = [];
    let finish: (list: Delivery[]) => void;
    const all = new Promise<Delivery[]>((resolve) => {
      finish = resolve;
    });
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const update = JSON.parse(Buffer.concat(chunks).toString()) as Update;
      deliveries.push({ update, secret: request.headers['x-telegram-bot-api-secret-token'] });
      response.writeHead(statuses.shift() ?? 200).end();
      if (deliveries.length === count) finish(deliveries);
    });
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    ends.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { url: `http://127.0.0.1:${port}/`, all };
  }

  it('gets updates with its secret, in order, and closes long polling', async () => {
    const api = await start();
    const hook = await receiver(3);
    const user = api.user();
    await user.send('one');
    await call(api, 'setWebhook', { url: hook.url, secret_token: 'abc' });
    expect(await poll(api)).toMatchObject({
      error_code: 409,
      description:
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    });
    await user.send('two');
    await user.send('three');
    const deliveries = await hook.all;
    expect(deliveries.map(({ update, secret }) => [update.message?.text, secret])).toEqual([
      ['one', 'abc'],
      ['two', 'abc'],
      ['three', 'abc'],
    ]);
    await call(api, 'deleteWebhook');
    expect((await call<WebhookInfo>(api, 'getWebhookInfo')).result.url).toBe('');
  });

  it('gets an update again after a bad answer; the chat waits, others do not', async () => {
    const api = await start({ webhookRetryMs: 20 });
    const hook = await receiver(5, [500, 502]);
    await call(api, 'setWebhook', { url: hook.url, max_connections: 1 });
    const user = api.user();
    await user.send('one');
    await user.send('two');
    await api.user().send('other');
    const order = (await hook.all).map(({ update }) => update.message?.text);
    expect(order.slice(0, 3)).toEqual(['one', 'one', 'one']);
    expect(order.slice(3)).toEqual(['two', 'other']);
    const { result } = await call<WebhookInfo>(api, 'getWebhookInfo');
    expect(result.last_error_message).toBe('Wrong response from the webhook: 502');
  });

  it('must be https or on this machine', async () => {
    const api = await start();
    expect(await call(api, 'setWebhook', { url: 'http://example.com/' })).toMatchObject({
      description: 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook',
    });
    expect(await call(api, 'setWebhook', { url: 'http://127.0.0.1:1/', secret_token: 'ä' })).toMatchObject({
      description: 'Bad Request: secret token contains unallowed characters',
    });
  });
});
