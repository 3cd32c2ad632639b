/**
 * Passwords that somebody typed where they do not belong: told by the word before them (`password: …`), by their place
 * in a link, or by their shape (`secret-shapes.ts`). A password of plain letters or bare digits has no shape of its
 * own and is told only behind its word.
 */
import { fold } from './lookalikes.ts';
import { isLikelySecret, isLinkWithPassword, isOrdinary } from './secret-shapes.ts';
import { FULL_SERIAL, isShortSerial, MAX_SERIAL_TEXT } from './serial-shapes.ts';

/** What a language says around passwords. Sources of patterns for whole words in lower case. */
export interface SecretWords {
  /** A password may stand behind these. */
  readonly announcing: RegExp;
  /** May stand between the two: `is`, `of the camera`. */
  readonly between: RegExp;
  /** May stand there, too, right in front of the password: `admin`. */
  readonly users: RegExp;
  /** Of these, those that lead to the password itself: `is`. */
  readonly equal: RegExp;
  /** Stands in front of the word where none follows: `forgot the`. */
  readonly denied: RegExp;
  /** Stands behind the word and is no password: `forgotten`. */
  readonly after: RegExp;
  /** Words that people glue numbers to: `room`, `windows`. */
  readonly numbered: RegExp;
}

/** What is understood anyway. */
export interface KnownWords {
  /** Whether a text answers whether the password is known: `password: lost`. */
  isAnswer(text: string): boolean;
  /** Whether a word says something by itself: `incorrect`. */
  isWord(word: string): boolean;
  /** Whether a word is the code of an error or a model. */
  isName(word: string): boolean;
}

/** Longest text looked at, characters: Telegram's own limit. */
const MAX_TEXT = 4096;
/** Longest piece that may be a password, characters: devices take 16, accounts more. */
const MAX_PIECE = 64;

/** Signs that glue a password to something else. */
const GLUE = /[/,;:=|–—]/;

/** A colon, an equals sign, an arrow or a dash that leads to what follows. */
const MARK = /(?:[:=>]|\s[-–—]+|[-–—]+(?=\s))\s*$/;

/** Stands where a password stood: white space that nobody types, so that what follows is not taken for the password next. */
export const REMOVED = '\u2000';

/** Places in a text, the second one behind the last character. */
type Span = readonly [from: number, to: number];
interface Piece {
  readonly text: string;
  /** Without the punctuation of the sentence around it. */
  readonly bare: string;
  readonly at: number;
}

/**
 * A text without the passwords in it: white space stands in their place. `told`: only by the word before them, or by shape too.
 * @returns null when there is none. Only the first 4096 characters are looked at. Never throws.
 */
export function withoutSecrets(
  message: string,
  words: readonly SecretWords[],
  known: KnownWords,
  told: 'announced' | 'any' = 'any',
): string | null {
  const whole = message.slice(0, MAX_TEXT);
  const text = without(whole, called(whole, words));
  const byShape = told === 'any' ? shaped(text, words, known) : [];
  const left = without(text, [...announced(text, words, known), ...byShape]);
  return left === whole ? null : left;
}

function without(text: string, spans: readonly Span[]): string {
  return spans.reduce(
    (rest, [from, to]) => rest.slice(0, from) + REMOVED.repeat(to - from) + rest.slice(to),
    text,
  );
}

