/** Types that follow from the English texts: keys, their variables, and what a translation has to hold. */

/** Texts of a namespace: sentences, nested as deep as one likes. */
export interface TextTree {
  readonly [name: string]: string | TextTree;
}

/** Plural forms as i18next spells them: `key_one`, `key_few` … */
type PluralForm = 'zero' | 'one' | 'two' | 'few' | 'many' | 'other';

/** `[key, sentence]` for each sentence; the forms of a plural are one key, and take a `count`. */
type Pairs<T, Path extends string> = {
  [N in keyof T & string]: T[N] extends string
    ? N extends `${infer Base}_${PluralForm}`
      ? [`${Path}${Base}`, T[N] | '{{count}}']
      : [`${Path}${N}`, T[N]]
    : Pairs<T[N], `${Path}${N}.`>;
}[keyof T & string];

type Flat<P> = {
  [One in P as One extends [infer Key extends string, string] ? Key : never]: One extends [string, infer Text]
    ? Text
    : never;
};

/** Namespaces of one language -> `namespace:path.to.sentence` -> sentence. */
export type SentencesOf<Namespaces> = Flat<
  { [N in keyof Namespaces & string]: Pairs<Namespaces[N], `${N}:`> }[keyof Namespaces & string]
>;

/** Names in `{{braces}}`. */
export type VariablesIn<Text> = Text extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | VariablesIn<Rest>
  : never;

/** A text with all of these variables in it. */
type Holding<Name extends string> = [Name] extends [never]
  ? string
  : (Name extends string ? (text: `${string}{{${Name}}}${string}`) => void : never) extends (
        text: infer All extends string,
      ) => void
    ? All
    : never;

/**
 * What another language has to say: every key of the English texts, in each sentence the variables of the English one,
 * of a plural all forms of that language. A form may say the number in words.
 */
type TranslationOf<T, Form extends PluralForm> = {
  readonly [N in keyof T as N extends `${infer Base}_${PluralForm}`
    ? `${Base}_${Form}`
    : N]: T[N] extends string
    ? Holding<Exclude<VariablesIn<T[N]>, N extends `${string}_${PluralForm}` ? 'count' : never>>
    : TranslationOf<T[N], Form>;
};

/** Russian texts of a namespace. */
export type Russian<T> = TranslationOf<T, 'one' | 'few' | 'many' | 'other'>;
