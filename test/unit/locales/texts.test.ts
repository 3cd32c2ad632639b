import { describe, expect, it } from 'vitest';
import { checkTexts, type TextTree } from '../../../scripts/locales/texts.ts';

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
        b: '{{ name }}, привет',
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
      'a key missing in one language',
      { a: { b: 'x' } },
      {},
      'locales/ru/bot.ts bot:a.b is missing in this language',
    ],
    [
      'a key only the other language has',
      {},
      { a: 'x' },
      'locales/en/bot.ts bot:a is missing in this language',
    ],
    [
      'a placeholder of another name',
      { a: '{{name}}' },
      { a: 'x' },
      'locales/ru/bot.ts bot:a lacks the placeholder {{name}} of another language',
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
    const en = { n_one: 'one', n_other: 'more' };
    expect(faults(en, { n_one: 'один', n_other: 'много' })).toEqual([
      'locales/ru/bot.ts bot:n has no plural form _few',
      'locales/ru/bot.ts bot:n has no plural form _many',
    ]);
    expect(faults({ n_other: 'more' }, { n: 'сколько-то' })).toEqual([
      'locales/en/bot.ts bot:n has no plural form _one',
    ]);
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
