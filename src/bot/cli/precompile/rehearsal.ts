/** The bot's start and its first answers without anybody: what it is compiled by before it is needed (docs/decisions/0081). */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../../kernel/log.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { readSettings } from '../../settings.ts';
import { startBot } from '../../start.ts';
import { openStandIn } from './stand-in.ts';

/** Whoever writes in it; lets himself in as the admin. */
const PERSON = 1;
/** What he writes: the first answer of most, and one that a conversation begins with. */
const WRITTEN = ['/start', '123456782'];
/** Longest it may take, ms: some fifty times what it does. */
const PATIENCE_MS = 60_000;

/**
 * Starts the bot as `run` does, in a folder of its own and beside a stand-in for Telegram on this machine, until it has answered and what answers
 * laptops is loaded, and stops it. Nothing of the operator's is read or written, and nobody is called.
 * @returns why it did not come to its end: the system's code, a reason of the start, or `silent`
 */
export async function rehearse(): Promise<Result<void, string>> {
  const made = await temporaryFolder();
  if (!made.ok) return made;
  const folder = made.value;
  const telegram = await openStandIn(PERSON);
  const settings = readSettings({
    BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.url,
    ADMIN_IDS: String(PERSON),
    STORE_URL: `lmdb:${join(folder, 'store')}`,
    HUB_LISTEN: '127.0.0.1:0',
    WATCH_LISTEN: 'off',
    READ_PRINT: 'off',
  });
  if (!settings.ok) throw new Error(`the rehearsal's settings: ${settings.failure[0]?.setting}`);
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const started = await startBot(settings.value, createLog('silent', 'unbind-bot'), null, patience);
  try {
    if (!started.ok) return fail(started.failure.reason);
    for (const text of WRITTEN) {
      if (!(await telegram.answered(text, patience))) return fail('silent');
      await started.value.idle();
    }
    if (!(await isCalled(started.value.hubUrl, patience))) return fail('silent');
    return ok(undefined);
  } finally {
    if (started.ok) await started.value.stop();
    telegram.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function temporaryFolder(): Promise<Result<string, string>> {
  try {
    return ok(await mkdtemp(join(tmpdir(), 'unbind-precompile-')));
  } catch (error) {
    return fail((error as NodeJS.ErrnoException).code ?? 'unknown');
  }
}

/** Calls the hub, which answers as soon as its framework is loaded. A proxy of this machine's has no part in it. */
async function isCalled(url: string, patience: AbortSignal): Promise<boolean> {
  const call = get(url, { signal: patience });
  return once(call, 'response').then(
    ([response]: IncomingMessage[]) => Boolean(response?.resume()),
    () => false,
  );
}
