import type { Language } from '../../../locales/language.ts';
import type { Controls } from '../../flows/index.ts';
import type { Texts } from '../../kernel/texts.ts';
import type { Role } from '../door/access.ts';
import type { Manner, PlainButton, Told } from '../house/telegram.ts';

/** What one command or button outside conversations sees. */
export interface Call {
  /** The private chat, and with it the person: they have the same id. */
  chatId: number;
  role: Role;
  language: Language;
  controls: Controls;
  /** Sentences in the chat's language; values are escaped. */
  t: Texts;
  /** Answers in this chat, now or as soon as Telegram takes it (house/voice.ts). */
  say(text: string, rows?: readonly (readonly PlainButton[])[]): Promise<Told>;
  /** The same in the message whose button was pressed, where there is one and it can still be changed. */
  rewrite(text: string, rows: readonly (readonly PlainButton[])[]): Promise<Told>;
  /** Answers with what must not be written down; where Telegram does not take it, the command comes again. */
  sayOnce(text: string, how?: Manner): Promise<Told>;
}

/** Carries out a command or a button; what became of its answer, where it ends in one. */
export type Handler = (call: Call, words: string[]) => Promise<Told | undefined>;

/** Commands by name and buttons by the first word of their data; both get the words that follow. */
export interface CommandSet {
  commands: Record<string, Handler>;
  buttons: Record<string, Handler>;
  /** Buttons that stay after a press: theirs is a message that is written anew. */
  staying?: Record<string, Handler>;
  /** Sees what is typed before conversations do; true when it was its own. */
  text?: (call: Call, text: string) => Promise<boolean>;
}
