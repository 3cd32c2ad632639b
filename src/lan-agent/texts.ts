import { agent as en } from '../../locales/en/agent.ts';
import { agent as ru } from '../../locales/ru/agent.ts';
import type { SentencesOf } from '../../locales/sentences.ts';
import { createTexts, type TextsOf, type ValuesOf, type WordsAfter } from '../kernel/texts.ts';

/** The agent's sentences, as `kernel/all-texts.ts` has everybody's. */
type Sentences = SentencesOf<{ agent: typeof en }>;
export type TextKey = keyof Sentences;
export type TextValues<K extends TextKey> = ValuesOf<Sentences, K>;
export type WordAfter<Beginning extends string> = WordsAfter<Sentences, Beginning>;
export type Texts = TextsOf<Sentences>;

/** Whether a reason that was read from somewhere has a sentence. */
export function isReason(word: string): word is WordAfter<'agent:reason.'> {
  return Object.hasOwn(en.reason, word);
}

/** Texts of the agent in one language; of the others none is loaded. */
export const textsFor = createTexts<Sentences>({ en: { agent: en }, ru: { agent: ru } });
