import { fold, PHONE_WORD, SERIAL_PREFIX } from './lookalikes.ts';
import { repairFull, repairShort } from './repair.ts';
import { parseSerial, type SerialNumber } from './serial.ts';
import { FULL_SERIAL, isShortSerial, MAX_SERIAL_TEXT, MODEL_START } from './serial-shapes.ts';

/** Longest message searched, characters: Telegram's own limit. */
const MAX_MESSAGE = 4096;
/** Most pieces one serial is put together from: nine characters spelt out one by one. */
const MAX_PIECES = 9;
/** Shortest full serial: date, one pair of letters, short serial. */
const MIN_FULL = 19;
/** Digits that make a misspelt serial number more than a word. */
const LEAST_DIGITS = 3;
/** Stands in for `S/N:` and the like. Nobody can type it: the message is cut at control characters first. */
const MARK = '\u0001';
/** Part of a longer number, brackets and plus sign included: `+375`, `8(029)`, `123-45`; not `1)` or `2.`. */
const NUMBER_PART = /^\+?(?=[\d(])\d*(?:\(\d+\))?[\d-]*$/;
const DATE = /\d{4}-\d{2}-\d{2}|\d{2}-\d{2}-\d{4}/;

/** A piece of a message between white space, folded. */
interface Piece {
  /** Without punctuation at its ends. */
  readonly text: string;
  /** With it: brackets and plus signs tell telephone numbers. */
  readonly whole: string;
  /** Stands behind `S/N:` or the like. */
  readonly announced: boolean;
  /** Typed in Latin capitals, so that nothing had to be folded. */
  readonly asTyped: boolean;
}

interface Hit {
  readonly texts: readonly string[];
  readonly pieces: number;
}

/**
 * The places of a message that look like serial numbers, folded and without separators, in order. Text that is
 * spread out (`D2 000 0042`, `401-000-064`) counts only where it was announced, fills its line or is written in Latin
 * capitals; nine digits count only where they are no part of a longer number.
 */
export function serialTexts(message: string): string[] {
  const visible = message.slice(0, MAX_MESSAGE).replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '');
  return visible.split(/(?:(?!\t)[\p{Cc},;|])+/u).flatMap((segment) => {
    const pieces = piecesOf(segment);
    const texts: string[] = [];
    for (let at = 0; at < pieces.length; ) {
      const hit = fullAt(pieces, at) ?? gluedAt(pieces, at) ?? spreadAt(pieces, at);
      texts.push(...(hit?.texts ?? []));
      at += hit?.pieces ?? 1;
    }
    return texts;
  });
}

/** What stands behind the last `S/N:` or the like of a line, folded; null where there is none. */
export function announcedTail(line: string): string | null {
  const folded = fold(line.slice(0, MAX_MESSAGE));
  const last = [...folded.matchAll(SERIAL_PREFIX)].at(-1);
  return last ? folded.slice(last.index + last[0].length) : null;
}

/**
 * Serial numbers meant by a message that consists of one with letters where only digits can stand, such as the letter
 * O for zero. Guesses: a person has to say whether they are right.
 */
function mistypedTexts(message: string): string[] {
  if (message.length > 2 * MAX_SERIAL_TEXT) return [];
  const text = message.trim();
  const bare = (announcedTail(text)?.replace(/[\s-]/g, '') ?? fold(text)).replace(/[.!?]+$/, '');
  // A word of nine look-alikes is a word.
  return (bare.match(/\d/g) ?? []).length < LEAST_DIGITS ? [] : [...repairShort(bare), ...repairFull(bare)];
}

/**
 * Why a device of a message is asked about. `mistyped`: it fits only after look-alikes were exchanged, or may be read in two
 * ways (`Kl2345678`). `digits`: nine digits beside a serial number, without a word: an old serial number or a telephone.
 * `other-number`: it stands behind the word for another number (an order, an invoice, a telephone).
 */
export type Doubt = 'mistyped' | 'digits' | 'other-number';

/** A device somebody typed the serial number of. */
export interface TypedDevice {
  readonly serial: SerialNumber;
  /** The model said for this device, its serial number's own first; null where none was, or it is not clear whose it is. */
  readonly model: string | null;
  /** Null: meant, and taken without a question. */
  readonly doubt: Doubt | null;
}

