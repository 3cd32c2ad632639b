import type { Launch } from '../../compiled.ts';
import { readSettings } from '../../settings.ts';
import { TelegramClient } from '../../telegram/client.ts';
import { settingsTrouble } from '../cli.ts';
import { type Check, finding, foundAs } from './check.ts';
import {
  checkCompiled,
  checkDisk,
  checkEnvFile,
  checkPack,
  checkPackages,
  checkPort,
  checkPrint,
  checkStoreAt,
  checkTls,
} from './machine-checks.ts';
import { checkClock, checkHub, checkReady, checkTelegram } from './network-checks.ts';
import { checkRedis } from './redis-checks.ts';

/**
 * Everything the doctor looks at, in the order it is told. Nothing is changed, no update is taken from a running bot.
 * @param folder where `.env` is looked for
 * @param launch how the program was launched; null, where nothing can be precompiled: from its source
 * @param clock milliseconds since 1970
 */
export async function examine(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
  launch: Launch | null,
  clock: () => number,
): Promise<Check[]> {
  const read = readSettings(env);
  if (!read.ok) {
    const wrong = read.failure.map((problem) =>
      foundAs('failed', 'settings', `${problem.setting} ${problem.problem}`, (t) =>
        settingsTrouble(t, [problem]).join(''),
      ),
    );
    return [...wrong, ...(await checkEnvFile(folder, []))];
  }
  const settings = read.value;
  const client = new TelegramClient({
    token: settings.token,
    apiRoot: settings.apiRoot,
    pace: null,
    blobs: { get: async () => ({ ok: true, value: undefined }) },
    patience: { call: 8_000, upload: 8_000 },
  });
  const [telegram, time, { checks: store, runs }] = await Promise.all([
    checkTelegram(client, settings, clock()),
    checkClock(settings, clock),
    checkStore(settings.storeUrl, clock),
  ]);
  await client.disconnect();
  return [
    finding('ok', 'operator:doctor.settings.good'),
    ...(await checkEnvFile(folder, settings.secretFiles)),
    ...telegram,
    ...time,
    ...store,
    ...(await checkDisk(settings.storeUrl)),
    ...(runs ? await checkReady(settings) : [await checkPort(settings)]),
    ...(await checkTls(settings.hub.tls, clock())),
    ...(await checkHub(settings, runs, clock())),
    await checkPack(settings, clock()),
    checkPrint(settings),
    ...(launch ? [checkCompiled(launch, env.NODE_OPTIONS ?? '')] : []),
    await checkPackages(settings),
  ];
}

/** The store, and whether a bot works with it. */
async function checkStore(
  storeUrl: string,
  clock: () => number,
): Promise<{ checks: Check[]; runs: boolean }> {
  const redis = await checkRedis(storeUrl, clock);
  if (redis) return { checks: redis.checks, runs: redis.bots > 0 };
  const { checks, bot } = await checkStoreAt(storeUrl);
  return { checks, runs: bot !== null };
}
