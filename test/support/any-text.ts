import type { Language } from '../../locales/language.ts';
import { textsFor } from '../../src/kernel/all-texts.ts';

/** A sentence by a key that a test makes out of data; what is not given stays in its braces. */
export function anyText(
  language: Language,
): (key: string, values?: Record<string, string | number>) => string {
  return textsFor(language) as (key: string, values?: Record<string, string | number>) => string;
}
