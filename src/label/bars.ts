/**
 * Bars at any tilt. A bar code is a patch in which all edges have one direction, whatever that is; once the direction is
 * known, and how perspective turns it from end to end, the patch is sampled anew with its bars upright, and every line
 * of the new picture is the mean of what lies along the bars, which noise and blur do not survive.
 */
import type { View } from './codes.ts';
import type { Grey, Point } from './photo.ts';
import { shadeAt } from './pixels.ts';

/** A patch of parallel stripes, such as the bars of a code. Lengths in pixels, directions in radians. */
export interface Stripes {
  readonly middle: Point;
  /** The way from stripe to stripe. */
  readonly axis: number;
  /** Direction of the stripes at the middle, and by how much it turns for each pixel of the axis: perspective. */
  readonly along: number;
  readonly turn: number;
  readonly length: number;
  readonly height: number;
}

/** Side of the blocks that are compared, pixels. */
const BLOCK = 16;
/** Patches looked at: print, vents and shelves are striped too. */
const PATCHES = 3;
/** Best blocks from which a patch is grown, at most. */
const SEEDS = 12;
/** Nine characters in the smallest modules that can be read are longer than this. */
const MIN_LENGTH = 90;
/** A block belongs to a patch when it is as striped as this share of the patch's first. */
const KIN = 0.2;
/** Most by which the stripes of a block may differ in direction from those beside it. */
const SWERVE = 0.3;
/** Added to the brightness by which edges are divided, so that the noise of black corners does not win. */
const FLOOR = 32;

/** Pixels that a pixel becomes from stripe to stripe; fewer in patches so long that modules are two pixels and more. */
const ZOOM = { short: 3, long: 2, from: 800 };
/** Pixels along the stripes from one line of the straightened picture to the next, and the most lines. */
const SPACING = 6;
const MAX_LINES = 32;
/** Every pixel of a line is the mean of this many places along the stripes: noise and blur lose most by that. */
const SAMPLES = 4;
/** How much of the difference to its surroundings is added to each line: how blurred the bars are is not known. */
const SHARPENED = [0, 2, 4];
/** Reach of the surroundings, and of those whose darkest and brightest count as black and white; pixels. */
const SOFT = 1.5;
const LOCAL = 20;

/** What is striped in each block of a picture. */
interface Field {
  readonly columns: number;
  readonly rows: number;
  readonly strength: Float32Array;
  /** The way from stripe to stripe. */
  readonly direction: Float32Array;
}

/**
 * Where in a picture bars are most likely: patches of blocks whose edges all have one direction, the same as beside
 * them. A reader looks along rows and columns and finds bars within 20 degrees of those; these have any direction.
 */
export function findStripes(picture: Grey): Stripes[] {
  const field = fieldOf(picture);
  const scores = gather(field);
  const found: Stripes[] = [];
  for (let seed = 0; seed < SEEDS && found.length < PATCHES; seed++) {
    const best = scores.reduce((top, score, at) => (score > (scores[top] ?? 0) ? at : top), 0);
    if (!scores[best]) break;
    const patch = grow(field, scores, best);
    const stripes = measure(field, patch);
    // Much higher than long is the edge of something, or a wall.
    if (stripes.length >= MIN_LENGTH && stripes.height <= stripes.length) found.push(stripes);
  }
  return found;
}

function fieldOf({ data, width, height }: Grey): Field {
  const [columns, rows] = [Math.floor((width - 2) / BLOCK), Math.floor((height - 2) / BLOCK)];
  const strength = new Float32Array(Math.max(0, columns * rows));
  const direction = new Float32Array(strength.length);
  for (let block = 0; block < strength.length; block++) {
    const start = (Math.floor(block / columns) * BLOCK + 1) * width + (block % columns) * BLOCK + 1;
    let [xx, yy, xy, light] = [0, 0, 0, 0];
    for (let y = 0; y < BLOCK; y += 2) {
      for (let x = (y >> 1) & 1; x < BLOCK; x += 2) {
        const at = start + y * width + x;
        const dx = (data[at + 1] ?? 0) - (data[at - 1] ?? 0);
        const dy = (data[at + width] ?? 0) - (data[at - width] ?? 0);
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
        light += (data[at] ?? 0) + FLOOR;
      }
    }
    // Noise adds as much in every direction: only the difference has one.
    const directed = Math.hypot(xx - yy, 2 * xy);
    strength[block] = (Math.sqrt(directed) * directed) / (xx + yy + 1) / light;
    direction[block] = Math.atan2(2 * xy, xx - yy) / 2;
  }
  return { columns, rows, strength, direction };
}