/** What stands behind the word for a password: in the same line, or in the next where the line ends with the word. */
function announced(text: string, words: readonly SecretWords[], known: KnownWords): Span[] {
  return words.flatMap(({ announcing }) => {
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${announcing.source})(?![\\p{L}\\p{N}_])`, 'giu');
    return [...text.matchAll(pattern)].flatMap((match): Span[] => {
      const end = match.index + match[0].length;
      const { line, from } = restOf(text, end);
      const pieces = piecesOf(line, from);
      const skipped = pieces.findIndex(
        ({ bare }) => !isOneOf(words, 'between', bare) && !isOneOf(words, 'users', bare),
      );
      const first = pieces[skipped];
      if (first === undefined || first.bare.length < 3 || first.bare.length > MAX_PIECE) return [];
      if (text.slice(end, first.at).includes(REMOVED)) return [];
      if (known.isName(first.bare)) return [];
      const isMarked = MARK.test(text.slice(end, first.at));
      const between = pieces.slice(0, skipped);
      if (isSerial(first.bare)) {
        // "The password of the camera J50000062", "forgot the password J50000062": that is the camera.
        const next = pieces[skipped + 1];
        const isDenied =
          hasDenial(words, text, match.index) || (next !== undefined && isOneOf(words, 'after', next.bare));
        const last = between.at(-1);
        const isDevice =
          last === undefined
            ? isDenied || /[.,;!?]/.test(text.slice(end, first.at))
            : !between.some(({ bare }) => isOneOf(words, 'equal', bare)) &&
              (isDenied || !isOneOf(words, 'users', last.bare));
        return isDevice && !isMarked ? [] : [[first.at, first.at + first.text.length]];
      }

      const lineStart = text.lastIndexOf('\n', match.index) + 1;
      const before = piecesOf(text.slice(lineStart, match.index), lineStart);
      const isShort = before.length <= 1 && skipped <= 1 && skipped === pieces.length - 1;
      const isForeign = /^\p{sc=Cyrl}/u.test(match[0]) && /^[a-z]+$/i.test(first.bare);
      const stands = isMarked || isShort || isForeign;
      const isSecret = /^\p{L}+(?:['’-]\p{L}+)*$/u.test(first.bare)
        ? stands &&
          !/\?\s*$/.test(line) &&
          !isOneOf(words, 'after', first.bare) &&
          !known.isWord(first.bare) &&
          !known.isAnswer(text.slice(lineStart, from + line.length))
        : stands || !isOrdinary(first.bare) || /^\d{4,16}$/.test(first.bare);
      return isSecret ? [[first.at, first.at + first.text.length]] : [];
    });
  });
}

/**
 * What is called a password by the word behind it, with that word: `K12345678 is the password`. A sign between the two says
 * so only beside another number.
 */
function called(text: string, words: readonly SecretWords[]): Span[] {
  const [word, equal] = [wordsOf(words, 'announcing'), wordsOf(words, 'equal')];
  const pattern = new RegExp(
    `(?<!\\S)(\\S+)(?:\\s+(?:[–—-]+\\s+)?(${equal})(?:\\s+(?:${wordsOf(words, 'between')}))?\\s+|\\s*[(–—-]\\s*)(?:${word})(?=\\s*(?:[),.;!\\n]|$))`,
    'giu',
  );
  const isBesideOther = piecesOf(text, 0).filter(({ bare }) => isSerial(bare)).length > 1;
  return [...text.matchAll(pattern)].flatMap(({ 0: said, 1: piece = '', 2: verb, index }): Span[] =>
    isSerial(bareOf(piece)) && (verb !== undefined || isBesideOther) ? [[index, index + said.length]] : [],
  );
}

/** Source of a pattern for a whole word of a list. */
function wordsOf(words: readonly SecretWords[], list: 'announcing' | 'equal' | 'between'): string {
  return words.map((language) => language[list].source).join('|');
}

/** Whether the words in front of a place say that no password follows. */
function hasDenial(words: readonly SecretWords[], text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 40), at);
  return words.some(({ denied }) =>
    new RegExp(`(?<![\\p{L}\\p{N}])(?:${denied.source})[\\s,]+(?:\\p{L}+\\s+){0,2}$`, 'iu').test(before),
  );
}

/** Whether a piece has the form of a serial number, whole or short. */
function isSerial(piece: string): boolean {
  const folded = fold(piece);
  return isShortSerial(folded) || (folded.length <= MAX_SERIAL_TEXT && FULL_SERIAL.test(folded));
}

/** The rest of a line behind a place; of the next line where there is none. */
function restOf(text: string, at: number): { line: string; from: number } {
  const [lead = ''] = /^[\s:=>–—-]*/.exec(text.slice(at)) ?? [];
  const from = at + lead.length;
  const end = text.indexOf('\n', from);
  return { line: text.slice(from, end === -1 ? text.length : end), from };
}

/** Pieces that look like passwords by themselves, and links with one in them. */
function shaped(text: string, words: readonly SecretWords[], known: KnownWords): Span[] {
  return piecesOf(text, 0)
    .filter((piece) => isLinkWithPassword(piece.text) || isShaped(piece, words, known))
    .map(besideSerial);
}

/** A piece that is a password, without the serial number glued to it: `J50000062:…`. */
function besideSerial({ text, at }: Piece): Span {
  const [first = '', ...others] = text.split(GLUE);
  const last = others.at(-1) ?? '';
  const from = isSerial(bareOf(first)) ? first.length : 0;
  const to = from === 0 && isSerial(bareOf(last)) ? text.length - last.length : text.length;
  return [at + from, at + to];
}

function isShaped({ text, bare }: Piece, words: readonly SecretWords[], known: KnownWords): boolean {
  if (text.length > MAX_PIECE || isOrdinary(bare)) return false;
  return text
    .split(GLUE)
    .map(bareOf)
    .some(
      (part) =>
        isLikelySecret(part) &&
        !isOrdinary(part) &&
        !known.isName(part) &&
        !isOneOf(words, 'numbered', part.replace(/[-_.\d]+\p{L}{0,2}$/u, '')),
    );
}

function isOneOf(
  words: readonly SecretWords[],
  list: 'between' | 'users' | 'equal' | 'after' | 'numbered',
  word: string,
): boolean {
  return words.some((language) => new RegExp(`^(?:${language[list].source})$`, 'iu').test(word));
}

/** The pieces of a text between white space that have a letter or a digit; `at` is where the text begins. */
function piecesOf(text: string, at: number): Piece[] {
  return [...text.matchAll(/\S+/gu)]
    .map(({ 0: piece, index }) => ({ text: piece, bare: bareOf(piece), at: at + index }))
    .filter(({ text: piece }) => /[\p{L}\p{N}]/u.test(piece));
}

function bareOf(piece: string): string {
  return piece
    .replace(/^(?:["'`«„“”(<[{#*/|–—-]|\p{Extended_Pictographic}|\ufe0f)+/u, '')
    .replace(/(?:["'`»“”)>\]},;.!?:…]|\p{Extended_Pictographic}|\ufe0f)+$/u, '');
}
