/** Tables for recognising what technicians type, all languages together: people mix them. */
import { help as helpEn } from './en/help-words.ts';
import * as en from './en/words.ts';
import { help as helpRu } from './ru/help-words.ts';
import * as ru from './ru/words.ts';

/** The order in which answers are looked for, the same in every language: a refusal before what it refuses. */
const order = en.words.map(([fact, answer]) => `${fact} ${answer}`);
const place = (fact: string, answer: string) => {
  const at = order.indexOf(`${fact} ${answer}`);
  return at === -1 ? order.length : at;
};

/** What technicians say about devices (`src/device/words.ts`). */
export const vocabulary = {
  hedges: [...en.hedges, ...ru.hedges],
  joins: [...en.joins, ...ru.joins],
  asides: [...en.asides, ...ru.asides],
  denials: [...en.denials, ...ru.denials],
  phrases: [...ru.words, ...en.words]
    .map(([fact, answer, pattern]) => ({ fact, answer, pattern }))
    .sort((a, b) => place(a.fact, a.answer) - place(b.fact, b.answer)),
  firmware: [...en.firmware, ...ru.firmware],
  today: [...en.today, ...ru.today],
  undone: [...en.undone, ...ru.undone],
  aims: [...en.aims, ...ru.aims],
};

/** Whole answers, per language. */
export const replies = [ru.replies, en.replies];

/** What is said around passwords, per language (`src/device/secret.ts`). */
export const secretWords = [en.secrets, ru.secrets];

/** Words for the ideas by which /help finds an article (`src/policy/help.ts`). */
export const helpWords = Object.fromEntries(
  Object.entries(helpEn).map(([idea, words]) => [idea, [...words, ...helpRu[idea as keyof typeof helpRu]]]),
) as unknown as Readonly<Record<keyof typeof helpEn, readonly string[]>>;

/** What is said around typed serial numbers, per language (`src/device/typed.ts`). */
export const typedWords = { numbers: [en.numbers, ru.numbers], secrets: secretWords };