/** Calls `visit` for a block and those around it. */
function around({ columns, rows }: Field, at: number, visit: (other: number) => void): void {
  const [column, row] = [at % columns, Math.floor(at / columns)];
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) visit(y * columns + x);
  }
}

function gather(field: Field): Float32Array {
  return field.strength.map((_, at) => {
    let sum = 0;
    around(field, at, (other) => {
      sum += field.strength[other] ?? 0;
    });
    return sum;
  });
}

/** The blocks that belong together with one. Takes their scores, so that each belongs to one patch only. */
function grow(field: Field, scores: Float32Array, from: number): number[] {
  const { strength, direction } = field;
  const least = KIN * (strength[from] ?? 0);
  const patch = [from];
  scores[from] = 0;
  for (let next = 0; next < patch.length; next++) {
    const at = patch[next] ?? 0;
    around(field, at, (other) => {
      if (scores[other] === 0 || (strength[other] ?? 0) < least) return;
      if (Math.abs(difference(direction[other] ?? 0, direction[at] ?? 0)) > SWERVE) return;
      scores[other] = 0;
      patch.push(other);
    });
  }
  return patch;
}

/** Of two directions that have no sign. */
function difference(a: number, b: number): number {
  return a - b - Math.PI * Math.round((a - b) / Math.PI);
}

/** Where a patch lies and how its stripes run, each block counting by its strength. */
function measure({ columns, strength, direction }: Field, patch: readonly number[]): Stripes {
  const blocks = patch.map((at) => ({
    weight: strength[at] ?? 0,
    direction: direction[at] ?? 0,
    x: ((at % columns) + 0.5) * BLOCK + 1,
    y: (Math.floor(at / columns) + 0.5) * BLOCK + 1,
  }));
  type Block = (typeof blocks)[number];
  const total = (value: (block: Block) => number) =>
    blocks.reduce((sum, block) => sum + block.weight * value(block), 0);
  const all = total(() => 1);
  const [x, y] = [total((block) => block.x) / all, total((block) => block.y) / all];
  const across =
    Math.atan2(
      total((block) => Math.sin(2 * block.direction)),
      total((block) => Math.cos(2 * block.direction)),
    ) / 2;
  // Seen from the side, bars do not stand upright on the line on which they follow each other.
  const xx = total((block) => (block.x - x) ** 2);
  const yy = total((block) => (block.y - y) ** 2);
  const xy = total((block) => (block.x - x) * (block.y - y));
  const longest = Math.atan2(2 * xy, xx - yy) / 2;
  const isLong = Math.hypot(xx - yy, 2 * xy) > 0.7 * (xx + yy) && Math.abs(difference(longest, across)) < 0.5;
  const axis = isLong ? longest : across;
  const [cos, sin] = [Math.cos(axis), Math.sin(axis)];
  const onAxis = (block: Block) => (block.x - x) * cos + (block.y - y) * sin;
  const offAxis = (block: Block) => (block.y - y) * cos - (block.x - x) * sin;
  const [left, right] = [Math.min(...blocks.map(onAxis)), Math.max(...blocks.map(onAxis))];
  const [top, bottom] = [Math.min(...blocks.map(offAxis)), Math.max(...blocks.map(offAxis))];
  const turned = total((block) => onAxis(block) * difference(block.direction, across));
  const turn =
    turned /
    Math.max(
      1e-9,
      total((block) => onAxis(block) ** 2),
    );
  const [s, h] = [(left + right) / 2, (top + bottom) / 2];
  return {
    middle: { x: x + s * cos - h * sin, y: y + s * sin + h * cos },
    axis,
    along: across + Math.PI / 2 + turn * s,
    turn,
    length: right - left + BLOCK,
    height: bottom - top + BLOCK,
  };
}

