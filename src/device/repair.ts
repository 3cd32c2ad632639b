/** Look-alikes exchanged where the grammar of serial numbers forces it (protocol/labels.md 4). What comes out is a guess. */
import { isShortSerial, MAX_SERIAL_TEXT } from './serial-shapes.ts';

const DIGIT_FOR: Readonly<Record<string, string>> = {
  O: '0',
  Q: '0',
  D: '0',
  I: '1',
  L: '1',
  '|': '1',
  Z: '2',
  S: '5',
  G: '6',
  B: '8',
};
const LETTER_FOR: Readonly<Record<string, string>> = {
  '0': 'O',
  '1': 'I',
  '2': 'Z',
  '5': 'S',
  '6': 'G',
  '8': 'B',
};
/** A character where a digit belongs: a digit or what looks like one. */
const D = '[\\dOQDIL|ZSGB]';
const LOOSE_FULL = new RegExp(
  `^(?<head>.*?)(?<date>[2Z][0OQD]${D}{6})(?:V(?<fw>${D}{6}))?(?<codes>(?:[A-Z012568]{2}){1,2})(?<short>[A-Z\\d|]{2}${D}{7})(?<feat>[A-Z]{2,6})?$`,
);

const digits = (text: string) => [...text].map((letter) => DIGIT_FOR[letter] ?? letter).join('');
const letters = (text: string) => [...text].map((letter) => LETTER_FOR[letter] ?? letter).join('');

/** Every way to make a short serial of nine characters by exchanging look-alikes only where the grammar forces it. */
export function repairShort(text: string): string[] {
  if (text.length !== 9) return [];
  // An upright stroke is no letter, so that it is a one wherever it stands.
  const [first = '', second = ''] = text.slice(0, 2).replaceAll('|', '1');
  const rest = digits(text.slice(2));
  // A letter never follows a digit: one of the two was misread, and the grammar does not say which.
  const heads =
    /\d/.test(first) && /\D/.test(second)
      ? [first + digits(second), letters(first) + second]
      : [first + second];
  return heads.map((head) => head + rest).filter((repaired) => isShortSerial(repaired));
}

/** A short serial whose letter and first digit changed places; null where they did not. */
export function swapHead(text: string): string | null {
  return /^\d[A-Z]\d{7}$/.test(text) ? `${text[1]}${text[0]}${text.slice(2)}` : null;
}

/**
 * Every way to read a short serial in which a letter may be a digit that looks like it: O, I, and l as it was typed. The
 * digits come first; one way where nothing is in doubt.
 */
export function readShort(text: string, asTyped: string): string[] {
  const isDoubtful = (at: number) => /^[OI]/.test(text.slice(at)) || asTyped[at] === 'l';
  const heads = ['', ...text.slice(0, 2)].reduce<string[]>(
    (starts, letter, index) =>
      starts.flatMap((start) =>
        isDoubtful(index - 1) ? [start + digits(letter), start + letter] : [start + letter],
      ),
    [''],
  );
  return heads.map((head) => head + text.slice(2)).filter((reading) => isShortSerial(reading));
}

/** Every way to make a full serial without white space, in upper case, in the same manner; none where its text fits no such form. */
export function repairFull(text: string): string[] {
  const parts = text.length > MAX_SERIAL_TEXT ? undefined : LOOSE_FULL.exec(text)?.groups;
  if (!parts?.date || !parts.codes || !parts.short) return [];
  const { head = '', fw, feat = '' } = parts;
  const start = `${head}${digits(parts.date)}${fw ? `V${digits(fw)}` : ''}${letters(parts.codes)}`;
  return repairShort(parts.short).map((short) => `${start}${short}${feat}`);
}
