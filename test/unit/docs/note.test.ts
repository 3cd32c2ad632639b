import { describe, expect, it } from 'vitest';
import { noteFaults, noteRows, noteSentences, SAID_WHERE } from '../../../scripts/methods/note.ts';

const sentences = noteSentences();

describe('the vendor’s note', () => {
  it('is said by the product sentence by sentence, each where a text, a card or a rule is', () => {
    expect(sentences.length).toBeGreaterThan(20);
    expect(noteFaults(sentences)).toEqual([]);
  });

  it('has nothing but courtesies that are said nowhere', () => {
    const unsaid = sentences.filter(({ words }) => SAID_WHERE[words]?.length === 0);
    expect(unsaid.map(({ at }) => at)).toEqual(['0.8', '5']);
  });

  it('is printed with what the texts say', () => {
    const region = noteRows(sentences).find(([at]) => at === '2.3');
    expect(region?.[2]).toBe('`guide:step.vendor-tool.region.text` · `card:vendor-tool.region`');
    expect(region?.[3]).toContain('настройки справа вверху');
  });

  it('is red when a sentence changes', () => {
    const [first = { at: '', words: '' }, ...rest] = sentences;
    expect(noteFaults([{ ...first, words: `${first.words}!` }, ...rest])).toEqual([
      `0.1 “${first.words}!” is said nowhere (scripts/methods/note.ts)`,
      `“${first.words}” is not in the note (docs/vendor-note.md)`,
    ]);
  });

  it.each(['guide:step.app.gone.text', 'card:app.gone', 'card:gone.scan', 'rule:gone'])(
    'is red when %s is named and does not exist',
    (place) => {
      expect(noteFaults([{ at: '1', words: 'a' }], { a: [place] })).toEqual([`${place} does not exist`]);
    },
  );
});
