import type { InspectPlan } from '../inspect/contract.ts';
import { checkPassword, type PasswordRefusal } from '../sadp/envelope.ts';
import type { Texts, WordAfter } from '../texts.ts';
import type { PromptAnswer, UnbindPlan, WasRefused } from '../unbind/contract.ts';

/** What the password is for: an unbind, or a reading that changes nothing. */
export type PromptPlan = UnbindPlan | InspectPlan;

/** Where a device stands in its group, as the person at the laptop is told. */
export interface InGroup {
  /** Which of how many. */
  readonly number: number;
  readonly of: number;
  /**
   * `kept`: what is typed is kept for the rest of the group. `refused`: the one that is kept may be what this device has
   * refused last, so its own is asked for, and not kept.
   */
  readonly password?: 'kept' | 'refused';
}

/** What a question is asked with beside its plan. */
export interface AskOptions {
  readonly group?: InGroup;
  /** How long it may wait for its answer, ms; `PROMPT_LIMIT_MS` by default. */
  readonly limitMs?: number;
}

/** Asks the person at the laptop for the device's admin password. */
export interface PasswordPrompt {
  /**
   * Shows what is about to be done and waits. A password that may be the one refused last is asked about, and sent
   * when the person says so. Whoever gets the password owns the Buffer and zeroes it. An abort of
   * `signal`, a cancel and the time limit end in `abandoned`.
   */
  ask(
    plan: PromptPlan,
    signal: AbortSignal,
    wasRefused: WasRefused,
    options?: AskOptions,
  ): Promise<PromptAnswer>;
}

/** What one key, or one button, says yes to. */
export type ConsentTo =
  /** An unbind with the password kept for its group. */
  | { readonly kind: 'unbind'; readonly plan: UnbindPlan; readonly group: InGroup }
  /** That the list of devices of this network goes to the chat. */
  | { readonly kind: 'survey'; readonly technician: string };

/** `declined`: the person says no. `abandoned`: nobody has said anything, or the question was taken away. */
export type ConsentAnswer =
  | { readonly kind: 'agreed'; readonly directCable?: true }
  | { readonly kind: 'declined' | 'abandoned' | 'no-cable' | 'unavailable' };

/** Asks the person at the laptop for a yes. */
export interface ConsentPrompt {
  /** Shows what it is about and waits for the one key that means yes; Enter is not it. */
  consent(to: ConsentTo, signal: AbortSignal, limitMs?: number): Promise<ConsentAnswer>;
}

/** All that the person at the laptop is asked while it works for the chat. */
export type LaptopPrompt = PasswordPrompt & ConsentPrompt;

/** Why a question is taken away before its answer, as the `reason` of its signal; any other is `stopped`. */
export const FORGOTTEN = 'the password of the group was forgotten';

/** What both views show. */
export interface QuestionModel {
  readonly title: string;
  readonly rows: readonly { readonly label: string; readonly value: string }[];
  /** What is odd about the way, which password is meant, what a wrong one costs, and who may get it. */
  readonly hints: readonly string[];
  /** What has to be confirmed before anything else; null: nothing. */
  readonly cable: {
    readonly why: string;
    readonly question: string;
    /** The same as a statement, to tick. */
    readonly confirmed: string;
  } | null;
  /** On the page: the button that says yes, the one that does not, and the last words after each. */
  readonly button: string;
  readonly otherButton: string;
  readonly taken: string;
  readonly cancelled: string;
}

export interface PromptModel extends QuestionModel {
  readonly question: string;
}

export interface ConsentModel extends QuestionModel {
  /** In the terminal: which key means what. */
  readonly keys: string;
}

/** What a page of a question shows, without a word of what was typed: the form, with what is wrong with the last try. */
export type ShownQuestion =
  | {
      readonly kind: 'password';
      readonly model: PromptModel;
      readonly complaint: PasswordComplaint | null;
    }
  /** Whether a password that may be the one refused last is meant; the field is not shown again. */
  | { readonly kind: 'meant'; readonly model: PromptModel }
  | {
      readonly kind: 'consent';
      readonly model: ConsentModel;
      readonly complaint: 'cable-unconfirmed' | null;
    };

