/** As stages.ts, for sentences: a key that does not exist, and a value that is missing, wrong or of no use. */

import type { VariablesIn } from '../../locales/sentences.ts';
import type { Notice } from '../../src/bot/house/notice.ts';
import type { GUIDES } from '../../src/flows/guides.ts';
import { textsFor } from '../../src/kernel/all-texts.ts';
import type { PlainKey, Sentences, TextKey, Texts, TextValues, WordAfter } from '../../src/kernel/texts.ts';
import { textsFor as agentTextsFor } from '../../src/lan-agent/texts.ts';
import type { FactName, FactValues } from '../../src/policy/facts.ts';
import type { ANSWERS, QuestionId } from '../../src/policy/questions.ts';

export function sentences(t: Texts, refused: 'wifi' | 'unknown-url', kept: 'kept' | 'lost'): void {
  t('bot:help.idle');
  t('bot:identify.choice', { number: 1, serial: 'J50000062', model: '' });
  t('bot:outcome.attemptsLeft', { count: 3 });
  // Whichever of these is said, the host it may name is there.
  t(`bot:label.refused.${refused}`, { host: '' });
  // @ts-expect-error there is no such sentence
  t('bot:help.idel');
  // @ts-expect-error a group of sentences is none
  t('bot:help');
  // @ts-expect-error the forms of a plural are one sentence
  t('bot:outcome.attemptsLeft_one', { count: 1 });
  // @ts-expect-error its values are missing
  t('bot:identify.choice');
  // @ts-expect-error one value is missing
  t('bot:identify.choice', { number: 1, serial: 'J50000062' });
  // @ts-expect-error it names no host
  t('bot:identify.choice', { number: 1, serial: 'J50000062', model: '', host: '' });
  // @ts-expect-error it has no values
  t('bot:help.idle', { host: '' });
  // @ts-expect-error a plural is chosen by a number
  t('bot:outcome.attemptsLeft', { count: 'three' });
  // @ts-expect-error one of these names a host
  t(`bot:label.refused.${refused}`);
  // @ts-expect-error one of these has no sentence
  t(`bot:notes.${kept}`, { case: '' });
}

/** A key that is handed on takes its values with it. */
export function handsOn<K extends TextKey>(key: K, ...values: TextValues<K>): string {
  return textsFor('en')(key, ...values);
}
handsOn('bot:identify.made', { year: '2020' });
// @ts-expect-error its value is missing
handsOn('bot:identify.made');

export const helps: PlainKey[] = [
  'bot:help.unclear',
  // @ts-expect-error it needs a value
  'bot:identify.made',
];

// @ts-expect-error the agent has its own sentences, and no others
agentTextsFor('en')('bot:help.idle');

/** Where a key is made of two words of data that belong together, each pair has its sentence: what is left over is none. */
type Without<Key extends string> = Exclude<Key, TextKey>;
type Instead = WordAfter<'window:instead.'>;
type Filled<K extends TextKey> = VariablesIn<Sentences[K]>;
type Step<G extends keyof typeof GUIDES> = (typeof GUIDES)[G]['steps'][number];
type Closed = Exclude<FactName, 'model' | 'firmware'>;
type Asked = 'onSite' | 'cloud' | 'updateTo4x';
type Word<V> = V extends boolean ? (V extends true ? 'yes' : 'no') : V & string;
type Field = { agent: 'laptop' | 'system'; laptop: 'laptop' | 'system' | 'address' };
type Said<N> = N extends Notice
  ? Exclude<
      keyof TextValues<`notice:what.${N['kind']}`>[0],
      { [F in keyof N]: F extends keyof Field ? Field[F] : F }[keyof N]
    >
  : never;

/** An error where anything is left. */
type None<Left extends never> = Left;
export type Unsaid = [
  None<
    {
      [G in keyof typeof GUIDES]: Without<`guide:step.${G}.${Step<G>}.${'text' | 'differs'}`>;
    }[keyof typeof GUIDES]
  >,
  None<
    {
      [Q in QuestionId]: Without<`policy:question.${Q}.answer.${keyof (typeof ANSWERS)[Q] & string}`>;
    }[QuestionId]
  >,
  None<
    { [F in Exclude<Closed, Asked>]: Without<`policy:value.${Word<FactValues[F]>}`> }[Exclude<Closed, Asked>]
  >,
  None<{ [F in Asked]: Without<`policy:question.${F}.answer.${Word<FactValues[F]>}`> }[Asked]>,
  None<Said<Notice>>,
  // The window's words in the place of the agent's: there are those of the agent, with all that is filled in.
  None<Without<`agent:${Instead}`>>,
  None<{ [K in Instead]: Exclude<Filled<`window:instead.${K}`>, Filled<`agent:${K}` & TextKey>> }[Instead]>,
  // @ts-expect-error this guide has no such step
  None<Without<'guide:step.app.nowhere.text'>>,
];
