/** Which question to ask next, and what an answer teaches. */
import { saidFirmware } from '../device/firmware.ts';
import type { SaidInWords } from '../device/words.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import {
  canStillBeAsked,
  explain,
  QUESTION_ORDER,
  type QuestionId,
  standing,
  unsettledFacts,
} from './explain.ts';
import {
  type Contradiction,
  dontKnow,
  type Facts,
  type FactValues,
  knownValue,
  type Learned,
  learn,
  learnTypedModel,
  type OnSite,
} from './facts.ts';
import { RULES, type Rule } from './rules.ts';
import { NOTHING_TRIED, type Try, triedNow } from './tried.ts';

export type { QuestionId } from './explain.ts';

/** Texts: `policy:question.<fact>.text`; labels of answers: `policy:question.<fact>.answer.<answer>`. */
export interface Question {
  readonly fact: QuestionId;
  /** Closed list, `dont-know` last. */
  readonly answers: readonly string[];
  /** The answer may be typed instead: the firmware, as the device shows it. */
  readonly freeText: boolean;
}

/** Why an answer taught nothing: not of the list, or typed firmware that cannot be read. Ask the same again. */
export type AnswerRefusal = 'not-an-answer' | 'unreadable-firmware';

/** The answer that every question takes. */
export const DONT_KNOW = 'dont-know';

/**
 * How many questions a case may cost: fewer where the label's model or the device itself speaks. Beyond that a
 * verdict that was reached stands and lists what is unknown.
 */
export const MOST_QUESTIONS = { modelOrAgent: 5, otherwise: 8 } as const;

/** Asked beyond that: not about the device, but about what came of trying, and before a parcel. */
const BEYOND: readonly QuestionId[] = ['passwordProved', 'previousOwner'];

const YES_NO = { yes: true, no: false } as const;

/** What every button means. Firmware has none: it is typed. */
type Meanings = { readonly [N in QuestionId]: Readonly<Record<string, FactValues[N]>> };

export const ANSWERS = {
  everInEzviz: YES_NO,
  kind: {
    camera: 'camera',
    recorder: 'recorder',
    intercom: 'intercom',
    'access-control': 'access-control',
    'alarm-panel': 'alarm-panel',
    ezviz: 'ezviz',
  },
  ezvizBrand: YES_NO,
  firmware: {},
  updateTo4x: { exists: 'exists', none: 'none', refused: 'refused', 'no-file': 'no-file' },
  adminPassword: YES_NO,
  passwordProved: YES_NO,
  onSite: { 'windows-pc': 'windows-pc', phone: 'phone', monitor: 'monitor', nothing: 'nothing' },
  cloud: { online: 'online', disabled: 'disabled', offline: 'offline' },
  previousOwner: YES_NO,
} as const satisfies Meanings;
const MEANINGS: Meanings = ANSWERS;

/**
 * The one missing fact worth asking, after what was tried; null when no answer could change the verdict, or enough was
 * asked.
 */
export function nextQuestion(facts: Facts, tried: readonly Try[] = NOTHING_TRIED): Question | null {
  const now = triedNow(facts, tried);
  const trail = explain(facts, now);
  const decided = trail.some((entry) => entry.decides);
  const enough = decided && questionsSpent(facts) >= questionsAllowed(facts);
  const fact = unsettledFacts(facts, trail, now).find(
    (name) => canStillBeAsked(facts, name) && (!enough || BEYOND.includes(name)),
  );
  return fact === undefined ? null : questionAbout(facts, fact, tried);
}

/** The question about one fact, for asking again after a refusal or to change an answer. */
export function questionAbout(
  facts: Facts,
  fact: QuestionId,
  tried: readonly Try[] = NOTHING_TRIED,
): Question {
  const offered = offeredAnswers(facts, fact, tried);
  return { fact, answers: [...offered, DONT_KNOW], freeText: fact === 'firmware' };
}

function offeredAnswers(facts: Facts, fact: QuestionId, triedWays: readonly Try[]): string[] {
  if (fact === 'onSite') return helpfulOnSite(facts, triedWays);
  const all = Object.keys(MEANINGS[fact]);
  // Whether the supplier has another file is asked of whoever was refused one.
  const update = knownValue(facts, 'updateTo4x');
  const tried = update === 'refused' || update === 'no-file';
  return fact === 'updateTo4x' && !tried ? all.filter((word) => word !== 'no-file') : all;
}

/** Whether a word is an answer to a question, offered or not. */
export function isAnswer(fact: QuestionId, word: string): boolean {
  return word === DONT_KNOW || meaningOf(fact, word) !== null;
}

