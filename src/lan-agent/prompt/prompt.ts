import type { InspectPlan } from '../inspect/contract.ts';
import { checkPassword, type PasswordRefusal } from '../sadp/envelope.ts';
import type { Texts, WordAfter } from '../texts.ts';
import type { PromptAnswer, UnbindPlan, WasRefused } from '../unbind/contract.ts';

/** What the password is for: an unbind, or a reading that changes nothing. */
export type PromptPlan = UnbindPlan | InspectPlan;

/** Asks the person at the laptop for the device's admin password. */
export interface PasswordPrompt {
  /**
   * Shows what is about to be done and waits. A password that may be the one refused last is asked about, and sent
   * when the person says so. Whoever gets the password owns the Buffer and zeroes it. An abort of
   * `signal`, a cancel and the time limit end in `abandoned`.
   */
  ask(plan: PromptPlan, signal: AbortSignal, wasRefused: WasRefused): Promise<PromptAnswer>;
}

/** What both views show. */
export interface PromptModel {
  readonly title: string;
  readonly rows: readonly { readonly label: string; readonly value: string }[];
  /** What is odd about the way, which password is meant, what a wrong one costs, and who may get it. */
  readonly hints: readonly string[];
  /** What has to be confirmed before the password; null: nothing. */
  readonly cable: {
    readonly why: string;
    readonly question: string;
    /** The same as a statement, to tick. */
    readonly confirmed: string;
  } | null;
  readonly question: string;
  /** On the page: the button that sends the password, and the last words after it. */
  readonly button: string;
  readonly taken: string;
}

/** Puts a plan into words. What the device or the chat wrote cannot steer a terminal or reverse a line. */
export function describePlan(plan: PromptPlan, texts: Texts): PromptModel {
  const row = (name: WordAfter<'agent:prompt.row.'>, value: string | null) =>
    value === null ? [] : [{ label: texts(`agent:prompt.row.${name}`), value: printable(value) }];
  const attempts =
    plan.attemptsLeft === null
      ? texts('agent:prompt.attemptsUnknown')
      : texts(plan.attemptsAssumed ? 'agent:prompt.attemptsAssumed' : 'agent:prompt.attempts', {
          count: plan.attemptsLeft,
        });
  const task = plan.driver === null ? 'inspect' : 'unbind';
  return {
    title: texts(`agent:prompt.title.${task}`),
    rows: [
      ...row('model', plan.model),
      ...row('serial', plan.shortSerial),
      ...row('fullSerial', plan.fullSerial),
      ...row('address', `${plan.address} (${plan.interface})`),
      ...row('announcedAddress', plan.announcedAddress),
      ...row('mac', plan.mac),
      ...row('wireMac', plan.wireMac && texts('agent:prompt.wireMac', { mac: plan.wireMac })),
      ...row('method', plan.driver && texts(`agent:prompt.method.${plan.driver}`)),
      ...row('technician', plan.technician),
      ...row('attempts', attempts),
    ],
    hints: [
      ...(plan.announcedAddress === null
        ? []
        : [
            texts('agent:note.announced-elsewhere', {
              address: plan.address,
              announced: plan.announcedAddress,
            }),
          ]),
      texts('agent:prompt.which'),
      texts('agent:prompt.cost'),
      // The question about the cable says more.
      ...(plan.askCable ? [] : [texts(`agent:prompt.risk.${task}`)]),
    ],
    cable: plan.askCable
      ? {
          why: texts('agent:prompt.cable.why'),
          question: texts('agent:prompt.cable.question'),
          confirmed: texts('agent:prompt.cable.confirmed'),
        }
      : null,
    question: texts('agent:prompt.question'),
    button: texts(`agent:prompt.button.${task}`),
    taken: texts(`agent:prompt.end.taken.${task}`),
  };
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').slice(0, 160);
}

/** What is wrong with a typed password, or beside it; `agent:prompt.complaint.<word>` is the sentence. */
export type PasswordComplaint = 'empty' | 'too-long' | 'control-characters' | 'not-ascii' | 'no-cable';

const COMPLAINTS: Readonly<Record<PasswordRefusal, PasswordComplaint>> = {
  'password-empty': 'empty',
  'password-too-long': 'too-long',
  'password-not-utf8': 'control-characters',
  'password-has-control-character': 'control-characters',
};

/**
 * Judges typed passwords of one prompt before anything is sent, so that a slip of the finger costs no attempt.
 * Letters beyond ASCII are mostly a forgotten keyboard layout (protocol/sadp.md 11.1): they are objected to once,
 * typing such a password again means it.
 */
export function createPasswordCheck(): (password: Buffer) => PasswordComplaint | null {
  let warned = false;
  return (password) => {
    const checked = checkPassword(password);
    if (!checked.ok) return COMPLAINTS[checked.failure];
    if (!warned && password.some((byte) => byte > 0x7f)) {
      warned = true;
      return 'not-ascii';
    }
    return null;
  };
}
