/**
 * A bot that only prints what it gets: the process that is killed in intake.test.ts. `hang` is never finished. Arguments: the
 * API's root, the folder of the store.
 */
import { pino } from 'pino';
import { TelegramClient } from '../../../src/bot/telegram/client.ts';
import { createIntake } from '../../../src/bot/telegram/intake.ts';
import { ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { openStore } from '../../../src/store/open.ts';

const client = new TelegramClient({
  token: new Secret(process.env.ECHO_BOT_TOKEN ?? ''),
  apiRoot: process.argv[2] ?? '',
  blobs: { get: async () => ok(undefined) },
});
const store = await openStore(`lmdb:${process.argv[3]}`);
if (!store.ok) throw new Error(store.failure.reason);
const me = await client.tryCall('getMe', {});
if (!me.ok) throw me.failure;
const intake = createIntake({
  client,
  me: me.value,
  settings: { updates: { mode: 'polling' } },
  store: store.value,
  key: new Secret(new Uint8Array(32).fill(7)),
  afterCrash: false,
  admit: () => 'in',
  arrived: () => undefined,
  tell: async () => true,
  log: pino({ level: 'warn' }, pino.destination(2)),
  onEnd: (reason) => {
    throw new Error(reason);
  },
  handle: async (update) => {
    const text = update.message?.text ?? '';
    process.stdout.write(`got ${text}\n`);
    if (text === 'hang') await new Promise(() => undefined);
    process.stdout.write(`done ${text}\n`);
    return ok(undefined);
  },
});
await intake.start();
