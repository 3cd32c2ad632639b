import type { Message } from 'grammy/types';
import type { FormattedText } from './html.ts';
import { readCaption, readMessageText, type TextInput } from './text.ts';

/** What a message says, without who, where and when. */
export type Content = Partial<Omit<Message, 'message_id' | 'date' | 'chat' | 'from'>>;

/** Content from fields that may be absent: Telegram's objects have no empty ones. */
export function content(fields: { readonly [Field in keyof Content]?: Content[Field] | undefined }): Content {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** @throws Refusal when the text is empty, too long or its markup broken */
export function textContent(input: TextInput): Content {
  const formatted = readMessageText(input);
  return content({ text: formatted.text, entities: entitiesOf(formatted) });
}

/** @throws Refusal when the caption is too long or its markup broken */
export function captionContent(input: TextInput): Content {
  const formatted = readCaption(input);
  return content({ caption: formatted.text || undefined, caption_entities: entitiesOf(formatted) });
}

function entitiesOf({ entities }: FormattedText) {
  return entities.length > 0 ? [...entities] : undefined;
}
