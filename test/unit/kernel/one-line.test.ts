import fc from 'fast-check';
import { expect, it } from 'vitest';
import { oneLine } from '../../../src/kernel/one-line.ts';

it('holds every value on one line of bounded length, without what is not seen', () => {
  expect(oneLine(' Site\u202e\n7\t\u0000 ')).toBe('Site 7');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 140 }), (text) => {
      const line = oneLine(text);
      expect(line.length).toBeLessThanOrEqual(120);
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
  );
});
