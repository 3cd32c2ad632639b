/**
 * Text as outlines: a picture looks the same on a server without a single font. Outlines are DejaVu Sans 2.37 (free
 * to use and to embed), 512 units an em; how they were made: docs/decisions/0007-cards.md.
 */
import glyphs from './glyphs.json' with { type: 'json' };

const UNITS = 512;
/** Code point in hex -> advance and path. A tuple in the data, an array to TypeScript. */
const GLYPHS = glyphs as unknown as Readonly<Record<string, readonly [advance: number, path: string]>>;

function glyphOf(letter: string): readonly [number, string] {
  const hex = (letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
  return GLYPHS[hex] ?? GLYPHS['003f'] ?? [UNITS / 2, ''];
}

/** Whether every letter of the text can be drawn; others become question marks. */
export function canDraw(text: string): boolean {
  return [...text].every((letter) =>
    Object.hasOwn(GLYPHS, (letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')),
  );
}

/** Width of a line in pixels at a size in pixels. */
export function widthOf(text: string, size: number): number {
  return ([...text].reduce((sum, letter) => sum + glyphOf(letter)[0], 0) * size) / UNITS;
}

/** One line as SVG paths; `y` is its baseline. Too wide for `width`, it is drawn smaller. */
export function lineOf(
  text: string,
  at: { x: number; y: number; size: number; fill: string; width?: number },
): string {
  const natural = widthOf(text, at.size);
  const size = at.width !== undefined && natural > at.width ? (at.size * at.width) / natural : at.size;
  const scale = size / UNITS;
  let x = 0;
  const paths = [...text].map((letter) => {
    const [advance, path] = glyphOf(letter);
    const drawn = path === '' ? '' : `<path transform="translate(${x} 0)" d="${path}"/>`;
    x += advance;
    return drawn;
  });
  return `<g transform="translate(${at.x} ${at.y}) scale(${scale.toFixed(4)})" fill="${at.fill}">${paths.join('')}</g>`;
}
