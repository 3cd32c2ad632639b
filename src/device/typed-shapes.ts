/**
 * What looks like a serial number in a message, by its form and by what it is glued to. What the words around it make of it
 * is typed.ts.
 */
import { once } from '../kernel/once.ts';
import { fold, PHONE_WORD, SERIAL_PREFIX } from './lookalikes.ts';
import { lengthened, type SaidModel, saidModels } from './models.ts';
import { repairFull, repairShort, swapHead } from './repair.ts';
import {
  FULL_SERIAL,
  isCutOff,
  isShortSerial,
  MAX_SERIAL_TEXT,
  MODEL_PREFIX,
  MODEL_START,
  REGION,
} from './serial-shapes.ts';

/** Most pieces one serial is put together from: nine characters spelt out one by one. */
const MAX_PIECES = 9;
/** Shortest full serial: date, one pair of letters, short serial. */
const MIN_FULL = 19;
/** Digits that make a misspelt piece a serial number: among other words, and where it is all of its item. */
const LEAST_DIGITS = { among: 6, alone: 3 };
/** Stands in for `S/N:` and the like. Nobody can type it: messages are cut at control characters. */
const MARK = '\u0001';
/** Part of a longer number, brackets and plus sign included: `+375`, `8(029)`, `123-45`; not `1)` or `2.`. */
const NUMBER_PART = /^\+?(?=[\d(])\d*(?:\(\d+\))?[\d-]*$/;
/** Without punctuation at its ends; a bracket that was opened inside is closed: `HWI-B120H(2.8mm)`. */
const trimmedBy = once(
  () => /[\p{L}\p{N}](?:[^(]*\([^()]*[\p{L}\p{N}]\)(?![\p{L}\p{N}])(?!.*[\p{L}\p{N}])|.*[\p{L}\p{N}])?/u,
);
/** A name in front of a number, glued to it by a sign: `camera1:`, `tel.`. */
const gluedName = once(() => /^\p{L}[\p{L}\d]{0,15}(?:[:=#]|\.(?=[A-Z]{0,2}\d{7,9}(?!\S*\p{L})))/u);
/** Behind a number, glued to it: signs, and a word in letters that no serial number has. */
const gluedBehind = once(() => /[.-]+$|(?<=\d)\p{Script=Cyrillic}{1,3}$/u);
const DATE = /\d{4}-\d{2}-\d{2}|\d{2}-\d{2}-\d{4}/;
/** The end of a full serial whose date is missing or cut off, with a region that was seen (protocol/labels.md 1.1). */
const TAIL = new RegExp(`^\\d{0,8}(?:[A-Z]{2})?${REGION}(\\d{9}|[A-Z]\\d{8}|[A-Z]{2}\\d{7})(?:[A-Z]{2,6})?$`);
/** Serial numbers with letters, glued together: where one begins, the one before has ended. */
const CHAIN = /^(?:[A-Z]\d{8}|[A-Z]{2}\d{7}){2,}$/;
const LINK_OF_CHAIN = /[A-Z]\d{8}|[A-Z]{2}\d{7}/g;
/** Features as they were seen (protocol/labels.md 1.1). Others count where they are glued to the serial, in Latin letters. */
const FEATURES = /^[WCVLU]{2,6}$/;
/** A name glued to a serial number by a hyphen: `cam1-J50000062`. */
const namedByHyphen = once(() => /^\p{L}{3,15}\d{0,3}-(?=[A-Z]{1,2}\d{7,8}$)/u);
/** The last digits of a serial number, and how far behind the one before it may be. */
const ENDING = /^\d{2,3}$/;
const MOST_STEPS = 30;
/** Links, addresses of mail and names of people: a serial number in them is none. */
const ADDRESS = /\S*(?:@|:\/\/)\S*|(?<!\S)(?:[a-z\d-]+\.)+[a-z]{2,}\/\S*/gi;

/** A part of a message between line ends, commas and the like, or words such as "and". */
export interface Item {
  /** Index of its line among those that say something. */
  readonly line: number;
  readonly from: number;
  readonly to: number;
  /** First of its line, behind a number or a bullet. */
  readonly isListed: boolean;
}

/** A place that looks like a serial number. */
export interface Hit {
  /** As `parseSerial` takes it; of a mistyped one each way to mend it. */
  readonly readings: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly item: Item;
  /** Stands behind `S/N:` or the like. */
  readonly isAnnounced: boolean;
  /** Nine digits and nothing else. */
  readonly isDigits: boolean;
  /** Fits only after look-alikes were exchanged, is a full serial without its end, or an end without its serial. */
  readonly isMistyped: boolean;
  /** All of its item. */
  readonly fillsItem: boolean;
  /** The end of a full serial that was cut off. */
  readonly isTail: boolean;
}

/** What a message has of serial numbers and models, in its order. */
export interface Shapes {
  /** The text that positions are of. */
  readonly text: string;
  readonly hits: readonly Hit[];
  readonly models: readonly SaidModel[];
  readonly items: readonly Item[];
}

interface Text {
  readonly raw: string;
  readonly folded: string;
  readonly models: readonly SaidModel[];
}

/** A piece of an item between white space, folded. */
interface Piece {
  /** Without punctuation at its ends and without a name in front (`camera1:`). */
  readonly text: string;
  readonly from: number;
  /** With them: brackets and plus signs tell telephone numbers. */
  readonly whole: string;
  readonly isAnnounced: boolean;
  /** Typed in Latin capitals, so that nothing had to be folded. */
  readonly isAsTyped: boolean;
  readonly isCapital: boolean;
}

/** Hits of one place, and how many pieces they are. */
interface Found {
  readonly hits: readonly Omit<Hit, 'item' | 'isAnnounced' | 'fillsItem'>[];
  readonly pieces: number;
}

/**
 * The serial numbers and models of a text, by their form. Text that is spread out (`D2 000 0042`, `401-000-064`) counts only
 * where it was announced, fills its item or is written in Latin capitals; nine digits only where they are no part of a
 * longer number.
 * @param joins words between two of a list, such as "and": sources for whole words, case ignored
 */
export function shapesIn(message: string, joins: readonly RegExp[] = []): Shapes {
  const visible = message.replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '');
  const raw = visible.replace(ADDRESS, (address) => ' '.repeat(address.length));
  const text = { raw, folded: fold(raw), models: saidModels(raw) };
  let isNamedAbove = false;
  let last: Hit | undefined;
  const items = itemsOf(text.folded, raw, joins);
  const hits = items.flatMap((item) => {
    const all = piecesOf(text, item, isNamedAbove);
    const pieces = all.filter(({ whole }) => whole !== '');
    // `S/N:` at the end of a line names what stands on the next.
    isNamedAbove = all.at(-1)?.whole === '';
    const whole = hitsOf(text, item, pieces);
    const found = whole.length > 0 ? whole : endingAt(item, pieces, last);
    last = found.at(-1);
    return found;
  });
  return { text: raw, hits, models: text.models, items };
}

/** The serial numbers of a printed line, as `parseSerial` takes them; none behind a word for a telephone. */
export function serialTexts(line: string): string[] {
  const { text, hits } = shapesIn(line);
  const isPhone = ({ from, isDigits }: Hit) =>
    isDigits && PHONE_WORD.test(/\S*[\s:.]*$/.exec(fold(text.slice(0, from)))?.[0] ?? '');
  return hits
    .filter((one) => !one.isMistyped && !one.isTail && !isPhone(one))
    .flatMap(({ readings }) => readings);
}

const LINE = /[^\r\n]+/g;
/** A number or a bullet in front of a line of a list. */
const BULLET = /^\s*(?:[-*\u2022\u00b7]|[#\u2116]? ?\d{1,3}[).:](?!\d)|[#\u2116] ?\d{1,3}(?=\s))\s*/;
const QUOTE = /^[\s>]*/;
/** A number in front of a line without a sign behind it: one of a list only if the next line has the next. */
const ORDINAL = /^\s*(\d{1,3})\s+(?=\S)/;

function itemsOf(folded: string, raw: string, joins: readonly RegExp[]): Item[] {
  const words = joins.map(({ source }) => `${source}|`).join('');
  const separator = new RegExp(
    `(?:(?!\\t)\\p{Cc})+|[,;|]|(?<=\\S[ \\t]{1,3})(?:${words}[+&/])(?=[ \\t])`,
    'giu',
  );
  const lines = [...folded.matchAll(LINE)].filter(([line]) => /\S/.test(line));
  const ordinals = lines.map(([line]) => Number(ORDINAL.exec(line)?.[1] ?? Number.NaN));
  return lines.flatMap(({ 0: line, index }, at) => {
    const ordinal = ordinals[at] ?? Number.NaN;
    const isCounted = (ordinal === 1 || ordinals[at - 1] === ordinal - 1) && counts(ordinals, at);
    const [quote = ''] = QUOTE.exec(line) ?? [];
    const [marker = ''] = (isCounted ? ORDINAL : BULLET).exec(line.slice(quote.length)) ?? [];
    const from = index + quote.length + marker.length;
    const rest = raw.slice(from, index + line.length);
    const cuts = [...rest.matchAll(separator)].filter(
      ({ 0: sign, index: cut }) => sign !== '|' || !isStroke(folded, from + cut),
    );
    const starts = [0, ...cuts.map((cut) => cut.index + cut[0].length)];
    const ends = [...cuts.map((cut) => cut.index), rest.length];
    return starts.map((start, item) => ({
      line: at,
      from: from + start,
      to: from + (ends[item] ?? 0),
      isListed: item === 0 && marker.trim() !== '',
    }));
  });
}

/** Whether the numbers in front of lines go on from one at least once. */
function counts(ordinals: readonly number[], at: number): boolean {
  const ordinal = ordinals[at] ?? Number.NaN;
  return ordinals[at + 1] === ordinal + 1 || ordinals[at - 1] === ordinal - 1;
}

/** Whether an upright stroke stands for a one in a short serial number, and not between two columns. */
function isStroke(folded: string, at: number): boolean {
  const [before = ''] = /[A-Z\d|]*$/.exec(folded.slice(Math.max(0, at - 10), at)) ?? [];
  const [behind = ''] = /^[A-Z\d|]*/.exec(folded.slice(at, at + 10)) ?? [];
  return repairShort(before + behind).length > 0;
}

function piecesOf({ raw, folded }: Text, { from, to }: Item, isNamedAbove: boolean): Piece[] {
  const segment = folded.slice(from, to);
  const marked = segment.replace(SERIAL_PREFIX, (prefix) => MARK.padStart(prefix.length));
  return [...marked.matchAll(/\S+/g)].map((match, index): Piece => {
    const whole = match[0].replace(MARK, '');
    const start = from + match.index + match[0].length - whole.length;
    const typed = raw.slice(start, start + whole.length);
    const [sign = ''] = gluedName().exec(whole) ?? [];
    const name = isShortSerial(sign.slice(0, -1)) ? '' : sign;
    const trimmed = trimmedBy().exec(whole.slice(name.length));
    return {
      text: trimmed?.[0] ?? '',
      from: start + name.length + (trimmed?.index ?? 0),
      whole,
      isAnnounced: match[0] !== whole || (isNamedAbove && index === 0),
      isAsTyped: typed === whole,
      isCapital: typed === typed.toUpperCase(),
    };
  });
}

function hitsOf(text: Text, item: Item, pieces: readonly Piece[]): Hit[] {
  const hits: Hit[] = [];
  for (let at = 0; at < pieces.length; ) {
    const found =
      fullAt(text, pieces, at) ??
      gluedAt(text, pieces, at) ??
      spreadAt(pieces, at) ??
      mistypedAt(text, pieces, at);
    const isAnnounced = pieces[at]?.isAnnounced ?? false;
    const fillsItem = at === 0 && found?.pieces === pieces.length;
    hits.push(...(found?.hits ?? []).map((hit) => ({ ...hit, item, isAnnounced, fillsItem })));
    at += found?.pieces ?? 1;
  }
  return hits;
}

/** A full serial in one piece or, where it starts with a model or a date, in several. */
function fullAt(text: Text, pieces: readonly Piece[], at: number): Found | null {
  let joined = '';
  for (let count = 1; count <= MAX_PIECES; count++) {
    const piece = pieces[at + count - 1];
    if (!piece || !/^[A-Z\d()/._+-]+$/.test(piece.text)) return null;
    if (
      count > 1 &&
      (MODEL_START.test(piece.text) || (!/^\d{0,2}20\d{6}/.test(joined) && !MODEL_START.test(joined)))
    )
      return null;
    joined += piece.text;
    if (joined.length > MAX_SERIAL_TEXT + 32) return null;
    const whole =
      joined.length < MIN_FULL
        ? null
        : fullIn(joined, text.raw.slice(piece.from, piece.from + piece.text.length));
    if (whole === null) continue;
    const next = /\d[A-Z]+$/.test(whole) ? undefined : pieces[at + count];
    const features = next?.isAsTyped && FEATURES.test(next.text) ? next : null;
    const last = features ?? piece;
    const full = whole + (features?.text ?? '');
    const parts = FULL_SERIAL.exec(whole)?.groups;
    const lacksEnd = isCutOff(parts?.codes ?? '', parts?.short ?? '');
    return {
      hits: [hit([full], pieces[at]?.from ?? 0, last.from + last.text.length, lacksEnd)],
      pieces: count + (features ? 1 : 0),
    };
  }
  return null;
}

/** The full serial that a text ends with, without what is glued to it and belongs to neither; null where there is none. */
function fullIn(joined: string, lastTyped: string): string | null {
  const parts = FULL_SERIAL.exec(joined)?.groups;
  if (!parts?.date || !parts.short) return null;
  const { head = '', feat = '' } = parts;
  const isWord = feat !== '' && !FEATURES.test(feat) && /[^\0-\x7f]/.test(lastTyped.slice(-feat.length));
  const full = headOf(head) + joined.slice(head.length, joined.length - (isWord ? feat.length : 0));
  return full.length <= MAX_SERIAL_TEXT ? full : null;
}

/** What of the text in front of a date is model and channels: not the model once more, and no word. */
function headOf(head: string): string {
  const starts = [...head.matchAll(new RegExp(MODEL_PREFIX.replace('I?', ''), 'g'))].map(
    ({ index }) => index,
  );
  const again = starts.find((start) => start > 0 && head.slice(start).startsWith(head.slice(0, start)));
  if (again !== undefined) return headOf(head.slice(again));
  const last = [...head.matchAll(new RegExp(MODEL_PREFIX, 'g'))].at(-1);
  if (last) return head.slice(last.index);
  if (/^\d{0,2}$/.test(head)) return head;
  // Other makers' names have letters in front and digits behind; a word has none, the rest of a model no letters.
  return lengthened(head) ?? (/^[A-Z]{2,}(?=.*\d).{3,}$/.test(head) ? head : '');
}

/** Short serials in one piece: `J50000062`, `J50000062/J50000063`, `DS-2CD2143G2-I(J50000062)`. */
function gluedAt(text: Text, pieces: readonly Piece[], at: number): Found | null {
  const piece = pieces[at];
  if (!piece || piece.text.length < 9) return null;
  const isIn = (index: number) => text.models.some(({ from, to }) => from <= index && index < to);
  const bare = [...piece.text].map((letter, index) => (isIn(piece.from + index) ? ' ' : letter)).join('');
  const parts = [...bare.matchAll(/[^\s/\\()[\]{}:=#_*"'<>+&]+/g)].flatMap(({ 0: part, index }) =>
    shortsOf(part, piece.from + index),
  );
  const hits = parts.flatMap((part) => part.hits);
  if (hits.length === 0) return null;
  const hasDigits = hits.some(({ isDigits }) => isDigits);
  // What stands beside letters and digits in one piece is a name or a number; beside nine digits it makes something else of them.
  if (hasDigits && parts.some((part) => part.hits.length === 0)) return null;
  return hits.every((one) => piece.isAnnounced || isCredible(one.readings[0] ?? '', pieces, at))
    ? { hits, pieces: 1 }
    : null;
}

/** The short serials a part of a piece consists of. */
function shortsOf(part: string, from: number): { hits: ReturnType<typeof hit>[] } {
  const [hyphens = ''] = /^[.-]*/.exec(part) ?? [];
  const [name = ''] = namedByHyphen().exec(part.slice(hyphens.length)) ?? [];
  const start = from + hyphens.length + name.length;
  const text = part.slice(hyphens.length + name.length).replace(gluedBehind(), '');
  const short = (one: string, at: number) => hit([one], at, at + one.length, false);
  if (isShortSerial(text)) return { hits: [short(text, start)] };
  const links = text.split('-');
  if (links.length === 2 && links.every((link) => /^\D/.test(link) && isShortSerial(link))) {
    return { hits: links.map((link, index) => short(link, start + index * (link.length + 1))) };
  }
  if (CHAIN.test(text)) {
    return {
      hits: [...text.matchAll(LINK_OF_CHAIN)].map(({ 0: link, index }) => short(link, start + index)),
    };
  }
  const tail = TAIL.exec(text)?.[1];
  return {
    hits: tail === undefined ? [] : [{ ...hit([tail], start, start + text.length, false), isTail: true }],
  };
}

function hit(readings: readonly string[], from: number, to: number, isMistyped: boolean) {
  const isDigits = readings.some((reading) => /^\d{9}$/.test(reading)) && !isMistyped;
  return { readings, from, to, isMistyped, isDigits, isTail: false };
}

/** Whether nine characters in one piece mean a serial and not a telephone or order number. */
function isCredible(text: string, pieces: readonly Piece[], at: number): boolean {
  if (/^NO\d/.test(text)) return pieces.length === 1;
  if (/^\D/.test(text)) return true;
  return !(pieces[at]?.whole.includes('+') || isNumberPart(pieces[at - 1]) || isNumberPart(pieces[at + 1]));
}

/** A short serial with spaces or dashes inside. */
function spreadAt(pieces: readonly Piece[], at: number): Found | null {
  let text = '';
  for (let count = 1; count <= MAX_PIECES && text.length < 9; count++) {
    const piece = pieces[at + count - 1];
    if (!piece || !/^[A-Z\d-]+$/.test(piece.text)) return null;
    text += piece.text.replaceAll('-', '');
    if (text.length !== 9 || !isShortSerial(text)) continue;
    const credible = howCredible(pieces, at, count);
    if (credible === null) continue;
    return {
      hits: [hit([text], pieces[at]?.from ?? 0, piece.from + piece.text.length, credible === 'asked')],
      pieces: count,
    };
  }
  return null;
}

/** Whether pieces are one serial number; `asked` where the first may be a word, such as a preposition. */
function howCredible(pieces: readonly Piece[], at: number, count: number): 'taken' | 'asked' | null {
  const used = pieces.slice(at, at + count);
  const typed = used.map((piece) => piece.text).join('-');
  if (isNumberPart(pieces[at + count]) || used.some((piece) => piece.whole.includes('+'))) return null;
  if (used[0]?.isAnnounced) return 'taken';
  if (DATE.test(typed)) return null;
  // Nine digits in groups of three are the only grouping that telephone numbers of nine digits rarely have.
  if (count === pieces.length) return /^[A-Z]|^\d{3}-\d{3}-\d{3}$/.test(typed) ? 'taken' : null;
  if (!/^(?!NO)[A-Z]{1,2}-?\d/.test(typed) || /^[A-Z]-20\d{6}$/.test(typed)) return null;
  const isOne = /\d/.test(used[0]?.text ?? '') && used.every((piece) => piece.isAsTyped);
  if (isOne) return 'taken';
  return used.every((piece) => piece.isCapital) ? 'asked' : null;
}

function isNumberPart(piece: Piece | undefined): boolean {
  return piece !== undefined && NUMBER_PART.test(piece.whole) && !isShortSerial(piece.text);
}

/** An item that is the last digits of a serial number which follows the one before in its row: `J50000062, 63, 64`. */
function endingAt(item: Item, [piece, ...more]: readonly Piece[], before: Hit | undefined): Hit[] {
  const [reading = ''] = before?.readings ?? [];
  if (!piece || more.length > 0 || before?.item.line !== item.line || !isShortSerial(reading)) return [];
  const digits = piece.whole;
  const steps = Number(digits) - Number(reading.slice(-digits.length));
  if (!ENDING.test(digits) || steps < 1 || steps > MOST_STEPS) return [];
  const short = reading.slice(0, -digits.length) + digits;
  // Nothing says that it is more than a number of something.
  const ending = hit([short], piece.from, piece.from + digits.length, true);
  return [{ ...ending, item, isAnnounced: false, fillsItem: true }];
}

/** A serial number with letters where only digits can stand, or the other way round. */
function mistypedAt({ models }: Text, pieces: readonly Piece[], at: number): Found | null {
  const piece = pieces[at];
  if (!piece) return null;
  if (MODEL_START.test(piece.text)) return mistypedFullAt(pieces, at);
  if (models.some(({ from, to }) => from < piece.from + piece.text.length && piece.from < to)) return null;
  const isAlone = pieces.length === 1;
  const joined = piece.isAnnounced
    ? pieces
        .slice(at)
        .map(({ text }) => text)
        .join('')
        .replaceAll('-', '')
    : '';
  const [text, last] = joined.length === 9 ? [joined, pieces.at(-1) ?? piece] : [piece.text, piece];
  const count = joined.length === 9 ? pieces.length - at : 1;
  const swapped = swapHead(text);
  // What is whole and was not taken is part of a longer number.
  const readings = isShortSerial(text) ? [] : [...repairShort(text), ...(swapped === null ? [] : [swapped])];
  const digits = text.match(/\d/g)?.length ?? 0;
  const isMeant = isAlone || piece.isAnnounced;
  // Three letters are a word with a number behind it, unless the third is as good as a digit.
  const isWord = /^[A-Z]{3}/.test(text) && !(isMeant && /^..[OIL]/.test(text));
  if (readings.length === 0 || isWord || digits < LEAST_DIGITS[isMeant ? 'alone' : 'among']) return null;
  return { hits: [hit(readings, piece.from, last.from + last.text.length, true)], pieces: count };
}

/** A full serial number that fits only after look-alikes were exchanged. */
function mistypedFullAt(pieces: readonly Piece[], at: number): Found | null {
  let joined = '';
  for (let count = 1; count <= MAX_PIECES; count++) {
    const piece = pieces[at + count - 1];
    if (!piece || joined.length > MAX_SERIAL_TEXT || (count > 1 && MODEL_START.test(piece.text))) return null;
    joined += piece.text;
    const readings = repairFull(joined);
    if (readings.length === 0) continue;
    return {
      hits: [hit(readings, pieces[at]?.from ?? 0, piece.from + piece.text.length, true)],
      pieces: count,
    };
  }
  return null;
}
