/**
 * The real bot with its hub in this process, by a clock that goes on when the test says so, and a real laptop behind a line
 * that can be cut: for what happens when nothing comes for a while.
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Language } from '../../locales/language.ts';
import { startBot } from '../../src/bot/start.ts';
import { LOOPBACK_PROXIES } from '../../src/hub/proxies.ts';
import { createLog } from '../../src/kernel/log.ts';
import { Secret } from '../../src/kernel/secret.ts';
import type { DeviceSpec } from '../../src/sandbox/device/device.ts';
import { createEmulatedLan } from '../../src/sandbox/device/lan.ts';
import { freeTcpPort } from '../../src/sandbox/free-port.ts';
import { createLaptop, type Laptop } from '../../src/sandbox/laptop.ts';
import { pairLaptop } from '../../src/sandbox/pairing.ts';
import { startLocalBotApi } from '../../src/sandbox/telegram/local-bot-api.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { type Line, openLine } from './line.ts';
import { settingsWith } from './own-settings.ts';
import { temporaryFolder } from './store.ts';

export interface ClockedHouse {
  readonly technician: SimUser;
  /** Paired, and not started. */
  readonly laptop: Laptop;
  readonly line: Line;
  /** Lets the clock of bot and hub go on by `ms`. */
  passTime(ms: number): void;
  close(): Promise<void>;
}

export async function openClockedHouse(
  devices: readonly DeviceSpec[],
  language: Language = 'en',
): Promise<ClockedHouse> {
  const folder = await temporaryFolder();
  const lan = await createEmulatedLan({ devices, port: 0 });
  const api = await startLocalBotApi();
  const technician = api.user({ firstName: 'Alex', languageCode: language });
  const port = await freeTcpPort();
  const url = `http://127.0.0.1:${port}`;
  let ahead = 0;
  const started = await startBot(
    settingsWith({
      token: new Secret(api.token),
      apiRoot: api.url,
      adminIds: [technician.id],
      storeUrl: `lmdb:${join(folder.path, 'store')}`,
      hub: { listen: { host: '127.0.0.1', port }, publicUrl: null, tls: null, proxies: LOOPBACK_PROXIES },
      updates: {
        mode: 'webhook',
        url: `${url}/telegram`,
        path: '/telegram',
        secret: new Secret(randomBytes(24).toString('base64url')),
      },
    }),
    createLog('silent', 'unbind-bot'),
    null,
    undefined,
    () => Date.now() + ahead,
  );
  if (!started.ok)
    throw new Error(`the bot did not start: ${started.failure.reason} ${started.failure.detail}`);
  const line = await openLine(() => url);
  const laptop = await createLaptop({
    home: join(folder.path, 'laptop'),
    testNetwork: lan.testNetwork,
    language,
    onLine: () => undefined,
  });
  await pairLaptop({ hubUrl: line.url }, laptop, technician);
  return {
    technician,
    laptop,
    line,
    passTime: (ms) => {
      ahead += ms;
    },
    async close() {
      await laptop.close();
      await line.close();
      await started.value.stop();
      await api.close();
      await lan.close();
      await folder.remove();
    },
  };
}
