import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { get, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { chromium } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Language } from '../../../locales/language.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { createPagePrompt } from '../../../src/lan-agent/prompt/page.ts';
import { type AskOptions, FORGOTTEN } from '../../../src/lan-agent/prompt/prompt.ts';
import type { UnbindPlan } from '../../../src/lan-agent/unbind/contract.ts';
import { collectGarbage } from './garbage.ts';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const PLAN: UnbindPlan = {
  shortSerial: 'E12345678',
  fullSerial: null,
  model: '<img src=x onerror=alert(1)>',
  address: '127.0.1.2',
  mac: '00-00-5e-00-53-a1',
  interface: 'lo',
  driver: 'sadp-3.0',
  announcedAddress: null,
  wireMac: null,
  askCable: false,
  attemptsLeft: 4,
  attemptsAssumed: false,
  technician: 'Anna & "co"',
  origin: 'bot',
};

/** Opens a page and gives its address and what the prompt will answer. */
async function openPage(
  options: {
    language?: Language;
    timeLimitMs?: number;
    askCable?: boolean;
    refused?: string;
    group?: AskOptions['group'];
  } = {},
) {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  let announce: (url: string) => void = () => {};
  const announced = new Promise<string>((resolve) => {
    announce = resolve;
  });
  const prompt = createPagePrompt({
    texts: textsFor(options.language ?? 'en'),
    announce,
    ...(options.timeLimitMs === undefined ? {} : { timeLimitMs: options.timeLimitMs }),
  });
  const plan = { ...PLAN, askCable: options.askCable ?? false };
  const how = options.group ? { group: options.group } : {};
  const answer = prompt.ask(plan, stop.signal, async (typed) => typed.toString() === options.refused, how);
  const url = new URL(await announced);
  return { url, answer, stop };
}

/** The same for a question that one button answers. */
async function openConsent(options: { language?: Language; askCable?: boolean; survey?: true } = {}) {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  let announce: (url: string) => void = () => {};
  const announced = new Promise<string>((resolve) => {
    announce = resolve;
  });
  const prompt = createPagePrompt({ texts: textsFor(options.language ?? 'en'), announce });
  const plan = { ...PLAN, askCable: options.askCable ?? false };
  const to = options.survey
    ? ({ kind: 'survey', technician: 'Anna & "co"' } as const)
    : ({ kind: 'unbind', plan, group: { number: 3, of: 12 } } as const);
  const answer = prompt.consent(to, stop.signal);
  return { url: new URL(await announced), answer, stop };
}

interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}
/** One request with exactly these headers, as no browser's fetch would allow. */
function send(url: URL, { method = 'GET', path = url.pathname, headers = {}, body }: Sent = {}) {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const outgoing = request({ host: url.hostname, port: url.port, path, method, headers }, (answer) => {
      let text = '';
      const done = () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        // A form stays loading as long as its question.
        if (text.includes('</html>')) done();
      });
      answer.on('end', done);
    });
    outgoing.on('error', reject).end(body);
  });
}
function post(url: URL, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(fields).toString();
  return send(url, {
    method: 'POST',
    headers: {
      origin: url.origin,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    },
    body,
  });
}
const gone = (url: URL) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(url.port), url.hostname);
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
    onTestFinished(() => void socket.destroy());
  });

