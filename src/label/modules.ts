/**
 * Codes that were found and could not be read. Of the modules of a label's code a sixth to a third are the same in
 * all codes of its size. How dark those come out, and what is around them, teaches by least squares what blur, motion
 * and light have done to all, and by that every other module is told dark or light.
 */
import type { Box, DamagedCode, View } from './codes.ts';
import type { Grey, Point } from './photo.ts';
import { shadeAt } from './pixels.ts';

/** Modules a side: QR codes of versions 1 to 10, and the square Data Matrix codes that have room for a label. */
const SIZES = {
  qr: [21, 25, 29, 33, 37, 41, 45, 49, 53, 57],
  'data-matrix': [16, 18, 20, 22, 24, 26, 32, 36, 40, 44, 48, 52],
} as const;
/** Steps by which corners are moved to where the known modules fit best, in modules. */
const STEPS = [1, 0.5, 0.25, 0.12];
/** Steps by which a code is bent, in shares of its sides: each belongs to one of the steps above. */
const BENDS = [0.06, 0.03, 0.015, 0.007];
/** Samples across a module, and those around its middle sample that say something about it. */
const SAMPLES = 3;
const REACH = 2;
/** Modules sampled around the code. */
const EDGE = 1;
/** Modules around each sample whose darkest and brightest count as black and white. */
const LOCAL = 4;
/** Least difference of those, shades: the noise of an even surface is none. */
const LEAST_CONTRAST = 6;
/** Times the weights are learned: first from the known modules, then from all that are clear by them. */
const PASSES = 3;
const CLEAR = 0.2;
/** Keeps weights small that the known modules say little about. */
const DAMPING = 1;
/** Side of a module in the picture made for the decoder, pixels, and the modules of white around the code. */
const DRAWN = 3;
const QUIET = 4;

/** What every code of its kind and size shows in the same places. */
interface Pattern {
  readonly size: number;
  /** 1 dark, -1 light, 0 data; row by row. */
  readonly known: Int8Array;
  /** Where it is not 0. */
  readonly places: readonly number[];
}

/**
 * Draws a damaged code anew, for a decoder to correct what is still wrong. Finder, timing and alignment patterns are
 * known; they show how blur, motion and light have mixed neighbours, whatever it was, and so how to tell them apart.
 * @param picture the opened photo
 * @param isExact whether the corners lie where they are; otherwise they are moved to where the known modules fit best
 * @returns null when the corners make no code
 */
export function redraw(picture: Grey, { kind, box }: DamagedCode, isExact: boolean): View | null {
  const patterns = SIZES[kind].map((size) => patternOf(kind, size));
  const fits = patterns.map((pattern) => fitOf(picture, placeIn(box), pattern));
  const pattern = patterns[fits.indexOf(Math.max(...fits))];
  if (!pattern) return null;
  const { box: corners, bend } = isExact ? { box, bend: FLAT } : moved(picture, box, pattern);
  if (!isConvex(corners)) return null;
  const place = placeIn(corners, bend);
  const dark = decide(picture, place, pattern);
  const { size } = pattern;
  const side = (size + 2 * QUIET) * DRAWN;
  const data = Buffer.alloc(side * side, 255);
  for (let at = 0; at < side * side; at++) {
    const x = Math.floor((at % side) / DRAWN) - QUIET;
    const y = Math.floor(at / side / DRAWN) - QUIET;
    if (x >= 0 && y >= 0 && x < size && y < size && dark[y * size + x]) data[at] = 0;
  }
  return {
    picture: { data, width: side, height: side },
    toPhoto: ({ x, y }) => place((x / DRAWN - QUIET) / size, (y / DRAWN - QUIET) / size),
  };
}

function patternOf(kind: DamagedCode['kind'], size: number): Pattern {
  const known = kind === 'qr' ? qrModules(size) : dataMatrixModules(size);
  return { size, known, places: [...known.keys()].filter((at) => known[at] !== 0) };
}

