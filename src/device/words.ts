/**
 * What a technician says about a device in his own words: "an old recorder on 3.4.92, it was in EZVIZ before". Only
 * what is recognised comes back, as answers to the questions the policy asks; the text itself is not kept. A wrong
 * inference is worse than a question, so what is doubtful, hedged or said of something else is left to be asked.
 */
import { saidFirmware } from './firmware.ts';
import { kindOf } from './kinds.ts';
import { shapesIn } from './typed-shapes.ts';

/** One phrase of a language: where the pattern stands in the text, the question has this answer. */
export interface Phrase {
  /** A fact the policy asks for, such as `adminPassword`. */
  readonly fact: string;
  /** One of its answers, such as `no`; for `firmware` a line, such as `3.x`. */
  readonly answer: string;
  /**
   * Pattern in lower case, without accents on letters; `\b` knows no Cyrillic. Every clause is a line of its own with a
   * space at both ends, so a pattern of words and single spaces stays inside a clause.
   */
  readonly pattern: RegExp;
}

/** What people say, in all languages together. */
export interface Vocabulary {
  /** Clauses that only suppose: "I think", "or not". */
  readonly hedges: readonly RegExp[];
  /** Commas behind a hedge that belongs to what follows: "not sure, if". */
  readonly joins: readonly RegExp[];
  /** What is said of something else: the password of the Wi-Fi, a laptop that is not there. */
  readonly asides: readonly RegExp[];
  /** Ends of what stands before a phrase that is denied: "I don't", "it is not a". */
  readonly denials: readonly RegExp[];
  readonly phrases: readonly Phrase[];
  /** Words before a version that tell a firmware (`firmware 3.4`) and, of several, the one of today (`updated to`). */
  readonly firmware: readonly RegExp[];
  readonly today: readonly RegExp[];
  /** Clauses about an update that was not done ("want to", "failed"), and the version it was to lead to. */
  readonly undone: readonly RegExp[];
  readonly aims: readonly RegExp[];
}

/** What was recognised. */
export interface SaidInWords {
  readonly model?: string;
  /** Answers by fact; a firmware is spelt as `saidFirmware` writes it. */
  readonly answers: Readonly<Record<string, string>>;
}

/** Longest text looked at, characters: a description is a sentence or two, forwarded a letter. */
const MAX_TEXT = 1000;
/** Answers that say that something is not so: a word of denial before one belongs to another thing, if it is no part of it. */
const REFUSALS: readonly string[] = ['no', 'none', 'refused'];

/** Four numbers with dots are an address, so a version is looked for where no fourth follows. */
const VERSION = /(?<![\d.])v?\d{1,2}\.\d{1,3}\.\d{1,3}(?: ?build ?\d{6})?(?![\d.])/g;
const LINE = /(?<![\d.])v?[1-9]\.[x\u0445](?![\p{L}\d.])/gu;

/**
 * Looks for facts in a text. Phrases are tried in their order, the first to fit wins its fact, and what it covered is
 * not looked at again: "EZVIZ camera" is the brand, and says nothing of an account. Two models, two kinds or two
 * versions of which none is today's are not chosen between.
 * @returns null when nothing was recognised.
 */
