import type { Language } from '../../locales/language.ts';

/** An ISO date as a language writes it; a month where it is no more than that. */
export function dateIn(language: Language, iso: string): string {
  const isMonth = /^\d{4}-\d{2}$/.test(iso);
  const style = isMonth ? ({ year: 'numeric', month: 'long' } as const) : ({ dateStyle: 'long' } as const);
  return new Intl.DateTimeFormat(language, { ...style, timeZone: 'UTC' }).format(new Date(iso));
}
