/** The matrix's technician (test/support/matrix-walk.ts): his walk has an end whatever is said to him. */
import type { Update } from 'grammy/types';
import { expect, it } from 'vitest';
import { walkCase } from '../../support/matrix-walk.ts';
import { call, start } from './helpers.ts';

const HOUR_MS = 3_600_000;
const WALK = {
  device: 'AC7100001',
  serial: 'AC7100001',
  picture: '22222',
  refresh: false,
  silenceMs: HOUR_MS,
};
const ASKED = {
  text: 'Go on?',
  reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'a:on' }]] },
};

it('is over when its time is, in the middle of a silence', async () => {
  const api = await start();
  const technician = api.user();
  const over = new AbortController();
  const walking = walkCase(technician, { ...WALK, over: over.signal });
  await call(api, 'sendMessage', { chat_id: technician.id, ...ASKED });
  const { result: named } = await call<Update[]>(api, 'getUpdates', { timeout: 30 });
  const offset = (named[0]?.update_id ?? 0) + 1;
  const { result: pressed } = await call<Update[]>(api, 'getUpdates', { timeout: 30, offset });
  expect(pressed).toMatchObject([{ callback_query: { data: 'a:on' } }]);
  over.abort();
  expect(await walking).toMatchObject({ end: 'lost', pressed: ['on'] });
});

it('is over when its time is, though there is something to press', async () => {
  const api = await start();
  const technician = api.user();
  const walking = walkCase(technician, { ...WALK, over: AbortSignal.abort() });
  await call(api, 'sendMessage', { chat_id: technician.id, ...ASKED });
  expect(await walking).toMatchObject({ end: 'lost', pressed: [] });
});
