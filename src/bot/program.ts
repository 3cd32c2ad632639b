/** `unbind-bot`: the operator's program. Its commands are in cli/, a file each. */
import { config } from 'dotenv';
import { createCli } from './cli/cli.ts';
import { run } from './cli/run.ts';
import type { Launch } from './compiled.ts';

/**
 * Does what the words say, until that is done.
 * @param words after the program's name
 * @param launch how it was launched; null: from its source
 */
export async function main(words: readonly string[], launch: Launch | null): Promise<void> {
  config({ quiet: true });
  const cli = createCli(process.env, launch);
  // A bot that starts, as a service does it, reads nothing of the other commands, nor of what understands them.
  if (words.length === 0 || (words.length === 1 && words[0] === 'run')) await run(cli);
  else await (await import('./cli/commands.ts')).obey(cli);
}
