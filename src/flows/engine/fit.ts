/** Texts in Telegram's HTML, measured and cut as Telegram counts them: without tags, an entity as one character. Pure. */

const TAG = /<(\/?)([a-z]+)[^>]*>/g;
const ENTITY = /&(?:lt|gt|amp|quot|#\d+);/g;

/** Characters Telegram counts of a text. */
export function lengthOf(html: string): number {
  return html.replace(TAG, '').replace(ENTITY, '.').length;
}

/**
 * A text that fits: whole, or so many of its lines as there is room for, with a word that there was more. Tags that are
 * open there are closed.
 */
export function cut(html: string, limit: number, more: string): string {
  if (lengthOf(html) <= limit) return html;
  const room = limit - lengthOf(more) - 1;
  const lines = html.split('\n');
  let count = lines.length;
  while (count > 0 && lengthOf(lines.slice(0, count).join('\n')) > room) count -= 1;
  // Not even the first line: it loses its tags, so that none is cut in the middle.
  const kept =
    count === 0 ? lastWhole((lines[0] ?? '').replace(TAG, ''), room) : lines.slice(0, count).join('\n');
  return `${kept}${closing(kept)}\n${more}`;
}

/** Texts as few messages, in their order, each no longer than a message may be. */
export function packed(texts: readonly string[], limit: number, more: string): string[] {
  const messages: string[] = [];
  for (const text of texts) {
    const last = messages.at(-1);
    const together = last === undefined ? text : `${last}\n\n${text}`;
    if (last !== undefined && lengthOf(together) <= limit) messages[messages.length - 1] = together;
    else messages.push(cut(text, limit, more));
  }
  return messages;
}

/** The first characters of a text, no entity cut. */
function lastWhole(text: string, room: number): string {
  const letters = text.match(/&(?:lt|gt|amp|quot|#\d+);|./gsu) ?? [];
  let length = 0;
  let count = 0;
  for (const letter of letters) {
    length += letter.startsWith('&') && letter.length > 1 ? 1 : letter.length;
    if (length > room) break;
    count += 1;
  }
  return letters.slice(0, count).join('');
}

/** What closes the tags that are open at the end of a text. */
function closing(html: string): string {
  const open: string[] = [];
  for (const [, slash, name = ''] of html.matchAll(TAG)) {
    if (slash) open.pop();
    else open.push(name);
  }
  return open
    .toReversed()
    .map((name) => `</${name}>`)
    .join('');
}
