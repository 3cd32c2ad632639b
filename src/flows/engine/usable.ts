/** What a question can use, said to somebody whose message it cannot use: never a bare "press a button". */
import type { Language } from '../../../locales/language.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import type { Texts } from '../../kernel/texts.ts';
import { buttonNamed, type PlainAnswer } from './buttons.ts';
import type { Heard, Thing, WaitSpec, Want } from './heard.ts';
import { escapeHtml } from './html.ts';

/** What a want takes where its question does not say more closely. */
const THINGS: Readonly<Record<Want, Thing>> = {
  photo: 'label-photo',
  serial: 'serial',
  words: 'facts',
  message: 'screen',
  note: 'note',
  'picture-code': 'picture',
};

/** What a question with these wants can use. `closer`: the word for a want, where its question means less or more by it. */
export function thingsOf(wants: readonly Want[], closer: Partial<Record<Want, Thing>> = {}): Thing[] {
  return wants.map((want) => closer[want] ?? THINGS[want]);
}

/** Answers that are named; the ways out are buttons everywhere. */
const NAMED: readonly Exclude<PlainAnswer, 'back' | 'cancel'>[] = ['yes', 'no', 'dont-know', 'done', 'again'];

/**
 * The answer to what a wait cannot use: what was wrong with it, as far as that is known, and what can be used here, the
 * buttons by their words. Nothing of what was sent is in it. HTML. Pure.
 */
export function usableText(language: Language, spec: WaitSpec, heard: Heard): string {
  const t = textsFor(language);
  if (heard.kind === 'only-pressed') return t('bot:help.onlyPressed', { label: escapeHtml(heard.label) });
  const isUnclear = spec.help === null && heard.kind === 'other';
  const lines = [
    heard.kind === 'wrong-file' ? t('bot:help.wrongFile') : '',
    heard.kind === 'miscounted' ? t('bot:help.miscounted', { count: heard.characters }) : '',
    isUnclear ? t('bot:help.unclear') : '',
    spec.help === null ? '' : t(spec.help),
    spec.tag === null ? '' : canUse(t, language, spec),
  ];
  return lines.filter(Boolean).join('\n');
}

function canUse(t: Texts, language: Language, { buttons, things, besideSecret }: WaitSpec): string {
  const quoted = (words: string) => t('bot:help.quoted', { words });
  const labels = buttons.map(({ text }) => quoted(escapeHtml(text))).join(', ');
  if (besideSecret) return t('bot:help.pressHere', { labels });
  const answers = NAMED.filter((answer) =>
    buttons.some(({ said, pressOnly }) => !pressOnly && said?.includes(answer)),
  )
    .map((answer) => t(`bot:help.answer.${answer}`))
    .filter((words) => buttonNamed(words, buttons) === null);
  const all = [...answers.map(quoted), ...things.map((thing) => t(`bot:help.thing.${thing}`))];
  if (all.length === 0) return t('bot:help.press', { labels });
  const list = new Intl.ListFormat(language, { type: 'disjunction' }).format(all);
  return t('bot:help.use', { things: list, labels });
}
