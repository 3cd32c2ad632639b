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

/**
 * Upper case with look-alikes turned into Latin letters. Keeps the length of the text, so that a position in the
 * result is the same position in the input.
 */
export function fold(text: string): string {
  return text.replace(/[^\0-\x7f]|[a-z]/g, (letter) => {
    const upper = letter.toUpperCase();
    return LATIN_FOR.get(upper) ?? (upper.length === letter.length ? upper : letter);
  });
}

/** Russian words around a serial number, as people write them; matched after `fold`. */
const RUSSIAN = {
  serial: fold('\u0441\u0435\u0440\u0438\u0439\u043d\u044b\u0439'), // seriynyy
  ser: fold('\u0441\u0435\u0440'), // ser.
  seriynik: fold('\u0441\u0435\u0440\u0438\u0439\u043d\u0438\u043a'),
  factory: fold('\u0437\u0430\u0432\u043e\u0434\u0441\u043a\u043e\u0439'), // zavodskoy
  zav: fold('\u0437\u0430\u0432'), // zav.
  number: fold('\u043d\u043e\u043c\u0435\u0440'), // nomer
  sn: fold('\u0441[/\\\\.]?\u043d'), // s/n
  phone: fold('\u0442\u0435\u043b'), // tel., telefon
  mobile: fold('\u043c\u043e\u0431'), // mob., mobilnyy
  call: fold('\u0437\u0432\u043e\u043d'), // zvonite
};
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

/** Words in front of a telephone number, for folded text. */
export const PHONE_WORD = new RegExp(
  `^(?:TEL|PHONE|MOB|CALL|WHATSAPP|VIBER|${RUSSIAN.phone}|${RUSSIAN.mobile}|${RUSSIAN.call})`,
);
