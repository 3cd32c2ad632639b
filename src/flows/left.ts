import type { Texts } from '../kernel/texts.ts';
import { escapeHtml } from './engine/html.ts';

/** Most serial numbers named in one message: Telegram carries 4096 characters. */
const MOST_NAMED = 150;

/** Names what was not taken of a list or an album, by short serial: nothing goes without a word. Empty: all was. */
export function notTaken(t: Texts, left: readonly string[]): string {
  if (left.length === 0) return '';
  const named = left.slice(0, MOST_NAMED).map((serial) => `<code>${escapeHtml(serial)}</code>`);
  const rest = left.length - named.length;
  return [t('bot:identify.notTaken'), named.join(', ') + (rest === 0 ? '' : ` +${rest}`)].join('\n');
}
