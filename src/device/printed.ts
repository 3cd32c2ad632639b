/**
 * Serial numbers in recognised print (protocol/labels.md 4). Recognition confuses letters and digits that look alike:
 * what the grammar forces is repaired and said to be repaired, everything else is left as it was read. What was read
 * once is one reading, whatever is made of it: only two places of a label can agree (docs/decisions/0050).
 */
import { gapBelow, type LinePlace, rowPlace } from './line-places.ts';
import { announcedTail, fold } from './lookalikes.ts';
import { type Field, fieldsOf, modelOf, tidy } from './printed-fields.ts';
import { repairFull, repairShort } from './repair.ts';
import { parseSerial } from './serial.ts';
import { FULL_SERIAL, isCutOff, isShortSerial, MAX_SERIAL_TEXT, MODEL_START } from './serial-shapes.ts';
import { serialTexts } from './typed-shapes.ts';

/** A printed line as it was recognised: pieces that stand beside each other, from its start to its end. */
export interface PrintedLine {
  readonly pieces: readonly { readonly text: string; readonly place: LinePlace }[];
}

/**
 * How sure a reading is. `agreed`: two places of the label say the same, as read. `single`: one does. `repaired`: it
 * fits only after look-alikes were exchanged, or another look read it (printed-looks.ts).
 */
export type PrintCertainty = 'agreed' | 'single' | 'repaired';

/** A serial number found in print. */
export interface PrintedSerial {
  readonly shortSerial: string;
  /** Only where its model is printed in another place, too: a model misread would go unnoticed in it. */
  readonly fullSerial: string | null;
  readonly model: string | null;
  readonly certainty: PrintCertainty;
  /**
   * Whether the print says that it is a serial number: `S/N` or the like stands before it, or it is a full one. Without
   * that, nine digits may be what is printed under the bars of a part number.
   */
  readonly isNamed: boolean;
  /** Indices of the lines that show it, several where it goes on in the next. */
  readonly lines: readonly number[];
}

/** Most serials told apart in one photo. */
const MAX_SERIALS = 8;
/** Longest line looked at, characters, and most lines. */
const MAX_LINE = 200;
const MAX_LINES = 400;
/** Most lines in which a serial goes on. */
const MAX_WRAPS = 2;
/** Characters of the rest of a serial, where it does not stand alone. */
const LEAST_REST = 4;
/** What may stand alone of the letters behind a short serial. */
const LAST_LETTERS = /^[A-Z]{1,6}$/;
/** Numbers that differ in no more characters may be one, misread. */
const MISREAD = 2;

/** A line with its neighbour. */
interface Row {
  readonly index: number;
  readonly pieces: readonly string[];
  readonly text: string;
  readonly place: LinePlace;
  /** The next one below, if any. */
  below: Row | null;
  fields: readonly Field[];
}

interface Found {
  readonly full: string | null;
  readonly short: string;
  readonly isRepaired: boolean;
  readonly isNamed: boolean;
  readonly lines: readonly number[];
}

interface PrintedModel {
  readonly model: string;
  readonly line: number;
}

/**
 * Finds the serial numbers of a label in its printed lines. A serial number that does not fit on its line goes on in the
 * one below.
 * @param lines as recognised, in any order; those over 200 characters are skipped, and those beyond 400.
 * @returns at most 8, the surest first, and what is named a serial number before what is not. Nothing else of the lines
 *   is returned. Never throws.
 */
export function readPrint(lines: readonly PrintedLine[]): PrintedSerial[] {
  const rows = rowsOf(lines);
  const all = rows.flatMap((row) => row.fields.flatMap((field) => inField(field, row)));
  const groups = new Map<string, Found[]>();
  for (const one of serialsAmong(all, rows)) groups.set(one.short, [...(groups.get(one.short) ?? []), one]);
  const models = rows.flatMap(({ text, index }): PrintedModel[] => {
    const model = modelOf(text);
    return model === null ? [] : [{ model, line: index }];
  });
  return [...groups.values()]
    .map((group) => serialOf(group, models, groups.size === 1))
    .sort((a, b) => rankOf(a) - rankOf(b) || (a.shortSerial < b.shortSerial ? -1 : 1))
    .slice(0, MAX_SERIALS);
}

const ORDER: readonly PrintCertainty[] = ['agreed', 'single', 'repaired'];
const rankOf = ({ isNamed, certainty }: PrintedSerial) =>
  ORDER.indexOf(certainty) + (isNamed ? 0 : ORDER.length);

