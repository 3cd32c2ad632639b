import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHtml } from '../../../src/sandbox/telegram/html.ts';
import { Refusal } from '../../../src/sandbox/telegram/refusal.ts';

const refusalOf = (html: string): string => {
  try {
    parseHtml(html);
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('HTML of a message', () => {
  it.each([
    ['<b>bold</b>', 'bold', 'bold'],
    ['<strong>bold</strong>', 'bold', 'bold'],
    ['<i>x</i>', 'italic', 'x'],
    ['<EM>x</EM >', 'italic', 'x'],
    ['<u>x</u>', 'underline', 'x'],
    ['<ins>x</ins>', 'underline', 'x'],
    ['<s>x</s>', 'strikethrough', 'x'],
    ['<del>x</del>', 'strikethrough', 'x'],
    ['<code>J12345678</code>', 'code', 'J12345678'],
    ['<pre>x</pre>', 'pre', 'x'],
    ['<tg-spoiler>x</tg-spoiler>', 'spoiler', 'x'],
    ['<span class="tg-spoiler">x</span>', 'spoiler', 'x'],
    ['<blockquote>x</blockquote>', 'blockquote', 'x'],
    ['<blockquote expandable>x</blockquote>', 'expandable_blockquote', 'x'],
  ])('reads %s', (html, type, text) => {
    expect(parseHtml(html)).toEqual({ text, entities: [{ type, offset: 0, length: text.length }] });
  });

  it('counts offsets in UTF-16 code units and sorts the outer entity first', () => {
    expect(parseHtml('🏟 <b>a<i>б</i></b>')).toEqual({
      text: '🏟 aб',
      entities: [
        { type: 'bold', offset: 3, length: 2 },
        { type: 'italic', offset: 4, length: 1 },
      ],
    });
  });

  it('keeps the language of a code block and drops formatting inside code', () => {
    expect(parseHtml('<pre><code class="language-xml">&lt;a&gt;</code></pre>').entities).toEqual([
      { type: 'pre', offset: 0, length: 3, language: 'xml' },
    ]);
    expect(parseHtml('<code class="language-xml">a</code>').entities).toEqual([
      { type: 'code', offset: 0, length: 1 },
    ]);
    expect(parseHtml('<pre><b>a</b></pre>').entities).toEqual([{ type: 'pre', offset: 0, length: 1 }]);
    expect(parseHtml('<b><code>a</code></b>').entities).toHaveLength(2);
  });

  it('keeps links Telegram keeps and drops the others without a word', () => {
    expect(parseHtml('<a href="https://example.com/?a=1&amp;b=2">x</a>').entities).toEqual([
      { type: 'text_link', offset: 0, length: 1, url: 'https://example.com/?a=1&b=2' },
    ]);
    expect(parseHtml('<a href="javascript:alert(1)">x</a>').entities).toEqual([]);
    expect(parseHtml('<a href="http://localhost/">x</a>').entities).toEqual([]);
  });

  it('decodes the four named references and the numbered ones, and leaves the rest as written', () => {
    expect(parseHtml('&lt;&gt;&amp;&quot;&laquo;&#1078;&#x416;&#12345678;& &').text).toBe(
      '<>&"&laquo;жЖ&#12345678;& &',
    );
  });

  // What the Bot API itself says to each of these (tdlib's own tests of parse_html).
  it.each([
    ['🏟 🏟&lt;<abacaba', 'Unclosed start tag at byte offset 13'],
    ['🏟 🏟&lt;<abac aba>', 'Unsupported start tag "abac" at byte offset 13'],
    ['🏟 🏟&lt;<i   =aba>', 'Empty attribute name in the tag "i" at byte offset 13'],
    ['🏟 🏟&lt;<i    aba>', `Can't find end tag corresponding to start tag "i"`],
    ['🏟 🏟&lt;<i    aba  =  ', 'Unclosed start tag "i" at byte offset 13'],
    ['🏟 🏟&lt;<i    aba  =  190azAz-.,', 'Unexpected end of name token at byte offset 27'],
    ['🏟 🏟&lt;<i    aba  =  "&lt;&gt;&quot;>', 'Unclosed start tag at byte offset 13'],
    ['🏟 🏟&lt;</', 'Unexpected end tag at byte offset 13'],
    ['🏟 🏟&lt;<b></b></', 'Unexpected end tag at byte offset 20'],
    ['🏟 🏟&lt;<i>a</i   ', 'Unclosed end tag at byte offset 17'],
    ['🏟 🏟&lt;<i>a</em   >', 'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"'],
    ['a < b', 'Unsupported start tag "" at byte offset 2'],
    ['<br>', 'Unsupported start tag "br" at byte offset 0'],
    ['<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
  ])('refuses %s', (html, why) => {
    expect(refusalOf(html)).toBe(`Bad Request: can't parse entities: ${why}`);
  });

  it('gives back any text that was escaped, and reads whatever comes without another error', () => {
    const escaped = (text: string) =>
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(parseHtml(escaped(text))).toEqual({ text, entities: [] });
      }),
    );
    const scrap = fc.constantFrom(
      '<b>',
      '</b>',
      '<a href=',
      '"',
      '&#',
      '&lt',
      '<',
      '>',
      '/',
      ' ',
      'x',
      '🏟',
      '<code>',
    );
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 12 }), (scraps) => {
        expect(refusalOf(scraps.join(''))).toMatch(/^accepted$|^Bad Request: can't parse entities: /);
      }),
    );
  });

  it('keeps every entity inside the text, however tags are nested', () => {
    interface Piece {
      html: string;
      text: string;
    }
    const { tree } = fc.letrec<{ tree: Piece }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('a', 'Ж', '🏟', ' ').map((text) => ({ html: text, text })),
        fc
          .tuple(
            fc.constantFrom('b', 'i', 'u', 's', 'code', 'blockquote'),
            fc.array(tie('tree'), { maxLength: 3 }),
          )
          .map(([tag, inner]) => ({
            html: `<${tag}>${inner.map(({ html }) => html).join('')}</${tag}>`,
            text: inner.map(({ text }) => text).join(''),
          })),
      ),
    }));
    fc.assert(
      fc.property(tree, ({ html, text }) => {
        const parsed = parseHtml(html);
        expect(parsed.text).toBe(text);
        for (const { offset, length } of parsed.entities) {
          expect(length).toBeGreaterThan(0);
          expect(offset + length).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });
});
