/** `unbind-bot agent-config`: what a portable package has to know of this bot, for `npm run package:agent`. */
import { createKeyring } from '../../hub/keys.ts';
import { ok } from '../../kernel/result.ts';
import type { PackageConfig } from '../../link/packages.ts';
import type { AddCommand } from './cli.ts';

export const addAgentConfig: AddCommand = (program, { t, print, misused, settings, finish, withStore }) => {
  program
    .command('agent-config')
    .description(t('bot:agentConfig.cli'))
    .action(async () => {
      const { publicUrl } = settings().hub;
      if (publicUrl === null) return misused(t('bot:agentConfig.noAddress'));
      const keys = await withStore((store) => createKeyring(store)());
      if (!keys.ok) return finish(keys);
      const config: PackageConfig = { version: 1, server: publicUrl, hubKey: keys.value.publicKey };
      print(JSON.stringify(config, null, 2));
      finish(ok(true));
    });
};
