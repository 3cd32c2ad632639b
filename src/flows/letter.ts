/** A letter as a file (RFC 5322, MIME): mail programs open it as a draft because it is marked as not sent. */

/** Longest piece of a header that is encoded as one, bytes: with frame and field name a line stays below 78. */
const WORD_BYTES = 39;

/** Escapes of Telegram's HTML that a letter must not show. */
const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' };

/** A text of a chat in plain letters. */
export function withoutEntities(html: string): string {
  return html.replace(/&(?:lt|gt|quot|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** `to`: the address, or null when the technician has to ask for it. Subject and body as the chat shows them. */
export function letterFile(letter: { to: string | null; subject: string; body: string }): string {
  const body = Buffer.from(withoutEntities(letter.body).replace(/\r?\n/g, '\r\n')).toString('base64');
  return [
    ...(letter.to === null ? [] : [`To: ${letter.to}`]),
    `Subject: ${encodedHeader(withoutEntities(letter.subject).replace(/[\r\n]+/g, ' '))}`,
    'X-Unsent: 1',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(body.match(/.{1,76}/g) ?? []),
    '',
  ].join('\r\n');
}

/** A header of any letters, in words short enough, never cut inside a letter. */
function encodedHeader(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const letter of text) {
    if (Buffer.byteLength(word + letter) > WORD_BYTES) {
      words.push(word);
      word = '';
    }
    word += letter;
  }
  return [...words, word].map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join('\r\n ');
}