function qrModules(size: number): Int8Array {
  const known = new Int8Array(size * size);
  const square = (column: number, row: number, reach: number, isDark: (ring: number) => boolean) => {
    for (let y = Math.max(0, row - reach); y <= Math.min(size - 1, row + reach); y++) {
      for (let x = Math.max(0, column - reach); x <= Math.min(size - 1, column + reach); x++)
        known[y * size + x] = isDark(Math.max(Math.abs(x - column), Math.abs(y - row))) ? 1 : -1;
    }
  };
  for (let at = 8; at < size - 8; at++) known[6 * size + at] = known[at * size + 6] = at % 2 === 0 ? 1 : -1;
  const end = size - 4;
  for (const [x, y] of [
    [3, 3],
    [end, 3],
    [3, end],
  ] as const)
    square(x, y, 4, (ring) => ring !== 2 && ring !== 4);
  // From version 2 on one alignment pattern lies there; the others of version 7 and more are left to be decided.
  if (size > 21) square(size - 7, size - 7, 2, (ring) => ring !== 1);
  return known;
}

function dataMatrixModules(size: number): Int8Array {
  const known = new Int8Array(size * size);
  const part = size >= 32 ? size / 2 : size;
  for (let first = 0; first < size; first += part) {
    const last = first + part - 1;
    for (let at = 0; at < size; at++) {
      const inPart = at % part;
      known[first * size + at] = inPart % 2 === 0 ? 1 : -1;
      known[at * size + last] = inPart % 2 === 1 ? 1 : -1;
    }
  }
  for (let first = 0; first < size; first += part) {
    for (let at = 0; at < size; at++) {
      known[at * size + first] = 1;
      known[(first + part - 1) * size + at] = 1;
    }
  }
  return known;
}

/**
 * How a label lies on something round, in shares of the code's sides: how far the middles of its lines are shifted along
 * them, across and down, and how far they bow, to the right and down.
 */
type Bend = readonly [across: number, down: number, right: number, below: number];
const FLAT: Bend = [0, 0, 0, 0];

/** From shares of a code's sides to places in the picture. */
type Place = (u: number, v: number) => Point;

function placeIn(box: Box, [across, down, right, below]: Bend = FLAT): Place {
  const plane = planeOf(box);
  return (u, v) => {
    const [inU, inV] = [4 * u * (1 - u), 4 * v * (1 - v)];
    return plane(u + across * inU + right * inV, v + down * inV + below * inU);
  };
}

/** The plane of the code as the camera saw it. */
function planeOf([a, b, c, d]: Box): Place {
  const [x1, y1, x2, y2] = [b.x - c.x, b.y - c.y, d.x - c.x, d.y - c.y];
  const [sx, sy] = [a.x - b.x + c.x - d.x, a.y - b.y + c.y - d.y];
  const area = x1 * y2 - x2 * y1;
  const [g, h] = [(sx * y2 - x2 * sy) / area, (x1 * sy - sx * y1) / area];
  return (u, v) => {
    const depth = g * u + h * v + 1;
    return {
      x: ((b.x - a.x + g * b.x) * u + (d.x - a.x + h * d.x) * v + a.x) / depth,
      y: ((b.y - a.y + g * b.y) * u + (d.y - a.y + h * d.y) * v + a.y) / depth,
    };
  };
}

/** Whether four corners can be those of a square as a camera sees it, from either side. */
function isConvex(box: Box): boolean {
  const turns = box.map((corner, at) => {
    const [next, last] = [box[(at + 1) % 4] ?? corner, box[(at + 3) % 4] ?? corner];
    return (next.x - corner.x) * (last.y - corner.y) - (next.y - corner.y) * (last.x - corner.x);
  });
  return turns.every((turn) => turn > 0) || turns.every((turn) => turn < 0);
}

