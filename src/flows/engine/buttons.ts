/** The buttons of a question, and which typed text counts as pressing one (docs/decisions/0045). */
import { replies } from '../../../locales/words.ts';
import { buttonLabel } from './html.ts';

/** Plain answers that may stand for a button. */
export const PLAIN_ANSWERS = ['dont-know', 'yes', 'no', 'done', 'again', 'back', 'cancel'] as const;
export type PlainAnswer = (typeof PLAIN_ANSWERS)[number];

/** A button: `id` is what the flow branches on (never on its text), 1-40 characters of `A-Za-z0-9_.-`. */
export interface Button {
  id: string;
  text: string;
  /** Plain answers that mean it here. Its own words always do. */
  said?: PlainAnswer[];
  /** Starts an unbind, or states on whose order: a finger on it, and no text that looks like it. */
  pressOnly?: true;
  /**
   * Its colour, where the phone knows colours: `danger` has the laptop begin at once or costs an attempt, `success` only
   * looks, `primary` is what most people press.
   */
  style?: 'danger' | 'success' | 'primary';
}

/** A button that puts a text into the phone's clipboard; 1-256 characters. Who has no such button copies by hand. */
export interface CopyButton {
  text: string;
  copy: string;
}

/** A copying button as Telegram takes it. */
export function copyKey({ text, copy }: CopyButton) {
  return { text: buttonLabel(text), copy_text: { text: copy } };
}

/** Words of a label that may be misspelt; a single word is too close to its opposite. */
const LEAST_WORDS = 2;
/** Letters of a label for each letter that may be wrong. */
const LETTERS_A_SLIP = 8;
/** What people put behind a word, which changes nothing about it. */
const TRIMMINGS =
  /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f|\u200d|["\u00ab\u00bb\u201c\u201d:()]/gu;
/** Longest text that may be a label, characters. */
const MAX_LABEL = 64;

/** The plain answers a text as a whole is, of those that are looked for. Pure. */
export function plainAnswersIn(text: string, sought: readonly PlainAnswer[] = PLAIN_ANSWERS): PlainAnswer[] {
  if (text.length > MAX_LABEL || sought.length === 0) return [];
  const bare = text.replace(TRIMMINGS, ' ').trim().toLowerCase().replace(/\s+/g, ' ');
  const plain = ` ${bare.replace(/\u0451/g, '\u0435')} `;
  return sought.filter((answer) => replies.some((language) => language[answer].test(plain)));
}

/** The button of these words, or of the number its words begin with. Case, punctuation and emoji do not matter. Pure. */
export function buttonNamed(text: string, buttons: readonly Button[]): Button | null {
  if (text.length > MAX_LABEL) return null;
  const typed = wordsOf(text);
  if (typed === '') return null;
  const numbered = /^\d{1,2}$/.test(typed) ? only(buttons, (label) => label.startsWith(`${typed} `)) : null;
  return only(buttons, (label) => label === typed) ?? numbered;
}

/** The button a text means: by its own words, else by a plain answer that only this one stands for. Pure. */
export function buttonSaid(text: string, buttons: readonly Button[]): Button | null {
  const named = buttonNamed(text, buttons);
  if (named) return named;
  const answers = plainAnswersIn(
    text,
    buttons.flatMap(({ said = [] }) => said),
  );
  const [meant = null, ...others] = buttons.filter(({ said }) => said?.some((one) => answers.includes(one)));
  return others.length === 0 ? meant : null;
}

/** The button whose words a text nearly is: a letter wrong in eight, none of a number, and nothing of a single word. Pure. */
export function buttonMisspelt(text: string, buttons: readonly Button[]): Button | null {
  if (text.length > MAX_LABEL) return null;
  const typed = wordsOf(text);
  return only(buttons, (label) => {
    const slips = Math.floor(label.length / LETTERS_A_SLIP);
    return label.split(' ').length >= LEAST_WORDS && digitsOf(label) === digitsOf(typed)
      ? isWithin(slips, label, typed)
      : false;
  });
}

function only(buttons: readonly Button[], fits: (label: string) => boolean): Button | null {
  const [first = null, ...others] = buttons.filter(({ text }) => fits(wordsOf(text)));
  return others.length === 0 ? first : null;
}

/** A text as its words: small letters, without accents on letters, one space between two. */
function wordsOf(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFC')
    .replace(/\u0451/g, '\u0435')
    .replace(/['\u2018\u2019]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function digitsOf(text: string): string {
  return text.replace(/\D+/g, ' ').trim();
}

/** Whether one text becomes the other by so many letters put in, left out, or exchanged (Levenshtein's distance). */
function isWithin(slips: number, one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > slips) return false;
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [at, mine] of [...other].entries())
      next.push(
        Math.min((next[at] ?? 0) + 1, (row[at + 1] ?? 0) + 1, (row[at] ?? 0) + (letter === mine ? 0 : 1)),
      );
    row = next;
  }
  return (row.at(-1) ?? slips + 1) <= slips;
}
