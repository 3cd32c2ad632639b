#!/usr/bin/env node
/** `unbind-bot`: the operator's program. Reads the settings, then runs the bot or looks after its audit trail and store. */
import { once } from 'node:events';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { config } from 'dotenv';
import { languageOf } from '../../locales/language.ts';
import type { ChainPlace } from '../audit/chain.ts';
import { type AuditName, device, person } from '../audit/naming.ts';
import { createAudit } from '../audit/trail.ts';
import { parseSerial } from '../device/serial.ts';
import { textsFor } from '../kernel/all-texts.ts';
import { createLog, type Log } from '../kernel/log.ts';
import { ok, type Result } from '../kernel/result.ts';
import { NO_REGION, REGIONS } from '../policy/region.ts';
import { lookAtStore, openStore } from '../store/open.ts';
import type { OpenFailure, Store, StoreFailure } from '../store/store.ts';
import {
  EXPORT_FORMATS,
  type ExportFormat,
  eraseName,
  exportAudit,
  parsePlace,
  printNames,
  sealAudit,
  verifyAudit,
  verifyFile,
  withAudit,
} from './audit-command.ts';
import { checkData, faultText } from './data-command.ts';
import { createPins } from './door/pins.ts';
import type { Notice } from './house/notice.ts';
import { leaveNotice } from './house/notices.ts';
import { keyFor, sealFor } from './keys.ts';
import { exposedFiles } from './server/exposed-files.ts';
import { readSettings, type Settings } from './settings.ts';
import { startBot } from './start.ts';
import { checkStore, eraseAside, isDamaged, listAside, storeTrouble } from './store-command.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** And the signal's number: what a shell says of a program that a signal has ended. */
const EXIT_BY_SIGNAL = 128;
/** Longest time between the stop and the end of the program, ms. */
const LINGER_MS = 500;
/** The store is damaged: whoever starts the bot again and again need not (RestartPreventExitStatus of systemd). */
const EXIT_DAMAGED = 3;
/** Days the audit trail is kept by default: long enough for a complaint about last year. */
const KEEP_AUDIT_DAYS = 400;

config({ quiet: true });
const language = languageOf(process.env.LC_ALL || process.env.LANG);
const t = textsFor(language);
const complain = (text: string) => process.stderr.write(`${text}\n`);
const print = (line: string) => void process.stdout.write(`${line}\n`);

const program = new Command('unbind-bot').description(t('bot:audit.cli.about'));
program
  .command('run', { isDefault: true })
  .description(t('bot:audit.cli.run'))
  .option('--keep-audit <days>', t('bot:audit.cli.keep'), days, KEEP_AUDIT_DAYS)
  .action(async ({ keepAudit }: { keepAudit: number }) => run(settingsOrExit(), keepAudit));
const audit = program.command('audit').description(t('bot:audit.cli.audit'));
audit
  .command('verify')
  .description(t('bot:audit.cli.verify'))
  .option('--file <path>', t('bot:audit.cli.file'))
  .option('--head <seq:hash>', t('bot:audit.cli.head'), place)
  .action(async ({ file, head }: { file?: string; head?: ChainPlace }) => {
    const output = { texts: t, print };
    if (file === undefined) return finish(await withTrail((trail) => verifyAudit(trail, output, head)));
    // A file is checked anywhere; beside the bot's settings its seals are checked, too.
    const settings = readSettings(process.env);
    finish(await verifyFile(file, output, head, settings.ok ? sealFor(settings.value.token) : null));
  });
audit
  .command('seal')
  .description(t('bot:audit.cli.seal'))
  .action(async () => finish(await withTrail((trail) => sealAudit(trail, { texts: t, print }))));
audit
  .command('export')
  .description(t('bot:audit.cli.export'))
  .addOption(
    new Option('--format <format>', t('bot:audit.cli.format')).choices(EXPORT_FORMATS).default('jsonl'),
  )
  .action(async ({ format }: { format: ExportFormat }) =>
    finish(await withTrail((trail) => exportAudit(trail, format, print))),
  );
