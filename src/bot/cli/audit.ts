/** `unbind-bot audit`: the trail of the bot's own store, under its own seal. */
import { Option } from 'commander';
import type { ChainPlace } from '../../audit/chain.ts';
import { type AuditName, device, person } from '../../audit/naming.ts';
import { parseSerial } from '../../device/serial.ts';
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
} from '../audit-command.ts';
import { sealFor } from '../keys.ts';
import { readSettings } from '../settings.ts';
import type { AddCommand } from './cli.ts';

export const addAudit: AddCommand = (program, { env, t, print, misused, settings, finish }) => {
  const texts = t;
  const withTrail = (task: Parameters<typeof withAudit<boolean>>[2]) => {
    const { storeUrl, token } = settings();
    return withAudit(storeUrl, sealFor(token), task);
  };
  const place = (text: string): ChainPlace => parsePlace(text) ?? misused(t('bot:audit.cli.badHead'));

  const audit = program.command('audit').description(t('bot:audit.cli.audit'));
  audit
    .command('verify')
    .description(t('bot:audit.cli.verify'))
    .option('--file <path>', t('bot:audit.cli.file'))
    .option('--head <seq:hash>', t('bot:audit.cli.head'), place)
    .action(async ({ file, head }: { file?: string; head?: ChainPlace }) => {
      const output = { texts, print };
      if (file === undefined) return finish(await withTrail((trail) => verifyAudit(trail, output, head)));
      // A file is checked anywhere; beside the bot's settings its seals are checked, too.
      const own = readSettings(env);
      finish(await verifyFile(file, output, head, own.ok ? sealFor(own.value.token) : null));
    });
  audit
    .command('seal')
    .description(t('bot:audit.cli.seal'))
    .action(async () => finish(await withTrail((trail) => sealAudit(trail, { texts, print }))));
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
      const name = nameOf(given) ?? misused(t('bot:audit.cli.badName'));
      finish(await withTrail((trail) => eraseName(trail, name, { texts, print })));
    });
};

/** Whom the operator means: a Telegram id, or a serial number in any form people write it; null: nobody. */
function nameOf({ person: id, device: typed }: { person?: string; device?: string }): AuditName | null {
  if (id !== undefined && /^[1-9]\d{0,15}$/.test(id)) return person(Number(id));
  const serial = typed === undefined ? null : parseSerial(typed);
  return serial?.ok ? device(serial.value.short) : null;
}