/** How well known modules fit: their correlation with what is there, in each quarter of the code by its own light. */
function fitOf(picture: Grey, place: Place, { size, known, places }: Pattern): number {
  const quarters = Array.from({ length: 4 }, () => ({ count: 0, shade: 0, square: 0, product: 0, dark: 0 }));
  for (const at of places) {
    const [x, y] = [at % size, Math.floor(at / size)];
    const point = place((x + 0.5) / size, (y + 0.5) / size);
    const shade = shadeAt(picture, point.x, point.y);
    const quarter = quarters[(2 * x < size ? 0 : 1) + (2 * y < size ? 0 : 2)];
    if (!quarter) continue;
    quarter.count++;
    quarter.shade += shade;
    quarter.square += shade * shade;
    quarter.product += shade * (known[at] ?? 0);
    quarter.dark += known[at] ?? 0;
  }
  const fits = quarters.map(({ count, shade, square, product, dark }) => {
    if (count === 0) return 0;
    const spread = Math.sqrt(Math.max(4, square / count - (shade / count) ** 2));
    return (((shade / count) * (dark / count) - product / count) / spread) * (count / places.length);
  });
  return fits.reduce((sum, one) => sum + one, 0);
}

/** Moves the corners, each by itself and all together, and bends the code, to where the known modules fit best. */
function moved(picture: Grey, box: Box, pattern: Pattern): { box: Box; bend: Bend } {
  const module = Math.hypot(box[2].x - box[0].x, box[2].y - box[0].y) / Math.SQRT2 / pattern.size;
  let best = { box, bend: FLAT, fit: fitOf(picture, placeIn(box), pattern) };
  const tryOne = (next: Box, bend: Bend) => {
    const fit = fitOf(picture, placeIn(next, bend), pattern);
    if (fit > best.fit) best = { box: next, bend, fit };
  };
  const tryStep = (corner: number, dx: number, dy: number) => {
    const move = (point: Point, at: number) =>
      corner === at || corner === 4 ? { x: point.x + dx, y: point.y + dy } : point;
    const [a, b, c, d] = best.box;
    tryOne([move(a, 0), move(b, 1), move(c, 2), move(d, 3)], best.bend);
  };
  for (const [at, step] of STEPS.entries()) {
    for (let round = 0; round < 2; round++) {
      const before = best.fit;
      for (let corner = 0; corner <= 4; corner++) {
        for (let way = 0; way < 8; way++) {
          const angle = (way * Math.PI) / 4;
          tryStep(corner, step * module * Math.cos(angle), step * module * Math.sin(angle));
        }
      }
      for (let one = 0; one < FLAT.length; one++) {
        for (const sign of [1, -1]) {
          const [across, down, right, below] = best.bend.map((value, place) =>
            place === one ? value + sign * (BENDS[at] ?? 0) : value,
          );
          tryOne(best.box, [across ?? 0, down ?? 0, right ?? 0, below ?? 0]);
        }
      }
      if (best.fit === before) break;
    }
  }
  return best;
}

/** Which modules are dark. */
function decide(picture: Grey, place: Place, { size, known }: Pattern): boolean[] {
  const clues = cluesOf(picture, place, size);
  const width = clues.length / known.length;
  let target = Float64Array.from(known);
  let sums = new Float64Array(known.length);
  for (let pass = 0; pass < PASSES; pass++) {
    const weights = learn(clues, width, target);
    sums = sums.map((_, at) => {
      let sum = 0;
      for (let clue = 0; clue < width; clue++) sum += (weights[clue] ?? 0) * (clues[at * width + clue] ?? 0);
      return sum;
    });
    target = sums.map((sum, at) => known[at] || (Math.abs(sum) < CLEAR ? 0 : Math.sign(sum)));
  }
  return Array.from(sums, (sum, at) => (known[at] || sum) > 0);
}

