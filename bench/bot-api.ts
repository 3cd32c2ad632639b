/**
 * CPU time of one Bot API call: our client (undici) beside telegraf's own (node-fetch), in the same run against the
 * same server, which is a process of its own so that its work is not counted. `npx tsx bench/bot-api.ts [--rounds 7] [--calls 1500]`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Telegram } from 'telegraf';
import { TelegramClient } from '../src/bot/telegram/client.ts';
import { ok } from '../src/kernel/result.ts';
import { Secret } from '../src/kernel/secret.ts';
import { alternate, asked, beside, report } from './bench.ts';

const TOKEN = `123456789:${'B'.repeat(35)}`;
const ANSWER = JSON.stringify({
  ok: true,
  result: {
    message_id: 1,
    date: 1,
    chat: { id: 1, type: 'private', first_name: 'A' },
    text: 'x'.repeat(200),
  },
});

/** The other process: answers every call the same. */
async function serve(): Promise<void> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
  process.once('disconnect', () => process.exit());
}

/** What a bot says most: a sentence with buttons. */
const MESSAGE = {
  chat_id: 1,
  text: 'x'.repeat(300),
  parse_mode: 'HTML',
  reply_markup: {
    inline_keyboard: Array.from({ length: 4 }, (_, n) => [
      { text: `Button ${n}`, callback_data: `f:abcd:${n}` },
    ]),
  },
} as const;

/** @returns CPU microseconds a call, the client's process only */
async function cpuPerCall(client: Telegram, calls: number): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < calls; n++) await client.callApi('sendMessage', MESSAGE);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

async function measure(): Promise<void> {
  const { rounds, calls } = asked({ rounds: 7, calls: 1500 });
  const server = fork(fileURLToPath(import.meta.url), ['serve']);
  const [port] = (await once(server, 'message')) as [number];
  const apiRoot = `http://127.0.0.1:${port}`;
  const ours = new TelegramClient({
    token: new Secret(TOKEN),
    apiRoot,
    blobs: { get: async () => ok(undefined) },
    pace: null,
  });
  const telegraf = new Telegram(TOKEN, { apiRoot });
  const cpu = await alternate(
    { ours: () => cpuPerCall(ours, calls), telegraf: () => cpuPerCall(telegraf, calls) },
    rounds,
  );
  await ours.disconnect();
  server.disconnect();
  report([beside('CPU of a call', 'us', cpu.ours, { name: 'telegraf', rounds: cpu.telegraf })]);
}

if (process.argv[2] === 'serve') await serve();
else await measure();
