import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, lengthOf, packed } from '../../../src/flows/engine/fit.ts';

const MORE = '… more';

describe('what fits into a message', () => {
  it.each([
    ['plain', 5],
    ['<b>bold</b> &amp; <code>code</code>', 11],
    ['&lt;tag&gt;', 5],
    ['a & b', 5],
  ])('counts %s as Telegram does', (html, length) => expect(lengthOf(html)).toBe(length));

  it('is cut at a line, with a word, and with its tags closed', () => {
    const html = `<b>head</b>\n<pre>one\ntwo\nthree</pre>\nend`;
    expect(cut(html, 20, MORE)).toBe(`<b>head</b>\n<pre>one\ntwo</pre>\n${MORE}`);
  });

  it('is cut inside a line that is too long by itself', () => {
    expect(cut(`<b>${'&amp;'.repeat(30)}</b>`, 20, MORE)).toBe(`${'&amp;'.repeat(13)}\n${MORE}`);
  });

  it('is never longer than the limit, and loses nothing that fits', () => {
    const line = fc.constantFrom('<b>x</b>', 'word', '<pre>a\nb</pre>', '&lt;', '', 'x'.repeat(40));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), fc.integer({ min: 20, max: 120 }), (lines, limit) => {
        const html = lines.join('\n');
        const fitted = cut(html, limit, MORE);
        expect(lengthOf(fitted)).toBeLessThanOrEqual(limit);
        if (lengthOf(html) <= limit) expect(fitted).toBe(html);
        const count = (tag: RegExp) => fitted.match(tag)?.length ?? 0;
        expect(count(/<\w+>/g)).toBe(count(/<\/\w+>/g));
        for (const message of packed(lines, limit, MORE))
          expect(lengthOf(message)).toBeLessThanOrEqual(limit);
        expect(packed(lines, limit, MORE).join('\n\n')).toBe(
          lines.map((one) => cut(one, limit, MORE)).join('\n\n'),
        );
      }),
    );
  });
});
