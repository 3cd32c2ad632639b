/** `unbind-bot run`: the bot itself, until it is told to stop. */
import { once } from 'node:events';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLog, type Log } from '../../kernel/log.ts';
import { faultText } from '../data-command.ts';
import { exposedFiles } from '../server/exposed-files.ts';
import { startBot } from '../start.ts';
import { createSystemd } from '../watch/systemd.ts';
import { type AddCommand, type Cli, EXIT } from './cli.ts';

/** Longest time between the stop and the end of the program, ms. */
const LINGER_MS = 500;
/** Days the audit trail is kept by default: long enough for a complaint about last year. */
const KEEP_AUDIT_DAYS = 400;

export const addRun: AddCommand = (program, cli) => {
  const days = (text: string): number => {
    const given = Number(text);
    return Number.isInteger(given) && given >= 1 && given <= 36_500
      ? given
      : cli.misused(cli.t('bot:audit.cli.badDays'));
  };
  program
    .command('run', { isDefault: true })
    .description(cli.t('bot:audit.cli.run'))
    .option('--keep-audit <days>', cli.t('bot:audit.cli.keep'), days, KEEP_AUDIT_DAYS)
    .action(async ({ keepAudit }: { keepAudit: number }) => run(cli, keepAudit));
};

/** Runs the bot until it is told to stop. @param keepAuditDays days the audit trail is kept */
export async function run(cli: Cli, keepAuditDays = KEEP_AUDIT_DAYS): Promise<void> {
  const { env, launch, t, complain, complainOf } = cli;
  const settings = cli.settings();
  const log = createLog(settings.logLevel, 'unbind-bot');
  // Node prints a fault as it is, whatever stands in it; the log takes secrets out.
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'a fault of this program ends it');
    process.exit(EXIT.failed);
  });
  const { tls } = settings.hub;
  const secrets = [resolve('.env'), ...settings.secretFiles, ...(tls ? [tls.keyFile] : [])];
  for (const exposed of await exposedFiles(secrets)) {
    log.warn(exposed, 'others on this machine may read a file with a secret: chmod 600');
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Whoever asks twice does not want to wait.
      if (stopping.signal.aborted) process.exit(EXIT.bySignal + constants.signals[signal]);
      stopping.abort();
    });
  }
  const started = await startBot(settings, log, keepAuditDays, stopping.signal);
  if (!started.ok) {
    if (stopping.signal.aborted) return end(log, EXIT.done);
    const { failure } = started;
    if (failure.reason === 'store') process.exit(complainOf(failure.store));
    complain(t(`bot:startup.${failure.reason}`, { detail: failure.detail }));
    if (failure.reason === 'region-pack-invalid')
      for (const found of failure.faults) complain(`  ${faultText(t, failure.detail, found)}`);
    process.exit(EXIT.failed);
  }
  const bot = started.value;
  log.info({ hub: bot.hubUrl, watch: bot.watchUrl, compiled: launch?.state() }, 'ready');
  const systemd = createSystemd(env, log);
  void systemd.ready(async () => {
    const { ready, reasons } = await bot.glance();
    return ready ? 'takes updates' : `not ready: ${reasons.join(', ')}`;
  });

  const why = await Promise.race([bot.ended, aborted(stopping.signal)]);
  if (why === 'token-refused') complain(t('bot:startup.token-refused', { detail: '' }));
  await Promise.all([systemd.stopping(), bot.stop()]);
  await end(log, why === 'token-refused' ? EXIT.failed : EXIT.done);
}

async function aborted(signal: AbortSignal): Promise<'stopped'> {
  if (!signal.aborted) await once(signal, 'abort');
  return 'stopped';
}

/** The program ends by itself as soon as nothing keeps it; what still does is named, and ended with it. */
async function end(log: Log, exitCode: number): Promise<void> {
  process.exitCode = exitCode;
  // What was due at once is over then: lmdb lets go of what it has last read by such a timer, which keeps nothing.
  await sleep(1);
  log.info({ armed: process.getActiveResourcesInfo() }, 'stopped');
  setTimeout(() => {
    log.error({ armed: process.getActiveResourcesInfo() }, 'something keeps the program; it is ended');
    process.exit();
  }, LINGER_MS).unref();
}
