/** `unbind-bot init`: from a token to a `.env` that the bot starts with. */
import { type AddCommand, EXIT } from './cli.ts';
import { type Ask, initDialogue } from './init/dialogue.ts';

export const addInit: AddCommand = (program, { env, t, complain, misused }) => {
  program
    .command('init')
    .description(t('operator:init.about'))
    .action(async () => {
      if (!process.stdin.isTTY) misused(t('operator:init.noTerminal'));
      const written = await initDialogue({
        t,
        env,
        folder: process.cwd(),
        ask: askHere,
        say: complain,
        command: 'unbind-bot run',
      });
      process.exitCode = written ? EXIT.done : EXIT.failed;
    });
};

const askHere: Ask = async (message, { hidden, initial } = {}) => {
  const { isCancel, password, text } = await import('@clack/prompts');
  const answer = hidden
    ? await password({ message, output: process.stderr })
    : await text({ message, output: process.stderr, ...(initial ? { initialValue: initial } : {}) });
  return isCancel(answer) ? null : (answer ?? '');
};
