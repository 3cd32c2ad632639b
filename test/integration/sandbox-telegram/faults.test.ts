import { describe, expect, it } from 'vitest';
import { outlasts } from '../../support/outlasts.ts';
import { gate } from '../bot/support.ts';
import { call, start } from './helpers.ts';

describe('A fault on demand', () => {
  it('answers with a status, as often as asked and for that method only', async () => {
    const api = await start();
    api.fault({
      method: 'getMe',
      kind: 'status',
      status: 403,
      description: 'Forbidden: bot was blocked',
      times: 2,
    });
    expect((await call(api, 'getWebhookInfo')).ok).toBe(true);
    const refused = { ok: false, error_code: 403, description: 'Forbidden: bot was blocked' };
    expect(await call(api, 'getMe')).toEqual(refused);
    expect(await call(api, 'getMe')).toEqual(refused);
    expect((await call(api, 'getMe')).ok).toBe(true);
  });

  it('asks to come back later', async () => {
    const api = await start();
    api.fault({ kind: '429', retryAfter: 7 });
    expect(await call(api, 'getMe')).toEqual({
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 7',
      parameters: { retry_after: 7 },
    });
  });

  it('does it all the same, and answers that it failed', async () => {
    const api = await start();
    const user = api.user();
    await user.send('hello');
    api.fault({ method: 'sendMessage', kind: 'done-status', status: 504 });
    const answer = await call(api, 'sendMessage', { chat_id: user.id, text: 'there' });
    expect([answer.error_code, user.messages.at(-1)?.text]).toEqual([504, 'there']);
  });

  it('takes a call and is never heard of again', async () => {
    const api = await start();
    api.fault({ method: 'getMe', kind: 'half-open' });
    const leaving = new AbortController();
    const called = fetch(`${api.url}/bot${api.token}/getMe`, { signal: leaving.signal });
    expect((await call(api, 'getMe')).ok, 'the next one').toBe(true);
    leaving.abort();
    await expect(called).rejects.toThrow('abort');
  });

  it('answers like a proxy without a server behind it', async () => {
    const api = await start();
    api.fault({ kind: 'html-502' });
    const response = await fetch(`${api.url}/bot${api.token}/getMe`);
    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toContain('<html>');
  });

  it('drops the connection before or after the message was sent', async () => {
    const api = await start();
    const user = api.user();
    await user.send('hello');
    const send = (text: string) => call(api, 'sendMessage', { chat_id: user.id, text });
    api.fault({ method: 'sendMessage', kind: 'disconnect' });
    await expect(send('lost')).rejects.toThrow();
    api.fault({ method: 'sendMessage', kind: 'answer-lost' });
    await expect(send('sent')).rejects.toThrow();
    expect(user.messages.map(({ text }) => text)).toEqual(['hello', 'sent']);
  });

  it('takes its time, and ends with the server', async () => {
    const api = await start();
    api.fault({ method: 'getMe', kind: 'delay', delayMs: 50 });
    const answered = async () => expect((await call(api, 'getMe')).ok).toBe(true);
    expect(await outlasts(40, answered)).toBe(true);
    api.fault({ method: 'getMe', kind: 'delay', delayMs: 600_000 });
    const pending = call(api, 'getMe');
    const arrived = new Promise<void>((resolve) => api.onEvent(() => resolve()));
    await arrived;
    await Promise.all([api.close(), expect(pending).rejects.toThrow()]);
  });

  it('waits for whoever wants it to', async () => {
    const api = await start();
    const { passed: until, open: release } = gate();
    api.fault({ method: 'getMe', kind: 'delay', until });
    const seen: string[] = [];
    const held = call(api, 'getMe').then(() => seen.push('held'));
    await call(api, 'getWebhookInfo').then(() => seen.push('other'));
    release();
    await held;
    expect(seen).toEqual(['other', 'held']);
  });

  it('breaks a download', async () => {
    const api = await start();
    const sent = await api.user().sendDocument(new Uint8Array(4), 'a.bin', 'application/octet-stream');
    const file = await call<{ file_path: string }>(api, 'getFile', { file_id: sent.file?.id });
    const address = `${api.url}/file/bot${api.token}/${file.result.file_path}`;
    api.fault({ method: 'file', kind: 'status', status: 500 });
    expect((await fetch(address)).status).toBe(500);
    const answer = await fetch(address);
    expect((await answer.arrayBuffer()).byteLength).toBe(4);
  });
});
