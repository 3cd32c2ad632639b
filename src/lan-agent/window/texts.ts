import { window as windowEn } from '../../../locales/en/window.ts';
import type { Language } from '../../../locales/language.ts';
import { window as windowRu } from '../../../locales/ru/window.ts';
import type { SentencesOf, TextTree } from '../../../locales/sentences.ts';
import { createTexts, type TextsOf, type WordsAfter } from '../../kernel/texts.ts';
import { type Texts, textsFor } from '../texts.ts';

type Sentences = SentencesOf<{ window: typeof windowEn }>;
export type WindowTexts = TextsOf<Sentences>;
/** What keys of the window go on with after a beginning. */
export type WindowWord<Beginning extends string> = WordsAfter<Sentences, Beginning>;

/** The window's own sentences in one language. */
export const windowTextsFor = createTexts<Sentences>({ en: { window: windowEn }, ru: { window: windowRu } });

/**
 * The agent's sentences for somebody who has no command line: where the agent's name commands, the window's own words
 * are said, `window:instead.` with the same key.
 */
export function spokenFor(language: Language): Texts {
  const agent = textsFor(language);
  // That each of these has the variables of the agent's own is in test/types/texts.ts.
  const own = windowTextsFor(language) as (key: string, values?: object) => string;
  return (key, ...values) => {
    const instead = key.replace('agent:', 'window:instead.');
    return hasText(instead) ? own(instead, values[0]) : agent(key, ...values);
  };
}

/** Whether the window has a sentence of this key: for words that come from data. */
export function hasText(key: string): key is keyof Sentences {
  return key.startsWith('window:') && typeof at(windowEn, key.slice('window:'.length)) === 'string';
}

function at(tree: TextTree, path: string): string | TextTree | undefined {
  let node: string | TextTree | undefined = tree;
  for (const name of path.split('.')) {
    node = typeof node === 'object' && Object.hasOwn(node, name) ? node[name] : undefined;
  }
  return node;
}
