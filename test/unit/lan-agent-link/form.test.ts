import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formField } from '../../../src/lan-agent/prompt/form.ts';

const read = (body: string, name = 'password') => formField(Buffer.from(body), name)?.toString() ?? null;

describe('a form field', () => {
  it('comes back as the browser meant it, whatever was typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (password, other) => {
        const body = new URLSearchParams([
          ['other', other],
          ['password', password],
          ['action', 'unbind'],
        ]);
        expect(read(body.toString())).toBe(password);
      }),
    );
  });

  it('is missing when the name is only part of another one', () => {
    expect(read('mypassword=x&password2=y')).toBeNull();
    expect(read('')).toBeNull();
    expect(read('password')).toBeNull();
  });

  it('is the first of several', () => {
    expect(read('password=one&password=two')).toBe('one');
  });

  it('is refused when it is wrongly encoded', () => {
    for (const value of ['%', '%4', '%zz', 'a%4']) expect(read(`password=${value}`)).toBeNull();
  });

  it('never fails on hostile bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const body = Buffer.concat([Buffer.from('password='), bytes]);
        const value = formField(body, 'password');
        expect(value === null || value.length <= bytes.length).toBe(true);
      }),
    );
  });
});
