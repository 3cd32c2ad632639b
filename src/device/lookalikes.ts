import { once } from '../kernel/once.ts';

/**
 * Letters of other alphabets that look like Latin ones. A technician with a Russian keyboard types them into serial
 * numbers without seeing it. Only capitals: text is upper-cased first.
 */
const LATIN_FOR: ReadonlyMap<string, string> = new Map([
  // Cyrillic
  ['А', 'A'],
  ['В', 'B'],
  ['Е', 'E'],
  ['К', 'K'],
  ['М', 'M'],
  ['Н', 'H'],
  ['О', 'O'],
  ['Р', 'P'],
  ['С', 'C'],
  ['Т', 'T'],
  ['У', 'Y'],
  ['Х', 'X'],
  ['Ё', 'E'],
  ['І', 'I'],
  ['Ј', 'J'],
  ['Ѕ', 'S'],
  ['Ү', 'Y'],
  ['Ԛ', 'Q'],
  ['Ԝ', 'W'],
  // Greek
  ['Α', 'A'],
  ['Β', 'B'],
  ['Ε', 'E'],
  ['Ζ', 'Z'],
  ['Η', 'H'],
  ['Ι', 'I'],
  ['Κ', 'K'],
  ['Μ', 'M'],
  ['Ν', 'N'],
  ['Ο', 'O'],
  ['Ρ', 'P'],
  ['Τ', 'T'],
  ['Υ', 'Y'],
  ['Χ', 'X'],
]);

/** How models begin that were typed with Russian letters, by sound. */
const SPELT_PREFIX: Readonly<Record<string, string>> = {
  ДС: 'DS',
  ИДС: 'IDS',
  ЦС: 'CS',
  ИПЦ: 'IPC',
  ТХЦ: 'THC',
  ПТЗ: 'PTZ',
  НВР: 'NVR',
  ДВР: 'DVR',
  ХВД: 'HWD',
  ХВИ: 'HWI',
  ХВН: 'HWN',
  ХВП: 'HWP',
  ХВТ: 'HWT',
};
const speltModel = once(
  () =>
    new RegExp(
      `(?<![\\p{L}\\p{N}])(${Object.keys(SPELT_PREFIX).join('|')})-(?=\\p{L}{0,3}\\d)([\\p{L}\\p{N}()/+-]*)`,
      'giu',
    ),
);
/** Letters by sound, so not those above. */
const SPELT_FOR: ReadonlyMap<string, string> = new Map(
  [...'АБВГДЕЗИКЛМНОПРСТУФХЦ'].map((letter, index) => [letter, 'ABVGDEZIKLMNOPRSTUFHC'.charAt(index)]),
);
/** Letters of Russian that look like no Latin one: whoever types them spells by sound. */
const ONLY_SPELT = /[БГДЗИЛПФЦ]/i;

/** Models typed with Russian letters (`ДС-2ЦД2143Г2-И`) in Latin ones, each in its place. */
function spelt(text: string): string {
  return text.replace(speltModel(), (_, prefix: string, rest: string) => {
    const latin = ONLY_SPELT.test(rest)
      ? rest.replace(/[А-Я]/gi, (letter) => SPELT_FOR.get(letter.toUpperCase()) ?? letter)
      : rest;
    return `${SPELT_PREFIX[prefix.toUpperCase()]}-${latin}`;
  });
}

/**
 * Upper case with look-alikes turned into Latin letters, models that were spelt in Russian too, and every dash into a
 * hyphen. Keeps the length of the text, so that a position in the
 * result is the same position in the input.
 */
export function fold(text: string): string {
  const hyphened = text.replace(/[\u2010-\u2015\u2212]/g, '-');
  return letterByLetter(spelt(hyphened));
}

function letterByLetter(text: string): string {
  return text.replace(/[^\0-\x7f]|[a-z]/g, (letter) => {
    const upper = letter.toUpperCase();
    return LATIN_FOR.get(upper) ?? (upper.length === letter.length ? upper : letter);
  });
}

/** Russian words around a serial number, as people write them; matched after `fold`. */
const RUSSIAN = {
  serial: letterByLetter('\u0441\u0435\u0440\u0438\u0439\u043d\u044b\u0439'), // seriynyy
  ser: letterByLetter('\u0441\u0435\u0440'), // ser.
  seriynik: letterByLetter('\u0441\u0435\u0440\u0438\u0439\u043d\u0438\u043a'),
  factory: letterByLetter('\u0437\u0430\u0432\u043e\u0434\u0441\u043a\u043e\u0439'), // zavodskoy
  zav: letterByLetter('\u0437\u0430\u0432'), // zav.
  number: letterByLetter('\u043d\u043e\u043c\u0435\u0440'), // nomer
  sn: letterByLetter('\u0441[/\\\\.]?\u043d'), // s/n
  phone: letterByLetter('\u0442\u0435\u043b'), // tel., telefon
  mobile: letterByLetter('\u043c\u043e\u0431'), // mob., mobilnyy
  call: letterByLetter('\u0437\u0432\u043e\u043d'), // zvonite
};
/** Longest text looked at, characters: Telegram's limit of a message. */
const MAX_LINE = 4096;
const ADJECTIVE = `(?:SERIAL|SER|${RUSSIAN.serial}|${RUSSIAN.ser}|${RUSSIAN.factory}|${RUSSIAN.zav})`;
const NOUN = `(?:NUMBER|NUM|NO|N|\u2116|${RUSSIAN.number})`;
const ALONE = `S[/\\\\.]?N|SERIAL|${RUSSIAN.sn}|${RUSSIAN.serial}|${RUSSIAN.seriynik}`;

/**
 * `S/N:`, `SN`, `Serial no.` and the Russian like, with what stands between them and the number. For folded text.
 * `SN` (and what looks like the Russian one, `CH`) glued to seven digits is left alone: that is a short serial of its own.
 */
export const SERIAL_PREFIX = new RegExp(
  `(?<![\\p{L}\\p{N}/-])(?!(?:SN|CH)\\d{7}(?!\\d))(?:${ADJECTIVE}[. ]{0,2}${NOUN}|${ALONE})[.:#=\u2116 \\t-]{0,8}`,
  'gu',
);

/** What stands behind the last `S/N:` or the like of a line, folded; null where there is none. */
export function announcedTail(line: string): string | null {
  const folded = fold(line.slice(0, MAX_LINE));
  const last = [...folded.matchAll(SERIAL_PREFIX)].at(-1);
  return last ? folded.slice(last.index + last[0].length) : null;
}

/** Words in front of a telephone number, for folded text. */
export const PHONE_WORD = new RegExp(
  `^(?:TEL|PHONE|MOB|CALL|WHATSAPP|VIBER|${RUSSIAN.phone}|${RUSSIAN.mobile}|${RUSSIAN.call})`,
);
