import { fail, ok, type Result } from '../kernel/result.ts';
import { isIntercom, isRecorder, kindOf } from './kinds.ts';
import { FULL_SERIAL, isShortSerial, MAX_SERIAL_TEXT, MODEL_START } from './serial-shapes.ts';

export { isShortSerial };

/** A serial number and what its text says (protocol/labels.md 1). */
export interface SerialNumber {
  /** As `DeviceSN` prints it, without white space, upper case except the `i` of `iDS-`. */
  readonly text: string;
  /** The short serial, nine characters: the one devices are compared by. */
  readonly short: string;
  readonly model: string | null;
  /** Two digits; recorders and intercoms only. */
  readonly channels: string | null;
  /** Date of manufacture, `yyyy-mm-dd`. Says nothing about the firmware that is installed now. */
  readonly manufactured: string | null;
  /** Firmware date at the factory as written, six digits behind `V`; access control only. */
  readonly firmwareDate: string | null;
  /** Pairs of letters between date and short serial, the region last. */
  readonly codes: readonly string[];
  readonly region: string | null;
  readonly features: string | null;
}

/** Why a text is not a serial number. */
export type SerialRefusal = 'empty' | 'model-only' | 'no-date' | 'wrong-length' | 'wrong-shape';

/** Behind a model these mean "a serial was meant": masked text, a run of digits, or a short serial at the end. */
const MORE_THAN_A_MODEL = /[X*]{4}|\d{8}|[A-Z]{2}\d{7}[A-Z]{0,6}$/;

/**
 * Splits a serial number, full or short (protocol/labels.md 1.2).
 * @param knownModel the model from discovery or deviceInfo, where there is one: it settles where the model ends and
 *   the channels begin. Without it channels are split off only for recorders and intercoms.
 * @returns the parts, or why the text is not a serial number. Never throws; texts over 64 characters are `wrong-length`.
 */
export function parseSerial(
  text: string,
  knownModel: string | null = null,
): Result<SerialNumber, SerialRefusal> {
  if (text.length > MAX_SERIAL_TEXT) return fail('wrong-length');
  const bare = text.replace(/\s+/g, '');
  const upper = bare.toUpperCase();
  if (isShortSerial(upper)) return ok(shortOnly(upper));
  const parts = FULL_SERIAL.exec(upper)?.groups;
  const manufactured = isoDate(parts?.date ?? '');
  if (!parts?.codes || !parts.short || !manufactured) return fail(refusalOf(upper));
  // `iDS-` is the one place where a lower-case letter is part of the name.
  const casing = (value: string) => (/^ids-/i.test(value) ? `i${value.slice(1)}` : value);
  const codes = parts.codes.match(/../g) ?? [];
  return ok({
    text: casing(upper),
    short: parts.short,
    ...splitHead(casing(parts.head ?? ''), knownModel),
    manufactured,
    firmwareDate: parts.fw ?? null,
    codes,
    region: codes.at(-1) ?? null,
    features: parts.feat ?? null,
  });
}

/**
 * Writes the full serial from its parts, or the short one where no date is known. Parsing the result with the same
 * model gives the same parts. A separator in front of the channels, if there was one, is not a part: `text` keeps it.
 */
export function formatSerial(serial: Omit<SerialNumber, 'text'>): string {
  if (!serial.manufactured) return serial.short;
  return [
    serial.model,
    serial.channels,
    serial.manufactured.replaceAll('-', ''),
    serial.firmwareDate && `V${serial.firmwareDate}`,
    ...serial.codes,
    serial.short,
    serial.features,
  ].join('');
}

function shortOnly(short: string): SerialNumber {
  return {
    text: short,
    short,
    model: null,
    channels: null,
    manufactured: null,
    firmwareDate: null,
    codes: [],
    region: null,
    features: null,
  };
}

/** `yyyymmdd` of a day that exists as an ISO date, else null. */
function isoDate(digits: string): string | null {
  const iso = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  const time = Date.parse(`${iso}T00:00:00Z`);
  // Some engines roll 31 June over into July: what comes back must be what went in.
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== iso ? null : iso;
}

/** Model and channels in front of the date (protocol/labels.md 1.2, rules 4 to 6). */
function splitHead(
  head: string,
  knownModel: string | null,
): { model: string | null; channels: string | null } {
  if (head === '') return { model: null, channels: null };
  if (/^\d{2}$/.test(head)) return { model: null, channels: head };
  const same = (value: string) => value.replace(/\s+/g, '').toUpperCase().replaceAll('/', '-');
  const known = same(knownModel?.slice(0, MAX_SERIAL_TEXT) ?? '');
  if (known !== '' && same(head).startsWith(known)) {
    const rest = /^[-/]?(\d{2})$/.exec(head.slice(known.length));
    return rest?.[1]
      ? { model: head.slice(0, known.length), channels: rest[1] }
      : { model: head, channels: null };
  }
  const kind = kindOf({ model: head });
  const end = isRecorder(kind) || isIntercom(kind) ? /^(.+?)[-/]?(\d{2})$/.exec(head) : null;
  return end?.[1] && end[2] ? { model: end[1], channels: end[2] } : { model: head, channels: null };
}

/** Why `text` (upper case, no white space) is not a serial. The words are for the technician: what to look for next. */
function refusalOf(text: string): SerialRefusal {
  if (text === '') return 'empty';
  if (MODEL_START.test(text)) return MORE_THAN_A_MODEL.test(text) ? 'no-date' : 'model-only';
  if (FULL_SERIAL.test(text)) return 'no-date';
  return /^[A-Z\d]+$/.test(text) && text.length !== 9 ? 'wrong-length' : 'wrong-shape';
}
