/** Where the operator's machines look after the bot: a real bot, and whoever asks it over HTTP. */
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Running, startBot } from '../../../src/bot/start.ts';
import { createMetrics } from '../../../src/bot/watch/metrics.ts';
import { watchServer } from '../../../src/bot/watch/server.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import type { LocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import { eventually } from '../../support/eventually.ts';
import { settingsWith } from '../../support/own-settings.ts';
import { offering, pressId } from '../../support/stage.ts';
import { temporaryFolder } from '../../support/store.ts';
import { localBotApi } from './support.ts';

const STEP = { timeoutMs: 20_000 };
const LISTEN = { host: '127.0.0.1', port: 0 };
const SILENT = createLog('silent', 'test');

/** A bot in this process with a listener for whoever watches, and what it logs. */
async function watchedBot(api: LocalBotApi, adminIds: number[], token: string | null = null) {
  const { path, remove } = await temporaryFolder();
  const lines: string[] = [];
  const settings = settingsWith({
    token: new Secret(api.token),
    apiRoot: api.url,
    adminIds,
    storeUrl: `lmdb:${path}`,
    watch: { listen: LISTEN, token: token === null ? null : new Secret(token) },
  });
  const log = createLog('info', 'test', { write: (line: string) => void lines.push(line) });
  const started = await startBot(settings, log);
  if (!started.ok) throw new Error(JSON.stringify(started.failure));
  const bot = started.value;
  onTestFinished(async () => {
    await bot.stop();
    await remove();
  });
  return { bot, lines };
}

async function get(
  { watchUrl }: Pick<Running, 'watchUrl'>,
  path: string,
  headers: Record<string, string> = {},
) {
  const answer = await fetch(`${watchUrl}${path}`, { headers });
  return { status: answer.status, text: await answer.text() };
}

/** Name and labels of every series. */
function seriesOf(text: string): { name: string; labels: Record<string, string>; value: number }[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value] = /^([a-zA-Z_:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/([a-z]+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, word]) => [key, word]);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
}