describe('the password page', () => {
  it('takes one password and goes away', async () => {
    const { url, answer } = await openPage();
    const page = await post(url, { password: 'a +&=%é"', action: 'unbind' });
    // Letters beyond ASCII are objected to once.
    expect(page.status).toBe(422);
    expect((await post(url, { password: 'a +&=%é"', action: 'unbind' })).text).toContain('can be closed');
    const typed = await answer;
    expect(typed.kind === 'typed' && typed.password.toString()).toBe('a +&=%é"');
    expect(await gone(url)).toBe(true);
  });

  it('takes no password before the cable is confirmed, where that is asked for', async () => {
    const { url, answer } = await openPage({ askCable: true });
    // A box is ticked under a statement, not under a question.
    expect((await send(url)).text).toMatch(/name="cable" type="checkbox"[^<]*> Laptop and device hang/);
    const without = await post(url, { password: 'Pass-word1', action: 'send' });
    expect(without.status).toBe(422);
    expect(without.text).toContain('Confirm that laptop and device hang on one cable');
    await post(url, { cable: 'yes', password: 'Pass-word1', action: 'send' });
    expect(await answer).toMatchObject({ kind: 'typed', directCable: true });
  });

  it('listens on this computer only, at an address nobody can guess', async () => {
    const { url } = await openPage();
    expect(url.hostname).toBe('127.0.0.1');
    expect(url.pathname.length).toBeGreaterThan(30);
    const other = await openPage();
    expect(other.url.pathname).not.toBe(url.pathname);
  });

  it('shows the plan without letting it become markup', async () => {
    const { url } = await openPage();
    const { status, text } = await send(url);
    expect(status).toBe(200);
    expect(text).toContain('E12345678');
    expect(text).not.toContain('<img');
    expect(text).toContain('&#60;img');
    expect(text).toContain('type="password"');
    expect(text).not.toContain('maxlength');
    expect(text).not.toContain('<script');
  });

  it('speaks Russian to a Russian technician', async () => {
    const { url } = await openPage({ language: 'ru' });
    const { text } = await send(url);
    expect(text).toContain('<html lang="ru">');
    expect(text).toContain('Пароль администратора устройства');
  });

  it('forbids caching, framing and everything it does not need, on every answer', async () => {
    const { url } = await openPage();
    for (const { headers } of [
      await send(url),
      await send(url, { path: '/' }),
      await post(url, { password: '' }),
    ]) {
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers['referrer-policy']).toBe('same-origin');
    }
  });

  it.each([
    ['a foreign name that resolves to this computer', 421, { headers: { host: 'evil.example' } }],
    ['another path', 404, { path: '/' }],
    ['another path of the right length', 404, { path: `/${'A'.repeat(32)}` }],
    ['another method', 405, { method: 'PUT' }],
  ] as const)('turns away %s', async (_, status, sent) => {
    const { url } = await openPage();
    const answer = await send(url, sent);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain('E12345678');
  });

  it.each([
    ['from another site', 403, { origin: 'https://evil.example' }],
    ['from nowhere', 403, { origin: 'null' }],
    ['from another port of this computer', 403, { origin: 'http://127.0.0.1:1' }],
    ['as another content type', 415, { 'content-type': 'text/plain' }],
    ['far too large', 413, { 'content-length': '5000' }],
  ])('turns away a form that comes %s', async (_, status, headers) => {
    const { url } = await openPage();
    const sent = post(url, { password: 'secret1', action: 'unbind' }, headers);
    expect((await sent).status).toBe(status);
    // Nothing was taken: the page still asks.
    expect((await send(url)).status).toBe(200);
  });

  it('turns away a form of unknown length', async () => {
    const { url } = await openPage();
    const headers = {
      origin: url.origin,
      'content-type': 'application/x-www-form-urlencoded',
      'transfer-encoding': 'chunked',
    };
    expect((await send(url, { method: 'POST', headers, body: 'password=secret1' })).status).toBe(413);
  });

  it('asks again, without an attempt, when the password cannot be right', async () => {
    const { url, answer } = await openPage();
    const empty = await post(url, { password: '', action: 'unbind' });
    expect([empty.status, empty.text]).toEqual([422, expect.stringContaining('Nothing was typed')]);
    const long = await post(url, { password: 'a'.repeat(17), action: 'unbind' });
    expect([long.status, long.text]).toEqual([422, expect.stringContaining('at most 16 bytes')]);
    expect(long.text).not.toContain('aaaaaaaaaaaaaaaaa');
    await post(url, { password: 'right', action: 'unbind' });
    expect(await answer).toMatchObject({ kind: 'typed' });
  });

  it('is abandoned by its button, even with something typed', async () => {
    const { url, answer } = await openPage();
    expect((await post(url, { password: 'secret1', action: 'cancel' })).text).toContain('Cancelled');
    expect(await answer).toEqual({ kind: 'abandoned' });
    expect(await gone(url)).toBe(true);
  });

  it('is abandoned when the job is cancelled', async () => {
    const { url, answer, stop } = await openPage();
    stop.abort();
    expect(await answer).toEqual({ kind: 'abandoned' });
    expect(await gone(url)).toBe(true);
  });

  it('asks about the password that was refused last, and sends it when the person means it', async () => {
    const { url, answer } = await openPage({ refused: 'wrong-one' });
    const asked = await post(url, { password: 'wrong-one', action: 'send' });
    expect(asked.status).toBe(422);
    expect(asked.text).toContain('the device has refused this password a short while ago');
    expect(asked.text).not.toContain('wrong-one');
    expect((await post(url, { action: 'meant' })).status).toBe(200);
    const typed = await answer;
    expect(typed.kind === 'typed' && typed.password.toString()).toBe('wrong-one');
  });

  it.each([{ action: 'another' }, { action: 'send' }])(
    'drops that password when the person does anything else: $action',
    async (fields) => {
      const { url, answer } = await openPage({ refused: 'wrong-one' });
      await post(url, { password: 'wrong-one', action: 'send' });
      await post(url, fields);
      expect((await post(url, { action: 'meant' })).status).toBe(400);
      await post(url, { password: 'other', action: 'send' });
      const typed = await answer;
      expect(typed.kind === 'typed' && typed.password.toString()).toBe('other');
    },
  );

  it('is abandoned when its time is over, garbage collected meanwhile or not', async () => {
    const { url, answer } = await openPage({ timeLimitMs: 200 });
    await collectGarbage();
    expect(await answer).toEqual({ kind: 'abandoned' });
    expect(await gone(url)).toBe(true);
  });

  it.each([
    ['the job is cancelled', undefined, 'it was stopped in the chat'],
    // Longer than a busy machine needs to load the form.
    ['its time is over', 2_000, 'Too late'],
  ])('says so in a form that is still open when %s', async (_, timeLimitMs, words) => {
    const { url, answer, stop } = await openPage(timeLimitMs === undefined ? {} : { timeLimitMs });
    const form = await new Promise<IncomingMessage>((resolve) => get(url, resolve));
    if (timeLimitMs === undefined) stop.abort();
    let text = '';
    for await (const part of form.setEncoding('utf8')) text += part;
    const [, rest = ''] = text.split('</html>');
    expect(rest).toContain(words);
    const [, style = ''] = /<style>(.*)<\/style>/.exec(rest) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(style).toContain('display: none');
    expect(form.headers['content-security-policy']).toContain(`'sha256-${hash}'`);
    expect(await answer).toEqual({ kind: 'abandoned' });
  });

  it('does not take a password that comes when it is over, and says so', async () => {
    const { url, answer, stop } = await openPage();
    const body = 'password=secret1&action=unbind';
    const headers = {
      origin: url.origin,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(body.length),
      expect: '100-continue',
    };
    const sent = request({ host: url.hostname, port: url.port, path: url.pathname, method: 'POST', headers });
    const answered = new Promise<IncomingMessage>((resolve) => sent.once('response', resolve));
    sent.flushHeaders();
    await new Promise((resolve) => sent.once('continue', resolve));
    stop.abort();
    expect(await answer).toEqual({ kind: 'abandoned' });
    sent.end(body);
    const late = await answered;
    let text = '';
    for await (const part of late.setEncoding('utf8')) text += part;
    expect([late.statusCode, text]).toEqual([410, expect.stringContaining('it was stopped in the chat')]);
  });

  it.skipIf(!existsSync(CHROMIUM))(
    'takes the field away from whoever types into it, in a browser',
    async () => {
      const browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: ['--no-sandbox', '--disable-gpu'],
      });
      onTestFinished(() => browser.close());
      const { url, stop } = await openPage();
      const page = await browser.newPage();
      await page.goto(url.href, { waitUntil: 'commit' });
      const field = page.locator('#password');
      await field.fill('half a pass');
      stop.abort();
      await field.waitFor({ state: 'hidden' });
      expect(await page.locator('[role=alert]').textContent()).toContain('This question is over');
    },
  );

  it('says which device of its group it is for, and that what is typed is kept for the others', async () => {
    const { url } = await openPage({ group: { number: 1, of: 12, password: 'kept' } });
    const { text } = await send(url);
    expect(text).toContain('1 of 12');
    expect(text).toContain('keeps it in its memory for them');
    expect((await send((await openPage()).url)).text).not.toMatch(/ of \d|keeps it/);
  });

  it('never opens for a job that is over already', async () => {
    const prompt = createPagePrompt({ texts: textsFor('en'), announce: () => expect.unreachable() });
    expect(await prompt.ask(PLAN, AbortSignal.abort(), async () => false)).toEqual({ kind: 'abandoned' });
  });
});