/** Lays a patch of stripes straight: upright, enlarged from stripe to stripe, each line evened out along them. */
export function straighten(picture: Grey, stripes: Stripes, factor: number): View {
  const { middle, axis, height } = stripes;
  // Bars begin and end with space, and the last blocks may be striped too little to belong to the patch.
  const length = stripes.length * 1.1 + 2 * BLOCK;
  const zoom = stripes.length < ZOOM.from ? ZOOM.short : ZOOM.long;
  const columns = Math.round(length * zoom);
  const lines = Math.max(8, Math.min(MAX_LINES, Math.round(height / SPACING)));
  const high = lines * SHARPENED.length;
  const data = new Uint8ClampedArray(columns * high);
  /** Where a column crosses the axis, and the way along its stripe by which it gets one pixel off the axis. */
  const across = (column: number) => {
    const s = column / zoom - length / 2;
    const along = stripes.along + stripes.turn * s;
    const upright = Math.sin(along - axis);
    return {
      x: middle.x + s * Math.cos(axis),
      y: middle.y + s * Math.sin(axis),
      dx: Math.cos(along) / upright,
      dy: Math.sin(along) / upright,
    };
  };
  const ways = Array.from({ length: columns }, (_, column) => across(column + 0.5));
  for (let at = 0; at < lines; at++) {
    const offset = ((at + 0.5) / lines - 0.5) * height - SPACING / 2;
    const line = new Float32Array(columns);
    for (let column = 0; column < columns; column++) {
      const way = ways[column];
      if (!way) continue;
      const { x, y, dx, dy } = way;
      let sum = 0;
      for (let sample = 0.5; sample < SAMPLES; sample++) {
        const h = offset + (sample * SPACING) / SAMPLES;
        sum += shadeAt(picture, x + h * dx, y + h * dy);
      }
      line[column] = sum / SAMPLES;
    }
    const soft = mean(mean(line, Math.round(SOFT * zoom)), Math.round(SOFT * zoom));
    SHARPENED.forEach((strength, index) => {
      const sharpened = new Float32Array(columns);
      for (let column = 0; column < columns; column++) {
        const value = line[column] ?? 0;
        sharpened[column] = value + strength * (value - (soft[column] ?? 0));
      }
      data.set(stretch(sharpened, Math.round((LOCAL * zoom) / 2)), (at * SHARPENED.length + index) * columns);
    });
  }
  return {
    picture: { data: Buffer.from(data.buffer), width: columns, height: high },
    toPhoto({ x: column, y: row }) {
      const { x, y, dx, dy } = across(column);
      const h = (row / high - 0.5) * height;
      return { x: factor * (x + h * dx), y: factor * (y + h * dy) };
    },
  };
}

/** The mean of what lies within `reach` of each place. */
function mean(line: Float32Array, reach: number): Float32Array {
  const last = line.length - 1;
  const means = new Float32Array(line.length);
  let sum = 0;
  for (let at = -reach; at <= reach; at++) sum += line[Math.min(last, Math.max(0, at))] ?? 0;
  for (let at = 0; at < line.length; at++) {
    means[at] = sum / (2 * reach + 1);
    sum += (line[Math.min(last, at + reach + 1)] ?? 0) - (line[Math.max(0, at - reach)] ?? 0);
  }
  return means;
}

/** Between the darkest and the brightest of the cells around each place: a decoder has one threshold for a line. */
function stretch(line: Float32Array, cell: number): Float32Array {
  const [low, high] = [ends(line, cell, Math.min), ends(line, cell, Math.max)];
  const stretched = new Float32Array(line.length);
  for (let at = 0; at < line.length; at++) {
    const place = Math.max(0, Math.min(low.length - 1.001, at / cell - 0.5));
    const before = Math.floor(place);
    const part = place - before;
    const [black, white] = [low[before] ?? 0, high[before] ?? 0];
    const dark = black + part * ((low[before + 1] ?? black) - black);
    const bright = white + part * ((high[before + 1] ?? white) - white);
    stretched[at] = (255 * ((line[at] ?? 0) - dark)) / Math.max(8, bright - dark);
  }
  return stretched;
}

/** The least or the greatest around each cell of a line. */
function ends(line: Float32Array, cell: number, pick: (a: number, b: number) => number): Float32Array {
  const own = new Float32Array(Math.ceil(line.length / cell));
  own.forEach((_, at) => {
    own[at] = line.subarray(at * cell, (at + 1) * cell).reduce((a, b) => pick(a, b));
  });
  return mean(
    own.map((_, at) => own.subarray(Math.max(0, at - 2), at + 3).reduce((a, b) => pick(a, b))),
    1,
  );
}
