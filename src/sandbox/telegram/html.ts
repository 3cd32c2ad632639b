import type { MessageEntity } from 'grammy/types';
import { badRequest } from './refusal.ts';

/** A text with its formatting beside it; offsets and lengths are UTF-16 code units, as in the Bot API. */
export interface FormattedText {
  readonly text: string;
  readonly entities: readonly MessageEntity[];
}

type Attributes = ReadonlyMap<string, string>;

interface OpenTag {
  readonly name: string;
  readonly attributes: Attributes;
  /** Where its content begins in the text that is being built. */
  readonly offset: number;
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** Tags whose entity is their name's meaning and nothing more. */
const PLAIN = new Map<string, MessageEntity['type']>([
  ['b', 'bold'],
  ['strong', 'bold'],
  ['i', 'italic'],
  ['em', 'italic'],
  ['u', 'underline'],
  ['ins', 'underline'],
  ['s', 'strikethrough'],
  ['strike', 'strikethrough'],
  ['del', 'strikethrough'],
  ['tg-spoiler', 'spoiler'],
  ['span', 'spoiler'],
  ['code', 'code'],
  ['pre', 'pre'],
]);
const SUPPORTED = new Set([...PLAIN.keys(), 'a', 'blockquote']);

/**
 * Reads Telegram's HTML (`parse_mode: 'HTML'`) the way the Bot API does, refusing what it refuses with the words it
 * uses: a bot that forgets to escape a `<` fails here too.
 * @throws Refusal `Bad Request: can't parse entities: …`
 */
export function parseHtml(html: string): FormattedText {
  return new HtmlReader(html).read();
}

/** One pass over one text. Positions are UTF-16; only error messages speak of bytes. */
class HtmlReader {
  readonly #html: string;
  readonly #open: OpenTag[] = [];
  readonly #entities: MessageEntity[] = [];
  /** Languages of `<code class="language-…">`: they count only where a `<pre>` is around. */
  readonly #languages = new WeakMap<MessageEntity, string>();
  #at = 0;
  #text = '';

  constructor(html: string) {
    this.#html = html;
  }

  read(): FormattedText {
    while (this.#at < this.#html.length) {
      const char = this.#html[this.#at];
      if (char === '&') this.#text += this.#reference();
      else if (char === '<') this.#tag();
      else {
        this.#text += char;
        this.#at += 1;
      }
    }
    const left = this.#open.at(-1);
    if (left) throw cannotParse(`Can't find end tag corresponding to start tag "${left.name}"`);
    return { text: this.#text, entities: inReadingOrder(withoutNestedInCode(this.#entities)) };
  }

  /** `&lt;`, `&#60;`, `&#x3c;`; anything else stays as it is written. */
  #reference(): string {
    const found = /^&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));?/i.exec(this.#html.slice(this.#at, this.#at + 16));
    const char = found && decodeReference(found);
    if (!found || !char) {
      this.#at += 1;
      return '&';
    }
    this.#at += found[0].length;
    return char;
  }

  #tag(): void {
    const start = this.#at;
    this.#at += 1;
    if (this.#html[this.#at] === '/') this.#endTag(start);
    else this.#startTag(start);
  }

  #startTag(start: number): void {
    const name = this.#until(/[\s>]/).toLowerCase();
    if (this.#ended()) throw this.#failure('Unclosed start tag', start);
    if (!SUPPORTED.has(name)) throw this.#failure(`Unsupported start tag "${name}"`, start);
    const attributes = this.#attributes(name, start);
    if (name === 'span' && attributes.get('class') !== 'tg-spoiler') {
      throw this.#failure('Tag "span" must have class "tg-spoiler"', start);
    }
    this.#open.push({ name, attributes, offset: this.#text.length });
  }

