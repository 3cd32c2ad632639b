/** The operator's doctor before set-ups that are broken one way each: it names that, and the cure. */
import { once } from 'node:events';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { bundleOf, writeBundle } from '../../../src/bot/cli/doctor/bundle.ts';
import type { Check } from '../../../src/bot/cli/doctor/check.ts';
import { examine } from '../../../src/bot/cli/doctor/examine.ts';
import type { Launch } from '../../../src/bot/compiled.ts';
import { takePlace } from '../../../src/bot/server/one-bot.ts';
import { startBot } from '../../../src/bot/start.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { freeTcpPort } from '../../../src/sandbox/free-port.ts';
import { type LocalBotApi, startLocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import { settingsWith } from '../../support/own-settings.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';

let api: LocalBotApi;
beforeAll(async () => {
  api = await startLocalBotApi();
});
afterAll(() => api.close());

const MINUTE = 60_000;
const TLS = new URL('../../fixtures/tls/', import.meta.url);

async function setUp(own: Record<string, string> = {}, clock: () => number = Date.now) {
  const { path: folder, remove } = await temporaryFolder();
  onTestFinished(remove);
  const env = {
    BOT_TOKEN: api.token,
    ADMIN_IDS: '1',
    TELEGRAM_API_ROOT: api.url,
    STORE_URL: `lmdb:${join(folder, 'data')}`,
    HUB_LISTEN: `127.0.0.1:${await freeTcpPort()}`,
    REGION_PACK: 'ru',
    READ_PRINT: 'off',
    WATCH_LISTEN: `127.0.0.1:${await freeTcpPort()}`,
    ...own,
  };
  return { folder, env, look: () => examine(env, folder, null, clock) };
}

const words = (checks: readonly Check[], result: Check['result']) =>
  checks.filter((one) => one.result === result).map(({ check, detail }) => `${check}.${detail}`);
const sentenceOf = (checks: readonly Check[], word: string) =>
  checks.find(({ check, detail }) => `${check}.${detail}` === word)?.sentence(textsFor('en'));

it('says of what is compiled only what it can tell: .env comes too late for the flags of node', async () => {
  const { folder, env } = await setUp();
  const found = async (state: ReturnType<Launch['state']>, started: string, ofEnv: string) => {
    const launch = { file: '', nodeOptions: started, state: () => state, compiled: () => Buffer.alloc(0) };
    const checks = await examine({ ...env, NODE_OPTIONS: ofEnv }, folder, launch, Date.now);
    return checks
      .filter(({ check }) => check === 'compiled')
      .map(({ result, detail }) => `${result} ${detail}`);
  };
  const flags = '--max-old-space-size=512';
  expect(await found('used', '', '')).toEqual(['ok used']);
  expect(await found('used', flags, flags)).toEqual(['ok used']);
  expect(await found('used', '', flags)).toEqual(['warning untold']);
  expect(await found('other-flags', '', flags)).toEqual(['warning untold']);
  expect(await found('other-flags', flags, flags)).toEqual(['warning other-flags']);
  expect(await found('absent', '', flags)).toEqual(['warning absent']);
});

it('finds nothing wrong before the first start, and makes nothing', async () => {
  const { folder, look } = await setUp();
  const checks = await look();
  expect(words(checks, 'failed')).toEqual([]);
  expect(words(checks, 'ok')).toEqual(
    expect.arrayContaining(['token.good', 'clock.right', 'store.new', 'port.free', 'pack.good']),
  );
  await expect(stat(join(folder, 'data'))).rejects.toThrow();
});

it('names the bot that runs, and asks it whether it is ready, without taking an update from it', async () => {
  const { env, look } = await setUp();
  const [host = '', port = ''] = env.HUB_LISTEN.split(':');
  const settings = settingsWith({
    token: new Secret(api.token),
    apiRoot: api.url,
    adminIds: [1],
    storeUrl: env.STORE_URL,
  });
  const bot = await startBot(
    {
      ...settings,
      hub: { ...settings.hub, listen: { host, port: Number(port) } },
      watch: { listen: { host, port: Number(env.WATCH_LISTEN.split(':')[1]) }, token: null },
    },
    createLog('silent', 'test'),
  );
  if (!bot.ok) throw new Error(bot.failure.detail);
  const checks = await look();
  await bot.value.stop();
  expect(words(checks, 'failed')).toEqual([]);
  expect(words(checks, 'ok')).toEqual(
    expect.arrayContaining(['bot.runs', 'ready.yes', 'hub.reached', 'store.whole']),
  );
}, 60_000);

it('wrong settings: every one by name', async () => {
  const { look } = await setUp({ BOT_TOKEN: 'nonsense', HUB_LISTEN: 'here' });
  expect(words(await look(), 'failed')).toEqual([
    'settings.BOT_TOKEN malformed',
    'settings.HUB_LISTEN malformed',
  ]);
});

it('a token that Telegram refuses', async () => {
  const { look } = await setUp({ BOT_TOKEN: `123456789:${'B'.repeat(35)}` });
  expect(words(await look(), 'failed')).toEqual(['token.refused']);
});

it('a Telegram that is not reached', async () => {
  const { look } = await setUp({ TELEGRAM_API_ROOT: `http://127.0.0.1:${await freeTcpPort()}` });
  expect(words(await look(), 'failed')).toEqual(['token.unreached']);
});

it('a clock that is wrong', async () => {
  const { look } = await setUp({}, () => Date.now() + 10 * MINUTE);
  const checks = await look();
  expect(words(checks, 'failed')).toEqual(['clock.off']);
  expect(sentenceOf(checks, 'clock.off')).toContain('timedatectl set-ntp true');
});

it('a port that another program has', async () => {
  const { look } = await setUp({ HUB_LISTEN: `127.0.0.1:${await listening()}` });
  expect(words(await look(), 'failed')).toEqual(expect.arrayContaining(['port.taken', 'hub.another']));
});

it('an address that is not this machine’s', async () => {
  // Of a class of which no machine has one.
  const { look } = await setUp({ HUB_LISTEN: '240.0.0.1:8443', HUB_PUBLIC_URL: 'http://127.0.0.1:1' });
  expect(words(await look(), 'failed')).toEqual(['port.notOurs']);
});

it('a public address behind which something else answers', async () => {
  const { look } = await setUp({ HUB_PUBLIC_URL: `http://127.0.0.1:${await listening()}` });
  expect(words(await look(), 'failed')).toEqual(['hub.another']);
});

it('a store of something else, and a folder that cannot be made', async () => {
  const { folder, env, look } = await setUp();
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'data', 'data.mdb'), 'x'.repeat(20_000));
  expect(words(await look(), 'failed')).toEqual(['store.foreign']);
  await writeFile(join(folder, 'file'), '');
  const below = { ...env, STORE_URL: `lmdb:${join(folder, 'file', 'data')}` };
  expect(words(await examine(below, folder, null, Date.now), 'failed')).toEqual([
    expect.stringMatching(/^store\./),
  ]);
});

