/** What can be wrong with the texts themselves: languages that differ, plural forms, lengths. */

/** One thing to put right. */
export interface LocaleFault {
  /** Where to put it right, `locales/ru/bot.ts` or `src/flows/assess.ts:12`. */
  readonly file: string;
  /** `namespace:path.to.sentence` */
  readonly key: string;
  readonly problem: string;
}

/** Texts of a namespace: sentences, nested as deep as one likes. */
export interface TextTree {
  readonly [name: string]: string | TextTree;
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
const PLACEHOLDER = /\{\{-?\s*([\w.]+)\s*(?:,[^{}]*)?\}\}/g;

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

/** Checks every language against every other. */
export function checkTexts(resources: Resources): LocaleFault[] {
  const languages = Object.entries(resources).map(([language, namespaces]) => ({
    language,
    texts: new Map(Object.entries(namespaces).flatMap(([name, tree]) => [...flatten(name, tree)])),
  }));
  const bases = new Set(languages.flatMap(({ texts }) => [...texts.keys()].map(baseOf)));
  const faults: LocaleFault[] = [];
  for (const base of bases) {
    const expected = new Set(languages.flatMap(({ texts }) => placeholdersOf(formsOf(texts, base))));
    for (const { language, texts } of languages) {
      const forms = formsOf(texts, base);
      const report = (key: string, problem: string) =>
        faults.push({ file: fileOf(language, base), key, problem });
      if (forms.size === 0) {
        report(base, 'is missing in this language');
        continue;
      }
      for (const form of missingPlurals(language, base, forms)) report(base, `has no plural form _${form}`);
      const present = new Set(placeholdersOf(forms));
      for (const name of expected)
        if (!present.has(name)) report(base, `lacks the placeholder {{${name}}} of another language`);
      for (const [key, text] of forms) for (const problem of problemsOf(key, text)) report(key, problem);
    }
  }
  return faults;
}

/** Where a key lives. */
export function fileOf(language: string, key: string): string {
  return `locales/${language}/${key.slice(0, key.indexOf(':'))}.ts`;
}

function formsOf(texts: ReadonlyMap<string, string>, base: string): Map<string, string> {
  return new Map([...texts].filter(([key]) => key === base || baseOf(key) === base));
}

function missingPlurals(language: string, base: string, forms: ReadonlyMap<string, string>): string[] {
  if (forms.has(base) && forms.size === 1) return [];
  const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  return needed.filter((form) => !forms.has(`${base}_${form}`));
}

function placeholdersOf(forms: ReadonlyMap<string, string>): string[] {
  return [...forms.values()].flatMap((text) =>
    [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ''),
  );
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