describe('whoever watches over the bot', () => {
  it('hears of the process itself, too, once the bot has begun its work', async () => {
    const api = await localBotApi();
    const { bot } = await watchedBot(api, [api.user().id]);
    await eventually(async () =>
      expect((await get(bot, '/metrics')).text).toContain('process_cpu_seconds_total'),
    );
  });

  it('is told that it is alive and ready, and what it has done, without a name of anybody', async () => {
    const api = await localBotApi();
    const admin = api.user({ firstName: 'Canary-Name', languageCode: 'en' });
    const { bot, lines } = await watchedBot(api, [admin.id]);
    await admin.send('/start');
    await admin.waitFor(({ from }) => from === 'bot', STEP);
    await admin.send('J50000062');
    await admin.waitFor(offering('no'), STEP);
    await pressId(admin, 'cancel');
    await admin.waitFor(/Case closed/, STEP);
    await bot.idle();

    expect(JSON.parse((await get(bot, '/health')).text)).toMatchObject({ alive: true });
    const ready = await get(bot, '/ready');
    expect([ready.status, JSON.parse(ready.text)]).toEqual([
      200,
      { ready: true, reasons: [], store: 'works', telegram: 'reached', updates: 'polling' },
    ]);
    const metrics = (await get(bot, '/metrics')).text;
    const series = seriesOf(metrics);
    const value = (name: string, labels: Record<string, string>) =>
      series.find((one) => one.name === name && Object.entries(labels).every(([k, v]) => one.labels[k] === v))
        ?.value;
    expect(value('unbind_updates_total', { kind: 'command', became: 'handled' })).toBe(1);
    expect(value('unbind_answer_seconds_count', { kind: 'text' })).toBe(1);
    expect(value('unbind_cases_total', { became: 'cancelled' })).toBe(1);
    expect(value('unbind_works', { part: 'telegram' })).toBe(1);
    expect(value('unbind_waiting', { line: 'updates' })).toBe(0);
    expect(value('unbind_agents', { state: 'online' })).toBe(0);
    expect(value('unbind_stages_total', { stage: 'assess' })).toBe(1);
    expect(value('unbind_cases_total', { became: 'opened' })).toBe(1);
    expect(value('unbind_bot_api_seconds_count', { method: 'sendMessage', end: 'ok' })).toBeGreaterThan(0);
    expect(value('unbind_store_seconds_count', { operation: 'set' })).toBeGreaterThan(0);
    for (const secret of [String(admin.id), 'Canary-Name', 'J50000062', api.token, api.token.slice(10)])
      expect(metrics).not.toContain(secret);

    const story = lines.map((line) => JSON.parse(line));
    const opened = story.find(({ msg }) => msg === 'case.opened');
    expect(opened).toMatchObject({
      case: expect.stringMatching(/^[0-9A-Z]{26}$/),
      update: expect.any(Number),
    });
    expect(story.filter((line) => line.case === opened.case).map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['case.opened', 'case.identified', 'case.closed', 'case']),
    );
    expect(story.filter(({ msg }) => msg === 'case')).toEqual([
      expect.objectContaining({ case: opened.case, outcome: 'cancelled', stage: 'assess' }),
    ]);
  });

  it('is told why it is not ready: another process takes the updates', async () => {
    const api = await localBotApi();
    const { bot } = await watchedBot(api, [1]);
    const ended = new AbortController();
    onTestFinished(() => ended.abort());
    void (async () => {
      // Whoever asks last has the updates: the bot's polls are answered with a conflict.
      const asked = `${api.url}/bot${api.token}/getUpdates?timeout=50`;
      while (!ended.signal.aborted)
        await fetch(asked, { signal: ended.signal }).then(
          (answer) => answer.text(),
          () => undefined,
        );
    })();
    await expect
      .poll(async () => JSON.parse((await get(bot, '/ready')).text).reasons, { timeout: 20_000 })
      .toEqual(['updates-conflict']);
    expect((await get(bot, '/ready')).status).toBe(503);
    const works = seriesOf((await get(bot, '/metrics')).text).filter(({ name }) => name === 'unbind_works');
    expect(works.map(({ labels, value }) => [labels.part, value])).toEqual([
      ['store', 1],
      ['telegram', 1],
      ['updates', 0],
    ]);
  });

  it('has to show the token where there is one, for every path', async () => {
    const api = await localBotApi();
    const token = 'Canary-Watch-Token-7';
    const { bot, lines } = await watchedBot(api, [1], token);
    for (const path of ['/health', '/ready', '/metrics', '/x']) {
      for (const headers of [{}, { authorization: 'Bearer no' }, { authorization: token }])
        expect((await get(bot, path, { ...headers })).status).toBe(401);
      expect((await get(bot, path, { authorization: `Bearer ${token}` })).status).toBe(
        path === '/x' ? 404 : 200,
      );
    }
    expect(lines.join()).not.toContain(token);
  });
});

describe('the listener', () => {
  const parts = {
    token: null,
    version: '0',
    metrics: createMetrics('0'),
    log: SILENT,
  };

  it('answers before the bot can do anything, and nothing but what is asked for', async () => {
    const server = await watchServer({ ...parts, listen: LISTEN, readiness: async () => null });
    if (!server.ok) throw new Error(server.failure);
    onTestFinished(server.value.close);
    const at = { watchUrl: server.value.url };
    expect(await get(at, '/ready')).toEqual({
      status: 503,
      text: JSON.stringify({ ready: false, reasons: ['not-running'] }),
    });
    expect((await get(at, '/health?x=1')).status).toBe(200);
    expect((await get(at, '/../metrics/')).status).toBe(404);
    expect((await fetch(`${at.watchUrl}/metrics`, { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('says in the system’s word why it cannot listen', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    const taken = await watchServer({
      ...parts,
      listen: { host: '127.0.0.1', port },
      readiness: async () => null,
    });
    expect(taken).toEqual({ ok: false, failure: 'EADDRINUSE' });
  });
});
