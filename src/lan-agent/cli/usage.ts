import { type Command, type CommanderError, Help, type Option } from 'commander';
import type { Texts } from '../texts.ts';

const INVALID = /^error: .*? is invalid(?: for argument '[^']*')?\. /s;
const CHOICES = /^Allowed choices are (.*)\.$/s;

/**
 * What is wrong with a command line, in the person's language; the library only speaks English. Nothing after an
 * equals sign is repeated: somebody may have put a password there.
 */
export function describeUsage({ code, message }: CommanderError, texts: Texts): string {
  const [first = '', second = ''] = [...message.matchAll(/'([^']*)'/g)].map(([, name = '']) => name);
  const name = placeholders(first.replace(/=.*$/s, ''), texts);
  switch (code) {
    case 'commander.missingArgument':
      return texts('agent:cli.usage.missing', { name: placeholders(`<${first}>`, texts) });
    case 'commander.missingMandatoryOptionValue':
      return texts('agent:cli.usage.missing', { name });
    case 'commander.optionMissingArgument':
      return texts('agent:cli.usage.noValue', { name });
    case 'commander.conflictingOption':
      return texts('agent:cli.usage.conflict', { name, other: second });
    case 'commander.unknownOption':
      return texts('agent:cli.usage.unknownOption', { name });
    case 'commander.unknownCommand':
      return texts('agent:cli.usage.unknownCommand', { name });
    case 'commander.excessArguments':
      return texts('agent:cli.usage.tooMany');
    case 'commander.invalidArgument': {
      // Our own sentences stand behind what the library says; only choices have none.
      const said = message.replace(INVALID, '');
      const [, choices] = CHOICES.exec(said) ?? [];
      return choices === undefined ? said : texts('agent:cli.usage.choices', { name, choices });
    }
    default:
      return message;
  }
}

/** Help in the person's language. For the program, before its commands are added: they inherit it. */
export function translateHelp(program: Command, texts: Texts): Command {
  const titles = new Map(
    (['usage', 'arguments', 'options', 'commands'] as const).map((word) => [
      `${word[0]?.toUpperCase()}${word.slice(1)}:`,
      texts(`agent:cli.help.${word}`),
    ]),
  );
  const plain = new Help();
  return program
    .helpOption('-h, --help', texts('agent:cli.help.help'))
    .helpCommand('help [command]', texts('agent:cli.help.help'))
    .configureHelp({
      styleTitle: (title) => titles.get(title) ?? title,
      commandUsage: (command) => placeholders(plain.commandUsage(command), texts),
      subcommandTerm: (command) => placeholders(plain.subcommandTerm(command), texts),
      argumentTerm: (argument) => placeholders(`<${argument.name()}>`, texts),
      optionTerm: (option) => placeholders(option.flags, texts),
      optionDescription: (option) => describeOption(option, texts),
    });
}

/** What stands for a value in the help, as program.ts writes it. */
const PLACEHOLDERS = [
  'code',
  'command',
  'kind',
  'ms',
  'name|address',
  'options',
  'path',
  'serial',
  'short serial',
  'url',
] as const;

function placeholders(text: string, texts: Texts): string {
  return text.replace(/(?<=[<[])[a-z| ]+(?=[>\]])/g, (word) => {
    const known = PLACEHOLDERS.find((one) => one === word);
    return known === undefined ? word : texts(`agent:cli.placeholder.${known}`);
  });
}

/** With what can be chosen and what holds otherwise; that a switch is off need not be said. */
function describeOption({ description, argChoices, defaultValue }: Option, texts: Texts): string {
  const isSaid = defaultValue !== undefined && typeof defaultValue !== 'boolean';
  return [
    description,
    ...(argChoices ? [texts('agent:cli.help.choices', { choices: argChoices.join(', ') })] : []),
    ...(isSaid ? [texts('agent:cli.help.default', { value: String(defaultValue) })] : []),
  ].join('; ');
}
