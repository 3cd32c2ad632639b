/** Photos of printed labels, drawn from a seed: what is on them is invented, how they are spoilt is what phones do. */
import sharp from 'sharp';
import { lineOf, widthOf } from '../../../scripts/cards/lettering.ts';
import { CODE } from './photos.ts';

export interface PrintedLabel {
  readonly shortSerial: string;
  readonly fullSerial: string;
  readonly model: string;
  /** Which serials are printed. */
  readonly prints: 'both' | 'short' | 'full';
  /** Names of fields in a column of their own, far from their values. */
  readonly columns: boolean;
}

export interface Shot {
  /** Height of a capital in the photo, pixels. */
  readonly capitals: number;
  /** Null: outlines that need no font of the machine. */
  readonly font: string | null;
  /** Degrees, clockwise. */
  readonly turn: number;
  /** How far the corners stray, as a share of the label's height. */
  readonly lean: number;
  /** Radius of the blur as a share of the capitals' height. */
  readonly blur: number;
  /** Largest error of a pixel. */
  readonly noise: number;
  /** JPEG quality. */
  readonly quality: number;
  /** Light: 1 is a good photo. */
  readonly light: number;
  /** White print on black plastic. */
  readonly inverted: boolean;
}

export const GOOD_SHOT: Shot = {
  capitals: 24,
  font: null,
  turn: 0,
  lean: 0,
  blur: 0,
  noise: 0,
  quality: 90,
  light: 1,
  inverted: false,
};

/** Share of a font's size that its capitals are high; near enough for every sans serif. */
const CAPITALS = 0.72;
/** Drawn this much larger than it is photographed. */
const OVERSAMPLED = 2;

/** The same stream of numbers from 0 to 1 for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** How a technician might take it. */
export function inventShot(random: () => number, capitals: number, fonts: readonly (string | null)[]): Shot {
  return {
    capitals,
    font: fonts[Math.floor(random() * fonts.length)] ?? null,
    turn: (random() - 0.5) * 14,
    lean: random() * 0.06,
    blur: random() * 0.07,
    noise: random() * 24,
    quality: 50 + Math.floor(random() * 35),
    light: 0.35 + random() * 0.65,
    inverted: random() < 0.2,
  };
}

/** Name and value of every printed line; a line without a name stands alone. */
export function linesOf(label: PrintedLabel): [name: string, value: string][] {
  return [
    ['', 'HIKVISION'],
    ['Model:', label.model],
    ['Power:', '12 VDC, 0.5 A / PoE'],
    ...(label.prints === 'short' ? [] : [['S/N:', label.fullSerial] as [string, string]]),
    ...(label.prints === 'full' ? [] : [['Serial No.:', label.shortSerial] as [string, string]]),
    ['Verification Code:', CODE],
    ['', 'Made in China'],
  ];
}

/** Takes the photo: 1280 pixels wide or as wide as the label needs. @returns a JPEG */
export async function photograph(label: PrintedLabel, shot: Shot, seed = 1): Promise<Buffer> {
  const size = sizeOf(shot);
  const lines = linesOf(label);
  if (!label.columns)
    return photographRows(
      lines.map((words) => words.filter(Boolean).join(' ')),
      shot,
      seed,
    );
  const nameWidth = Math.max(...lines.map(([name]) => widthOf(name, size))) + size;
  const width = size * 2 + nameWidth + Math.max(...lines.map(([, value]) => widthOf(value, size))) * 1.05;
  const drawn = lines.map(([name, value], row) => {
    const y = baseOf(row, size);
    return (ink: string) =>
      write(name, { x: size, y, size }, ink, shot) +
      write(value, { x: size + nameWidth, y, size }, ink, shot);
  });
  return shoot({ drawn, width, height: baseOf(lines.length, size) }, shot, seed);
}

/** A row of a label: text, or bars as wide as they are in `modules`, dark ones and light ones in turn. */
export type PrintedRow = string | { readonly modules: readonly number[] };

/** Takes the photo of rows one below the other; bars are three rows high. @returns a JPEG */
export async function photographRows(rows: readonly PrintedRow[], shot: Shot, seed = 1): Promise<Buffer> {
  const size = sizeOf(shot);
  const module = size / 9;
  let [line, widest] = [0, 0];
  const drawn = rows.map((row) => {
    const y = baseOf(line, size);
    const isText = typeof row === 'string';
    line += isText ? 1 : 3;
    widest = Math.max(widest, isText ? widthOf(row, size) * 1.05 : module * sum(row.modules));
    return (ink: string) =>
      isText
        ? write(row, { x: size, y, size }, ink, shot)
        : `<path fill="${ink}" d="${barsOf(row.modules, { x: size, y: y - size, module, height: 3.5 * size })}"/>`;
  });
  return shoot({ drawn, width: 2 * size + widest, height: baseOf(line, size) }, shot, seed);
}

const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);
const sizeOf = ({ capitals }: Shot) => (capitals / CAPITALS) * OVERSAMPLED;
/** Where the letters of a row stand. */
const baseOf = (row: number, size: number) => size * (1.5 * row + 1.8);

function barsOf(
  modules: readonly number[],
  { x, y, module, height }: { x: number; y: number; module: number; height: number },
): string {
  return modules
    .map((width, at) => {
      const left = x + module * sum(modules.slice(0, at));
      return at % 2 === 0 ? `M${left} ${y}h${module * width}v${height}h${-module * width}z` : '';
    })
    .join('');
}

