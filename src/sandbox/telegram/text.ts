import type { MessageEntity } from 'grammy/types';
import { type FormattedText, inReadingOrder, parseHtml } from './html.ts';
import { badRequest } from './refusal.ts';

/** Longest text of a message and longest caption, UTF-16 code units after entities are parsed. */
const MAX_TEXT = 4096;
const MAX_CAPTION = 1024;

/** Longest text read at all, before markup is taken out. */
const MAX_MARKUP = 64 * 1024;

/** A text as a call brings it. */
export interface TextInput {
  readonly text: string;
  readonly parse_mode?: string | undefined;
  readonly entities?: readonly MessageEntity[] | undefined;
}

/**
 * What Telegram makes of a text: markup into entities, control characters and outer white space away, commands and
 * links found. The sandbox reads `HTML` and no Markdown, because the product sends none.
 * @throws Refusal when the markup is broken or the mode unknown
 */
function readText(input: TextInput): FormattedText {
  if (input.text.length > MAX_MARKUP) throw badRequest('message is too long');
  const { text, entities } = trim(clean(parse(input)));
  return { text, entities: inReadingOrder([...entities, ...detect(text, entities)]) };
}

/** The text of a message. @throws Refusal when it is empty or longer than `MAX_TEXT` */
export function readMessageText(input: TextInput): FormattedText {
  const formatted = readText(input);
  if (!formatted.text) throw badRequest('message text is empty');
  if (formatted.text.length > MAX_TEXT) throw badRequest('message is too long');
  return formatted;
}

/** The caption of a photo or document; may be empty. @throws Refusal when it is longer than `MAX_CAPTION` */
export function readCaption(input: TextInput): FormattedText {
  const formatted = readText(input);
  if (formatted.text.length > MAX_CAPTION) throw badRequest('message caption is too long');
  return formatted;
}

function parse({ text, parse_mode, entities }: TextInput): FormattedText {
  if (!parse_mode) return { text, entities: entities ?? [] };
  if (parse_mode.toLowerCase() !== 'html') throw badRequest('unsupported parse_mode');
  return parseHtml(text);
}

/** One character for one, so that offsets hold: control characters become spaces. */
function clean({ text, entities }: FormattedText): FormattedText {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return { text: text.replace(/[\u0000-\u0009\u000b-\u001f]/g, ' '), entities };
}

/** Telegram cuts white space at the end, and at the beginning up to the first entity. */
function trim({ text, entities }: FormattedText): FormattedText {
  const firstEntity = Math.min(text.length, ...entities.map(({ offset }) => offset));
  const lead = /^[ \n]*/.exec(text.slice(0, firstEntity))?.[0].length ?? 0;
  const trimmed = text.slice(lead).trimEnd();
  const moved = entities.flatMap((entity) => {
    const offset = entity.offset - lead;
    const length = Math.min(entity.length, trimmed.length - offset);
    return length > 0 ? [{ ...entity, offset, length }] : [];
  });
  return { text: trimmed, entities: moved };
}

const DETECTED: readonly [MessageEntity['type'], RegExp][] = [
  ['url', /\bhttps?:\/\/[^\s<>"']*[^\s<>"'.,:;!?)\]}]/g],
  ['email', /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi],
  ['bot_command', /(?<![\w/@.<>])\/\w{1,64}(?:@\w{3,32})?(?![\w/<>])/g],
  ['mention', /(?<![\w.@/])@\w{4,32}\b/g],
];
const OPAQUE = new Set<MessageEntity['type']>(['code', 'pre', 'text_link']);

/** Commands, addresses and mentions that Telegram finds by itself, outside code and links. */
function detect(text: string, entities: readonly MessageEntity[]): MessageEntity[] {
  const taken = entities
    .filter(({ type }) => OPAQUE.has(type))
    .map(({ offset, length }) => ({ offset, length }));
  const found: MessageEntity[] = [];
  for (const [type, shape] of DETECTED) {
    for (const match of text.matchAll(shape)) {
      const here = { offset: match.index, length: match[0].length };
      const overlaps = taken.some(
        (other) => here.offset < other.offset + other.length && other.offset < here.offset + here.length,
      );
      if (overlaps) continue;
      taken.push(here);
      found.push({ type, ...here } as MessageEntity);
    }
  }
  return found;
}
