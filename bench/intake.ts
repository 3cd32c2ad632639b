/**
 * What a chat that Telegram holds up costs the others: how long 200 chats that write at the same moment wait for their
 * answers, without and beside one that has sent 250 messages and is under a flood wait of two minutes. Bot and Bot API share
 * this process, the rounds take turns. `npx tsx bench/intake.ts [--rounds 3]`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBot } from '../src/bot/start.ts';
import { createLog } from '../src/kernel/log.ts';
import { Secret } from '../src/kernel/secret.ts';
import { startLocalBotApi } from '../src/sandbox/telegram/local-bot-api.ts';
import type { SimUser } from '../src/sandbox/telegram/people.ts';
import { settingsWith } from '../test/support/own-settings.ts';
import { alternate, asked, beside, report, timed } from './bench.ts';

const CHATS = 200;
const STUCK_MESSAGES = 250;
const STEP = { timeoutMs: 600_000 };
const { rounds } = asked({ rounds: 3 });

const folder = await mkdtemp(join(tmpdir(), 'unbind-bench-'));
const api = await startLocalBotApi();
const people = Array.from({ length: CHATS }, () => api.user({ firstName: 'P', languageCode: 'en' }));
const stuck = api.user({ firstName: 'S', languageCode: 'en' });
const started = await startBot(
  settingsWith({
    token: new Secret(api.token),
    apiRoot: api.url,
    adminIds: [...people, stuck].map(({ id }) => id),
    storeUrl: `lmdb:${folder}`,
  }),
  createLog('silent', 'unbind-bot'),
);
if (!started.ok) throw new Error(started.failure.reason);
const bot = started.value;

/** Everybody writes at once. @returns how long each waited for the answer, ms */
function round(): Promise<number[]> {
  return Promise.all(
    people.map((person: SimUser) =>
      timed(async () => {
        await person.send('/help');
        await person.waitFor(({ from }) => from === 'bot', STEP);
      }),
    ),
  );
}

async function besideStuck(): Promise<number[]> {
  const release = api.fault({ kind: '429', chat: stuck.id, retryAfter: 120, times: 100_000 });
  for (let sent = 0; sent < STUCK_MESSAGES; sent++) await stuck.send('/help');
  const samples = await round();
  release();
  await bot.idle();
  return samples;
}

const waits = await alternate({ usual: round, beside: besideStuck }, rounds);
await bot.stop();
await api.close();
await rm(folder, { recursive: true });
const usual = { name: 'usual', rounds: waits.usual };
report([
  beside('answer beside a chat that is held up', 'ms', waits.beside, usual),
  beside('answer beside a chat that is held up, p99', 'ms', waits.beside, usual, { at: 0.99 }),
  beside('answer beside a chat that is held up, longest', 'ms', waits.beside, usual, { at: 1 }),
]);
