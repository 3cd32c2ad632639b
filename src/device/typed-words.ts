/** What the words around a number say about it: that it is another number, a secret, or not the right one. */
import { REMOVED } from './secret.ts';
import type { Hit } from './typed-shapes.ts';

/** Words around numbers in one language: sources of patterns for whole words in lower case. */
export interface NumberWords {
  /** Numbers that are no serial numbers: `order`, `invoice`. */
  readonly others: RegExp;
  /** Telephones and people; a name may stand between these and the number. */
  readonly people: RegExp;
  /** May stand between such a word and its number: `no`, `of`. */
  readonly between: RegExp;
  /** Codes that somebody keeps to himself; passwords are told by `SecretWords`. */
  readonly codes: RegExp;
  /** Devices and serial numbers: what stands behind these is no other number. */
  readonly devices: RegExp;
  /** Between two of a list: `and`, `or`. */
  readonly joins: RegExp;
  /** In front of the right one of two, around the wrong one, and in front of one that is not it. */
  readonly right: RegExp;
  readonly wrong: RegExp;
  readonly not: RegExp;
  /** Between a number and the one that is meant instead: `or rather`. */
  readonly rather: RegExp;
}

/** Characters in front of a number in which its word is looked for, and behind it. */
const NEAR = 80;
/** What may stand beside words: signs and abbreviations' dots. */
const SIGNS = '[\\s.:#=\u2116"\'\u00ab(\u2013\u2014/-]';

/** Whose number stands at a hit, and whether it is the wrong one. */
export interface NumberReader {
  /** `other`: behind the word for another number. `code`: behind one for a secret. Null: nothing is said. */
  claimOf(hit: Hit, before: Hit | undefined): 'other' | 'code' | null;
  /** Whether a word for a device stands right in front. */
  isNamed(hit: Hit): boolean;
  /** Without those that were said to be wrong, where a right one is named. */
  withoutWrong(hits: readonly Hit[]): Hit[];
}

/** Reads the words around the numbers of a text. */
export function numberReader(typed: string, words: readonly NumberWords[]): NumberReader {
  // What a word for a secret is said of has gone: it says nothing of the number behind that.
  const text = lower(typed).replaceAll(REMOVED, '\u2022');
  const any = (list: keyof NumberWords) => words.map((language) => language[list].source).join('|');
  const word = (source: string) => `(?<![\\p{L}\\p{N}])(?:${source})(?![\\p{L}\\p{N}])`;
  const ending = (source: string) => new RegExp(`${source}$`, 'u');
  const between = `(?:${SIGNS}|${word(any('between'))}|${word('\\d{1,2}[./]\\d{1,2}(?:[./]\\d{2,4})?')})*`;
  const claims = `${word(any('others'))}|${word(any('people'))}`;
  const direct = ending(`(?:${claims})${between}`);
  // Nine digits are little by themselves: a few words may stand between, such as a name.
  const distant = ending(`(?:${claims})${between}(?:\\p{L}+[\\s.]*){0,2}${between}`);
  const code = ending(`${word(any('codes'))}${between}`);
  const behind = new RegExp(
    `^${SIGNS}{0,4}(?:${word(any('between'))}\\s*){0,2}(?:${claims})(?!${SIGNS}{0,4}(?:${word(any('between'))}\\s*)?\\+?\\d)`,
    'u',
  );
  const named = ending(`${word(any('devices'))}${SIGNS}*`);
  const device = new RegExp(word(any('devices')), 'u');
  const nothing = new RegExp(`^(?:[\\s,;/&+]|${word(any('joins'))})*$`, 'u');
  const not = ending(`${word(any('not'))}\\s+(?:\\p{L}+\\s+)?`);
  const right = ending(`${word(any('right'))}${SIGNS}*(?:\\p{L}+${SIGNS}+){0,3}`);
  const wrong = new RegExp(word(any('wrong')), 'gu');
  const rather = new RegExp(`^(?:${SIGNS}|[,;)])*${word(any('rather'))}(?:${SIGNS}|[,;])*$`, 'u');

  const lineBefore = ({ from }: Hit) => {
    const line = text.slice(Math.max(0, from - NEAR), from);
    return line.slice(Math.max(line.lastIndexOf('\n'), line.lastIndexOf(';')) + 1);
  };
  const lineAbove = ({ from }: Hit) =>
    /([^\n]{1,80})\n\s*$/.exec(text.slice(Math.max(0, from - NEAR), from))?.[1] ?? '';
  const standsAlone = (hit: Hit) => hit.fillsItem && /^\s*$/.test(lineBefore(hit));
  const isClaimed = (hit: Hit): boolean => {
    const line = lineBefore(hit);
    const clause = line.slice(line.lastIndexOf(',') + 1);
    if (direct.test(clause)) return true;
    if (!hit.isDigits) return false;
    const far = distant.exec(clause)?.[0];
    if (far !== undefined && !device.test(far)) return true;
    const after = text.slice(hit.to, hit.to + NEAR).split(/[\n,;]/, 1)[0] ?? '';
    if (behind.test(after)) return true;
    return standsAlone(hit) && new RegExp(`^\\W*(?:${direct.source})`, 'u').test(lineAbove(hit));
  };

  const reader: NumberReader = {
    claimOf(hit, before) {
      const line = lineBefore(hit);
      if (code.test(line) || (standsAlone(hit) && code.test(lineAbove(hit)))) return 'code';
      if (hit.isAnnounced) return null;
      if (isClaimed(hit)) return 'other';
      const goesOn =
        before !== undefined &&
        before.isDigits === hit.isDigits &&
        before.item.line === hit.item.line &&
        nothing.test(text.slice(before.to, hit.from));
      return goesOn && reader.claimOf(before, undefined) === 'other' ? 'other' : null;
    },
    isNamed: (hit) => named.test(lineBefore(hit)),
    withoutWrong(hits) {
      const beforeOf = (hit: Hit, index: number) =>
        text.slice(Math.max(hits[index - 1]?.to ?? 0, hit.from - NEAR), hit.from);
      const denied = hits.filter((hit, index) => {
        const next = hits[index + 1];
        return not.test(beforeOf(hit, index)) || (next && rather.test(text.slice(hit.to, next.from)));
      });
      const rightOnes = hits.filter(
        (hit, index) => !denied.includes(hit) && right.test(beforeOf(hit, index)),
      );
      // A word for wrong belongs to the number it leads to, or else to the one it follows.
      const wrongOnes = [...text.matchAll(wrong)].map(({ index, 0: said }) => {
        const next = hits.find(({ from }) => from > index);
        const leads =
          next !== undefined &&
          new RegExp(`^${SIGNS}*(?:\\p{L}+${SIGNS}+){0,2}$`, 'u').test(
            text.slice(index + said.length, next.from),
          );
        return leads && !rightOnes.includes(next) ? next : hits.findLast(({ to }) => to <= index);
      });
      const left = hits.filter(
        (hit) =>
          !denied.includes(hit) &&
          !(rightOnes.length > 0 && !rightOnes.includes(hit) && wrongOnes.includes(hit)),
      );
      return left.length > 0 ? left : [...hits];
    },
  };
  return reader;
}

/** In lower case, each letter in its place. */
function lower(text: string): string {
  return text.replace(/\p{Lu}|\u0451/gu, (letter) => {
    const small = letter.toLowerCase().replace('\u0451', '\u0435');
    return small.length === letter.length ? small : letter;
  });
}
