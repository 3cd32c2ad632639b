import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { type Bot, createBot } from '../../../src/bot/bot.ts';
import { createAccess } from '../../../src/bot/door/access.ts';
import { keyFor } from '../../../src/bot/keys.ts';
import { loadOperatorData } from '../../../src/bot/operator-data.ts';
import { TelegramClient } from '../../../src/bot/telegram/client.ts';
import { createIntake } from '../../../src/bot/telegram/intake.ts';
import { createHub } from '../../../src/hub/hub.ts';
import { LOOPBACK_PROXIES } from '../../../src/hub/proxies.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { createLabelReader } from '../../../src/label/reader.ts';
import { startLocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { hopeless } from '../label/photos.ts';

/** Steps of a chat with a machine that is busy with other tests. */
const STEP = { timeoutMs: 40_000 };
const LATE = /took too long/;

/** The real bot on a local Bot API, with one process for photos that is killed soon. */
async function openBot() {
  const folder = await temporaryFolder();
  const store = await openTestStore(folder.path);
  const api = await startLocalBotApi();
  const people = ['Ann', 'Bob', 'Cid'].map((firstName) => api.user({ firstName, languageCode: 'en' }));
  const token = new Secret(api.token);
  const log = createLog('silent', 'unbind-bot', { write: () => undefined });
  const client = new TelegramClient({
    token,
    apiRoot: api.url,
    pace: null,
    blobs: { get: async () => ok(undefined) },
  });
  const me = await client.tryCall('getMe', {});
  const data = await loadOperatorData(null, Date.now());
  if (!me.ok || !data.ok) throw new Error('the bot can not be built');
  const audit = createAudit(store, Date.now);
  const hub = createHub({
    store,
    log,
    onEvent: async () => true,
    onPairing: async () => undefined,
    onOnline: () => undefined,
    onGuessing: () => undefined,
    proxies: LOOPBACK_PROXIES,
  });
  // The ladder takes seconds over a hopeless photo.
  const labels = createLabelReader({
    workers: 1,
    text: false,
    second: false,
    budgetMs: 600_000,
    killAfterMs: 1000,
    answerMs: 600_000,
    log,
  });
  let bot: Bot | undefined;
  const intake = createIntake({
    client,
    me: me.value,
    settings: { updates: { mode: 'polling' } },
    store,
    key: keyFor(token, 'updates'),
    afterCrash: false,
    log,
    admit: (update) => bot?.admit(update) ?? 'out',
    arrived: (update) => bot?.arrived(update),
    handle: async (update) => (bot ? bot.handle(update) : fail('busy')),
    tell: async (chatId, word) => (bot ? bot.tellOfUpdates(chatId, word) : false),
    onEnd: () => undefined,
  });
  bot = createBot({
    storeState: async () => 'works',
    store,
    client,
    me: me.value,
    audit,
    access: createAccess({
      store,
      audit,
      adminIds: people.map(({ id }) => id),
      key: keyFor(token, 'invitations'),
    }),
    directory: hub.directory,
    desk: hub.desk,
    labels,
    region: data.value.pack,
    catalogue: data.value.catalogue,
    buttonKey: keyFor(token, 'buttons'),
    pins: { asked: false, key: keyFor(token, 'pins') },
    hubUrl: 'http://127.0.0.1',
    log,
  });
  const running = bot;
  const started = [await running.start(), await intake.start()];
  if (!started.every((one) => one.ok)) throw new Error('the bot does not start');
  return {
    people,
    async close() {
      await intake.stop();
      await running.stop();
      await labels.close();
      await hub.close();
      await client.disconnect();
      await api.close();
      await store.close();
      await folder.remove();
    },
  };
}

describe('a photo on which the process that reads it dies', () => {
  let house: Awaited<ReturnType<typeof openBot>>;
  beforeAll(async () => {
    house = await openBot();
  }, 60_000);
  afterAll(() => house.close(), 60_000);

  it('is one sentence to the technician who sent it; others are answered meanwhile', async () => {
    const [ann, bob, cid] = house.people;
    if (!ann || !bob || !cid) throw new Error('nobody is there');
    const bad = await hopeless();
    for (const person of [ann, cid]) await person.sendDocument(bad, 'label.png', 'image/png');
    // Two processes have to start and die before Cid hears of it.
    await bob.send('J50000063');
    await bob.waitFor(/Serial number.*J50000063/, STEP);
    expect(cid.transcript()).not.toMatch(LATE);
    for (const person of [ann, cid]) await person.waitFor(LATE, STEP);
    expect(ann.transcript().match(new RegExp(LATE, 'g'))).toHaveLength(1);
    expect(bob.transcript()).not.toMatch(LATE);
    await ann.send('J50000062');
    await ann.waitFor(/Serial number.*J50000062/, STEP);
  }, 120_000);
});