/** What is on a label, its ink still to be chosen; pixels before it is photographed. */
interface Sheet {
  readonly drawn: readonly ((ink: string) => string)[];
  readonly width: number;
  readonly height: number;
}

async function shoot(sheet: Sheet, shot: Shot, seed: number): Promise<Buffer> {
  const [width, height] = [Math.ceil(sheet.width), Math.ceil(sheet.height)];
  const [paper, ink] = shot.inverted ? ['#1c1c1e', '#d8d8d8'] : ['#eeeeea', '#1a1a1a'];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="${paper}"/>${sheet.drawn.map((draw) => draw(ink)).join('')}</svg>`;
  const { data } = await sharp(Buffer.from(svg), { limitInputPixels: false })
    .greyscale()
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const random = seeded(seed);
  const photo = lay({ data, width, height }, shot, random);
  const blurred = shot.blur > 0.01 ? await blur(photo, Math.max(0.3, shot.blur * shot.capitals)) : photo;
  const noisy = blurred.data.map((value) => clamp(value * shot.light + (random() - 0.5) * 2 * shot.noise));
  return sharp(noisy, { raw: { width: photo.width, height: photo.height, channels: 1 } })
    .jpeg({ quality: shot.quality })
    .toBuffer();
}

interface Plane {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const clamp = (value: number) => Math.max(0, Math.min(255, value));

function write(
  text: string,
  at: { x: number; y: number; size: number },
  fill: string,
  { font }: Shot,
): string {
  if (font === null) return lineOf(text, { ...at, fill });
  const markup = text.replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<text x="${at.x}" y="${at.y}" font-family="${font}" font-size="${at.size}" fill="${fill}">${markup}</text>`;
}

async function blur({ data, width, height }: Plane, sigma: number): Promise<Plane> {
  const soft = await sharp(data, { raw: { width, height, channels: 1 } })
    .blur(sigma)
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  return { data: soft, width, height };
}

/** Lays a label on a table, turned and leaning, and looks at it through pixels of its final size. */
function lay(label: Plane, shot: Shot, random: () => number): Plane {
  const angle = (shot.turn * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [w, h] = [label.width / OVERSAMPLED, label.height / OVERSAMPLED];
  const stray = shot.lean * h;
  const corners = [
    [-w / 2, -h / 2],
    [w / 2, -h / 2],
    [w / 2, h / 2],
    [-w / 2, h / 2],
  ].map(([x = 0, y = 0]) => [
    x * cos - y * sin + (random() - 0.5) * 2 * stray,
    x * sin + y * cos + (random() - 0.5) * 2 * stray,
  ]) as [number, number][];
  const span = (axis: 0 | 1) => 2 * Math.max(...corners.map((corner) => Math.abs(corner[axis])));
  const isUpright = Math.abs(sin) > 0.7;
  const [width, height] = [
    Math.max(isUpright ? 960 : 1280, Math.ceil(span(0)) + 80),
    Math.max(isUpright ? 1280 : 960, Math.ceil(span(1)) + 80),
  ];
  const map = projection(
    corners.map(([x, y]) => [x + width / 2, y + height / 2]) as [number, number][],
    label.width,
    label.height,
  );
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = map(x, y);
      const isInside = u >= 0 && v >= 0 && u < label.width - 2 && v < label.height - 2;
      data[y * width + x] = isInside
        ? area(label, u, v)
        : clamp(120 + 30 * Math.sin(x / 37) * Math.cos(y / 23) + (random() - 0.5) * 12);
    }
  }
  return { data, width, height };
}

/** Mean of the four pixels a photographed one covers, between pixels. */
function area({ data, width }: Plane, u: number, v: number): number {
  const [x, y] = [Math.floor(u), Math.floor(v)];
  const [dx, dy] = [u - x, v - y];
  const at = (i: number, j: number) => data[(y + j) * width + x + i] ?? 0;
  const row = (j: number) => (at(0, j) * (1 - dx) + at(1, j) + at(2, j) * dx) / 2;
  return (row(0) * (1 - dy) + row(1) + row(2) * dy) / 2;
}

/** From a pixel of the photo to a place on the label, given the label's corners in the photo, clockwise. */
function projection(corners: readonly [number, number][], w: number, h: number) {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners as [
    [number, number],
    [number, number],
    [number, number],
    [number, number],
  ];
  const [dx1, dx2, dx3] = [x1 - x2, x3 - x2, x0 - x1 + x2 - x3];
  const [dy1, dy2, dy3] = [y1 - y2, y3 - y2, y0 - y1 + y2 - y3];
  const det = dx1 * dy2 - dx2 * dy1;
  const [g, k] = [(dx3 * dy2 - dx2 * dy3) / det, (dx1 * dy3 - dx3 * dy1) / det];
  const [a, b, c] = [x1 - x0 + g * x1, x3 - x0 + k * x3, x0];
  const [d, e, f] = [y1 - y0 + g * y1, y3 - y0 + k * y3, y0];
  // The inverse of the projection from the unit square to the photo.
  const inverse = [
    e - f * k,
    c * k - b,
    b * f - c * e,
    f * g - d,
    a - c * g,
    c * d - a * f,
    d * k - e * g,
    b * g - a * k,
    a * e - b * d,
  ];
  const [m0 = 0, m1 = 0, m2 = 0, m3 = 0, m4 = 0, m5 = 0, m6 = 0, m7 = 0, m8 = 0] = inverse;
  return (x: number, y: number): [number, number] => {
    const z = m6 * x + m7 * y + m8;
    return [((m0 * x + m1 * y + m2) / z) * w, ((m3 * x + m4 * y + m5) / z) * h];
  };
}
