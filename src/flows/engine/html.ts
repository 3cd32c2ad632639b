import type { Language } from '../../../locales/language.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import type { Texts } from '../../kernel/texts.ts';

/**
 * Control characters, halves of letters, and the marks that turn the reading direction: a device's name or model is
 * hostile input and could otherwise rearrange the sentence around it.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A value for a message in Telegram's HTML: escaped, without invisible characters, at most 200 characters. */
export function escapeHtml(value: string): string {
  return value
    .slice(0, 200)
    .replace(UNSEEN, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

/** Longest label that a phone shows in full on a button, characters. */
const LONGEST_LABEL = 24;

/** A button's label, cut where a name from outside makes it too long. */
export function buttonLabel(text: string): string {
  const letters = [...text];
  return letters.length <= LONGEST_LABEL ? text : `${letters.slice(0, LONGEST_LABEL - 1).join('')}…`;
}

/** Sentences whose text values are escaped: a value may come from a device, a laptop or a stranger. */
export function htmlTextsFor(language: Language): Texts {
  return textsFor(language, escapeHtml);
}
