import { LANGUAGES } from '../../../locales/language.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import type { Log } from '../../kernel/log.ts';
import type { WordAfter } from '../../kernel/texts.ts';
import type { TelegramClient } from './client.ts';

/** Publishes the menu of commands in every language. Without it the commands work all the same. */
export async function publishMenu(
  client: Pick<TelegramClient, 'tryCall'>,
  names: readonly WordAfter<'bot:command.menu.'>[],
  log: Log,
): Promise<void> {
  for (const language of LANGUAGES) {
    const t = textsFor(language);
    const set = await client.tryCall('setMyCommands', {
      commands: names.map((command) => ({ command, description: t(`bot:command.menu.${command}`) })),
      ...(language === 'en' ? {} : { language_code: language }),
    });
    if (!set.ok) log.warn({ failure: set.failure.kind }, 'the command menu could not be set');
  }
}