it('no bot that runs: its store is whole, and it says so', async () => {
  const { env, look } = await setUp();
  const store = await openTestStore(env.STORE_URL.replace('lmdb:', ''));
  await store.close();
  const checks = await look();
  expect(words(checks, 'failed')).toEqual([]);
  expect(words(checks, 'warning')).toContain('bot.none');
});

it('a certificate that is none, or which has ended', async () => {
  const file = (name: string) => new URL(name, TLS).pathname;
  const none = await setUp({ HUB_TLS_CERT: file('cert.pem'), HUB_TLS_KEY: file('cert.pem') });
  expect(words(await none.look(), 'failed')).toContain('tls.noPem');
  const files = { HUB_TLS_CERT: file('cert.pem'), HUB_TLS_KEY: file('key.pem') };
  const ended = await setUp(files, () => Date.now() + 200 * 365 * 24 * 60 * MINUTE);
  expect(words(await ended.look(), 'failed')).toContain('tls.expired');
});

it('a token that another program polls with, as the running bot tells it', async () => {
  const port = await listening(JSON.stringify({ ready: false, reasons: ['updates-conflict'] }), 503);
  const { folder, env } = await setUp({ WATCH_LISTEN: `127.0.0.1:${port}` });
  const store = await openTestStore(join(folder, 'data'));
  const place = await takePlace(store, join(folder, 'data'), Date.now);
  const checks = await examine(env, folder, null, Date.now);
  if (place.ok) await place.value.leave();
  await store.close();
  // The hub of this bot is not there, which is said as well.
  expect(words(checks, 'failed')).toEqual(['updates.conflict', 'hub.refused']);
  expect(sentenceOf(checks, 'updates.conflict')).toContain('another program polls with the same token');
});

