/**
 * A running bot whose disk takes nothing more, and then does again. The disk is stood for by a limit on the size of
 * files, which can be lifted from a process that runs: what fails is the same write, with EFBIG for ENOSPC.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { textsFor } from '../../src/kernel/all-texts.ts';
import { localBotApi } from '../integration/bot/support.ts';
import { releasedBot } from '../support/programs.ts';
import { temporaryFolder } from '../support/store.ts';

const STEP = { timeoutMs: 40_000 };

/** A bot of its own process, and where it says how it is. */
async function startBot(
  env: Record<string, string>,
): Promise<{ child: ChildProcess; watch: string; lines: string[] }> {
  const child = spawn(process.execPath, [await releasedBot()], {
    env: {
      PATH: process.env.PATH ?? '',
      HUB_LISTEN: '127.0.0.1:0',
      WATCH_LISTEN: '127.0.0.1:0',
      LOG_LEVEL: 'info',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const lines: string[] = [];
  const reading = createInterface({ input: child.stderr });
  const watch = await new Promise<string>((resolve, reject) => {
    reading.on('line', (line) => {
      lines.push(line);
      if (line.includes('"ready"')) resolve(String(JSON.parse(line).watch));
    });
    child.once('exit', () => reject(new Error(lines.join('\n'))));
  });
  return { child, watch, lines };
}

const ready = async (watch: string) => {
  const answer = await fetch(`${watch}/ready`);
  return { status: answer.status, body: await answer.json() };
};

describe('a disk that is full', () => {
  const canLimit = spawnSync('prlimit', ['--version']).status === 0;

  it.skipIf(!canLimit)(
    'is told to who writes and to admins, is not ready, and what waited is answered once there is room',
    async () => {
      const api = await localBotApi();
      const { path, remove } = await temporaryFolder();
      onTestFinished(remove);
      const admin = api.user({ languageCode: 'ru' });
      await admin.send('/start');
      const { child, watch, lines } = await startBot({
        BOT_TOKEN: api.token,
        TELEGRAM_API_ROOT: api.url,
        ADMIN_IDS: String(admin.id),
        STORE_URL: `lmdb:${path}`,
      });
      await admin.waitFor(({ from }) => from === 'bot', { after: 'start', ...STEP });
      expect(await ready(watch)).toEqual({
        status: 200,
        body: { ready: true, reasons: [], store: 'works', telegram: 'reached', updates: 'polling' },
      });

      const limit = (bytes: string) =>
        execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}:`]);
      limit('1');
      await admin.send('/help');
      const t = textsFor('ru');
      await admin.waitFor(({ text }) => text === t('bot:outage.sorry'), STEP);
      await admin.waitFor(/Диск бота заполнен/, { after: 'start', ...STEP });
      expect(await ready(watch)).toMatchObject({
        status: 503,
        body: { ready: false, reasons: ['store-full'], store: 'full' },
      });

      limit('unlimited');
      await admin.waitFor(({ text }) => text === t('bot:outage.again'), { after: 'start', ...STEP });
      await admin.waitFor(/\/agents/, { after: 'start', ...STEP });
      await expect.poll(async () => (await ready(watch)).status, { timeout: 20_000 }).toBe(200);
      expect(admin.messages.filter(({ text }) => text === t('bot:outage.sorry'))).toHaveLength(1);
      expect(child.exitCode, lines.join('\n')).toBeNull();
    },
    120_000,
  );
});
