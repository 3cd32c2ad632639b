import type { Update } from 'grammy/types';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createOutage } from '../../../src/bot/house/outage.ts';
import { createTelegram } from '../../../src/bot/house/telegram.ts';
import type { StoreState } from '../../../src/bot/server/store-health.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import type { LocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import { clientFor, localBotApi } from './support.ts';

const log = pino({ level: 'silent' });
const SORRY = { en: textsFor('en')('bot:outage.sorry'), ru: textsFor('ru')('bot:outage.sorry') };

/** A house with one admin whose store is as `state` says. */
async function outOfOrder() {
  const api = await localBotApi();
  const client = clientFor(api);
  const admin = api.user({ firstName: 'Admin' });
  await admin.send('/start');
  const house = { state: 'full' as StoreState, asked: 0 };
  const outage = createOutage({
    telegram: createTelegram(client.tryCall.bind(client), log),
    admins: [admin.id],
    storeState: async () => {
      house.asked += 1;
      return house.state;
    },
    log,
    againMs: 10,
  });
  onTestFinished(() => outage.stop());
  return { api, admin, house, outage };
}

/** What somebody wrote, as Telegram hands it to a bot again and again. */
async function written(
  api: LocalBotApi,
  language: string,
): Promise<{ person: ReturnType<LocalBotApi['user']>; update: Update }> {
  const person = api.user({ languageCode: language });
  await person.send('hello');
  const client = clientFor(api);
  const got = await client.tryCall('getUpdates', { offset: -1 });
  if (!got.ok) throw got.failure;
  const update = got.value.at(-1);
  if (!update) throw new Error('no update');
  return { person, update };
}

const fromBot = (person: { messages: readonly { from: string; text: string }[] }) =>
  person.messages.filter(({ from }) => from === 'bot').map(({ text }) => text);

describe('a store out of order', () => {
  it.each(['en', 'ru'] as const)(
    'is told to whoever writes once, in %s, and again when it works',
    async (language) => {
      const { api, house, outage } = await outOfOrder();
      const { person, update } = await written(api, language);
      for (let times = 0; times < 5; times++) outage.noticed(update);
      await person.waitFor(({ text }) => text === SORRY[language]);
      house.state = 'works';
      await person.waitFor(({ text }) => text === textsFor(language)('bot:outage.again'), { after: 'start' });
      await outage.stop();
      expect(fromBot(person)).toHaveLength(2);
    },
  );

  it('is told to admins in every language, with what to do, once', async () => {
    const { api, admin, house, outage } = await outOfOrder();
    for (const language of ['en', 'ru']) outage.noticed((await written(api, language)).update);
    await admin.waitFor(/disk is full/);
    await admin.waitFor(/Диск бота заполнен/, { after: 'start' });
    house.state = 'works';
    await admin.waitFor(/works again/, { after: 'start' });
    await outage.stop();
    expect(fromBot(admin)).toHaveLength(2);
  });

  it('is told anew to admins when it turns out to be something else', async () => {
    const { api, admin, house, outage } = await outOfOrder();
    const { update } = await written(api, 'en');
    outage.noticed(update);
    await admin.waitFor(/disk is full/);
    house.state = 'damaged';
    outage.noticed(update);
    await admin.waitFor(/store is damaged/);
  });

  it('is not told where the store works: something else was in the way', async () => {
    const { api, admin, house, outage } = await outOfOrder();
    house.state = 'works';
    const { person, update } = await written(api, 'en');
    outage.noticed(update);
    await outage.stop();
    expect(house.asked).toBe(1);
    expect([...fromBot(person), ...fromBot(admin)]).toEqual([]);
  });
});
