/**
 * An edited message mends a typing error where that can still be: nothing came of it but a word of help, or it is the
 * newest one and says what is being asked for. Then it is heard as if it were new. What was dealt with is not undone by
 * an edit, and whoever tries is told so (docs/decisions/0034).
 */
import type { Update } from 'grammy/types';
import { type Heard, hear, type WaitSpec, wanted, withoutPasswords } from './heard.ts';
import { type PasswordWatch, saysMore } from './passwords.ts';
import { type Became, type RecentMessage, rememberMessage, type Turn } from './state.ts';
import { type EngineTools, tell } from './turn.ts';

type Message = NonNullable<Update['message']>;

/** So long after it was refused a message may be mended by editing it, ms. */
const MENDED_MS = 30 * 60_000;
/** What is typed for a PIN or a pairing number, however old the message is. */
const DIGITS = /^\s*\d{6,12}\s*$/;

export interface EditHearing {
  /** Remembers how a message was heard, for when it is edited. `heard`: null for what no conversation heard. */
  note(turn: Turn, message: Message | undefined, became: Became, heard: Heard | null): void;
  /** Hears an edited message; `asNew` hears it like one that has just come. */
  take<T>(
    turn: Turn,
    edited: Message,
    spec: WaitSpec,
    asNew: (message: Message) => Promise<T>,
  ): Promise<T | 'handled'>;
}

export function createEditHearing(tools: EngineTools, passwords: PasswordWatch): EditHearing {
  const { clock, tagFor } = tools;

  /** What was heard, to compare it and nothing else: no way leads back. */
  const tagOf = (heard: Heard) => tagFor(JSON.stringify(['heard', heard]));

  /** Whether an edit is heard as a new message. */
  function mends(
    text: string,
    heard: Heard,
    spec: WaitSpec,
    known: RecentMessage | undefined,
    isNewest: boolean,
  ) {
    if (DIGITS.test(text)) return true;
    if (known === undefined) return false;
    if (known.became === 'refused') return clock() - known.at < MENDED_MS;
    if (!isNewest || text.startsWith('/')) return false;
    return known.became === 'command' || wanted(heard, spec) || namesDevice(heard);
  }

  return {
    note({ chat }, message, became, heard) {
      if (message === undefined) return;
      const photo = photoOf(message);
      chat.recent = rememberMessage(chat.recent, {
        id: message.message_id,
        became,
        tag: heard && tagOf(heard),
        at: clock(),
        ...(photo === undefined ? {} : { photo }),
      });
    },

    async take(turn, edited, spec, asNew) {
      const { recent = [] } = turn.chat;
      const known = recent.findLast(({ id }) => id === edited.message_id);
      const isNewest = known !== undefined && known === recent.at(-1);
      let message = captionAlone(edited, known);
      if (message.text === '') return 'handled';
      const rest = withoutPasswords({ update_id: 0, message }, spec);
      if (rest?.message) {
        await passwords.remove(turn, edited.message_id, null);
        message = rest.message;
      }
      const text = message.text ?? '';
      const heard = hear({ update_id: 0, message }, spec);
      if (rest !== null && !saysMore(heard)) return 'handled';
      if (known?.tag === tagOf(heard)) return 'handled';
      if (mends(text, heard, spec, known, isNewest)) return asNew(message);
      if (isMeant(heard) || text.startsWith('/')) await tell(tools, turn.chatId, 'bot:help.editedLate');
      return 'handled';
    },
  };
}

/** What stays the same of a photo however often Telegram tells of it. */
function photoOf({ photo, document }: Message): string | undefined {
  return photo?.at(-1)?.file_unique_id ?? document?.file_unique_id;
}

/** A photo under which only the words were changed is no new photo: its words are heard. */
function captionAlone(edited: Message, known: RecentMessage | undefined): Message {
  if (known?.photo === undefined || known.photo !== photoOf(edited)) return edited;
  const { photo: _, document: _file, caption, ...rest } = edited;
  return { ...rest, text: caption ?? '' } as Message;
}

function namesDevice({ kind }: Heard): boolean {
  return kind === 'serials' || kind === 'refused-label' || kind === 'photo';
}

/** Whether it looks like said to the bot: it means something here. */
function isMeant(heard: Heard): boolean {
  return namesDevice(heard) || ['words', 'note', 'picture-code'].includes(heard.kind);
}