/** What may say whether a module is dark: the samples in and around it, each by its surroundings, and one constant. */
function cluesOf(picture: Grey, place: Place, size: number): Float64Array {
  const side = (size + 2 * EDGE) * SAMPLES;
  const samples = Float32Array.from({ length: side * side }, (_, at) => {
    const u = (((at % side) + 0.5) / SAMPLES - EDGE) / size;
    const v = ((Math.floor(at / side) + 0.5) / SAMPLES - EDGE) / size;
    const { x, y } = place(u, v);
    return shadeAt(picture, x, y);
  });
  const black = extremes(samples, side, Math.min);
  const white = extremes(samples, side, Math.max);
  const local = samples.map((shade, at) => {
    const [low, high] = [black[at] ?? 0, white[at] ?? 0];
    return (2 * (shade - low)) / Math.max(LEAST_CONTRAST, high - low) - 1;
  });
  const width = (2 * REACH + 1) ** 2 + 1;
  const clues = new Float64Array(size * size * width);
  for (let at = 0; at < size * size; at++) {
    const column = ((at % size) + EDGE) * SAMPLES + (SAMPLES >> 1);
    const row = (Math.floor(at / size) + EDGE) * SAMPLES + (SAMPLES >> 1);
    let clue = at * width;
    for (let y = row - REACH; y <= row + REACH; y++) {
      for (let x = column - REACH; x <= column + REACH; x++) clues[clue++] = local[y * side + x] ?? 0;
    }
    clues[clue] = 1;
  }
  return clues;
}

/** The least or the greatest of the square around each sample. */
function extremes(samples: Float32Array, side: number, pick: (a: number, b: number) => number): Float32Array {
  const along = (from: Float32Array, step: number, across: number) => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < side; line++) {
      for (let at = 0; at < side; at++) {
        let best = from[line * across + at * step] ?? 0;
        const end = Math.min(side - 1, at + LOCAL * SAMPLES);
        for (let other = Math.max(0, at - LOCAL * SAMPLES); other <= end; other++)
          best = pick(best, from[line * across + other * step] ?? 0);
        to[line * across + at * step] = best;
      }
    }
    return to;
  };
  return along(along(samples, 1, side), side, 1);
}

/** Weights of the clues by which their sums come closest to the targets that are not 0: least squares, damped. */
function learn(clues: Float64Array, width: number, target: Float64Array): Float64Array {
  const normal = new Float64Array(width * width);
  const sums = new Float64Array(width);
  for (let at = 0; at < target.length; at++) {
    const wanted = target[at] ?? 0;
    if (wanted === 0) continue;
    for (let row = 0; row < width; row++) {
      const clue = clues[at * width + row] ?? 0;
      sums[row] = (sums[row] ?? 0) + clue * wanted;
      for (let column = 0; column <= row; column++) {
        const place = row * width + column;
        normal[place] = (normal[place] ?? 0) + clue * (clues[at * width + column] ?? 0);
      }
    }
  }
  for (let at = 0; at < width; at++) normal[at * (width + 1)] = (normal[at * (width + 1)] ?? 0) + DAMPING;
  return solve(normal, sums);
}

/** Solves `matrix * x = sums` for a symmetric, positive matrix of which the lower half is given (Cholesky). */
function solve(matrix: Float64Array, sums: Float64Array): Float64Array {
  const size = sums.length;
  const lower = matrix.slice();
  const get = (row: number, column: number) => lower[row * size + column] ?? 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = get(row, column);
      for (let at = 0; at < column; at++) rest -= get(row, at) * get(column, at);
      lower[row * size + column] =
        row === column ? Math.sqrt(Math.max(1e-9, rest)) : rest / get(column, column);
    }
  }
  const x = sums.slice();
  for (let row = 0; row < size; row++) {
    for (let at = 0; at < row; at++) x[row] = (x[row] ?? 0) - get(row, at) * (x[at] ?? 0);
    x[row] = (x[row] ?? 0) / get(row, row);
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let at = row + 1; at < size; at++) x[row] = (x[row] ?? 0) - get(at, row) * (x[at] ?? 0);
    x[row] = (x[row] ?? 0) / get(row, row);
  }
  return x;
}
