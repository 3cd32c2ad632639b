/** `init`: an operator who gets everything wrong once, and ends with an `.env` the bot starts with. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { initDialogue } from '../../../src/bot/cli/init/dialogue.ts';
import { startIdTeller } from '../../../src/bot/cli/init/id-teller.ts';
import { readSettings } from '../../../src/bot/settings.ts';
import { TelegramClient } from '../../../src/bot/telegram/client.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { freeTcpPort } from '../../../src/sandbox/free-port.ts';
import { type LocalBotApi, startLocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import { temporaryFolder } from '../../support/store.ts';

let api: LocalBotApi;
beforeAll(async () => {
  api = await startLocalBotApi();
});
afterAll(() => api.close());

const t = textsFor('en');

async function talk(answers: readonly (string | null | (() => Promise<string>))[]) {
  const { path: folder, remove } = await temporaryFolder();
  onTestFinished(remove);
  const said: string[] = [];
  const asked: string[] = [];
  const left = [...answers];
  const run = () =>
    initDialogue({
      t,
      env: { TELEGRAM_API_ROOT: api.url },
      folder,
      command: 'unbind-bot run',
      say: (line) => void said.push(line),
      ask: async (question) => {
        asked.push(question);
        const answer = left.shift() ?? null;
        return typeof answer === 'function' ? answer() : answer;
      },
    });
  return { folder, said, asked, run, left };
}

it('asks again until an answer will do, and writes what the bot starts with, for its owner alone', async () => {
  const olga = api.user({ firstName: 'Olga', languageCode: 'en' });
  const port = await freeTcpPort();
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  onTestFinished(() => void taken.close());
  const address = taken.address();
  const takenPort = address !== null && typeof address === 'object' ? address.port : 0;
  const { folder, said, asked, run, left } = await talk([
    'token',
    `123456789:${'B'.repeat(35)}`,
    api.token,
    'me',
    async () => {
      // The bot is not running yet: init answers for it.
      await olga.send('/id');
      const { text } = await olga.waitFor(/Your Telegram user id/);
      return /\d+/.exec(text)?.[0] ?? '';
    },
    'here',
    `127.0.0.1:${takenPort}`,
    `127.0.0.1:${port}`,
    'http://bot.example.org',
    '',
    'atlantis',
    'ru',
  ]);
  expect(await run(), said.join('\n')).toBe(true);
  expect(left).toEqual([]);
  const file = join(folder, '.env');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const text = await readFile(file, 'utf8');
  const read = readSettings(parse(text));
  expect(read.ok && { ...read.value, token: read.value.token.reveal() }).toMatchObject({
    token: api.token,
    adminIds: [olga.id],
    hub: { listen: { host: '127.0.0.1', port } },
    regionPack: 'ru',
  });
  expect([...said, ...asked].join('\n')).not.toContain(api.token);
  for (const sentence of [
    'init.tokenShape',
    'init.tokenRefused',
    'init.adminShape',
    'init.listenTaken',
  ] as const)
    expect(said).toContain(t(`operator:${sentence}`));
}, 60_000);

it('writes nothing where the operator leaves, and nothing over an .env that is there', async () => {
  const { folder, said, run } = await talk([api.token, null]);
  expect(await run()).toBe(false);
  expect(said.at(-1)).toBe(t('operator:init.stopped'));
  await writeFile(join(folder, '.env'), 'FIRM=Vector\n');
  expect(await run()).toBe(false);
  expect(said.at(-1)).toBe(t('operator:init.exists'));
  expect(await readFile(join(folder, '.env'), 'utf8')).toBe('FIRM=Vector\n');
});

it('tells who writes /id their own id, once for each time, and leaves every update to the bot', async () => {
  const client = new TelegramClient({
    token: new Secret(api.token),
    apiRoot: api.url,
    pace: null,
    blobs: { get: async () => ({ ok: true, value: undefined }) },
  });
  onTestFinished(() => client.disconnect());
  const ann = api.user({ firstName: 'Ann', languageCode: 'en' });
  await ann.send('Hello');
  const teller = await startIdTeller(client);
  expect(teller.isAlone).toBe(true);
  await ann.send('/id');
  await ann.waitFor(({ text }) => text === `Your Telegram user id: ${ann.id}`);
  await teller.stop();
  expect(ann.messages.filter(({ text }) => text.startsWith('Your Telegram')).length).toBe(1);
  const waiting = await client.tryCall('getUpdates', { timeout: 0 });
  const texts = waiting.ok ? waiting.value.map(({ message }) => message?.text) : [];
  expect(texts).toEqual(expect.arrayContaining(['Hello', '/id']));
});
