/**
 * What the operator's doctor says to set-ups that are broken one way each, against the sandbox's Bot API: what is wrong and
 * what to do, without what is right. Run: npx tsx scripts/doctor.ts [en] [ru]
 */
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { LANGUAGES } from '../locales/language.ts';
import { examine } from '../src/bot/cli/doctor/examine.ts';
import { takePlace } from '../src/bot/server/one-bot.ts';
import { textsFor } from '../src/kernel/all-texts.ts';
import { freeTcpPort } from '../src/sandbox/free-port.ts';
import { startLocalBotApi } from '../src/sandbox/telegram/local-bot-api.ts';
import { openStore } from '../src/store/open.ts';

interface BrokenSetUp {
  readonly what: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Puts into the folder what the trouble is made of. */
  readonly prepare?: (folder: string) => Promise<void>;
  /** A bot works with the store, as far as anybody can see. */
  readonly isRunning?: true;
  /** How far the clock is off, ms. */
  readonly offMs?: number;
}

const wanted = LANGUAGES.filter((language) => process.argv.slice(2).includes(language));
const api = await startLocalBotApi();
const another = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
const conflicted = createServer((_request, response) => {
  response.statusCode = 503;
  response.end(JSON.stringify({ ready: false, reasons: ['updates-conflict'] }));
}).listen(0, '127.0.0.1');
await Promise.all([another, conflicted].map((server) => once(server, 'listening')));
const portOf = (server: typeof another) => (server.address() as { port: number }).port;
const [certificate, itsKey] = ['cert.pem', 'key.pem'].map((name) => resolve('test/fixtures/tls', name));

const SET_UPS: readonly BrokenSetUp[] = [
  {
    what: 'settings mistyped',
    settings: { BOT_TOKEN: 'nonsense', HUB_LISTEN: '0.0.0.0:99999', LOG_LEVEL: 'loud' },
  },
  { what: 'a token of yesterday', settings: { BOT_TOKEN: `123456789:${'B'.repeat(35)}` } },
  { what: 'a clock ten minutes fast', settings: {}, offMs: 600_000 },
  {
    what: 'another program polls with the token, says the running bot',
    settings: { WATCH_LISTEN: `127.0.0.1:${portOf(conflicted)}` },
    isRunning: true,
  },
  {
    what: 'the port is taken, and something else answers there',
    settings: { HUB_LISTEN: `127.0.0.1:${portOf(another)}` },
  },
  {
    what: 'the folder of the store cannot be made',
    settings: {},
    prepare: (folder) => writeFile(join(folder, 'data'), ''),
  },
  {
    what: 'the store is something else’s file',
    settings: {},
    prepare: async (folder) => {
      await mkdir(join(folder, 'data'));
      await writeFile(join(folder, 'data', 'data.mdb'), 'x'.repeat(20_000));
    },
  },
  {
    what: 'a certificate with itself as the key',
    settings: { HUB_TLS_CERT: certificate ?? '', HUB_TLS_KEY: certificate ?? '' },
  },
  {
    what: 'a certificate that has ended',
    settings: { HUB_TLS_CERT: certificate ?? '', HUB_TLS_KEY: itsKey ?? '' },
    offMs: 200 * 365 * 86_400_000,
  },
  { what: 'a region pack that is not there', settings: { REGION_PACK: '/srv/pack.json' } },
  {
    what: 'a misspelt name in .env, which others may read',
    settings: {},
    prepare: async (folder) => {
      await writeFile(join(folder, '.env'), 'WEBHOK_URL=x\n');
      await chmod(join(folder, '.env'), 0o644);
    },
  },
];

for (const language of wanted.length > 0 ? wanted : (['en'] as const)) {
  const t = textsFor(language);
  for (const { what, settings, prepare, isRunning, offMs = 0 } of SET_UPS) {
    const folder = await mkdtemp(join(tmpdir(), 'unbind-doctor-'));
    await prepare?.(folder);
    const env = {
      BOT_TOKEN: api.token,
      ADMIN_IDS: '1',
      TELEGRAM_API_ROOT: api.url,
      STORE_URL: `lmdb:${join(folder, 'data')}`,
      HUB_LISTEN: `127.0.0.1:${await freeTcpPort()}`,
      REGION_PACK: 'default',
      READ_PRINT: 'off',
      WATCH_LISTEN: 'off',
      ...settings,
    };
    const end = isRunning ? await pretendToRun(join(folder, 'data')) : undefined;
    const checks = await examine(env, folder, null, () => Date.now() + offMs);
    await end?.();
    console.log(`\n## ${what}`);
    for (const one of checks)
      if (one.result !== 'ok') console.log(`${one.result === 'failed' ? '✗' : '!'} ${one.sentence(t)}`);
    await rm(folder, { recursive: true });
  }
}
another.close();
conflicted.close();
await api.close();

/** Takes the place of the bot of a store. @returns what gives it back */
async function pretendToRun(folder: string): Promise<() => Promise<void>> {
  const store = await openStore(`lmdb:${folder}`);
  if (!store.ok) throw new Error(store.failure.reason);
  const place = await takePlace(store.value, folder, Date.now);
  return async () => {
    if (place.ok) await place.value.leave();
    await store.value.close();
  };
}
