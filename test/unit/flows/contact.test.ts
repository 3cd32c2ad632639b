import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contactIn } from '../../../src/flows/contact.ts';

describe('who writes, in one message', () => {
  it.each([
    ['Ivan Petrov, Vector Ltd, +7 900 123-45-67', ['Ivan Petrov', 'Vector Ltd', '+7 900 123-45-67']],
    ['Иван Петров +7 (900) 123-45-67', ['Иван Петров', null, '+7 (900) 123-45-67']],
    ['+79001234567; Иван Петров', ['Иван Петров', null, '+79001234567']],
    ['Иван\n8-800-555-35-35\nООО Вектор, сервис', ['Иван', 'ООО Вектор, сервис', '8-800-555-35-35']],
    ['Sam', ['Sam', null, null]],
  ] as const)('%s', (text, [name, firm, phone]) => {
    expect(contactIn(text, false)).toEqual({ name, firm, phone });
  });

  it('is a name and a phone where the operator has named the firm', () => {
    expect(contactIn('Петров, Иван, +79001234567', true)).toEqual({
      name: 'Петров, Иван',
      firm: null,
      phone: '+79001234567',
    });
  });

  it.each(['+7 900 123-45-67', '', ' , ', 'J', '12'])('is nobody: %s', (text) => {
    expect(contactIn(text, false)).toBeNull();
  });

  it('is of bounded length, on one line, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.boolean(), (text, hasFirm) => {
        const { name, firm, phone } = contactIn(text, hasFirm) ?? { name: null, firm: null, phone: null };
        for (const line of [name, firm, phone]) expect(line ?? '').toMatch(/^[^\p{C}]{0,64}$/u);
      }),
    );
  });
});
