import { describe, expect, it } from 'vitest';
import { checkQuoted, NO_SCREEN_TEXT, screenWords } from '../../../scripts/locales/quoted.ts';

const GLOSSARY = `# Glossary

| English | Russian |
| ------- | ------- |
| \`not this table\` | |

## Words on screens

Words before it.

| on the screen                | source     |
| ---------------------------- | ---------- |
| \`Unbind\`, \`Завершить\`        | note       |
| \`System → General\`           | NVR manual |
`;
const WORDS = screenWords(GLOSSARY);
/** So that neither list has anything that nobody says. */
const ALL_SAID = [...Object.values(NO_SCREEN_TEXT).flat(), 'Unbind', 'Завершить', 'System → General'];

const faults = (bot: Record<string, string | Record<string, string>>, elsewhere = ALL_SAID) =>
  checkQuoted({ en: { bot } }, WORDS, elsewhere).map(({ key, problem }) => `${key} ${problem}`);

describe('the words of the glossary', () => {
  it('are those of the table on screens', () => {
    expect([...WORDS.words]).toEqual(['Unbind', 'Завершить']);
    expect(WORDS.paths).toEqual(['System → General']);
  });
});

describe('checkQuoted', () => {
  it.each([
    ['a word with a source', { a: 'Press <b>“Unbind”</b>, then «Завершить».' }],
    ['a button of ours', { a: 'Press “Not mine”.', button: { no: '✖ Not mine' } }],
    ['only a value', { a: 'Laptop “{{name}}” and “{{model}}, {{serial}}”' }],
    ['what is listed as no screen’s text', { a: 'unbind-agent: "status"' }],
    ['a path with a source', { a: 'Go to <b>System → General</b>.' }],
    [
      'a path that says it is ours',
      { a: 'Here: Configuration → Time (our path). Там: Меню → Время (путь наш)' },
    ],
    ['an arrow of a button', { a: 'Press next', button: { next: 'Next →' } }],
  ])('is content with %s', (_, bot) => {
    expect(faults(bot)).toEqual([]);
  });

  it.each([
    ['«»', { a: 'Нажмите «Отвязать».' }, 'bot:a quotes “Отвязать”, which has no source in docs/glossary.md'],
    ['“”', { a: 'It says “Done”.' }, 'bot:a quotes “Done”, which has no source in docs/glossary.md'],
    ['""', { a: 'It says "Done".' }, 'bot:a quotes “Done”, which has no source in docs/glossary.md'],
    [
      'another spelling',
      { a: 'Press “unbind”.' },
      'bot:a quotes “unbind”, which has no source in docs/glossary.md',
    ],
    [
      'a path without a source',
      { a: 'Go to Configuration → Time.' },
      'bot:a has a path without a source: say that it is ours',
    ],
    [
      'a path beside one that says it is ours',
      { a: 'Here: A → B (our path)\nThere: C → D' },
      'bot:a has a path without a source: say that it is ours',
    ],
    [
      'a path that goes on where that of the source ends',
      { a: 'Go to System → General → Time.' },
      'bot:a has a path without a source: say that it is ours',
    ],
  ])('names %s', (_, bot, fault) => {
    expect(faults(bot)).toEqual([fault]);
  });

  it('names what is listed and said nowhere', () => {
    expect(faults({ a: 'x' }, ALL_SAID.slice(1))).toEqual([`${ALL_SAID[0]} is listed, and no text says it`]);
    expect(faults({ a: 'x' }, ALL_SAID.slice(0, -1))).toEqual([
      'System → General is listed, and no text says it',
    ]);
  });
});