/** Lines with their fields and neighbours, in an order that is theirs and not the list's. */
function rowsOf(lines: readonly PrintedLine[]): Row[] {
  const rows = lines.slice(0, MAX_LINES).flatMap((line, index): Row[] => {
    const place = rowPlace(line.pieces.map((piece) => piece.place));
    const pieces = line.pieces.map(({ text }) => tidy(text));
    const text = pieces.join(' ');
    return place === null || text.length > MAX_LINE
      ? []
      : [{ index, pieces, text, place, below: null, fields: [] }];
  });
  rows.sort((a, b) => a.place.start.y - b.place.start.y || a.place.start.x - b.place.start.x);
  for (const row of rows) {
    row.below = nextBelow(row, rows);
    row.fields = fieldsOf(row.text);
  }
  for (const { fields, below } of rows) if (below) below.fields = namedAbove(below.fields, fields.at(-1));
  return rows;
}

function nextBelow(row: Row, rows: readonly Row[]): Row | null {
  let [nearest, least]: [Row | null, number] = [null, Number.POSITIVE_INFINITY];
  for (const other of rows) {
    const gap = other === row ? null : gapBelow(row.place, other.place);
    if (gap !== null && gap < least) [nearest, least] = [other, gap];
  }
  return nearest;
}

/** A name with nothing behind it is the name of what stands below. */
function namedAbove(fields: readonly Field[], above: Field | undefined): readonly Field[] {
  const [first, ...others] = fields;
  if (!above || above.name === null || above.value.trim() !== '' || first?.name !== null) return fields;
  const text = above.name === 'serial' ? `${above.text} ${first.text}` : first.text;
  return [{ name: above.name, text, value: first.value }, ...others];
}

/** What counts as a serial number among all that have the form of one. */
function serialsAmong(all: readonly Found[], rows: readonly Row[]): Found[] {
  const elsewhere = new Set(
    rows.flatMap(({ fields }) =>
      fields.flatMap(({ name, value }) => (name === 'other' ? serialTexts(value) : [])),
    ),
  );
  const named = all.filter(({ isNamed, isRepaired }) => isNamed && !isRepaired);
  const lettered = all.filter(({ short }) => /^\D/.test(short));
  return all.filter(({ short, isNamed }) => {
    if (isNamed || /^\D/.test(short)) return true;
    // Labels carry other numbers of nine digits: under the bars of part numbers their names are missing.
    return !elsewhere.has(short) && [...named, ...lettered].every((other) => isMisread(short, other.short));
  });
}

/** Whether one of two numbers may be the other, misread. */
function isMisread(one: string, other: string): boolean {
  return [...one].filter((character, at) => character !== other[at]).length <= MISREAD;
}

function serialOf(group: readonly Found[], models: readonly PrintedModel[], isOnly: boolean): PrintedSerial {
  const exact = group.filter(({ isRepaired }) => !isRepaired);
  const counted = exact.length > 0 ? exact : group;
  const [first] = counted as [Found];
  const whole = exact.find(
    ({ full, lines }) => full !== null && modelBeside({ full, lines }, models) !== null,
  );
  const beside = whole ? modelBeside(whole, models) : null;
  const printed = models.filter(({ line }) => !counted.some(({ lines }) => lines.includes(line)));
  const isOne = new Set(printed.map(({ model }) => model)).size === 1;
  const own = parseSerial(exact.find(({ full }) => full !== null)?.full ?? '');
  return {
    shortSerial: first.short,
    fullSerial: whole?.full ?? null,
    model: beside ?? (isOnly || isOne ? printed[0]?.model : null) ?? (own.ok ? own.value.model : null),
    certainty: exact.length === 0 ? 'repaired' : isAgreed(exact) ? 'agreed' : 'single',
    isNamed: counted.some(({ isNamed }) => isNamed),
    // The short line is the one a person compares fastest.
    lines: (exact.find(({ full }) => full === null) ?? first).lines,
  };
}

/** The model of a full serial where another line prints it, too. */
function modelBeside(
  { full, lines }: { full: string | null; lines: readonly number[] },
  models: readonly PrintedModel[],
): string | null {
  const same = models.find(({ model, line }) => {
    const parsed = parseSerial(full ?? '', model);
    return !lines.includes(line) && parsed.ok && parsed.value.model?.toUpperCase() === model.toUpperCase();
  });
  return same?.model ?? null;
}

/** Two places, one of them of the full serial: the same text twice may be the same mistake twice. */
function isAgreed(exact: readonly Found[]): boolean {
  return exact.some(
    (one) =>
      one.full !== null && exact.some((other) => !other.lines.some((line) => one.lines.includes(line))),
  );
}

