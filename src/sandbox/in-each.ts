import { LANGUAGES, type Language } from '../../locales/language.ts';
import { textsFor } from '../kernel/all-texts.ts';
import type { TextKey, TextValues } from '../kernel/texts.ts';

/** A sentence in every language of the page, which is switched there. */
export function inEach<K extends TextKey>(
  key: K,
  ...values: TextValues<K>
): Readonly<Record<Language, string>> {
  const said = LANGUAGES.map((language) => [language, textsFor(language)(key, ...values)]);
  return Object.fromEntries(said) as Record<Language, string>;
}
