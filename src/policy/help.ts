/**
 * What help has for a message: an article, two that are as likely, or nothing (docs/decisions/0041). Numbers are found by one rule, words
 * by signs; both are data (`articles.ts`, `codes.ts`, `help-signs.ts`), and so are the words of the languages.
 */
import { once } from '../kernel/once.ts';
import { ARTICLES, type ArticleId, ASKED, type Asked } from './articles.ts';
import { CODES, type Lead } from './codes.ts';
import { IDEAS, type Idea, SIGNS } from './help-signs.ts';

/** What help has to tell of a message. Holds nothing of it but, sometimes, a code that nobody knows. */
export type Found =
  | { readonly kind: 'article'; readonly article: ArticleId }
  /** One of two: which one, only a person can say. `asks`: the question that parts them, where there is a better one than their titles. */
  | { readonly kind: 'two'; readonly articles: readonly [ArticleId, ArticleId]; readonly asks: Asked | null }
  /** `code`: what was asked for, where it has the shape of a code and was given as one (see UNKNOWN_CODE). */
  | { readonly kind: 'unknown'; readonly code: string | null };

/** Where a message was typed: behind the command, which takes codes, or as an answer, which may be anything. */
export type TypedAt = 'command' | 'answer';

/** Words by which a language, or all of them, says the ideas of signs. Without a star whole words, with one beginnings; in lower case. */
export type HelpWords = Readonly<Record<Idea, readonly string[]>>;

/**
 * Codes that may be repeated when nobody knows them: nothing shorter or longer, and no other number of six digits, because passwords,
 * verification codes, pairing numbers and answers to pictures are no codes.
 */
export const UNKNOWN_CODE = /^(?:evz\d{4,6}|0x[0-9a-f]{1,8}|1[26]0\d{3}|\d{3,5})$/i;

/** Longest query looked at, characters. */
const MAX_QUERY = 300;

const BY_NAME: ReadonlyMap<string, ArticleId> = new Map(
  (Object.entries(ARTICLES) as [ArticleId, readonly string[]][]).flatMap(([id, codes]) =>
    codes.map((code) => [code, id] as const),
  ),
);
const BY_CODE: ReadonlyMap<string, Lead> = new Map(CODES.map(({ code, leads }) => [code, leads]));

/**
 * Where a code leads, as a cloud, a device, the tool or our own agent writes it: `20013`, `EVZ20013` and `120013` are the same.
 * @returns null: nobody knows it
 */
export function leadOf(code: string): Lead | null {
  const plain = code.toLowerCase().replace(/^evz/, '');
  const short = plain.replace(/^0x0+(?=.)/, '0x');
  const forms = [plain, short, ...(/^1\d{5}$/.test(plain) ? [plain.slice(1)] : [])];
  for (const form of forms) {
    const lead = BY_CODE.get(form) ?? BY_NAME.get(form);
    if (lead !== undefined) return lead;
  }
  return null;
}

/** The article about an outcome, a reason or a code as a program writes it; null: none is known, or not one alone. */
export function articleAbout(code: string): ArticleId | null {
  const lead = leadOf(code);
  return typeof lead === 'string' ? lead : null;
}

/**
 * What help has for a message: a code in it decides, else its words (docs/decisions/0041). Total: nothing throws, and only the
 * first 300 characters are looked at.
 */
export function findHelp(query: string, words: HelpWords, at: TypedAt): Found {
  const tokens = tokensOf(query.slice(0, MAX_QUERY), words);
  const numbers = codesIn(tokens, at);
  const leads = numbers.flatMap(({ lead }) => lead ?? []);
  const told = leads.length > 0 ? foundBy(leads) : foundIn(tokens);
  if (told.kind !== 'unknown') return told;
  const unknown = numbers.find(({ mayBeRepeated }) => mayBeRepeated);
  return { kind: 'unknown', code: unknown?.token.text ?? null };
}

/** Whether a word means something to help, so that it is hardly a password. */
export function isHelpWord(word: string, words: HelpWords): boolean {
  return tokensOf(word.slice(0, MAX_QUERY), words).some(({ ideas }) =>
    [...ideas].some((idea) => idea !== 'filler' && idea !== 'not'),
  );
}

// Numbers and names

interface CodeSaid {
  readonly token: Token;
  readonly lead: Lead | null;
  readonly mayBeRepeated: boolean;
}