/**
 * The devices a technician typed: serial numbers whole or short, in any case, with Cyrillic look-alikes, spaces and dashes
 * inside, `S/N:` and the like in front, as many as a message holds, each with the model said for it (protocol/labels.md 4,
 * docs/decisions/0048). What is part of a longer number, such as a telephone with its country, and what stands behind a
 * word for a password is none.
 * @returns each device once, in the order of the message; where one may be read in several ways, each reading. Only the
 *   first 4096 characters are looked at. Never throws.
 */
export function typedDevices(message: string): TypedDevice[] {
  const exact = parseAll(serialTexts(message));
  const isSure = ({ text }: SerialNumber) => /\D/.test(text);
  const hasSure = exact.some(isSure);
  const found = exact.map((serial): TypedDevice => {
    const doubt = hasSure && !isSure(serial) && announcedTail(message) === null ? 'digits' : null;
    return { serial, model: serial.model, doubt };
  });
  if (found.length > 0) return found;
  return parseAll(mistypedTexts(message)).map((serial) => ({
    serial,
    model: serial.model,
    doubt: 'mistyped',
  }));
}

/** The serial numbers of `typedDevices` that are taken without a question. */
export function findSerials(message: string): SerialNumber[] {
  return typedDevices(message)
    .filter(({ doubt }) => doubt === null)
    .map(({ serial }) => serial);
}

/** Those that were mistyped: guesses to be confirmed by the technician, usually one. */
export function guessSerials(message: string): SerialNumber[] {
  return typedDevices(message)
    .filter(({ doubt }) => doubt === 'mistyped')
    .map(({ serial }) => serial);
}

/** A serial number that was meant, with a character too few or too many; null where there is none, or a whole one. */
export function miscountedSerial(message: string): Miscounted | null {
  return typedDevices(message).length > 0 ? null : miscounted(message);
}

function parseAll(candidates: readonly string[]): SerialNumber[] {
  const found = new Map<string, SerialNumber>();
  for (const candidate of candidates) {
    const parsed = parseSerial(candidate);
    if (!parsed.ok) continue;
    const serial = parsed.value;
    if (!found.get(serial.short)?.manufactured) found.set(serial.short, serial);
  }
  return [...found.values()];
}

/** A serial number with a character too few or too many. */
export interface Miscounted {
  /** Characters of its short form, 7 to 12 and never 9. */
  readonly characters: number;
  /** Nothing else looks like it. Else it counts only where a serial number was asked for: digits are telephones, too. */
  readonly isSure: boolean;
}

/** A letter or two and digits, the letter O among them; not the number of a version, and not behind "no". */
const LETTERED = /^(?!V\d|NO\d)[A-Z]{1,2}[\dO]{5,11}$/;
/** What stands behind `S/N:`, with spaces and dashes in it. */
const ANNOUNCED = /^[A-Z]{0,2}(?:[ -]?[\dO]){5,12}(?![\p{L}\p{N}.:/])/u;
/** What people write for no serial number: dates, telephones with their country. */
const OTHER_DIGITS = /^(?:(?:19|20)\d{6}|[0-3]\d[01]\d(?:19|20)\d{2}|[78]\d{10})$/;
/** Lengths a short serial number is mistyped to, the likeliest first. */
const MISTYPED_LENGTHS = [8, 10, 7, 11, 12];

/**
 * Counts the characters of a serial number that is too short or too long: alone in a message, behind `S/N:`, at the end of
 * a full one, or with its letters in a sentence. For messages in which `typedDevices` finds nothing. Never throws.
 * @returns null where nothing looks like one
 */
function miscounted(message: string): Miscounted | null {
  if (message.length > MAX_MESSAGE) return null;
  const text = message.trim();
  const tail = announcedTail(text);
  const announced = ANNOUNCED.exec(tail ?? '')?.[0];
  if (announced !== undefined) return countOf(announced.replace(/[ -]/g, ''), true);

  const bare = fold(text).replace(/[.!?]+$/, '');
  const alone = bare.replace(/[ -]/g, '');
  if (LETTERED.test(alone)) return countOf(alone, true);
  if (/^\d+$/.test(bare)) return OTHER_DIGITS.test(bare) || bare.length === 12 ? null : countOf(bare, false);
  const full = shortOfFull(bare.replace(/\s+/g, ''));
  if (full !== null) return countOf(full, true);
  const [piece, ...others] = bare.split(/[\s,;()]+/).filter((one) => LETTERED.test(one));
  return piece !== undefined && others.length === 0 ? countOf(piece, false) : null;
}

function countOf({ length }: { length: number }, isSure: boolean): Miscounted | null {
  return MISTYPED_LENGTHS.includes(length) ? { characters: length, isSure } : null;
}