export function saidInWords(text: string, vocabulary: Vocabulary): SaidInWords | null {
  if (text.length > MAX_TEXT) return null;
  const { model, rest: others } = modelIn(text);
  let rest = clausesOf(others, vocabulary.joins)
    .filter((clause) => !vocabulary.hedges.some((hedge) => hedge.test(clause)))
    .join('\n');
  for (const aside of vocabulary.asides) rest = rest.replace(new RegExp(aside, 'gm'), ' | ');
  const heard = rest;

  const answers: Record<string, string> = {};
  const kinds = new Set<string>();
  for (const { fact, answer, pattern } of vocabulary.phrases) {
    // What a sentence is about may be part of another phrase: "the camera is offline".
    const denials = REFUSALS.includes(answer) ? [] : vocabulary.denials;
    if (!isSaid(pattern, fact === 'kind' ? heard : rest, denials)) continue;
    if (fact === 'kind') kinds.add(answer);
    if (Object.hasOwn(answers, fact)) continue;
    answers[fact] = answer;
    rest = rest.replace(pattern, ' | ');
  }
  if (kinds.size > 1) delete answers.kind;
  // A model tells kind and brand better than words do.
  if (model !== null && kindOf({ model }) !== 'unknown') {
    delete answers.kind;
    delete answers.ezvizBrand;
  }
  const firmware = firmwareIn(rest, vocabulary);
  if (firmware !== null) answers.firmware = firmware;
  if (model === null && Object.keys(answers).length === 0) return null;
  return { ...(model === null ? {} : { model }), answers };
}

/** Whether a phrase stands in a text, and is not denied where it stands. */
function isSaid(pattern: RegExp, text: string, denials: readonly RegExp[]): boolean {
  return [...text.matchAll(new RegExp(pattern, 'gm'))].some(
    ({ index }) => !denials.some((denial) => denial.test(`${text.slice(0, index)} `)),
  );
}

/** The one model a text names, null for none or several, and the text without models and serial numbers. */
function modelIn(message: string): { model: string | null; rest: string } {
  const { text, models: found, hits } = shapesIn(message);
  const rest = [...found, ...hits].reduce(
    (left, { from, to }) => left.slice(0, from) + ' '.repeat(to - from) + left.slice(to),
    text,
  );
  const models = new Set(found.map(({ model }) => model));
  const [model = null] = models;
  return { model: models.size === 1 ? model : null, rest };
}

/** A clause that asks something: it says nothing. */
const QUESTION = /(?:[^,;!?()\n.]|\.(?!\s|$))*\?/g;

/** A text in lower case, clause by clause, each with a space at both ends; without its questions. */
function clausesOf(text: string, joins: readonly RegExp[]): string[] {
  const plain = text
    .toLowerCase()
    .normalize('NFC')
    .replace(/\u0451/g, '\u0435')
    .replace(/[\u2018\u2019]/g, "'");
  return joins
    .reduce((joined, comma) => joined.replace(new RegExp(comma, 'g'), ' '), plain)
    .replace(QUESTION, ',')
    .split(/[,;!?()\n]+|\.(?=\s|$)/)
    .map(
      (clause) => ` ${clause.replace(/(?<=\s|^)[-\u2013\u2014](?=\s|$)|[:"\u00ab\u00bb\s]+/g, ' ').trim()} `,
    )
    .map((clause) => clause.replace(/ {2,}/g, ' '));
}

/** Firmware in what no phrase has covered: what an update was to lead to that was not done is not on the device. */
function firmwareIn(told: string, { firmware, today, undone, aims }: Vocabulary): string | null {
  const rest = told
    .split('\n')
    .map((clause) =>
      undone.some((pattern) => pattern.test(clause))
        ? aims.reduce((left, aim) => left.replace(new RegExp(aim, 'gm'), ' | '), clause)
        : clause,
    )
    .join('\n');
  const one = (texts: readonly string[]): string | null => {
    const versions = new Set(texts.flatMap((text) => saidFirmware(text) ?? []));
    const [only = null] = versions;
    return versions.size === 1 ? only : null;
  };
  const captured = (patterns: readonly RegExp[]) =>
    patterns.flatMap((pattern) =>
      [...rest.matchAll(new RegExp(pattern, 'gm'))].map(([, ...groups]) => groups.find(Boolean) ?? ''),
    );
  const versions = [...rest.matchAll(VERSION)].map(([version]) => version);
  const now = captured(today);
  if (now.length > 0) return one(now);
  if (versions.length > 0) return one(versions);
  return one([...[...rest.matchAll(LINE)].map(([line]) => line), ...captured(firmware)]);
}
