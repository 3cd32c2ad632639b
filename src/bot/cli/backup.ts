/** `unbind-bot backup` and `unbind-bot restore`. */
import { readFile } from 'node:fs/promises';
import type { ChainPlace } from '../../audit/chain.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { parsePlace } from '../audit-command.ts';
import { makeBackup } from '../keep/backup.ts';
import { type FileFault, faultOf } from '../keep/backup-file.ts';
import { restoreBackup } from '../keep/restore.ts';
import { sealFor } from '../keys.ts';
import { KINDS } from '../kinds.ts';
import { notAlone } from '../start.ts';
import { BOT_VERSION } from '../version.ts';
import { type AddCommand, type Cli, EXIT } from './cli.ts';

export const addBackup: AddCommand = (program, cli) => {
  const { t } = cli;
  const all = (one: string, others: readonly string[]) => [...others, one];
  program
    .command('backup <file>')
    .description(t('keep:cli.backup'))
    .option('--recipient <key>', t('keep:cli.recipient'), all, [])
    .action((file: string, { recipient }: { recipient: string[] }) => backup(cli, file, recipient));
};

export const addRestore: AddCommand = (program, cli) => {
  const { t, misused } = cli;
  const place = (text: string): ChainPlace => parsePlace(text) ?? misused(t('bot:audit.cli.badHead'));
  program
    .command('restore <file>')
    .description(t('keep:cli.restore'))
    .option('--identity <file>', t('keep:cli.identity'))
    .option('--head <seq:hash>', t('keep:cli.head'), place)
    .action((file: string, given: { identity?: string; head?: ChainPlace }) => restore(cli, file, given));
};

async function backup(cli: Cli, file: string, given: readonly string[]): Promise<void> {
  const { t, print, settings } = cli;
  const { storeUrl, token, backupRecipients } = settings();
  const recipients = given.length > 0 ? given : backupRecipients;
  const made = await makeBackup(file, {
    storeUrl,
    kinds: KINDS,
    seal: sealFor(token),
    recipients,
    header: { at: Date.now(), program: BOT_VERSION },
  });
  if (!made.ok) return failed(cli, made.failure);
  const { bytes, records, cases, unreadable, trail } = made.value;
  print(t('keep:backup.made', { path: file, bytes, records, cases }));
  print(t('keep:backup.head', { place: `${trail.head.seq}:${trail.head.hash}` }));
  print(t(recipients.length > 0 ? 'keep:backup.sealed' : 'keep:backup.open'));
  if (unreadable > 0) print(t('keep:backup.unreadable', { count: unreadable }));
  if (trail.faults.length > 0) print(t('keep:backup.trail'));
  process.exitCode = unreadable + trail.faults.length === 0 ? EXIT.done : EXIT.failed;
}

async function restore(
  cli: Cli,
  file: string,
  { identity, head }: { identity?: string; head?: ChainPlace },
): Promise<void> {
  const { t, language, print, settings } = cli;
  const { storeUrl, token } = settings();
  const identities = identity === undefined ? ok([]) : await identitiesIn(identity);
  if (!identities.ok) return failed(cli, identities.failure);
  const restored = await restoreBackup(file, {
    storeUrl,
    kinds: KINDS,
    seal: sealFor(token),
    identities: identities.value,
    lost: head ?? null,
    clock: Date.now,
  });
  if (!restored.ok) {
    const { failure } = restored;
    if (failure.reason !== 'taken' && failure.reason !== 'no-socket') return failed(cli, failure);
    const { reason, detail } = notAlone(storeUrl, failure);
    process.exitCode = EXIT.failed;
    return cli.complain(t(`bot:startup.${reason}`, { detail }));
  }
  const { header, contents, epoch, lost, unknown, before } = restored.value;
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(header.at);
  const { seq, hash } = contents.trail.head;
  const { records, cases } = contents;
  print(t('keep:restore.done', { date, cases, records, epoch }));
  print(headLine(t, `${seq}:${hash}`, lost, before !== null || head !== undefined));
  if (unknown > 0) print(t('keep:restore.unknown', { count: unknown }));
  print(t('keep:restore.stolen', { date }));
  if (before !== null) print(t('keep:restore.before', { place: before }));
  print(t('keep:restore.next'));
}

function headLine(t: Cli['t'], backup: string, lost: ChainPlace | null, isKnown: boolean): string {
  if (lost !== null) return t('keep:restore.head', { backup, lost: `${lost.seq}:${lost.hash}` });
  return t(isKnown ? 'keep:restore.nothingLost' : 'keep:restore.headUnknown', { backup });
}

/** The private keys in a file as `age-keygen` writes it. */
async function identitiesIn(
  path: string,
): Promise<Result<string[], FileFault | { reason: 'bad-identity'; path: string; detail: string }>> {
  try {
    const lines = (await readFile(path, 'utf8')).split(/\r?\n/).map((line) => line.trim());
    const found = lines.filter((line) => line.startsWith('AGE-SECRET-KEY-'));
    return found.length > 0 ? ok(found) : fail({ reason: 'bad-identity', path, detail: '' });
  } catch (error) {
    return fail(faultOf(error, path));
  }
}

type Failure = Parameters<Cli['complainOf']>[0] | { reason: string; path?: string; detail?: string };

function failed({ t, complain, complainOf, finish }: Cli, failure: Failure): void {
  if ('problem' in failure) process.exitCode = complainOf(failure);
  else if ('path' in failure && failure.path !== undefined) {
    process.exitCode = EXIT.failed;
    const { reason, path, detail = '' } = failure as FileFault;
    complain(t(`keep:fault.${reason}`, { path, detail }));
  } else finish(fail(failure));
}
