/**
 * Quotation marks are a promise that a screen says precisely this. Whether each has a source in docs/glossary.md or is
 * no screen's text at all, and whether each path (`A → B`) has a source or says that it is ours.
 */
import { fileOf, flatten, type LocaleFault, type Resources } from './texts.ts';

/** Words a source prints, and paths of a menu: the table "Words on screens" of the glossary. */
export interface ScreenWords {
  readonly words: ReadonlySet<string>;
  readonly paths: readonly string[];
}

/** What stands in quotation marks and is on nobody's screen but ours, or on none; each with the reason. */
export const NO_SCREEN_TEXT: Readonly<Record<string, readonly string[]>> = {
  'a command of our agent, or a folder of it': [
    'discover',
    'status',
    'run',
    'ledger',
    'certificates',
    'unbind-agent doctor',
    'unbind-agent discover',
    'unbind-agent --help',
    'unbind-agent <command> --help',
    'unbind-agent <команда> --help',
  ],
  'an answer typed to us': ['да', 'Да', 'нет', 'yes'],
  'an example of what may be typed': [
    'регистратор, 4.30.085, был в EZVIZ',
    'recorder, 4.30.085, was in EZVIZ',
  ],
  'our own verdict': ['не привязано', 'not bound', 'отвязано, проверено', 'unbound, verified', 'paired'],
  'what somebody says': ['получилось'],
  'a field of a file or a message': ['models', 'notBind', 'S/N'],
};

const QUOTED = /«([^»]*)»|“([^”]*)”|"([^"]*)"/g;
/** Labels of our own buttons and answers. */
const LABEL = /[:.](?:button|answer|start|cancel)(?:\.|$)/;
/** What a sentence says of a path that is ours. */
const OUR_PATH = /\((?:путь наш|our path)\)/;
const TABLE = /## Words on screens\n[\s\S]*?\n\| -[^\n]*\n((?:\|[^\n]*\n)*)/;

/** Reads the table out of the glossary: the first cell has words, or paths, each in backticks. */
export function screenWords(glossary: string): ScreenWords {
  const rows = (TABLE.exec(glossary)?.[1] ?? '').split('\n').map((row) => row.split('|')[1] ?? '');
  const said = rows.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words));
  return {
    words: new Set(said.filter((words) => !words.includes('→'))),
    // The longest first: a path may be the beginning of another.
    paths: said.filter((words) => words.includes('→')).sort((a, b) => b.length - a.length),
  };
}

/** Faults of all texts, and what the two lists name and no text says. `elsewhere`: screen words said by cards. */
export function checkQuoted(
  resources: Resources,
  { words, paths }: ScreenWords,
  elsewhere: readonly string[] = [],
): LocaleFault[] {
  const exempt = Object.values(NO_SCREEN_TEXT).flat();
  const said = new Set<string>(elsewhere);
  const faults = Object.entries(resources).flatMap(([language, namespaces]) => {
    const texts = Object.entries(namespaces)
      .filter(([namespace]) => namespace !== 'card' && namespace !== 'words')
      .flatMap(([namespace, tree]) => [...flatten(namespace, tree)]);
    const labels = new Set(texts.filter(([key]) => LABEL.test(key)).map(([, text]) => bare(text)));
    return texts.flatMap(([key, text]) => {
      for (const path of paths) if (text.includes(path)) said.add(path);
      const problems = [
        ...quotedIn(text)
          .filter((one) => {
            said.add(one);
            return !words.has(one) && !exempt.includes(one) && !labels.has(one);
          })
          .map((one) => `quotes “${one}”, which has no source in docs/glossary.md`),
        ...(hasOwnPath(text, paths) ? ['has a path without a source: say that it is ours'] : []),
      ];
      return problems.map((problem) => ({ file: fileOf(language, key), key, problem }));
    });
  });
  const stale = (file: string, list: readonly string[]) =>
    list
      .filter((one) => !said.has(one))
      .map((one) => ({ file, key: one, problem: 'is listed, and no text says it' }));
  return [
    ...faults,
    ...stale('scripts/locales/quoted.ts', exempt),
    ...stale('docs/glossary.md', [...words, ...paths]),
  ];
}

/** What stands in quotation marks in a text, without what is only a value: `{{name}}`. */
function quotedIn(text: string): string[] {
  return [...text.matchAll(QUOTED)]
    .map(([, ...pieces]) => bare(pieces.join('')))
    .filter((quoted) => /\p{L}/u.test(quoted.replace(/\{\{\w+\}\}/g, '')));
}

/** A label or quotation without signs around it: `✖ Cancel`, `… not supported`. */
function bare(text: string): string {
  return text
    .replace(/<\/?(?:b|i|code|pre)>/g, '')
    .replace(/^[^\p{L}\p{N}{]+|[^\p{L}\p{N}})]+$/gu, '')
    .trim();
}

/** Whether a line has an arrow that belongs to no path of the glossary, and does not say whose path it is. */
function hasOwnPath(text: string, paths: readonly string[]): boolean {
  return text.split(/\n|(?<=[.!?]) /).some((sentence) => {
    const rest = paths.reduce((left, path) => left.replaceAll(path, '…'), sentence);
    return /\S → \S/.test(rest) && !OUR_PATH.test(sentence);
  });
}