/** What stands for the short serial in a full one where it has another length; null where there is none. */
function shortOfFull(text: string): string | null {
  if (text.length > MAX_SERIAL_TEXT) return null;
  for (const length of MISTYPED_LENGTHS) {
    const short = [0, 1, 2].map((letters) => `[A-Z]{${letters}}\\d{${length - letters}}`).join('|');
    const found = new RegExp(
      `20\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])(?:V\\d{6})?(?:[A-Z]{2}){1,2}(${short})(?:[A-Z]{2,6})?$`,
    ).exec(text);
    if (found?.[1]) return found[1];
  }
  return null;
}

function piecesOf(segment: string): Piece[] {
  const marked = fold(segment).replace(SERIAL_PREFIX, (prefix) => MARK.padStart(prefix.length));
  return [...marked.matchAll(/\S+/g)].map((match): Piece => {
    const whole = match[0].replace(MARK, '');
    const [text = ''] = /[\p{L}\p{N}](?:.*[\p{L}\p{N}])?/u.exec(whole) ?? [];
    const raw = segment.slice(match.index, match.index + match[0].length);
    return { text, whole, announced: match[0] !== whole, asTyped: raw.endsWith(whole) };
  });
}

/** A full serial in one piece or, where it starts with a model, in several. */
function fullAt(pieces: readonly Piece[], at: number): Hit | null {
  let text = '';
  for (let count = 1; count <= MAX_PIECES; count++) {
    const piece = pieces[at + count - 1];
    if (!piece || !/^[A-Z\d()/._+-]+$/.test(piece.text)) return null;
    text += piece.text;
    if (text.length > MAX_SERIAL_TEXT || (count > 1 && !MODEL_START.test(text))) return null;
    if (text.length >= MIN_FULL && FULL_SERIAL.test(text)) return { texts: [text], pieces: count };
  }
  return null;
}

/** Short serials in one piece: `J50000062`, `camera:J50000062`, `J50000062/J50000063`. */
function gluedAt(pieces: readonly Piece[], at: number): Hit | null {
  const piece = pieces[at];
  if (!piece || piece.text.length < 9) return null;
  const texts = piece.text.replace(/^\p{L}[\p{L}\d]{0,15}[:=#]/u, '').split('/');
  if (!texts.every((text) => isShortSerial(text))) return null;
  return texts.every((text) => piece.announced || isCredible(text, pieces, at)) ? { texts, pieces: 1 } : null;
}

/** Whether nine characters in one piece mean a serial and not a telephone or order number. */
function isCredible(text: string, pieces: readonly Piece[], at: number): boolean {
  if (/^NO\d/.test(text)) return pieces.length === 1;
  if (/^\D/.test(text)) return true;
  const before = pieces[at - 1];
  const whole = pieces[at]?.whole ?? '';
  return !(
    whole.includes('+') ||
    isNumberPart(before) ||
    isNumberPart(pieces[at + 1]) ||
    PHONE_WORD.test(whole) ||
    PHONE_WORD.test(before?.text ?? '')
  );
}

/** A short serial with spaces or dashes inside. */
function spreadAt(pieces: readonly Piece[], at: number): Hit | null {
  let text = '';
  for (let count = 1; count <= MAX_PIECES && text.length < 9; count++) {
    const piece = pieces[at + count - 1];
    if (!piece || !/^[A-Z\d-]+$/.test(piece.text)) return null;
    text += piece.text.replaceAll('-', '');
    if (text.length === 9 && isShortSerial(text) && isCredibleSpread(pieces, at, count))
      return { texts: [text], pieces: count };
  }
  return null;
}

function isCredibleSpread(pieces: readonly Piece[], at: number, count: number): boolean {
  const used = pieces.slice(at, at + count);
  const typed = used.map((piece) => piece.text).join('-');
  if (isNumberPart(pieces[at + count]) || used.some((piece) => piece.whole.includes('+'))) return false;
  if (used[0]?.announced) return true;
  if (DATE.test(typed)) return false;
  // Nine digits in groups of three are the only grouping that telephone numbers of nine digits rarely have.
  if (count === pieces.length) return /^[A-Z]|^\d{3}-\d{3}-\d{3}$/.test(typed);
  return /^(?!NO)[A-Z]{1,2}-?\d/.test(used[0]?.text ?? '') && used.every((piece) => piece.asTyped);
}

function isNumberPart(piece: Piece | undefined): boolean {
  return piece !== undefined && NUMBER_PART.test(piece.whole) && !isShortSerial(piece.text);
}
