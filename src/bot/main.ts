/** `unbind-bot`: the operator's program. Reads the settings, starts the bot and stops it on a signal. */
import { config } from 'dotenv';
import { languageOf } from '../../locales/index.ts';
import { createLog } from '../kernel/log.ts';
import { textsFor } from '../kernel/texts.ts';
import { readSettings } from './settings.ts';
import { startBot } from './start.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

config({ quiet: true });
const t = textsFor(languageOf(process.env.LC_ALL || process.env.LANG));
const complain = (text: string) => process.stderr.write(`${text}\n`);

const settings = readSettings(process.env);
if (!settings.ok) {
  complain(t('bot:startup.settings'));
  for (const { setting, problem, example, needs } of settings.failure) {
    complain(`  ${setting}: ${t(`bot:settings.${problem}`, { example, needs: needs ?? '' })}`);
  }
  process.exit(EXIT_USAGE);
}

const log = createLog(settings.value.logLevel, 'unbind-bot');
const started = await startBot(settings.value, log);
if (!started.ok) {
  const { reason, detail } = started.failure;
  complain(t(`bot:startup.${reason}`, { detail }));
  process.exit(EXIT_FAILED);
}
const bot = started.value;
log.info({ hub: bot.hubUrl }, 'ready');

let stopping = false;
async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await bot.stop();
  process.exitCode = exitCode;
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0));
await bot.ended;
complain(t('bot:startup.token-refused', { detail: '' }));
await stop(EXIT_FAILED);
