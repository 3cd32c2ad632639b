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

/** Numbers whose forms are kept: most that people are told of. All others are looked up each time. */
const SMALL_NUMBERS = new Set(Array.from({ length: 33 }, (_, number) => number));

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
  /**
   * Sentences as they stand in locales/, by language, key and number: the library looks each up anew, which takes ten times as long as
   * to fill it in (docs/decisions/0080).
   */
  const known = new Map<string, string>();

  function made(): ReturnType<typeof createInstance> {
    if (instance) return instance;
    instance = createInstance();
    void instance.init({
      resources,
      ns: Object.keys(resources.en),
      fallbackLng: 'en',
      initAsync: false,
      interpolation: { escapeValue: false },
    });
    return instance;
  }

  /** The sentence of a key; of one with several forms the form that a number needs. */
  function sentenceOf(language: Language, key: string, count: string | number | undefined): string {
    const number = typeof count === 'number' ? { count } : {};
    const name = `${language} ${key} ${number.count ?? ''}`;
    const sentence =
      known.get(name) ?? made().getFixedT(language)(key, { ...number, skipInterpolation: true });
    if (number.count === undefined || SMALL_NUMBERS.has(number.count)) known.set(name, sentence);
    return sentence;
  }

  return (language, treat = (value) => value) =>
    (key, ...[values]) => {
      if (values === undefined) return sentenceOf(language, key, undefined);
      const treated: Record<string, string | number> = {};
      for (const [name, value] of Object.entries<string | number>(values))
        treated[name] = typeof value === 'string' ? treat(value) : value;
      const sentence = sentenceOf(language, key, treated.count);
      return made().services.interpolator.interpolate(sentence, treated, language, {});
    };
}
