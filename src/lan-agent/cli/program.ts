import { Command, CommanderError, Option } from 'commander';
import { PROMPT_KINDS, type PromptKind } from '../prompt/kinds.ts';
import type { WordAfter } from '../texts.ts';
import { AGENT_VERSION } from '../version.ts';
import { collect, serialArgument, waitArgument } from './arguments.ts';
import type { ServerArguments } from './bot.ts';
import type { CliContext } from './context.ts';
import type { DiscoverArguments } from './discover.ts';
import type { DoctorArguments } from './doctor.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { InspectArguments } from './inspect.ts';
import type { RecordArguments } from './record.ts';
import type { StatusArguments } from './status.ts';
import type { UnbindArguments } from './unbind.ts';
import { describeUsage, translateHelp } from './usage.ts';

/** Total time of a search, ms. */
const DEFAULT_WAIT_MS = 10_000;

/**
 * Runs one command line. Commands are loaded when they are asked for, so that discovery is on the wire soon.
 * @param words arguments without the program's name
 */
export async function runProgram(context: CliContext, words: readonly string[]): Promise<ExitCode> {
  let exit: ExitCode = EXIT.usage;
  const program = describeProgram(context, (code) => {
    exit = code;
  });
  try {
    // A double-click says nothing.
    await program.parseAsync(words.length === 0 ? ['start'] : words, { from: 'user' });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done;
    context.say(describeUsage(error, context.texts));
    return EXIT.usage;
  }
}

function describeProgram(context: CliContext, ends: (code: ExitCode) => void): Command {
  const { texts } = context;
  const about = (command: WordAfter<'agent:cli.command.'>) => texts(`agent:cli.command.${command}`);
  const option = (name: WordAfter<'agent:cli.option.'>) => texts(`agent:cli.option.${name}`);
  const serial = texts('agent:cli.argument.serial');
  const readSerial = serialArgument(texts);

  const program = translateHelp(new Command('unbind-agent'), texts)
    .description(texts('agent:cli.about'))
    .version(AGENT_VERSION, '-V, --version', texts('agent:cli.help.version'))
    .addHelpText('after', texts('agent:cli.environment'))
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.print(text.trimEnd()),
      writeErr: (text) => context.say(text.trimEnd()),
      outputError: () => undefined,
    });

  program
    .command('start')
    .description(about('start'))
    .action(async () => {
      const { startCommand } = await import('./start.ts');
      ends(await startCommand(context));
    });

  program
    .command('discover')
    .description(about('discover'))
    .option('--json', option('json'), false)
    .option('--wait <ms>', option('wait'), waitArgument(texts), DEFAULT_WAIT_MS)
    .option('--until <serial>', option('until'), readSerial)
    .option('--interface <name|address>', option('interface'), collect)
    .action(async (args: DiscoverArguments) => {
      const { discoverCommand } = await import('./discover.ts');
      ends(await discoverCommand(context, args));
    });

  program
    .command('status')
    .description(about('status'))
    .argument('<serial>', serial, readSerial)
    .option('--interface <name|address>', option('interface'), collect)
    .option('--json', option('json'), false)
    .action(async (shortSerial: string, args: StatusArguments) => {
      const { statusCommand } = await import('./status.ts');
      ends(await statusCommand(context, shortSerial, args));
    });

  program
    .command('unbind')
    .description(about('unbind'))
    .argument('<serial>', serial, readSerial)
    .option('--interface <name|address>', option('interface'), collect)
    .requiredOption('--confirm <short serial>', option('confirm'))
    .option('--password-stdin', option('passwordStdin'), false)
    .option('--same-password', option('samePassword'), false)
    .option('--after-lock', option('afterLock'), false)
    .option('--direct-cable', option('directCable'), false)
    .addOption(
      new Option('--prompt <kind>', option('prompt')).choices(PROMPT_KINDS).conflicts('passwordStdin'),
    )
    .option('--json', option('json'), false)
    .action(async (shortSerial: string, args: UnbindArguments) => {
      const { unbindCommand } = await import('./unbind.ts');
      ends(await unbindCommand(context, shortSerial, args));
    });

  program
    .command('inspect')
    .description(about('inspect'))
    .argument('<serial>', serial, readSerial)
    .option('--interface <name|address>', option('interface'), collect)
    .option('--password-stdin', option('passwordStdin'), false)
    .option('--same-password', option('samePassword'), false)
    .addOption(
      new Option('--prompt <kind>', option('prompt')).choices(PROMPT_KINDS).conflicts('passwordStdin'),
    )
    .option('--after-lock', option('afterLock'), false)
    .option('--json', option('json'), false)
    .action(async (shortSerial: string, args: InspectArguments) => {
      const { inspectCommand } = await import('./inspect.ts');
      ends(await inspectCommand(context, shortSerial, args));
    });

  program
    .command('record')
    .description(about('record'))
    .argument('<serial>', serial, readSerial)
    .option('--interface <name|address>', option('interface'), collect)
    .option('--folder <path>', option('folder'))
    .option('--with-unbind', option('withUnbind'), false)
    .option('--confirm <short serial>', option('confirm'))
    .option('--password-stdin', option('passwordStdin'), false)
    .option('--same-password', option('samePassword'), false)
    .option('--after-lock', option('afterLock'), false)
    .option('--direct-cable', option('directCable'), false)
    .addOption(
      new Option('--prompt <kind>', option('prompt')).choices(PROMPT_KINDS).conflicts('passwordStdin'),
    )
    .option('--json', option('json'), false)
    .action(async (shortSerial: string, args: RecordArguments) => {
      const { recordCommand } = await import('./record.ts');
      ends(await recordCommand(context, shortSerial, args));
    });

  program
    .command('pair')
    .description(about('pair'))
    .argument('[code]', texts('agent:cli.argument.code'))
    .option('--server <url>', option('server'))
    .option('--insecure-lan', option('insecureLan'), false)
    .action(async (code: string | undefined, args: ServerArguments) => {
      const { pairCommand } = await import('./bot.ts');
      ends(await pairCommand(context, code, args));
    });

  program
    .command('run')
    .description(about('run'))
    .addOption(new Option('--prompt <kind>', option('prompt')).choices(PROMPT_KINDS))
    .option('--server <url>', option('server'))
    .option('--insecure-lan', option('insecureLan'), false)
    .action(async (args: ServerArguments & { prompt?: PromptKind }) => {
      const { runCommand } = await import('./bot.ts');
      ends(await runCommand(context, args));
    });

  program
    .command('doctor')
    .description(about('doctor'))
    .option('--json', option('json'), false)
    .option('--bundle <path>', option('bundle'))
    .option('--send', option('send'), false)
    .action(async (args: DoctorArguments) => {
      const { doctorCommand } = await import('./doctor.ts');
      ends(await doctorCommand(context, args));
    });

  return program;
}