/** Learns from an answer: a word of the question's list, or the typed firmware. */
export function answer(facts: Facts, fact: QuestionId, given: string): Result<Learned, AnswerRefusal> {
  if (given === DONT_KNOW) return ok({ facts: dontKnow(facts, fact), contradictions: [] });
  const meaning = fact === 'firmware' ? saidFirmware(given) : meaningOf(fact, given);
  if (meaning === null) return fail(fact === 'firmware' ? 'unreadable-firmware' : 'not-an-answer');
  const { facts: learnt, contradiction } = learn(facts, fact, meaning, 'technician');
  return ok({ facts: learnt, contradictions: contradiction ? [contradiction] : [] });
}

/**
 * The answer that a plain yes or no is to a question; null where it says too little: "no" to "is it online?" is either
 * switched off or offline, and "yes, sure" to "did it log in?" may be no more than that.
 */
export function meaningOfReply(fact: QuestionId, reply: 'yes' | 'no' | typeof DONT_KNOW): string | null {
  if (reply === DONT_KNOW) return DONT_KNOW;
  return REPLIES[fact]?.[reply] ?? null;
}

/** The plain replies that are this answer to a question. */
export function repliesMeaning(fact: QuestionId, answer: string): ('yes' | 'no' | typeof DONT_KNOW)[] {
  return (['yes', 'no', DONT_KNOW] as const).filter((reply) => meaningOfReply(fact, reply) === answer);
}

const REPLIES: { readonly [N in QuestionId]?: { readonly yes?: string; readonly no?: string } } = {
  everInEzviz: { yes: 'yes', no: 'no' },
  ezvizBrand: { yes: 'yes', no: 'no' },
  updateTo4x: { yes: 'exists', no: 'none' },
  adminPassword: { yes: 'yes', no: 'no' },
  onSite: { no: 'nothing' },
  cloud: { yes: 'online' },
  previousOwner: { yes: 'yes', no: 'no' },
};

/** Learns from what was recognised in a technician's own words; what is no answer to its question is passed over. */
export function learnFromWords(facts: Facts, said: SaidInWords): Learned {
  const contradictions: Contradiction[] = [];
  let current = facts;
  const take = (learnt: Learned): void => {
    current = learnt.facts;
    contradictions.push(...learnt.contradictions);
  };
  if (said.model !== undefined) take(learnTypedModel(current, said.model));
  for (const fact of QUESTION_ORDER) {
    const given = said.answers[fact];
    const learnt = given === undefined ? null : answer(current, fact, given);
    if (learnt?.ok) take(learnt.value);
  }
  return { facts: current, contradictions };
}

function meaningOf(fact: QuestionId, given: string): FactValues[QuestionId] | null {
  return Object.hasOwn(MEANINGS[fact], given) ? (MEANINGS[fact][given] ?? null) : null;
}

const WAYS_ON_SITE: readonly Rule[] = (RULES as readonly Rule[]).filter(
  (rule) => rule.way && rule.when.some(({ needs }) => needs.includes('onSite')),
);

/**
 * What could be at hand and lead to a method for this device that has not failed, in the order of the rules: the first
 * that fits is the best. `nothing` closes the list.
 */
function helpfulOnSite(facts: Facts, tried: readonly Try[]): OnSite[] {
  const now = triedNow(facts, tried);
  const rankOf = (best: OnSite): number => {
    const assumed: Facts = { ...facts, onSite: { state: 'known', value: best, source: 'technician' } };
    return WAYS_ON_SITE.findIndex((rule) => {
      const { state } = standing(rule, assumed, now);
      return state !== 'ruled-out' && state !== 'tried';
    });
  };
  const helpful = Object.values(MEANINGS.onSite).filter((best) => best !== 'nothing' && rankOf(best) !== -1);
  return [...helpful.sort((one, other) => rankOf(one) - rankOf(other)), 'nothing'];
}

function questionsSpent(facts: Facts): number {
  return QUESTION_ORDER.filter((name) => {
    if (BEYOND.includes(name)) return false;
    const fact = facts[name];
    return fact.state === 'known' ? fact.source === 'technician' : fact.asked;
  }).length;
}

function questionsAllowed(facts: Facts): number {
  const modelRead = facts.model.state === 'known' && facts.model.source !== 'technician';
  return modelRead || knownValue(facts, 'agentSees') === true
    ? MOST_QUESTIONS.modelOrAgent
    : MOST_QUESTIONS.otherwise;
}
