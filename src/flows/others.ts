/** The other devices that were named together with the one of a case: they stay as buttons until each has had its case. */
import type { CaseOther } from '../cases/case.ts';
import { parseSerial } from '../device/serial.ts';
import type { Texts } from '../kernel/texts.ts';
import type { Button } from './engine/buttons.ts';
import type { Answer, Dialogue, OutsideButton } from './engine/dialogue.ts';
import { escapeHtml } from './engine/html.ts';
import type { DeviceHeard, NamedDevice } from './engine/named.ts';
import type { Next } from './stages.ts';

/** Most serial numbers named in one message: Telegram carries 4096 characters. */
const MOST_NAMED = 150;

/** Devices of one page: what a phone shows without scrolling. */
export const PAGE = 8;

/** Phones cut longer buttons off. The model stands in full above them. */
const MAX_BUTTON = 24;

/** What is shown and said of a device in a list. */
type Listed = Pick<NamedDevice, 'shortSerial' | 'model' | 'doubt'>;

/** A part of a list of devices, with a button for each. */
export interface Page {
  /** The devices, one a line, and what is to be said of these lines. HTML. */
  readonly text: string;
  /** One for each device, by its place in the whole list. */
  readonly picks: readonly { readonly at: number; readonly text: string }[];
  /** Where the pages before and behind this one begin. */
  readonly turns: readonly { readonly from: number; readonly text: string }[];
}

/** A part of any list. */
interface Slice<T> {
  /** Place of its first in the whole list. */
  readonly from: number;
  readonly shown: readonly T[];
  /** Which part it is; empty where it is all. */
  readonly range: string;
  readonly turns: Page['turns'];
}

/** The part of a list that begins at a place; a list that has become shorter is shown from where there is one. */
export function sliceOf<T>(t: Texts, all: readonly T[], begin: number): Slice<T> {
  const last = Math.max(0, Math.floor((all.length - 1) / PAGE) * PAGE);
  const from = Math.min(Math.max(0, Math.floor((begin || 0) / PAGE) * PAGE), last);
  const shown = all.slice(from, from + PAGE);
  return {
    from,
    shown,
    range: rangeOf(t, from, shown.length, all.length),
    turns: turnsOf(t, from, all.length),
  };
}

/** Where the pages before and behind the one that begins at a place begin, of a list of so many. */
export function turnsOf(t: Texts, from: number, all: number): Page['turns'] {
  return [
    ...(from === 0 ? [] : [{ from: from - PAGE, text: t('bot:others.button.before') }]),
    ...(from + PAGE >= all ? [] : [{ from: from + PAGE, text: t('bot:others.button.further') }]),
  ];
}

/** Which part of a list of so many is shown; empty where it is all. */
export function rangeOf(t: Texts, from: number, shown: number, all: number): string {
  return all <= PAGE ? '' : t('bot:others.range', { from: from + 1, to: from + shown, all });
}

/** The page of a list that begins at a device (`sliceOf`). */
export function pageOf(t: Texts, devices: readonly Listed[], begin: number): Page {
  const { from, shown, range, turns } = sliceOf(t, devices, begin);
  const lines = shown.map((device, index) =>
    t('bot:identify.choice', {
      number: from + index + 1,
      serial: device.shortSerial,
      model: [device.doubt === null ? '' : '?', device.model ?? ''].filter(Boolean).join(' '),
    }),
  );
  const rest = [range, shown.some(({ doubt }) => doubt !== null) ? t('bot:others.unsure') : ''];
  return {
    text: [lines.join('\n'), ...rest].filter(Boolean).join('\n\n'),
    picks: shown.map((device, index) => ({ at: from + index, text: labelOf(device, from + index + 1) })),
    turns,
  };
}

/** Those that are chosen after one of them was pressed: chosen, or not any more. */
export function toggled(picked: readonly string[], pressed: string): string[] {
  return picked.includes(pressed) ? picked.filter((one) => one !== pressed) : [...picked, pressed];
}

/** The buttons of a page for a question: `pick.<place in the list>`, `from.<where the page begins>`. */
export function pageButtons({ picks, turns }: Page): Button[][] {
  return [
    ...picks.map(({ at, text }) => [{ id: `pick.${at}`, text }]),
    ...(turns.length === 0 ? [] : [turns.map(({ from, text }) => ({ id: `from.${from}`, text }))]),
  ];
}

