/** Names and numbers of a printed line: which number is called a serial number, and which is called something else. */
import { fold, SERIAL_PREFIX } from './lookalikes.ts';
import { MODEL_PREFIX } from './serial-shapes.ts';

/** A part of a line: a name and what stands behind it, up to the next name. */
export interface Field {
  /** `other`: a name of another number, such as `Material code`. Null: no name that is known. */
  readonly name: 'serial' | 'other' | null;
  /** With the name of a serial number in front, without the one of another. */
  readonly text: string;
  /** What stands behind the name. */
  readonly value: string;
}

/** Recognition reads names as badly as numbers. Each is exchanged for one of the same length. */
const MISREAD_NAMES: readonly (readonly [RegExp, string])[] = [
  [/SER[I1L|]A[L1I|]/gi, 'Serial'],
  [/(?<=Serial[. ]?)N[0Q](?![A-Z\d])/gi, 'No'],
  [/(?<![A-Z\d])[S5$][/|\\]N(?![A-Z])/gi, 'S/N'],
];
const NUMBER = '[. ]{0,2}(?:NUMBER|NUM|NR|N[O0]|ID|#)';
const FIRST_WORDS =
  '(?:PART|ORDER|L[O0]T|BATCH|ITEM|ART|ARTICLE|CARTON|BOX|MODEL|P[O0]|CUSTOMER|REF|INVOICE|MATERIAL|PRODUCT|STYLE)';
const ALONE =
  '(?:P[/\\\\]?N|P[/\\\\]?O|MAC|EAN|UPC|GTIN|IMEI|ICCID|SKU|QTY|ITEM|MATERIAL|ARTICLE|LOT|BATCH|TEL|FAX)';
/** What cartons print beside numbers that are none of the device; `… code` never names a serial number. For folded text. */
const OTHER_NAME = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:(?:\\p{L}[\\p{L}\\p{N}]{1,15}[ ./]{0,2}){0,1}C[O0]DE(?!\\p{L})|${FIRST_WORDS}${NUMBER}(?!\\p{L})|${ALONE}(?![\\p{L}\\p{N}]))[ .:#=№-]{0,8}`,
  'gu',
);
const PRINTED_MODEL = new RegExp(`(?<![A-Z\\d])i?${MODEL_PREFIX}[A-Z\\d][A-Z\\d()/.+-]{3,40}`);
/** A lens glued to its model, whose `mm` ended the model. */
const LENS = /[-(]?\d{1,3}(?:\.\d+)?(?:-\d{1,3}(?:\.\d+)?)?$/;

/** A line with the full-width signs of recognition made narrow, and the names of serial numbers as they are printed. */
export function tidy(line: string): string {
  const narrow = line.replace(/[！-～]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
  return MISREAD_NAMES.reduce((text, [misread, name]) => text.replace(misread, name), narrow);
}

/** Splits a tidied line at the names in it. The first field has none where the line does not begin with one. */
export function fieldsOf(line: string): Field[] {
  const names = namesIn(fold(line));
  const [first] = names;
  const before = line.slice(0, first?.start ?? line.length);
  const fields = names.map(({ name, start, end }, at): Field => {
    const value = line.slice(end, names[at + 1]?.start ?? line.length);
    return { name, text: name === 'serial' ? line.slice(start, end) + value : value, value };
  });
  return before.trim() === '' ? fields : [{ name: null, text: before, value: before }, ...fields];
}

interface Name {
  readonly name: 'serial' | 'other';
  readonly start: number;
  readonly end: number;
}

function namesIn(folded: string): Name[] {
  const found = (pattern: RegExp, name: Name['name']) =>
    [...folded.matchAll(pattern)].map(
      ({ index, 0: text }): Name => ({ name, start: index, end: index + text.length }),
    );
  const serials = found(SERIAL_PREFIX, 'serial');
  // `Serial code` is one name, and it is the first word of it that counts.
  const others = found(OTHER_NAME, 'other').filter(
    (other) => !serials.some(({ start, end }) => other.start <= end && other.end >= start),
  );
  return [...serials, ...others].sort((a, b) => a.start - b.start);
}

/** The model a tidied line shows, without the lens behind it; null where it shows none, or a full serial number. */
export function modelOf(line: string): string | null {
  const match = PRINTED_MODEL.exec(line);
  if (!match || /20\d{6}/.test(match[0])) return null;
  const isLens = /^\s?mm/i.test(line.slice(match.index + match[0].length));
  const bare = isLens ? match[0].replace(LENS, '') : match[0];
  return bare.replace(/[./+-]+$/, '');
}
