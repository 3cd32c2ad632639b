/**
 * What a chat that Telegram holds up costs the others: how long 200 chats that write at the same moment wait for their
 * answers, without and beside one that has sent 250 messages and is under a flood wait of two minutes. Bot and Bot API share
 * this process, the rounds take turns. Run: npx tsx bench/intake.ts [rounds]
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

const CHATS = 200;
const STUCK_MESSAGES = 250;
const STEP = { timeoutMs: 600_000 };
const rounds = Number(process.argv[2] ?? 4);

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

/** Everybody writes at once. @returns how long each waited for the answer, ms, ascending */
async function round(): Promise<number[]> {
  const waits = people.map(async (person: SimUser) => {
    const begun = performance.now();
    await person.send('/help');
    await person.waitFor(({ from }) => from === 'bot', STEP);
    return performance.now() - begun;
  });
  return (await Promise.all(waits)).sort((one, other) => one - other);
}

await round();
const times: Record<'usual' | 'beside', number[]> = { usual: [], beside: [] };
for (let n = 0; n < rounds; n++) {
  times.usual.push(...(await round()));
  const release = api.fault({ kind: '429', chat: stuck.id, retryAfter: 120, times: 100_000 });
  for (let sent = 0; sent < STUCK_MESSAGES; sent++) await stuck.send('/help');
  times.beside.push(...(await round()));
  release();
  await started.value.idle();
}
for (const list of Object.values(times)) list.sort((one, other) => one - other);
const at = (list: number[], part: number) =>
  list[Math.min(list.length - 1, Math.floor(list.length * part))] ?? 0;
for (const [name, part] of [
  ['median', 0.5],
  ['99 of 100', 0.99],
  ['longest', 1],
] as const) {
  const [usual, beside] = [at(times.usual, part), at(times.beside, part)];
  console.log(
    `${name.padEnd(10)} usual ${usual.toFixed(0).padStart(6)} ms   beside a chat that is held up ${beside.toFixed(0).padStart(6)} ms   ${(beside / usual).toFixed(2)} times`,
  );
}
await started.value.stop();
await api.close();
await rm(folder, { recursive: true });
