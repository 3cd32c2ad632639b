/** The commands that the docs tell people to type, as a shell would read them. */

export interface DocCommand {
  /** As it is printed, in one line, without its comment. */
  readonly line: string;
  /** The program and its arguments; settings before them (`NAME=value`) are left out. */
  readonly words: readonly string[];
  /** File that standard output goes to (`> file`); null: nowhere. */
  readonly into: string | null;
}

const FENCE = /^( *)```(?:sh|bash)\n([\s\S]*?)^\1```/gm;
/** What is typed in prose, too: our own programs, and npm. What else stands there in code is looked at by nobody. */
const OURS = /^(?:npm|npx|unbind-bot|unbind-agent) /;

/** Blocks of shell commands, in their order. */
export function blocksOf(page: string): string[] {
  return [...page.matchAll(FENCE)].map(([, indent = '', block = '']) =>
    block.replace(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

/** Commands in the prose of a page: `npm run x`, `unbind-bot x`. */
export function proseCommandsOf(page: string): DocCommand[] {
  const prose = page.replace(/^ *```[\s\S]*?^ *```/gm, '');
  const typed = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return typed.filter((code) => OURS.test(code)).flatMap(commandsOf);
}

/** Commands of a block, each of a chain (`&&`) or a pipe by itself. */
export function commandsOf(block: string): DocCommand[] {
  return block
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(?:^|\s+)#.*$/, '').trim())
    .flatMap((line) => line.split(/ (?:&&|\|) /))
    .filter((line) => line !== '')
    .map(commandOf);
}

function commandOf(line: string): DocCommand {
  const all = line.match(/(?:[^\s'"]|'[^']*'|"[^"]*"|\$\([^)]*\))+/g) ?? [];
  const words = unsplit(all).map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
  const arrow = words.indexOf('>');
  const named = arrow === -1 ? words : words.slice(0, arrow);
  const first = named.findIndex((word) => !/^[A-Z_\d]+=/.test(word));
  return { line, words: named.slice(first), into: arrow === -1 ? null : (words[arrow + 1] ?? null) };
}

/** `<a name>` and `$(a command)` are one word each. */
function unsplit(words: readonly string[]): string[] {
  const whole: string[] = [];
  for (const word of words) {
    const open = whole.at(-1);
    const goesOn = open !== undefined && (/<[^>]*$/.test(open) || /\$\([^)]*$/.test(open));
    if (goesOn) whole[whole.length - 1] = `${open} ${word}`;
    else whole.push(word);
  }
  return whole;
}
