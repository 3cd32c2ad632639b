import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanName, nameApart } from '../../../src/hub/words.ts';

describe('names of laptops', () => {
  it('are told apart by a number', () => {
    expect(nameApart('BENCH', [])).toBe('BENCH');
    expect(nameApart('BENCH', ['Van', 'bench'])).toBe('BENCH 2');
    expect(nameApart('BENCH', ['BENCH', 'BENCH 2', 'BENCH 4'])).toBe('BENCH 3');
  });

  it('are never the same as another one and never longer than 64, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.nat(12), (text, laptops) => {
        const names: string[] = [];
        for (let laptop = 0; laptop <= laptops; laptop++) names.push(nameApart(cleanName(text), names));
        return (
          new Set(names.map((name) => name.toLowerCase())).size === names.length &&
          names.every((name) => name.length <= 64)
        );
      }),
    );
  });
});

describe('a name for the chat', () => {
  it('never has control or format characters, and is never longer than 64', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const name = cleanName(text);
        return !/\p{C}/u.test(name) && [...name].length <= 64 && name === name.trim();
      }),
    );
  });

  it('keeps the letters of every script', () => {
    expect(cleanName('  \u041d\u043e\u0443\u0442\u0431\u0443\u043a   Petra \u{1f4bb} ')).toBe(
      '\u041d\u043e\u0443\u0442\u0431\u0443\u043a Petra \u{1f4bb}',
    );
  });
});
