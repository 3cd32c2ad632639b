/** Where printed lines stand to each other, from their places alone: however they are turned, whatever they say. */

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a line stands, pixels of the photo, y downwards. */
export interface LinePlace {
  /** The middle of the edge at which reading starts, and of the one at which it ends. */
  readonly start: Point;
  readonly end: Point;
  /** Of its letters and a little room around them. */
  readonly height: number;
}

/** Lines of one text are read in one direction: cosine of the angle between them, at least. */
const SAME_DIRECTION = 0.97;
/** Lines beside each other are no further from being one, shares of the lower height. */
const BESIDE = 0.4;
/** Lines of one text are no more different in height. */
const SIMILAR_HEIGHT = 1.6;
/** How far the next line of a text is, shares of the height. */
const PITCH = { from: 0.5, to: 1.7 };
/** Share of the shorter line that stands below the other. */
const OVERLAP = 0.5;

/** Whether two lines are parts of one row. */
export function isBeside(one: LinePlace, other: LinePlace): boolean {
  const along = alongOf(one);
  if (dot(along, alongOf(other)) < SAME_DIRECTION) return false;
  const across = dot(between(middleOf(one), middleOf(other)), downOf(along));
  return Math.abs(across) < BESIDE * Math.min(one.height, other.height);
}

/** The place of a row from its parts, in the order in which they are read. */
export function rowPlace(parts: readonly LinePlace[]): LinePlace | null {
  const [first, last] = [parts[0], parts.at(-1)];
  return first && last
    ? { start: first.start, end: last.end, height: Math.max(...parts.map(({ height }) => height)) }
    : null;
}

/** Parts of a row in the order in which they are read. */
export function inOrder(one: LinePlace, other: LinePlace): number {
  return dot(between(other.start, one.start), alongOf(one));
}

/**
 * How far one line is below another that may go on in it: of the same direction, of a similar height, one overlapping
 * the other, not further than lines of one text are. Pixels; null where it is not below.
 */
export function gapBelow(upper: LinePlace, lower: LinePlace): number | null {
  const along = alongOf(upper);
  if (dot(along, alongOf(lower)) < SAME_DIRECTION) return null;
  const [low, high] = [Math.min(upper.height, lower.height), Math.max(upper.height, lower.height)];
  if (high > SIMILAR_HEIGHT * low) return null;
  const length = dot(between(upper.start, upper.end), along);
  const [from, to] = [lower.start, lower.end].map((end) => dot(between(upper.start, end), along)) as [
    number,
    number,
  ];
  const [left, right] = [Math.max(0, from), Math.min(length, to)];
  if (right - left < OVERLAP * Math.min(length, to - from)) return null;
  // Measured where one is below the other: lines of a photo are not quite parallel.
  const share = ((left + right) / 2 - from) / Math.max(1, to - from);
  const way = between(lower.start, lower.end);
  const point = { x: lower.start.x + share * way.x, y: lower.start.y + share * way.y };
  const gap = dot(between(upper.start, point), downOf(along));
  return gap >= PITCH.from * high && gap <= PITCH.to * high ? gap : null;
}

const dot = (a: Point, b: Point) => a.x * b.x + a.y * b.y;
const between = (from: Point, to: Point): Point => ({ x: to.x - from.x, y: to.y - from.y });
const middleOf = ({ start, end }: LinePlace): Point => ({
  x: (start.x + end.x) / 2,
  y: (start.y + end.y) / 2,
});
/** Across a line, towards the next one. */
const downOf = (along: Point): Point => ({ x: -along.y, y: along.x });

function alongOf({ start, end }: LinePlace): Point {
  const way = between(start, end);
  const length = Math.max(1e-9, Math.hypot(way.x, way.y));
  return { x: way.x / length, y: way.y / length };
}