describe('a page with one question', () => {
  it.each([
    ['agree', { kind: 'agreed' }],
    ['cancel', { kind: 'declined' }],
  ])('takes one press of a button and goes away: %s', async (action, end) => {
    const { url, answer } = await openConsent();
    const { text } = await send(url);
    for (const shown of ['3 of 12', 'E12345678', '127.0.1.2', '4 attempts']) expect(text).toContain(shown);
    expect(text).not.toContain('type="password"');
    expect(text).not.toContain('<img');
    expect((await post(url, { action })).text).toContain('can be closed');
    expect(await answer).toEqual(end);
    expect(await gone(url)).toBe(true);
  });

  it('has the button that says no first: Enter presses that one', async () => {
    const { url } = await openConsent();
    const { text } = await send(url);
    expect(text.indexOf('value="cancel"')).toBeLessThan(text.indexOf('value="agree"'));
    expect(text).not.toContain('autofocus');
  });

  it('speaks of the list in the language of the technician', async () => {
    const { url, answer } = await openConsent({ survey: true, language: 'ru' });
    const { text } = await send(url);
    for (const shown of ['Отправить в чат список', 'Anna &#38;', 'Разрешить', 'Отказать'])
      expect(text).toContain(shown);
    await post(url, { action: 'agree' });
    expect(await answer).toEqual({ kind: 'agreed' });
  });

  it.each([
    ['a foreign name that resolves to this computer', 421, { host: 'evil.example' }],
    ['another site', 403, { origin: 'https://evil.example' }],
    ['nowhere', 403, { origin: 'null' }],
    ['another content type', 415, { 'content-type': 'text/plain' }],
    ['a body far too large', 413, { 'content-length': '5000' }],
  ])('takes no press that comes from %s', async (_, status, headers) => {
    const { url, answer } = await openConsent();
    expect((await post(url, { action: 'agree' }, headers)).status).toBe(status);
    await post(url, { action: 'cancel' });
    expect(await answer).toEqual({ kind: 'declined' });
  });

  it.each([{ password: 'secret1' }, { action: 'send' }, { action: 'meant' }, {}])(
    'takes nothing but its own buttons: %j',
    async (fields) => {
      const { url, answer } = await openConsent();
      expect((await post(url, fields)).status).toBe(400);
      await post(url, { action: 'cancel' });
      expect(await answer).toEqual({ kind: 'declined' });
    },
  );

  it('wants the cable confirmed first where that has to be asked', async () => {
    const { url, answer } = await openConsent({ askCable: true });
    const without = await post(url, { action: 'agree' });
    expect([without.status, without.text]).toEqual([
      422,
      expect.stringContaining('Confirm that laptop and device hang on one cable'),
    ]);
    await post(url, { action: 'agree', cable: 'yes' });
    expect(await answer).toEqual({ kind: 'agreed', directCable: true });
  });

  it.each([
    ['the chat cancels it', undefined, 'it was stopped in the chat'],
    ['the password is forgotten', FORGOTTEN, 'Ten minutes without a key pressed here'],
  ])('is taken away with words when %s', async (_, reason, words) => {
    const { url, answer, stop } = await openConsent();
    const form = await new Promise<IncomingMessage>((resolve) => get(url, resolve));
    stop.abort(reason);
    let text = '';
    for await (const part of form.setEncoding('utf8')) text += part;
    expect(text.split('</html>')[1]).toContain(words);
    expect(await answer).toEqual({ kind: 'abandoned' });
    expect(await gone(url)).toBe(true);
  });
});