/** The codes of a message: alone, by their form, or by the word beside them. Everyday words and other numbers are none. */
function codesIn(tokens: readonly Token[], at: TypedAt): CodeSaid[] {
  const [only] = tokens;
  if (only !== undefined && tokens.length === 1)
    return [
      {
        token: only,
        lead: isTyped(only.text) ? seenAt(leadOf(only.text), false, only.text.startsWith('evz')) : null,
        mayBeRepeated: at === 'command' && UNKNOWN_CODE.test(only.text),
      },
    ];
  // `Password Error` is `PasswordError` to the device; in a longer sentence two words are just words.
  const pair = tokens.map(({ text }) => text).join('');
  const [first] = tokens;
  if (first !== undefined && tokens.length === 2 && isTyped(pair) && leadOf(pair) !== null)
    return [{ token: first, lead: leadOf(pair), mayBeRepeated: false }];
  const isTool = says(tokens, 'tool');
  const isApp = says(tokens, 'app');
  return tokens.flatMap((token, place): CodeSaid[] => {
    const isNumber = /^\d+$/.test(token.text);
    if (!isNumber && !/^(?:evz\d{4,6}|0x[0-9a-f]+)$/.test(token.text)) {
      const isName = token.text.length >= 9 && BY_NAME.has(token.text) && isTyped(token.text);
      return isName ? [{ token, lead: leadOf(token.text), mayBeRepeated: false }] : [];
    }
    const isBeside = besideError(tokens, place);
    const mayBeRepeated = isBeside && UNKNOWN_CODE.test(token.text) && !says(tokens, 'secret');
    const lead = seenAt(leadOf(token.text), isTool, isApp || token.text.startsWith('evz'));
    if (!isNumber || /^1\d{5}$/.test(token.text)) return [{ token, lead, mayBeRepeated }];
    if (isMeasure(tokens, place)) return [];
    const isShort = token.text.length < 5;
    const isCode = isBeside || (isShort ? isTool : isTool || isApp || isSaid(tokens, place));
    return isCode ? [{ token, lead, mayBeRepeated }] : [];
  });
}

/** Names of our own programs that are everyday words, and what a success is called, say nothing when a person types them. */
function isTyped(name: string): boolean {
  const article = BY_NAME.get(name);
  return (
    article !== 'success-words' &&
    (article === undefined || !/^[a-z]+$/.test(name) || !EVERYDAY.includes(name))
  );
}

const EVERYDAY: readonly string[] = [
  'unknown',
  'internal',
  'expired',
  'interrupted',
  'cancelled',
  'abandoned',
  'unanswered',
  'flooded',
  'unauthorized',
  'lock',
];

/** A number that asks where it was seen, in a sentence that has said it. */
function seenAt(lead: Lead | null, isTool: boolean, isApp: boolean): Lead | null {
  const isAsked = typeof lead === 'object' && lead !== null && 'asks' in lead && lead.asks === 'seen-where';
  return isAsked && isTool !== isApp ? ASKED['seen-where'][isTool ? 0 : 1] : lead;
}

function says(tokens: readonly Token[], idea: Idea): boolean {
  return tokens.some(({ ideas }) => ideas.has(idea));
}

/** A word for an error or a code directly beside a number, or with a word without meaning between. */
function besideError(tokens: readonly Token[], place: number): boolean {
  const isError = (at: number) =>
    tokens[at]?.ideas.has('error') === true || tokens[at]?.ideas.has('code') === true;
  const isBetween = (at: number) =>
    tokens[at]?.ideas.has('filler') === true || tokens[at]?.ideas.has('number') === true;
  const before = isError(place - 1) || (isBetween(place - 1) && isError(place - 2));
  return (before || isError(place + 1)) && !isMeasure(tokens, place);
}

/** A year, a port, a version, a price: told by the word before or behind. */
function isMeasure(tokens: readonly Token[], place: number): boolean {
  return [place - 1, place + 1].some((at) => tokens[at]?.ideas.has('year') === true);
}

/** What a screen says stands behind the word for it. */
function isSaid(tokens: readonly Token[], place: number): boolean {
  return [place - 1, place + 1].some((at) => tokens[at]?.ideas.has('says') === true);
}

/** What several codes lead to together. */
function foundBy(leads: readonly Lead[]): Found {
  const [only] = leads;
  if (only !== undefined && leads.every((lead) => lead === only)) {
    if (typeof only === 'string') return { kind: 'article', article: only };
    if ('asks' in only) return { kind: 'two', articles: ASKED[only.asks], asks: only.asks };
    return { kind: 'two', articles: only, asks: null };
  }
  const articles = leads.filter((lead) => typeof lead === 'string');
  return articles.length === leads.length
    ? oneOrTwo([...new Set(articles)])
    : { kind: 'unknown', code: null };
}

