import type { InlineKeyboardMarkup } from 'grammy/types';
import * as z from 'zod';
import { badRequest } from './refusal.ts';

/** Longest callback data, bytes of UTF-8 (Bot API, InlineKeyboardButton). */
const MAX_CALLBACK_BYTES = 64;
const MAX_BUTTONS = 100;
/** Longest text a button copies, characters (Bot API, CopyTextButton). */
const MAX_COPIED = 256;

const inlineButton = z.object({
  text: z.string(),
  callback_data: z.string().optional(),
  url: z.string().optional(),
  copy_text: z.object({ text: z.string() }).optional(),
  style: z.enum(['danger', 'success', 'primary']).optional(),
});

/** Keyboards under the input line are read and left out: the product uses inline ones. */
export const replyMarkup = z.union([
  z.object({ inline_keyboard: z.array(z.array(inlineButton)) }),
  z.object({ keyboard: z.array(z.unknown()) }),
  z.object({ remove_keyboard: z.literal(true) }),
  z.object({ force_reply: z.literal(true) }),
]);
type ReplyMarkup = z.infer<typeof replyMarkup>;

/**
 * The inline keyboard of a message, checked as Telegram does, or undefined where there is none.
 * @throws Refusal `BUTTON_DATA_INVALID` and its kin
 */
export function inlineKeyboard(markup: ReplyMarkup | undefined): InlineKeyboardMarkup | undefined {
  if (!markup || !('inline_keyboard' in markup)) return undefined;
  const rows = markup.inline_keyboard.filter((row) => row.length > 0);
  if (rows.flat().length > MAX_BUTTONS) throw badRequest('reply markup is too long');
  if (rows.length === 0) return undefined;
  return { inline_keyboard: rows.map((row) => row.map(checkedButton)) };
}

function checkedButton({ style, ...button }: z.infer<typeof inlineButton>) {
  return { ...checkedKind(button), ...(style && { style }) };
}

function checkedKind({ text, callback_data, url, copy_text }: Omit<z.infer<typeof inlineButton>, 'style'>) {
  if (!text.trim()) throw badRequest("can't parse inline keyboard button: Button text must be non-empty");
  if (url !== undefined) {
    if (!isButtonUrl(url)) throw badRequest(`inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`);
    return { text, url };
  }
  if (copy_text !== undefined) {
    const { length } = copy_text.text;
    if (length === 0 || length > MAX_COPIED) throw badRequest('BUTTON_COPY_TEXT_INVALID');
    return { text, copy_text };
  }
  if (callback_data === undefined) {
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  }
  const size = Buffer.byteLength(callback_data);
  if (size === 0 || size > MAX_CALLBACK_BYTES) throw badRequest('BUTTON_DATA_INVALID');
  return { text, callback_data };
}

/** Telegram takes web addresses with a dot in the host (no `localhost`) and its own `tg:` links. */
function isButtonUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'tg:' || (/^https?:$/.test(protocol) && hostname.includes('.'));
}
