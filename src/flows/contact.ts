/** Who writes a letter or a report: asked once, read from one message, kept until it is changed or forgotten. */
import { textsFor } from '../kernel/all-texts.ts';
import { oneLine } from '../kernel/one-line.ts';
import type { Texts } from '../kernel/texts.ts';
import type { Button } from './engine/buttons.ts';
import type { Dialogue } from './engine/dialogue.ts';
import type { Contact, ContactSaid } from './ports.ts';

/** Longest name or firm, characters. */
const LONGEST_NAME = 64;
/** Digits of a telephone number, with its country or without (ITU-T E.164). */
const PHONE_DIGITS = { least: 5, most: 15 };
const PHONE = /^\+?[\d\s().-]+$/;
/** A name and, behind it, a number. */
const NAME_THEN_PHONE = /^(.*?)[\s:]+(\+?\(?\d[\d\s().-]*\d)$/;

/**
 * What a person wrote of himself: name, firm and phone, in pieces between commas, semicolons or lines, a phone also behind
 * the name. Pure.
 * @param hasFirm the operator has named the firm: then all but the phone is the name
 * @returns null when there is no name in it
 */
export function contactIn(text: string, hasFirm: boolean): ContactSaid | null {
  const pieces = text.split(/[,;\n]+/).flatMap((piece) => {
    const line = oneLine(piece);
    const [, name = '', phone = ''] = NAME_THEN_PHONE.exec(line) ?? [];
    return !isPhone(line) && isPhone(phone) ? [name, phone] : [line];
  });
  const phone = pieces.find(isPhone) ?? null;
  const [first = '', ...others] = pieces.filter((piece) => piece !== '' && !isPhone(piece));
  const rest = others.join(', ');
  const name = (hasFirm && rest !== '' ? `${first}, ${rest}` : first).slice(0, LONGEST_NAME);
  if ((name.match(/\p{L}/gu) ?? []).length < 2) return null;
  return { name, firm: hasFirm || rest === '' ? null : rest.slice(0, LONGEST_NAME), phone };
}

function isPhone(text: string): boolean {
  const digits = text.replace(/\D/g, '').length;
  return PHONE.test(text) && digits >= PHONE_DIGITS.least && digits <= PHONE_DIGITS.most;
}

/** The person of this chat, asked for where nobody has asked yet. `left`: what was pressed instead of an answer. */
export async function contactOf(
  dialogue: Dialogue,
): Promise<{ contact: Contact } | { left: 'back' | 'cancel' }> {
  const known = await dialogue.house((house) => house.contacts.get(dialogue.chatId));
  if (known !== null) return { contact: known };
  const { t } = dialogue;
  const { name, firm } = await dialogue.house((house) => house.contacts.suggested(dialogue.chatId));
  const question = t(firm === null ? 'report:me.askFirm' : 'report:me.ask', { example: exampleOf(t, firm) });
  // A button shows its text as it is, without markup to escape.
  const label = textsFor(dialogue.language)('report:me.button.only', { name });
  const only: Button[] = name === '' ? [] : [{ id: 'only', text: label }];
  const leaveOut: Button = { id: 'leave-out', text: t('report:me.button.leaveOut'), said: ['no'] };
  const answer = await askUntil(
    dialogue,
    question,
    [...only, leaveOut].map((button) => [button]),
    firm,
  );
  if ('left' in answer) return answer;
  const said: ContactSaid =
    'said' in answer
      ? answer.said
      : { name: answer.pressed === 'only' ? name : null, firm: null, phone: null };
  await dialogue.house((house) => house.contacts.keep(dialogue.chatId, said));
  const kept = await dialogue.house((house) => house.contacts.get(dialogue.chatId));
  return { contact: kept ?? { ...said, sites: [] } };
}

/** How to write it, with the firm where it is asked for. */
export function exampleOf(t: Texts, firm: string | null): string {
  return t(firm === null ? 'report:me.exampleFirm' : 'report:me.example');
}

/** What came of asking: whom somebody said they are, a button, or a way out. */
type Came = { said: ContactSaid } | { pressed: string } | { left: 'back' | 'cancel' };

/** Asks until a name is in what is typed, or a button is pressed. */
export async function askUntil(
  dialogue: Dialogue,
  question: string,
  buttons: Button[][],
  firm: string | null,
): Promise<Came> {
  return dialogue.repeat<string, Came>(question, async (text) => {
    const answer = await dialogue.ask(text, {
      buttons,
      wants: ['note'],
      things: { note: 'contact' },
    });
    if (answer.kind === 'button') {
      const { id } = answer;
      return { done: id === 'back' || id === 'cancel' ? { left: id } : { pressed: id } };
    }
    const said = answer.kind === 'note' ? contactIn(answer.text, firm !== null) : null;
    if (said !== null) return { done: { said } };
    return { again: `${dialogue.t('report:me.unclear')}\n\n${question}` };
  });
}

/** Name, firm and phone as they stand under a letter, a line each; empty where nothing is known. Not escaped. */
export function signatureOf({ name, firm, phone }: ContactSaid): string[] {
  return [name, firm, phone].filter((line) => line !== null);
}