function oneOrTwo(articles: readonly ArticleId[]): Found {
  const [first, second, ...others] = articles;
  if (first === undefined || others.length > 0) return { kind: 'unknown', code: null };
  if (second === undefined) return { kind: 'article', article: first };
  return { kind: 'two', articles: [first, second], asks: null };
}

// Words

interface Token {
  readonly text: string;
  /** Number of the clause it stands in: a negation does not reach over a comma. */
  readonly clause: number;
  /** Ideas said by this word, or by an expression it belongs to. */
  readonly ideas: ReadonlySet<Idea>;
  /** Ideas that begin here -> how many words they take. */
  readonly begins: ReadonlyMap<Idea, number>;
}

/** An article one of whose signs was found: the places of the words that say it. */
interface Match {
  readonly id: ArticleId;
  readonly ideas: number;
  readonly places: ReadonlySet<number>;
}

interface Sign {
  readonly id: ArticleId;
  readonly ideas: readonly Idea[];
  readonly kind: Kind;
}

const ALL_SIGNS: readonly Sign[] = (Object.entries(SIGNS) as [ArticleId, readonly string[]][]).flatMap(
  ([id, signs]) =>
    signs.map((sign) => ({
      id,
      ideas: sign.replace(/^[+=]/, '').split(' ') as Idea[],
      kind: sign.startsWith('+') ? 'particular' : sign.startsWith('=') ? 'whole' : 'everyday',
    })),
);

/** Most words with a meaning that may stand between those of a sign. */
const MOST_BETWEEN = 4;
/** Most mentions of an idea looked at in one message. */
const MOST_MENTIONS = 4;
/** How closely a sign has to be all that was said. */
type Kind = 'whole' | 'everyday' | 'particular';
/** Most words around a sign that say something else, by how many ideas it has (the last for more of them). */
const MOST_ASIDE: Readonly<Record<Kind, readonly number[]>> = {
  whole: [0],
  everyday: [0, 0, 1, 3, 5],
  particular: [0, 4, 5, 7, 9],
};

function foundIn(tokens: readonly Token[]): Found {
  const matches = ALL_SIGNS.flatMap((sign) => matchOf(sign, tokens) ?? []);
  const isSuccess = matches.some(({ id }) => id === 'success-words');
  if (isSuccess && (['not', 'but', 'still'] as const).some((idea) => says(tokens, idea)))
    return oneOrTwo(articlesOf(matches.filter(({ id }) => id === 'still-bound')));
  return oneOrTwo(articlesOf(matches));
}

/** Articles whose words are not all among those of a longer sign of another one. */
function articlesOf(matches: readonly Match[]): ArticleId[] {
  const leading = matches.filter(
    (match) =>
      !matches.some(
        (other) =>
          other.id !== match.id &&
          other.places.size >= match.places.size &&
          other.ideas > match.ideas &&
          [...match.places].every((place) => other.places.has(place)),
      ),
  );
  return [...new Set(leading.map(({ id }) => id))];
}

function matchOf({ id, ideas, kind }: Sign, tokens: readonly Token[]): Match | null {
  const mentions = ideas.map((idea) =>
    tokens
      .flatMap(({ begins }, from) => {
        const length = begins.get(idea);
        return length === undefined ? [] : [{ from, to: from + length }];
      })
      .slice(0, MOST_MENTIONS),
  );
  const places = placesOf(mentions, new Set());
  if (places === null) return null;
  if (!ideas.includes('not') && [...places].some((place) => isNegated(tokens, place, places))) return null;
  if (ideas.includes('password') && says(tokens, 'elsewhere')) return null;
  const [least, most] = [Math.min(...places), Math.max(...places)];
  const between = tokens.slice(least, most).filter(({ ideas: said }, step) => {
    return !places.has(least + step) && !said.has('filler');
  });
  if (between.length > MOST_BETWEEN) return null;
  const aside = tokens.filter(
    ({ text, ideas: said }, place) =>
      !places.has(place) && !/^\d+$/.test(text) && ![...ASIDE, ...ideas].some((idea) => said.has(idea)),
  ).length;
  const allowed = MOST_ASIDE[kind];
  return aside > (allowed[Math.min(ideas.length, allowed.length - 1)] ?? 0)
    ? null
    : { id, ideas: ideas.length, places };
}