  /** Reads up to and with the closing `>`. */
  #attributes(tag: string, start: number): Attributes {
    const attributes = new Map<string, string>();
    for (;;) {
      this.#skipSpace();
      if (this.#ended()) throw this.#failure(`Unclosed start tag "${tag}"`, start);
      if (this.#html[this.#at] === '>') {
        this.#at += 1;
        return attributes;
      }
      const name = this.#until(/[\s=>]/).toLowerCase();
      if (!name) throw this.#failure(`Empty attribute name in the tag "${tag}"`, start);
      this.#skipSpace();
      attributes.set(name, this.#html[this.#at] === '=' ? this.#attributeValue(tag, start) : '');
    }
  }

  #attributeValue(tag: string, start: number): string {
    this.#at += 1;
    this.#skipSpace();
    if (this.#ended()) throw this.#failure(`Unclosed start tag "${tag}"`, start);
    const quote = this.#html[this.#at];
    if (quote !== '"' && quote !== "'") {
      const begin = this.#at;
      const token = this.#until(/[^a-z0-9.-]/i).toLowerCase();
      if (this.#ended() || !/[\s>]/.test(this.#html[this.#at] ?? '')) {
        throw this.#failure('Unexpected end of name token', begin);
      }
      return token;
    }
    this.#at += 1;
    let value = '';
    while (!this.#ended() && this.#html[this.#at] !== quote) {
      if (this.#html[this.#at] === '&') value += this.#reference();
      else {
        value += this.#html[this.#at];
        this.#at += 1;
      }
    }
    if (this.#ended()) throw this.#failure('Unclosed start tag', start);
    this.#at += 1;
    return value;
  }

  #endTag(start: number): void {
    const open = this.#open.pop();
    if (!open) throw this.#failure('Unexpected end tag', start);
    this.#at += 1;
    const name = this.#until(/[\s>]/).toLowerCase();
    this.#skipSpace();
    if (this.#html[this.#at] !== '>') throw this.#failure('Unclosed end tag', start);
    if (name && name !== open.name) {
      const offset = byteOffset(this.#html, start);
      throw cannotParse(
        `Unmatched end tag at byte offset ${offset}, expected "</${open.name}>", found "</${name}>"`,
      );
    }
    this.#at += 1;
    this.#close(open);
  }

  #close(tag: OpenTag): void {
    const { name, attributes, offset } = tag;
    const length = this.#text.length - offset;
    if (length === 0) return;
    const content = this.#text.slice(offset);
    const plain = PLAIN.get(name);
    if (name === 'a') {
      const url = linkOf(attributes.get('href') ?? content);
      if (url) this.#entities.push({ type: 'text_link', offset, length, url });
    } else if (name === 'blockquote') {
      const type = attributes.has('expandable') ? 'expandable_blockquote' : 'blockquote';
      this.#entities.push({ type, offset, length });
    } else if (name === 'pre') {
      this.#entities.push(this.#codeBlock(offset, length));
    } else if (name === 'code' && /^language-/.test(attributes.get('class') ?? '')) {
      const entity: MessageEntity = { type: 'code', offset, length };
      this.#languages.set(entity, (attributes.get('class') ?? '').slice('language-'.length));
      this.#entities.push(entity);
    } else if (plain) {
      this.#entities.push({ type: plain, offset, length } as MessageEntity);
    }
  }

  /** `<pre><code class="language-x">` is one block with a language. */
  #codeBlock(offset: number, length: number): MessageEntity {
    const inner = this.#entities.at(-1);
    const language = inner?.offset === offset && inner.length === length ? this.#languages.get(inner) : '';
    return language ? { type: 'pre', offset, length, language } : { type: 'pre', offset, length };
  }

  #until(stop: RegExp): string {
    const begin = this.#at;
    while (!this.#ended() && !stop.test(this.#html[this.#at] ?? '')) this.#at += 1;
    return this.#html.slice(begin, this.#at);
  }

  #skipSpace(): void {
    while (/\s/.test(this.#html[this.#at] ?? '')) this.#at += 1;
  }

  #ended(): boolean {
    return this.#at >= this.#html.length;
  }

  #failure(what: string, position: number): Error {
    return cannotParse(`${what} at byte offset ${byteOffset(this.#html, position)}`);
  }
}

function cannotParse(why: string): Error {
  return badRequest(`can't parse entities: ${why}`);
}

function byteOffset(text: string, position: number): number {
  return Buffer.byteLength(text.slice(0, position));
}

function decodeReference(found: RegExpExecArray): string | undefined {
  const [, hex, decimal, name] = found;
  if (name !== undefined) return Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
  const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal);
  const isCharacter = code > 0 && code < 0x10_ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}

/** The address of a link as Telegram keeps it, or null where it silently drops the link. */
function linkOf(text: string): string | null {
  const address = /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol === 'tg:') return url.href;
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  return isWeb && url.hostname.includes('.') ? url.href : null;
}

/** Code cannot hold other formatting: what stands inside it is dropped. */
function withoutNestedInCode(entities: readonly MessageEntity[]): MessageEntity[] {
  const code = entities.filter(({ type }) => type === 'code' || type === 'pre');
  const isInside = (inner: MessageEntity, outer: MessageEntity) =>
    inner !== outer &&
    inner.offset >= outer.offset &&
    inner.offset + inner.length <= outer.offset + outer.length &&
    (inner.length < outer.length || (inner.type !== 'pre' && outer.type === 'pre'));
  return entities.filter((inner) => !code.some((outer) => isInside(inner, outer)));
}

/** By beginning; of two that begin together the longer first, because it is around the other. */
export function inReadingOrder(entities: readonly MessageEntity[]): MessageEntity[] {
  return entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length);
}
