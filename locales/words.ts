/** Tables for recognising what technicians type, all languages together: people mix them. */
import { help as helpEn } from './en/help-words.ts';
import { replies as repliesEn, words as wordsEn } from './en/words.ts';
import { help as helpRu } from './ru/help-words.ts';
import { replies as repliesRu, words as wordsRu } from './ru/words.ts';

/** The order in which answers are looked for, the same in every language: a refusal before what it refuses. */
const order = wordsEn.map(([fact, answer]) => `${fact} ${answer}`);

/** Phrases by which facts are recognised (`src/device/words.ts`). */
export const phrases = [...wordsRu, ...wordsEn]
  .map(([fact, answer, pattern]) => ({ fact, answer, pattern }))
  .sort((a, b) => order.indexOf(`${a.fact} ${a.answer}`) - order.indexOf(`${b.fact} ${b.answer}`));

/** Whole answers, per language. */
export const replies = [repliesRu, repliesEn];

/** Words by which an article of /help is found (`src/policy/help.ts`): article -> words or beginnings of words. */
export const helpWords: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(helpEn).map(([article, words]) => [
    article,
    [...words, ...helpRu[article as keyof typeof helpRu]],
  ]),
);