/** What is said around everything: the device, who says it. */
const ASIDE = [
  'filler',
  'device',
  'app',
  'tool',
  'phone',
  'says',
  'error',
  'code',
] as const satisfies readonly Idea[];

/** Places for one mention of each idea, no word twice; null: there are none. */
function placesOf(
  [first, ...others]: readonly (readonly { from: number; to: number }[])[],
  taken: ReadonlySet<number>,
): ReadonlySet<number> | null {
  if (first === undefined) return taken;
  for (const { from, to } of first) {
    const own = Array.from({ length: to - from }, (_, step) => from + step);
    if (own.some((place) => taken.has(place))) continue;
    const places = placesOf(others, new Set([...taken, ...own]));
    if (places !== null) return places;
  }
  return null;
}

/** A negation one or two words before, in the same clause and not itself a word of the sign (`own`). */
function isNegated(tokens: readonly Token[], place: number, own: ReadonlySet<number>): boolean {
  return [place - 1, place - 2].some(
    (at) =>
      !own.has(at) && tokens[at]?.clause === tokens[place]?.clause && tokens[at]?.ideas.has('not') === true,
  );
}

const wordForm = once(() => /[\p{L}\p{N}](?:[\p{L}\p{N}]|[-.:](?=[\p{L}\p{N}])|\/(?=\p{N})|'(?=\p{L}))*/gu);

/** The words of a text, with the ideas they say. A number that is part of something longer (an address, a version) is one word with it. */
function tokensOf(text: string, words: HelpWords): Token[] {
  const plain = text
    .toLowerCase()
    .normalize('NFC')
    .replace(/\u0451/g, '\u0435')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\bcannot\b/g, 'can not')
    .replace(/n't\b/g, ' not')
    .replace(/\bserial no\b\.?/g, 'serial number')
    .replace(/\bs\/n\b/g, 'sn');
  const found = [...plain.matchAll(wordForm())];
  let clause = 0;
  const texts = found.map((match, at) => {
    const before =
      at === 0
        ? ''
        : plain.slice((found[at - 1]?.index ?? 0) + (found[at - 1]?.[0].length ?? 0), match.index);
    if (/[,.;!?\n]/.test(before)) clause += 1;
    return { text: match[0], clause };
  });
  const list = texts.map(({ text: one }) => one);
  const begins = list.map((_, at) => ideasAt(list, at, words));
  return texts.map((token, place) => ({
    ...token,
    begins: begins[place] ?? new Map(),
    ideas: new Set(
      begins.flatMap((from, start) =>
        [...from].flatMap(([idea, length]) => (start <= place && place < start + length ? [idea] : [])),
      ),
    ),
  }));
}

/** Shortest beginning in which one slip of the finger is forgiven, characters: shorter ones turn into other words. */
const MIN_SLIP = 5;

function ideasAt(list: readonly string[], at: number, words: HelpWords): ReadonlyMap<Idea, number> {
  const exact = new Map<Idea, number>();
  const slipped = new Map<Idea, number>();
  for (const idea of IDEAS)
    for (const expression of words[idea] ?? []) {
      const row = expression.split(' ');
      const likes = row.map((word, step) => likeness(list[at + step], word));
      if (likes.includes(null)) continue;
      const into = likes.includes('slip') ? slipped : exact;
      into.set(idea, Math.max(into.get(idea) ?? 0, row.length));
    }
  return exact.size > 0 ? exact : slipped;
}

/** Whether a token is a word, or begins with it where it ends in a star; with one letter missing, too much, wrong or swapped, it slips. */
function likeness(token: string | undefined, pattern: string): 'same' | 'slip' | null {
  if (token === undefined) return null;
  const isBeginning = pattern.endsWith('*');
  const word = isBeginning ? pattern.slice(0, -1) : pattern;
  if (isBeginning ? token.startsWith(word) : token === word) return 'same';
  if (word.length < MIN_SLIP || token.length < word.length - 1 || token[0] !== word[0]) return null;
  const fits = (rest: string, from: number) => {
    const left = token.slice(from);
    return isBeginning ? left.startsWith(rest) : left === rest;
  };
  for (let at = 1; at < word.length; at++) {
    if (token[at] === word[at]) continue;
    const isSwapped = token[at] === word[at + 1] && token[at + 1] === word[at];
    const isSlip =
      fits(word.slice(at + 1), at) ||
      fits(word.slice(at), at + 1) ||
      fits(word.slice(at + 1), at + 1) ||
      (isSwapped && fits(word.slice(at + 2), at + 2));
    return isSlip ? 'slip' : null;
  }
  return null;
}
