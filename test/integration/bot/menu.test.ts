/** The menu of commands is a courtesy: a Telegram that does not take it keeps nobody waiting. */
import { expect, it, onTestFinished } from 'vitest';
import { startBot } from '../../../src/bot/start.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import { settingsWith } from '../../support/own-settings.ts';
import { temporaryFolder } from '../../support/store.ts';
import { localBotApi } from './support.ts';

it('is waited for by nobody: a person is answered while Telegram has not taken it, and the bot ends', async () => {
  const { path, remove } = await temporaryFolder();
  const api = await localBotApi();
  const admin = api.user({ languageCode: 'en' });
  // Half a minute each, and there are two languages.
  api.fault({ method: 'setMyCommands', kind: 'half-open' });
  api.fault({ method: 'setMyCommands', kind: 'half-open' });
  await admin.send('/start');
  const started = await startBot(
    settingsWith({
      token: new Secret(api.token),
      apiRoot: api.url,
      adminIds: [admin.id],
      storeUrl: `lmdb:${path}`,
    }),
    createLog('silent', 'test'),
  );
  if (!started.ok) throw new Error(JSON.stringify(started.failure));
  onTestFinished(remove);
  await admin.waitFor(({ from }) => from === 'bot', { timeoutMs: 20_000 });
  await started.value.stop();
  expect(api.calls.some(({ method }) => method === 'setMyCommands')).toBe(true);
});
