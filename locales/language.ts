export const LANGUAGES = ['en', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language for a BCP 47 tag or a POSIX locale (`ru-RU`, `ru_RU.UTF-8`): Russian if it says so, else English. */
export function languageOf(tag: string | undefined): Language {
  return /^ru\b|^ru[_-]/i.test(tag ?? '') ? 'ru' : 'en';
}