/** Where the page begins that a button of `pageButtons` turns to; null: something else was heard. */
export function turnedTo(heard: Answer): number | null {
  const [word, number] = heard.kind === 'button' ? heard.id.split('.') : [];
  return word === 'from' ? Number(number) : null;
}

/** Short buttons, two a row: a page of them and what stands above it is one screen. */
export function inTwos(buttons: readonly Button[]): Button[][] {
  return buttons.flatMap((_, at) => (at % 2 === 0 ? [buttons.slice(at, at + 2)] : []));
}

function labelOf({ shortSerial, model, doubt }: Listed, number: number): string {
  if (doubt !== null) return `${number} · ${shortSerial} ?`;
  const bare = `${number} · ${shortSerial}`;
  const whole = `${bare} · ${model ?? ''}`;
  return model !== null && whole.length <= MAX_BUTTON ? whole : bare;
}

/** Names what cannot be kept with a case, by short serial: nothing goes without a word. Empty: all is kept. HTML. */
export function notKept(t: Texts, serials: readonly string[]): string {
  if (serials.length === 0) return '';
  const named = serials.slice(0, MOST_NAMED).map((serial) => `<code>${escapeHtml(serial)}</code>`);
  const rest = serials.length - named.length;
  return [t('bot:others.notKept'), named.join(', ') + (rest === 0 ? '' : ` +${rest}`)].join('\n');
}

/** What a message offers of the devices that are left of a case. */
export interface Offer {
  readonly text: string;
  readonly rows: readonly (readonly OutsideButton[])[];
}

/**
 * Offers these by buttons outside conversations (bot/commands/cases.ts), and several of them as a group (site.ts there); null where
 * there is nothing to offer. HTML.
 */
export function offerOf(t: Texts, caseId: string, others: readonly CaseOther[], begin = 0): Offer | null {
  if (others.length === 0) return null;
  const { text, picks, turns } = pageOf(t, others, begin);
  const count = others.filter(({ doubt }) => doubt === null).length;
  return {
    text: [t('bot:others.next'), text].join('\n'),
    rows: [
      ...(count < 2 ? [] : [[{ text: t('site:offer.button.all', { count }), data: `all:${caseId}` }]]),
      ...picks.map((pick) => [
        { text: pick.text, data: `n:${caseId}:${others[pick.at]?.shortSerial ?? ''}` },
      ]),
      ...(turns.length === 0 ? [] : [turns.map((turn) => ({ ...turn, data: `r:${caseId}:${turn.from}` }))]),
    ],
  };
}

/** A device as it is kept beside that of a case. */
export function otherOf({ shortSerial, fullSerial, model, doubt, said }: NamedDevice): CaseOther {
  return { shortSerial, fullSerial, model, doubt, ...(said === undefined ? {} : { said }) };
}

/** One of the others, as it was named. */
export function deviceOfOther(other: CaseOther): NamedDevice {
  const serial = parseSerial(other.fullSerial ?? '');
  const manufactured = serial.ok ? serial.value.manufactured : null;
  return { ...other, host: null, manufactured, hadVerificationCode: false };
}

/** What a stage begins with when one of the others was pressed, and what is left then. */
export function pressedOf(
  others: readonly CaseOther[],
  pressed: CaseOther,
): { heard: DeviceHeard; left: CaseOther[] } {
  return {
    // Whoever presses it has looked.
    heard: { kind: 'serials', devices: [{ ...deviceOfOther(pressed), doubt: null }] },
    left: others.filter(({ shortSerial }) => shortSerial !== pressed.shortSerial),
  };
}

/**
 * The last word of a case, with what is left of the devices named with it; the conversation ends. `also`: what else may be
 * done about the case, one button a row. A group that has begun is a press away.
 */
export async function ended(
  dialogue: Dialogue,
  caseId: string,
  text: string,
  also: readonly OutsideButton[] = [],
): Promise<Next> {
  const others = await dialogue.house((house) => house.cases.untouched(caseId));
  const offer = offerOf(dialogue.t, caseId, others);
  const words = offer === null ? text : [text, offer.text].join('\n\n');
  const group = await dialogue.house((house) => house.groups.of(dialogue.chatId));
  const back = group !== null && group.state !== 'planned';
  const buttons = [...also, ...(back ? [{ text: dialogue.t('site:offer.button.back'), data: 'site' }] : [])];
  await dialogue.send(words, [...(offer?.rows ?? []), ...buttons.map((button) => [button])]);
  return { end: true };
}