/** Puts a plan into words. What the device or the chat wrote cannot steer a terminal or reverse a line. */
export function describePlan(plan: PromptPlan, texts: Texts, group?: InGroup): PromptModel {
  const task = plan.driver === null ? 'inspect' : 'unbind';
  return {
    title: texts(`agent:prompt.title.${task}`),
    rows: planRows(plan, texts, group),
    hints: [
      ...oddWay(plan, texts),
      texts('agent:prompt.which'),
      texts('agent:prompt.cost'),
      ...(group?.password ? [texts(`agent:prompt.group.${group.password}`)] : []),
      // The question about the cable says more.
      ...(plan.askCable ? [] : [texts(`agent:prompt.risk.${task}`)]),
    ],
    cable: cableOf(plan, texts),
    question: texts('agent:prompt.question'),
    button: texts(`agent:prompt.button.${task}`),
    otherButton: texts('agent:prompt.button.cancel'),
    taken: texts(`agent:prompt.end.taken.${task}`),
    cancelled: texts('agent:prompt.end.cancelled'),
  };
}

/** Puts what a yes is wanted for into words, with the same care. */
export function describeConsent(to: ConsentTo, texts: Texts): ConsentModel {
  if (to.kind === 'survey') {
    return {
      title: texts('agent:prompt.survey.title'),
      rows: rowOf('technician', to.technician, texts),
      hints: [texts('agent:prompt.survey.what'), texts('agent:prompt.survey.whose')],
      cable: null,
      keys: texts('agent:prompt.survey.keys'),
      button: texts('agent:prompt.survey.button'),
      otherButton: texts('agent:prompt.survey.refuse'),
      taken: texts('agent:prompt.survey.taken'),
      cancelled: texts('agent:prompt.survey.refused'),
    };
  }
  const { plan, group } = to;
  return {
    title: texts('agent:prompt.title.unbind'),
    rows: planRows(plan, texts, group),
    hints: [
      ...oddWay(plan, texts),
      texts('agent:prompt.group.held'),
      ...(plan.askCable ? [] : [texts('agent:prompt.group.risk')]),
    ],
    cable: cableOf(plan, texts),
    keys: texts('agent:prompt.group.keys'),
    button: texts('agent:prompt.button.unbind'),
    otherButton: texts('agent:prompt.button.cancel'),
    taken: texts('agent:prompt.group.taken'),
    cancelled: texts('agent:prompt.end.cancelled'),
  };
}

/** The word for a question that was taken away; `agent:prompt.end.<word>` is the sentence. */
export function takenAway(signal: AbortSignal): 'stopped' | 'forgotten' {
  return signal.reason === FORGOTTEN ? 'forgotten' : 'stopped';
}

function planRows(plan: PromptPlan, texts: Texts, group?: InGroup): PromptModel['rows'] {
  const row = (name: WordAfter<'agent:prompt.row.'>, value: string | null) => rowOf(name, value, texts);
  const attempts =
    plan.attemptsLeft === null
      ? texts('agent:prompt.attemptsUnknown')
      : texts(plan.attemptsAssumed ? 'agent:prompt.attemptsAssumed' : 'agent:prompt.attempts', {
          count: plan.attemptsLeft,
        });
  const { number = 0, of = 0 } = group ?? {};
  return [
    ...row('group', group ? texts('agent:prompt.group.place', { number, of }) : null),
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
  ];
}

function rowOf(name: WordAfter<'agent:prompt.row.'>, value: string | null, texts: Texts) {
  return value === null ? [] : [{ label: texts(`agent:prompt.row.${name}`), value: printable(value) }];
}

function oddWay({ address, announcedAddress: announced }: PromptPlan, texts: Texts): string[] {
  return announced === null ? [] : [texts('agent:note.announced-elsewhere', { address, announced })];
}

function cableOf({ askCable }: PromptPlan, texts: Texts): PromptModel['cable'] {
  if (!askCable) return null;
  return {
    why: texts('agent:prompt.cable.why'),
    question: texts('agent:prompt.cable.question'),
    confirmed: texts('agent:prompt.cable.confirmed'),
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
