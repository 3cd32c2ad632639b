/**
 * Serial numbers in recognised print (protocol/labels.md 4). Recognition confuses letters and digits that look alike:
 * what the grammar forces is repaired and said to be repaired, everything else is left as it was read.
 */
import { announcedTail, fold } from './lookalikes.ts';
import { repairFull, repairShort } from './repair.ts';
import { parseSerial } from './serial.ts';
import { FULL_SERIAL, MAX_SERIAL_TEXT, MODEL_PREFIX, MODEL_START } from './serial-shapes.ts';
import { serialTexts } from './typed-shapes.ts';

/**
 * How sure a reading is. `agreed`: two printed lines say the same, as read. `single`: one line says it.
 * `repaired`: it fits only after look-alikes were exchanged.
 */
export type PrintCertainty = 'agreed' | 'single' | 'repaired';

/** A serial number found in print. */
export interface PrintedSerial {
  readonly shortSerial: string;
  readonly fullSerial: string | null;
  readonly model: string | null;
  readonly certainty: PrintCertainty;
  /**
   * Whether the print says that it is a serial number: `S/N` or the like stands before it, or it is a full one. Without
   * that, nine digits may be what is printed under the bars of a part number.
   */
  readonly isNamed: boolean;
  /** Index of the line that shows it. */
  readonly line: number;
}

/** Most serials told apart in one photo. */
const MAX_SERIALS = 8;
/** Longest line looked at, characters. */
const MAX_LINE = 200;

interface Found {
  readonly full: string | null;
  readonly short: string;
  readonly model: string | null;
  readonly isRepaired: boolean;
  readonly isNamed: boolean;
  readonly line: number;
}

/**
 * Finds the serial numbers of a label in its printed lines.
 * @param lines as recognised, one printed line each, in any order; texts over 200 characters are skipped.
 * @returns at most 8, the surest first. Nothing else of the lines is returned. Never throws.
 */
export function readPrint(lines: readonly string[]): PrintedSerial[] {
  const found = lines.flatMap((line, index) =>
    line.length > MAX_LINE ? [] : inLine(line, lines[index + 1], index),
  );
  const hasLetters = found.some(({ short }) => /^\D/.test(short));
  const groups = new Map<string, Found[]>();
  for (const one of found) {
    // Labels carry other numbers of nine digits; beside a serial with letters they are part numbers.
    if (hasLetters && /^\d/.test(one.short) && !one.isNamed) continue;
    groups.set(one.short, [...(groups.get(one.short) ?? []), one]);
  }
  const model = modelIn(lines);
  return [...groups.values()]
    .map((group) => serialOf(group, model))
    .sort((a, b) => ORDER.indexOf(a.certainty) - ORDER.indexOf(b.certainty))
    .slice(0, MAX_SERIALS);
}

const ORDER: readonly PrintCertainty[] = ['agreed', 'single', 'repaired'];

function serialOf(group: readonly Found[], printedModel: string | null): PrintedSerial {
  const exact = group.filter(({ isRepaired }) => !isRepaired);
  const [first] = (exact.length > 0 ? exact : group) as [Found];
  const full = exact.find((one) => one.full !== null) ?? null;
  const certainty = exact.length === 0 ? 'repaired' : isAgreed(exact) ? 'agreed' : 'single';
  return {
    shortSerial: first.short,
    fullSerial: full?.full ?? null,
    model: full?.model ?? printedModel,
    certainty,
    isNamed: (exact.length > 0 ? exact : group).some(({ isNamed }) => isNamed),
    // The short line is the one a person compares fastest.
    line: (exact.find((one) => one.full === null) ?? first).line,
  };
}

/** Two different lines, one of them the full serial: the same text twice may be the same mistake twice. */
function isAgreed(exact: readonly Found[]): boolean {
  return exact.some((one) => one.full !== null) && new Set(exact.map(({ line }) => line)).size > 1;
}

function inLine(line: string, next: string | undefined, index: number): Found[] {
  const tail = announcedTail(line);
  const at = { line: index, isNamed: tail !== null };
  const exact = serialTexts(line).flatMap((text) => foundOf(text, { ...at, isRepaired: false }));
  if (exact.length > 0) return exact;
  const bare = (tail ?? fold(line)).replace(/\s+/g, '').replace(/^[^A-Z\d]+|[^A-Z\d]+$/g, '');
  if (MODEL_START.test(bare)) {
    const wrapped = bare + fold(next ?? '').replace(/\s+/g, '');
    // A full serial that does not fit on one line goes on in the next.
    const whole =
      wrapped.length <= MAX_SERIAL_TEXT && FULL_SERIAL.test(wrapped)
        ? foundOf(wrapped, { ...at, isRepaired: false })
        : [];
    if (whole.length > 0) return whole;
  }
  const repaired = [...repairFull(bare), ...(tail === null ? [] : repairShort(bare))];
  return repaired.flatMap((text) => foundOf(text, { ...at, isRepaired: true }));
}

function foundOf(text: string, at: Pick<Found, 'isRepaired' | 'isNamed' | 'line'>): Found[] {
  const parsed = parseSerial(text);
  if (!parsed.ok) return [];
  const { short, model } = parsed.value;
  const full = parsed.value.text === short ? null : parsed.value.text;
  return [{ ...at, full, short, model, isNamed: at.isNamed || full !== null }];
}

const PRINTED_MODEL = new RegExp(`\\bi?${MODEL_PREFIX}[A-Z\\d][A-Z\\d()/.+-]{3,40}`);

/** The model on a line of its own, with or without its name in front. */
function modelIn(lines: readonly string[]): string | null {
  for (const line of lines) {
    const [text] = PRINTED_MODEL.exec(line) ?? [];
    if (text !== undefined && !/20\d{6}/.test(text)) return text;
  }
  return null;
}
