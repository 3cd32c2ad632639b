/** `unbind-bot store`: the full look at the store, and the copies of what could not be read. */
import { Option } from 'commander';
import { checkStore, eraseAside, listAside } from '../store-command.ts';
import type { AddCommand } from './cli.ts';

export const addStore: AddCommand = (program, { t, language, print, settings, finish, withStore }) => {
  const command = program.command('store').description(t('bot:store.cli'));
  command
    .command('check')
    .description(t('bot:store.check'))
    .action(async () => finish(await checkStore(settings().storeUrl, { texts: t, print })));
  command
    .command('aside')
    .description(t('bot:store.aside.cli'))
    .addOption(new Option('--erase <copies...>', t('bot:store.aside.erase')).conflicts('eraseAll'))
    .option('--erase-all', t('bot:store.aside.eraseAll'))
    .action(async ({ erase, eraseAll }: { erase?: string[]; eraseAll?: true }) =>
      finish(
        await withStore<boolean, { reason: string }>((store) => {
          const copies = eraseAll ? 'all' : erase;
          const output = { texts: t, language, print };
          return copies === undefined ? listAside(store, output) : eraseAside(store, copies, output);
        }),
      ),
    );
};
