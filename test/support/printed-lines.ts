import type { PrintedLine } from '../../src/device/printed.ts';

/** Pixels of the lines below: a letter is `LETTER` wide, a line `HEIGHT` high and `PITCH` below the one before it. */
const LETTER = 15;
const HEIGHT = 30;
const PITCH = 40;

/** Where a line is put: the number of its row, from 0, how far from the left, in letters, and how high it is. */
export interface Placed {
  readonly text: string;
  readonly row: number;
  readonly left?: number;
  readonly height?: number;
}

/** Printed lines as recognition gives them, the label turned by `degrees` clockwise. */
export function placed(lines: readonly Placed[], degrees = 0): PrintedLine[] {
  const angle = (degrees * Math.PI) / 180;
  const at = (x: number, y: number) => ({
    x: 500 + x * Math.cos(angle) - y * Math.sin(angle),
    y: 500 + x * Math.sin(angle) + y * Math.cos(angle),
  });
  return lines.map(({ text, row, left = 0, height = HEIGHT }) => {
    const [from, to] = [left * LETTER, (left + text.length) * LETTER];
    const place = { start: at(from, row * PITCH), end: at(to, row * PITCH), height };
    return { pieces: [{ text, place }] };
  });
}

/** Lines one below the other. */
export function stacked(texts: readonly string[], degrees = 0): PrintedLine[] {
  return placed(
    texts.map((text, row) => ({ text, row })),
    degrees,
  );
}