audit
  .command('names')
  .description(t('bot:audit.cli.names'))
  .action(async () => finish(await withTrail((trail) => printNames(trail, print))));
audit
  .command('erase')
  .description(t('bot:audit.cli.erase'))
  .addOption(new Option('--person <id>', t('bot:audit.cli.person')).conflicts('device'))
  .option('--device <serial>', t('bot:audit.cli.device'))
  .action(async (given: { person?: string; device?: string }) => {
    const name = nameOf(given);
    finish(await withTrail((trail) => eraseName(trail, name, { texts: t, print })));
  });
program
  .command('forget-pin <id>')
  .description(t('bot:pin.cli'))
  .action(async (id: string) => finish(await forgetPin(settingsOrExit(), Number(id))));
const storeCommand = program.command('store').description(t('bot:store.cli'));
storeCommand
  .command('check')
  .description(t('bot:store.check'))
  .action(async () => finish(await checkStore(settingsOrExit().storeUrl, { texts: t, print })));
storeCommand
  .command('aside')
  .description(t('bot:store.aside.cli'))
  .addOption(new Option('--erase <copies...>', t('bot:store.aside.erase')).conflicts('eraseAll'))
  .option('--erase-all', t('bot:store.aside.eraseAll'))
  .action(async ({ erase, eraseAll }: { erase?: string[]; eraseAll?: true }) =>
    finish(
      await withStore((store) => {
        const copies = eraseAll ? 'all' : erase;
        const output = { texts: t, language, print };
        return copies === undefined ? listAside(store, output) : eraseAside(store, copies, output);
      }),
    ),
  );
program
  .command('data')
  .description(t('bot:data.cli'))
  .command('check [files...]')
  .description(t('bot:data.check'))
  .action(async (files: string[]) => {
    const own = files.length > 0 ? files : ownFile();
    const areRight = await checkData(
      own.map((path) => ({ path })),
      { texts: t, print },
      Date.now(),
    );
    process.exitCode = areRight ? 0 : EXIT_FAILED;
  });
await program.parseAsync();

/** Opens the bot's own store, beside a running bot if need be; none is made. */
async function withStore<T>(
  task: (store: Store) => Promise<Result<T, StoreFailure>>,
): Promise<Result<T, { reason: string } | OpenFailure>> {
  const { storeUrl } = settingsOrExit();
  const looked = await lookAtStore(storeUrl, null);
  if (!looked.ok) return looked;
  const opened = await openStore(storeUrl);
  if (!opened.ok) return opened;
  try {
    return await task(opened.value);
  } finally {
    await opened.value.close();
  }
}

/** The file that REGION_PACK names; where it names a pack of the product, there is none to look at. */
function ownFile(): string[] {
  const named = process.env.REGION_PACK?.trim() || NO_REGION;
  if (!REGIONS.includes(named)) return [named];
  print(t('bot:data.packaged', { region: named }));
  return [];
}

/** Opens the trail of the bot's own store under its own seal. */
function withTrail(task: Parameters<typeof withAudit<boolean>>[2]) {
  const { storeUrl, token } = settingsOrExit();
  return withAudit(storeUrl, sealFor(token), task);
}

/** What an admin does with /resetpin, for the operator whose own phone is lost. */
async function forgetPin(
  { storeUrl, token }: Settings,
  technician: number,
): Promise<Result<boolean, { reason: string }>> {
  if (!Number.isSafeInteger(technician) || technician < 1) {
    complain(t('bot:pin.badId'));
    process.exit(EXIT_USAGE);
  }
  const opened = await openStore(storeUrl);
  if (!opened.ok) return opened;
  const store = opened.value;
  const audit = createAudit(store, Date.now);
  const notices = {
    async raise(notice: Notice) {
      const left = await leaveNotice(store, notice, Date.now());
      if (!left.ok) complain(t('bot:pin.untold', { detail: left.failure.reason }));
    },
  };
  const key = keyFor(token, 'pins');
  const reset = await createPins({ store, audit, notices, key, clock: Date.now }).reset(null, technician);
  await store.close();
  return reset.ok ? ok(true) : reset;
}

