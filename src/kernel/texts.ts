import { createInstance, type Resource } from 'i18next';
import type { resources } from '../../locales/index.ts';
import type { Language } from '../../locales/language.ts';
import type { SentencesOf, VariablesIn } from '../../locales/sentences.ts';

/** What a key of these sentences is followed by: a value for each variable, or nothing where it has none. */
export type ValuesOf<S, K extends keyof S> = [VariablesIn<S[K]>] extends [never]
  ? []
  : [values: { readonly [N in VariablesIn<S[K]>]: N extends 'count' ? number : string | number }];

/** Keys of sentences without variables. */
export type PlainKeyOf<S> = { [K in keyof S]: ValuesOf<S, K> extends [] ? K : never }[keyof S];

/** The words that keys go on with after a beginning: `yes` and `no` after `policy:value.`, where these are all. */
export type WordsAfter<S, Beginning extends string, K = keyof S> = K extends `${Beginning}${infer Word}`
  ? Word
  : never;

/** Turns a key of these sentences, with its values, into a sentence of one language. */
export type TextsOf<S> = <K extends keyof S & string>(key: K, ...values: ValuesOf<S, K>) => string;

/** Every sentence by its key, as the English texts have it. Types only: what is loaded is another question. */
export type Sentences = SentencesOf<(typeof resources)['en']>;
export type TextKey = keyof Sentences;
/** Keys of sentences without variables. */
export type PlainKey = PlainKeyOf<Sentences>;
/** What follows a key that is handed on: its values, if it takes any. */
export type TextValues<K extends TextKey> = ValuesOf<Sentences, K>;
/** What keys go on with after a beginning: the type of a word that data brings. */
export type WordAfter<Beginning extends string> = WordsAfter<Sentences, Beginning>;
/** Turns a key and its values into a sentence in one language. */
export type Texts = TextsOf<Sentences>;

/**
 * Texts by language, out of some namespaces of locales/; made ready when they are first asked for. Keys are
 * `namespace:path.to.sentence`; `count` picks the plural form. One instance serves all languages at once
 * (`getFixedT`), because a language switched globally would leak between chats. `S`: the sentences of these resources in
 * English (locales/sentences.ts); `treat` is done to every text that is filled in.
 */
export function createTexts<S>(
  resources: Record<Language, Resource[string]>,
): (language: Language, treat?: (value: string) => string) => TextsOf<S> {
  let instance: ReturnType<typeof createInstance> | undefined;
  /** Sentences without values, which are the same each time, by language and key: the library looks each up anew. */
  const plain = new Map<string, string>();
  return (language, treat = (value) => value) => {
    if (!instance) {
      instance = createInstance();
      void instance.init({
        resources,
        ns: Object.keys(resources.en),
        fallbackLng: 'en',
        initAsync: false,
        interpolation: { escapeValue: false },
      });
    }
    const translate = instance.getFixedT(language);
    const sentence = (key: string, values: object): string => {
      const treated: Record<string, string | number> = {};
      for (const [name, value] of Object.entries(values))
        treated[name] = typeof value === 'string' ? treat(value) : value;
      return translate(key, treated);
    };
    return (key, ...[values]) => {
      if (values !== undefined) return sentence(key, values);
      const name = `${language} ${key}`;
      const known = plain.get(name) ?? sentence(key, {});
      plain.set(name, known);
      return known;
    };
  };
}
