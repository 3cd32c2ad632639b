/**
 * What a technician says about a device in his own words: "an old recorder on 3.4.92, it was in EZVIZ before". Only
 * what is recognised comes back, as answers to the questions the policy asks; the text itself is not kept.
 */
import { formatFirmware, parseFirmware } from './firmware.ts';

/** One phrase of a language: where the pattern stands in the text, the question has this answer. */
export interface Phrase {
  /** A fact the policy asks for, such as `adminPassword`. */
  readonly fact: string;
  /** One of its answers, such as `no`. */
  readonly answer: string;
  /** Pattern in lower case, without accents on letters; `\b` knows no Cyrillic, spaces stand at both ends. */
  readonly pattern: RegExp;
}

/** What was recognised. */
export interface SaidInWords {
  readonly model?: string;
  /** Answers by fact; a firmware is spelt as `formatFirmware` writes it. */
  readonly answers: Readonly<Record<string, string>>;
}

/** Longest text looked at, characters: a description is a sentence or two. */
const MAX_TEXT = 400;
const MODEL = /(?<![\w-])(?:i?DS-[\w()/+-]{4,40}|CS-[\w-]{2,40})/i;
const VERSION = /(?<![\d.])V?\d{1,2}\.\d{1,3}\.\d{1,3}(?:\s*build\s*\d{6})?(?![\d.])/i;

/**
 * Looks for facts in a text. Phrases are tried in their order, the first to fit wins its fact, and what it covered is
 * not looked at again: "EZVIZ camera" is the brand, and says nothing of an account.
 * @returns null when nothing was recognised.
 */
export function saidInWords(text: string, phrases: readonly Phrase[]): SaidInWords | null {
  if (text.length > MAX_TEXT) return null;
  const model = MODEL.exec(text)?.[0];
  const withoutModel = text.replace(MODEL, ' ');
  // Four numbers with dots are an address, so a version is looked for where no fourth follows.
  const version = parseFirmware(VERSION.exec(withoutModel)?.[0] ?? '');
  const answers: Record<string, string> = version ? { firmware: formatFirmware(version) } : {};
  let rest = ` ${withoutModel
    .toLowerCase()
    .normalize('NFC')
    .replace(/\u0451/g, '\u0435')
    .replace(/[\s,;:!?()"]+/g, ' ')} `;
  for (const { fact, answer, pattern } of phrases) {
    if (Object.hasOwn(answers, fact) || !pattern.test(rest)) continue;
    answers[fact] = answer;
    rest = rest.replace(pattern, ' | ');
  }
  if (model === undefined && Object.keys(answers).length === 0) return null;
  return { ...(model === undefined ? {} : { model: model.toUpperCase() }), answers };
}