function days(text: string): number {
  const given = Number(text);
  if (Number.isInteger(given) && given >= 1 && given <= 36_500) return given;
  complain(t('bot:audit.cli.badDays'));
  process.exit(EXIT_USAGE);
}

/** Whom the operator means: a Telegram id, or a serial number in any form people write it. */
function nameOf({ person: id, device: typed }: { person?: string; device?: string }): AuditName {
  if (id !== undefined && /^[1-9]\d{0,15}$/.test(id)) return person(Number(id));
  const serial = typed === undefined ? null : parseSerial(typed);
  if (serial?.ok) return device(serial.value.short);
  complain(t('bot:audit.cli.badName'));
  process.exit(EXIT_USAGE);
}

function place(text: string): ChainPlace {
  const given = parsePlace(text);
  if (given) return given;
  complain(t('bot:audit.cli.badHead'));
  process.exit(EXIT_USAGE);
}

/** Says why the store is not opened. @returns the exit code */
function complainOf(failure: OpenFailure): number {
  for (const line of storeTrouble(t, failure)) complain(line);
  return isDamaged(failure) ? EXIT_DAMAGED : EXIT_FAILED;
}

function finish(result: Result<boolean, { reason: string } | OpenFailure>): void {
  process.exitCode = result.ok && result.value ? 0 : EXIT_FAILED;
  if (result.ok) return;
  if ('problem' in result.failure) process.exitCode = complainOf(result.failure);
  else complain(t('bot:audit.unreadable', { detail: result.failure.reason }));
}

function settingsOrExit(): Settings {
  const settings = readSettings(process.env);
  if (settings.ok) return settings.value;
  complain(t('bot:startup.settings'));
  for (const { setting, problem, example, needs } of settings.failure) {
    complain(`  ${setting}: ${t(`bot:settings.${problem}`, { example, needs: needs ?? '' })}`);
  }
  process.exit(EXIT_USAGE);
}

async function run(settings: Settings, keepAuditDays: number): Promise<void> {
  const log = createLog(settings.logLevel, 'unbind-bot');
  // Node prints a fault as it is, whatever stands in it; the log takes secrets out.
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'a fault of this program ends it');
    process.exit(EXIT_FAILED);
  });
  const { tls } = settings.hub;
  for (const exposed of await exposedFiles([resolve('.env'), ...(tls ? [tls.keyFile] : [])])) {
    log.warn(exposed, 'others on this machine may read a file with a secret: chmod 600');
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Whoever asks twice does not want to wait.
      if (stopping.signal.aborted) process.exit(EXIT_BY_SIGNAL + constants.signals[signal]);
      stopping.abort();
    });
  }
  const started = await startBot(settings, log, keepAuditDays, stopping.signal);
  if (!started.ok) {
    if (stopping.signal.aborted) return end(log, 0);
    const { failure } = started;
    if (failure.reason === 'store') process.exit(complainOf(failure.store));
    complain(t(`bot:startup.${failure.reason}`, { detail: failure.detail }));
    if (failure.reason === 'region-pack-invalid')
      for (const found of failure.faults) complain(`  ${faultText(t, failure.detail, found)}`);
    process.exit(EXIT_FAILED);
  }
  const bot = started.value;
  log.info({ hub: bot.hubUrl }, 'ready');

  const why = await Promise.race([bot.ended, aborted(stopping.signal)]);
  if (why === 'token-refused') complain(t('bot:startup.token-refused', { detail: '' }));
  await bot.stop();
  end(log, why === 'token-refused' ? EXIT_FAILED : 0);
}

async function aborted(signal: AbortSignal): Promise<'stopped'> {
  if (!signal.aborted) await once(signal, 'abort');
  return 'stopped';
}

/** The program ends by itself as soon as nothing keeps it; what still does is named, and ended with it. */
function end(log: Log, exitCode: number): void {
  process.exitCode = exitCode;
  log.info({ armed: process.getActiveResourcesInfo() }, 'stopped');
  setTimeout(() => {
    log.error({ armed: process.getActiveResourcesInfo() }, 'something keeps the program; it is ended');
    process.exit();
  }, LINGER_MS).unref();
}
