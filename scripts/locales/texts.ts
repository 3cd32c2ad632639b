/**
 * What can be wrong with the texts themselves and is not in the types (locales/sentences.ts): lengths, tags, plural forms,
 * variables that only another language has.
 */
import type { TextTree } from '../../locales/sentences.ts';

/** One thing to put right. */
export interface LocaleFault {
  /** Where to put it right, `locales/ru/bot.ts` or `src/flows/assess.ts:12`. */
  readonly file: string;
  /** `namespace:path.to.sentence` */
  readonly key: string;
  readonly problem: string;
}

/** language -> namespace -> texts */
export type Resources = Readonly<Record<string, Readonly<Record<string, TextTree>>>>;

/** Longest message Telegram takes, characters. */
const MAX_MESSAGE = 4096;
/** Longest button label that a phone shows in full, characters. */
const MAX_BUTTON = 24;
/** Labels of buttons: everything under `button` or `answer`, and the facts an answer can be changed of. */
const BUTTON = /[:.](?:button|answer)\.|^policy:fact\./;
/** Plural forms of i18next: `key_one`, `key_few` … */
const PLURAL = /_(zero|one|two|few|many|other)$/;
const PLACEHOLDER = /\{\{(\w+)\}\}/g;

/** `namespace:path` -> sentence, plural suffixes kept. */
export function flatten(namespace: string, tree: TextTree): Map<string, string> {
  const texts = new Map<string, string>();
  const walk = (path: string, node: string | TextTree): void => {
    if (typeof node === 'string') texts.set(path, node);
    else
      for (const [name, child] of Object.entries(node))
        walk(/:$/.test(path) ? path + name : `${path}.${name}`, child);
  };
  walk(`${namespace}:`, tree);
  return texts;
}

/** A key as the program asks for it: without the plural form. */
export function baseOf(key: string): string {
  return key.replace(PLURAL, '');
}

/** Checks each text by itself, and beside the English one. */
export function checkTexts(resources: Resources): LocaleFault[] {
  const english = textsOf(resources.en ?? {});
  return Object.entries(resources).flatMap(([language, namespaces]) => {
    const texts = textsOf(namespaces);
    const fault = (key: string) => (problem: string) => ({ file: fileOf(language, key), key, problem });
    return [
      ...missingPlurals(language, texts).map(([base, form]) => fault(base)(`has no plural form _${form}`)),
      ...[...texts].flatMap(([key, text]) => {
        const problems = [...problemsOf(key, text), ...differences(text, formsOf(english, baseOf(key)))];
        return problems.map(fault(key));
      }),
    ];
  });
}

/** Where a key lives. */
export function fileOf(language: string, key: string): string {
  return `locales/${language}/${key.slice(0, key.indexOf(':'))}.ts`;
}

function textsOf(namespaces: Readonly<Record<string, TextTree>>): Map<string, string> {
  return new Map(Object.entries(namespaces).flatMap(([name, tree]) => [...flatten(name, tree)]));
}

function formsOf(texts: ReadonlyMap<string, string>, base: string): string[] {
  return [...texts].filter(([key]) => baseOf(key) === base).map(([, text]) => text);
}

/** Plurals that lack a form of their language: key and form. */
function missingPlurals(language: string, texts: ReadonlyMap<string, string>): [string, string][] {
  const bases = new Set([...texts.keys()].filter((key) => PLURAL.test(key)).map(baseOf));
  const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  return [...bases].flatMap((base) =>
    needed.filter((form) => !texts.has(`${base}_${form}`)).map((form): [string, string] => [base, form]),
  );
}

/** What a text has that English has not: variables nobody fills in, and other tags, which Telegram may refuse. */
function differences(text: string, english: readonly string[]): string[] {
  const known = english.flatMap(placeholdersOf);
  const [like = ''] = english;
  return [
    ...placeholdersOf(text)
      .filter((name) => !known.includes(name))
      .map((name) => `has a placeholder {{${name}}} that English has not`),
    ...(tagsOf(text) === tagsOf(like) ? [] : [`has the tags ${tagsOf(text)}, English has ${tagsOf(like)}`]),
  ];
}

function placeholdersOf(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '');
}

/** The tags of Telegram's HTML, in no order: a sentence is built otherwise in another language. */
function tagsOf(text: string): string {
  const tags = text.match(/<\/?(?:b|i|u|s|a|code|pre|tg-spoiler|blockquote)\b[^>]*>/g) ?? [];
  return tags.sort().join('') || 'none';
}

function problemsOf(key: string, text: string): string[] {
  const problems: string[] = [];
  const length = [...text].length;
  if (text.trim() === '') problems.push('is empty');
  if (/\{\{|\}\}/.test(text.replace(PLACEHOLDER, ''))) problems.push('has a broken placeholder');
  if (length > MAX_MESSAGE) problems.push(`has ${length} characters, a message takes ${MAX_MESSAGE}`);
  // What is filled in is cut when the button is sent; the words around it are ours.
  const label = [...text.replace(PLACEHOLDER, '')].length;
  if (BUTTON.test(key) && label > MAX_BUTTON)
    problems.push(`has ${label} characters, a button shows ${MAX_BUTTON}`);
  return problems;
}
