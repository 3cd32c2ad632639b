import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanName } from '../../../src/hub/words.ts';

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