/** The serial numbers a field shows, or begins. */
function inField(field: Field, row: Row): Found[] {
  const at = { lines: [row.index], isNamed: field.name === 'serial' };
  const exact = serialTexts(field.text)
    .filter((text) => !isEndOfModel(text, field.text))
    .flatMap((text) => foundOf(text, { ...at, isRepaired: false }));
  // What is called something else is no serial number, unless it is a whole one.
  if (field.name === 'other') return exact.filter(({ full }) => full !== null);
  const tail = announcedTail(field.text);
  const bare = bareOf(tail ?? field.text);
  const joined = MODEL_START.test(bare) ? goingOn(bare, row, { ...at, isCut: exact.length > 0 }) : [];
  // Of a line that may lack its last digits no full serial is claimed.
  if (joined.length > 0) return [...joined, ...exact.map((one) => ({ ...one, full: null }))];
  if (exact.length > 0) return lettersFollow(row) ? exact.map((one) => ({ ...one, full: null })) : exact;
  const word = bare.replace(/^[^A-Z\d]+|[^A-Z\d]+$/g, '');
  const repaired = [...repairFull(word), ...(tail === null ? [] : repairShort(word))];
  return repaired.flatMap((text) => foundOf(text, { ...at, isRepaired: true }));
}

/** Whether the line below may be the last letters of a full serial, which say what a recorder has. */
function lettersFollow({ below }: Row): boolean {
  return below !== null && LAST_LETTERS.test(fold(below.text).trim());
}

/** Whether a short serial is the end of a full one that is cut: `DS-2CD2386G2-IU2021080`. */
function isEndOfModel(text: string, line: string): boolean {
  const folded = fold(line);
  const isModel = MODEL_START.test(bareOf(announcedTail(line) ?? line));
  return isModel && isShortSerial(text) && ['-', '/', ')'].some((before) => folded.includes(before + text));
}

/** Folded and without white space. */
const bareOf = (text: string) => fold(text).replace(/\s+/g, '');

/**
 * A full serial that begins with a line and goes on in the ones below, as far as it has to. Of the line below only what
 * it needs is taken: the verification code may stand behind it. `isCut`: the line has the form of a whole one by itself,
 * which it may have without its last digits.
 */
function goingOn(
  head: string,
  row: Row,
  at: { readonly lines: readonly number[]; readonly isNamed: boolean; readonly isCut: boolean },
): Found[] {
  const { below } = row;
  if (!below || at.lines.length > MAX_WRAPS || at.lines.includes(below.index)) return [];
  const lines = [...at.lines, below.index];
  for (const rest of new Set([below.text, ...below.pieces])) {
    if (fieldsOf(rest).some(({ name }) => name !== null)) continue;
    const words = fold(rest).trim().split(/\s+/);
    if (at.isCut && !/^\d{1,2}$/.test(words[0] ?? '')) continue;
    // `12 VDC` says something else.
    if (words.length > 1 && (words[0]?.length ?? 0) < LEAST_REST) continue;
    for (let count = 1; count <= words.length; count++) {
      const text = head + words.slice(0, count).join('');
      const found = wholeOf(text) ? foundOf(text, { ...at, lines, isRepaired: false }) : [];
      if (found.length > 0) return found;
    }
    const all = head + words.join('');
    const further = at.isCut ? [] : goingOn(all, below, { ...at, lines });
    if (further.length > 0) return further;
    const repaired = at.isCut ? [] : repairFull(all).filter(wholeOf);
    if (repaired.length > 0)
      return repaired.flatMap((text) => foundOf(text, { ...at, lines, isRepaired: true }));
  }
  return [];
}

/** Whether a joined text is a full serial; six letters at its end may be the verification code. */
function wholeOf(text: string): boolean {
  const parts = text.length > MAX_SERIAL_TEXT ? undefined : FULL_SERIAL.exec(text)?.groups;
  return parts !== undefined && parts.feat?.length !== 6;
}

function foundOf(text: string, { lines, isNamed, isRepaired }: Omit<Found, 'full' | 'short'>): Found[] {
  const parsed = parseSerial(text);
  if (!parsed.ok) return [];
  const { short, codes } = parsed.value;
  if (isCutOff(codes.join(''), short)) return [];
  const full = parsed.value.text === short ? null : parsed.value.text;
  return [{ lines, isRepaired, full, short, isNamed: isNamed || full !== null }];
}
