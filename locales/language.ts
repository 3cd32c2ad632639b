export const LANGUAGES = ['en', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language for a BCP 47 tag or a POSIX locale (`ru-RU`, `ru_RU.UTF-8`): the one its tag begins with, else English. */
export function languageOf(tag = ''): Language {
  const [spoken = ''] = tag.toLowerCase().split(/[^a-z]/);
  return LANGUAGES.find((language) => language === spoken) ?? 'en';
}
