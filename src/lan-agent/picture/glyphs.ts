/** A point of a glyph: x from 0 to the right, y from 0 (top) to 1 (base line), in units of the glyph's height. */
export type Point = readonly [x: number, y: number];

/** A pen stroke as a chain of points. */
export type Stroke = readonly Point[];

const DEGREES_PER_STEP = 9;

/** Part of an ellipse; degrees run clockwise on the screen from 0 (right) over 90 (bottom). */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Point[] {
  const steps = Math.ceil(Math.abs(to - from) / DEGREES_PER_STEP);
  return Array.from({ length: steps + 1 }, (_, step): Point => {
    const angle = ((from + ((to - from) * step) / steps) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

const BOWL_OF_P: Stroke = [[0, 1], [0, 0], [0.28, 0], ...arc(0.3, 0.27, 0.34, 0.27, -90, 90), [0, 0.54]];

/**
 * A pen-stroke alphabet for picture codes. Left out is what a person or a small screen could take for something
 * else: 0 O Q, 1 I J L, U V W, and of the pairs 2 Z, 5 S, 6 G, 8 B the letter; and Y, which a Russian keyboard has twice.
 */
export const GLYPHS: Readonly<Record<string, readonly Stroke[]>> = {
  2: [[...arc(0.33, 0.3, 0.32, 0.3, 190, 395), [0.02, 1], [0.68, 1]]],
  3: [arc(0.3, 0.25, 0.29, 0.25, 205, 450), arc(0.3, 0.75, 0.35, 0.25, 270, 515)],
  4: [
    [
      [0.52, 1],
      [0.52, 0],
      [0, 0.7],
      [0.72, 0.7],
    ],
  ],
  5: [[[0.6, 0], [0.1, 0], ...arc(0.31, 0.67, 0.34, 0.33, 222, 510)]],
  6: [arc(0.33, 0.68, 0.33, 0.32, 0, 360), arc(0.62, 0.68, 0.62, 0.68, 180, 262)],
  7: [
    [
      [0, 0],
      [0.66, 0],
      [0.22, 1],
    ],
  ],
  8: [arc(0.34, 0.25, 0.28, 0.25, 0, 360), arc(0.34, 0.75, 0.34, 0.25, 0, 360)],
  9: [arc(0.33, 0.32, 0.33, 0.32, 0, 360), arc(0.04, 0.32, 0.62, 0.68, 0, 82)],
  A: [
    [
      [0, 1],
      [0.38, 0],
      [0.76, 1],
    ],
    [
      [0.14, 0.66],
      [0.62, 0.66],
    ],
  ],
  C: [arc(0.4, 0.5, 0.4, 0.5, -48, -312)],
  D: [[[0, 0], [0, 1], [0.22, 1], ...arc(0.24, 0.5, 0.46, 0.5, 90, -90), [0, 0]]],
  E: [
    [
      [0.58, 0],
      [0, 0],
      [0, 1],
      [0.6, 1],
    ],
    [
      [0, 0.48],
      [0.5, 0.48],
    ],
  ],
  F: [
    [
      [0.6, 0],
      [0, 0],
      [0, 1],
    ],
    [
      [0, 0.5],
      [0.5, 0.5],
    ],
  ],
  H: [
    [
      [0, 0],
      [0, 1],
    ],
    [
      [0.68, 0],
      [0.68, 1],
    ],
    [
      [0, 0.5],
      [0.68, 0.5],
    ],
  ],
  K: [
    [
      [0, 0],
      [0, 1],
    ],
    [
      [0.62, 0],
      [0, 0.62],
    ],
    [
      [0.22, 0.42],
      [0.68, 1],
    ],
  ],
  M: [
    [
      [0, 1],
      [0, 0],
      [0.39, 0.64],
      [0.78, 0],
      [0.78, 1],
    ],
  ],
  N: [
    [
      [0, 1],
      [0, 0],
      [0.68, 1],
      [0.68, 0],
    ],
  ],
  P: [BOWL_OF_P],
  R: [
    BOWL_OF_P,
    [
      [0.28, 0.54],
      [0.68, 1],
    ],
  ],
  T: [
    [
      [0, 0],
      [0.74, 0],
    ],
    [
      [0.37, 0],
      [0.37, 1],
    ],
  ],
  X: [
    [
      [0, 0],
      [0.7, 1],
    ],
    [
      [0.7, 0],
      [0, 1],
    ],
  ],
};

/** Characters a picture code is made of. */
export const PICTURE_ALPHABET: readonly string[] = Object.keys(GLYPHS);