it('a token with the webhook of another program', async () => {
  const other = await startLocalBotApi();
  onTestFinished(() => other.close());
  await fetch(`${other.url}/bot${other.token}/setWebhook?url=https%3A%2F%2Fother.example%2Fx`);
  const { look } = await setUp({ BOT_TOKEN: other.token, TELEGRAM_API_ROOT: other.url });
  expect(words(await look(), 'failed')).toEqual(['updates.webhookElsewhere']);
});

it('a pack that cannot be used', async () => {
  const { look } = await setUp({ REGION_PACK: '/nonexistent.json' });
  expect(words(await look(), 'failed')).toEqual(['pack.unusable']);
});

it('a misspelt name in .env, and an .env that others may read', async () => {
  const { folder, look } = await setUp();
  await writeFile(join(folder, '.env'), 'BOT_TOKN=1\nHTTPS_PROXY=\n');
  await chmod(join(folder, '.env'), 0o644);
  const checks = await look();
  expect(words(checks, 'warning')).toEqual(expect.arrayContaining(['settings.unknown', 'settings.exposed']));
  expect(sentenceOf(checks, 'settings.exposed')).toContain(`chmod 600 ${join(folder, '.env')}`);
  expect(sentenceOf(checks, 'settings.unknown')).toContain('BOT_TOKN');
});

it('puts what support needs into a new file of the operator’s own, without a secret', async () => {
  const { folder, env, look } = await setUp({ FIRM: 'Vector', ADMIN_IDS: '778899' });
  const store = await openTestStore(env.STORE_URL.replace('lmdb:', ''));
  await store.close();
  const text = await bundleOf(env, await look(), textsFor('en'), Date.now());
  for (const hidden of [api.token, '778899', 'Vector']) expect(text).not.toContain(hidden);
  const bundle = JSON.parse(text) as { settings: string[]; findings: unknown[]; store: object };
  expect(bundle.settings).toEqual(expect.arrayContaining(['BOT_TOKEN', 'FIRM', 'ADMIN_IDS']));
  expect(bundle.findings.length).toBeGreaterThan(5);
  expect(bundle.store).not.toBeNull();
  const file = join(folder, 'bundle.json');
  expect(await writeBundle(file, text)).toMatchObject({ ok: true });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  // Nothing is written over, and nothing through a link.
  await symlink(join(folder, 'elsewhere'), join(folder, 'link'));
  expect(await writeBundle(join(folder, 'link'), text)).toEqual({ ok: false, failure: 'EEXIST' });
  expect(await writeBundle(file, 'other')).toEqual({ ok: false, failure: 'EEXIST' });
  expect(await readFile(file, 'utf8')).toBe(text);
});

/** A program that answers everything alike. @returns its port */
async function listening(answer = 'hello', status = 200): Promise<number> {
  const server: Server = createServer((_request, response) => {
    response.statusCode = status;
    response.end(answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
