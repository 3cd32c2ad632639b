import { describe, expect, it } from 'vitest';
import type { TextTree } from '../../../locales/sentences.ts';
import { checkTexts } from '../../../scripts/locales/texts.ts';

/** Faults of one namespace in English and Russian, as `file key problem`. */
const faults = (en: TextTree, ru: TextTree) =>
  checkTexts({ en: { bot: en }, ru: { bot: ru } }).map(
    ({ file, key, problem }) => `${file} ${key} ${problem}`,
  );

describe('checkTexts', () => {
  it('is content with languages that agree', () => {
    const en = { a: { b: 'Hi {{name}}', n_one: '{{count}} try', n_other: '{{count}} tries' } };
    const ru = {
      a: {
        b: '{{name}}, привет',
        n_one: '{{count}} раз',
        n_few: '{{count}} раза',
        n_many: '{{count}} раз',
        n_other: '{{count}} раза',
      },
    };
    expect(faults(en, ru)).toEqual([]);
  });

  it.each<[string, TextTree, TextTree, string]>([
    [
      'a placeholder that English has not',
      { a: 'x' },
      { a: '{{name}}' },
      'locales/ru/bot.ts bot:a has a placeholder {{name}} that English has not',
    ],
    [
      'tags that English has not',
      { a: '<b>x</b>' },
      { a: 'x' },
      'locales/ru/bot.ts bot:a has the tags none, English has </b><b>',
    ],
    [
      'a broken placeholder',
      { a: 'x' },
      { a: '{{name}' },
      'locales/ru/bot.ts bot:a has a broken placeholder',
    ],
    ['an empty sentence', { a: 'x' }, { a: ' ' }, 'locales/ru/bot.ts bot:a is empty'],
    [
      'a message Telegram refuses',
      { a: 'x' },
      { a: 'ы'.repeat(4097) },
      'locales/ru/bot.ts bot:a has 4097 characters, a message takes 4096',
    ],
    [
      'a button label that is cut',
      { button: { a: 'x' } },
      { button: { a: 'ы'.repeat(25) } },
      'locales/ru/bot.ts bot:button.a has 25 characters, a button shows 24',
    ],
    [
      'an answer label that is cut',
      { q: { answer: { yes: 'y'.repeat(25) } } },
      { q: { answer: { yes: 'y' } } },
      'locales/en/bot.ts bot:q.answer.yes has 25 characters, a button shows 24',
    ],
  ])('names key and file of %s', (_, en, ru, fault) => {
    expect(faults(en, ru)).toEqual([fault]);
  });

  it('asks for every plural form of the language', () => {
    const ru = { n_one: 'один', n_few: 'немного', n_many: 'много', n_other: 'много' };
    expect(faults({ n_one: 'one', n_other: 'more' }, { n_one: 'один', n_other: 'много' })).toEqual([
      'locales/ru/bot.ts bot:n has no plural form _few',
      'locales/ru/bot.ts bot:n has no plural form _many',
    ]);
    expect(faults({ n_other: 'more' }, ru)).toEqual(['locales/en/bot.ts bot:n has no plural form _one']);
  });

  it('lets one plural form do without the number', () => {
    const en = { n_one: 'one try', n_other: '{{count}} tries' };
    const ru = {
      n_one: '{{count}} раз',
      n_few: '{{count}} раза',
      n_many: '{{count}} раз',
      n_other: '{{count}} раза',
    };
    expect(faults(en, ru)).toEqual([]);
  });

  it('counts characters, not code units, and lets other texts be longer than buttons', () => {
    expect(
      faults({ button: { a: '🔒'.repeat(24) }, b: 'y'.repeat(25) }, { button: { a: 'x' }, b: 'y' }),
    ).toEqual([]);
  });
});
