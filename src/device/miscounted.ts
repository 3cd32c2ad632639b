/** Serial numbers that were meant, with a character too few or too many. */
import { announcedTail, fold } from './lookalikes.ts';
import { MAX_SERIAL_TEXT } from './serial-shapes.ts';

/** Longest message searched, characters: Telegram's own limit. */
const MAX_MESSAGE = 4096;

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
export function miscounted(message: string): Miscounted | null {
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
