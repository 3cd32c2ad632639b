import type { Language } from '../../../locales/language.ts';
import type { Controls } from '../../flows/index.ts';
import type { Texts } from '../../kernel/texts.ts';
import type { Role } from '../door/access.ts';
import type { PlainButton } from '../house/tell.ts';

/** What one command or button outside conversations sees. */
export interface Call {
  /** The private chat, and with it the person: they have the same id. */
  chatId: number;
  role: Role;
  language: Language;
  controls: Controls;
  /** Sentences in the chat's language; values are escaped. */
  t: Texts;
  say(text: string, rows?: readonly (readonly PlainButton[])[]): Promise<void>;
}

/** Commands by name and buttons by the first word of their data; both get the words that follow. */
export interface CommandSet {
  commands: Record<string, (call: Call, words: string[]) => Promise<void>>;
  buttons: Record<string, (call: Call, words: string[]) => Promise<void>>;
  /** Sees what is typed before conversations do; true when it was its own. */
  text?: (call: Call, text: string) => Promise<boolean>;
}
