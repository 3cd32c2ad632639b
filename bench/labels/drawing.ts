import bwipjs from 'bwip-js/node';
import QRCode from 'qrcode';
import sharp from 'sharp';
import { type Grey, toGrey } from '../../src/label/photo.ts';
import type { Marks } from './marks.ts';
import type { Random } from './random.ts';

export type Kind = 'qr' | 'data matrix' | 'code 128';

/** How much red, green and blue light it sends back, or there is: shares of all, in linear light. */
export type Colour = readonly [red: number, green: number, blue: number];

/** What a label looks like, whatever it says. */
export interface Look {
  readonly paper: Colour;
  readonly ink: Colour;
  /** Too narrow for its lines: serial numbers go on in the next one. */
  readonly wrapped: boolean;
  /** Drawn over all that is printed. */
  readonly marks: readonly Marks[];
}

export const PLAIN: Look = {
  paper: [0.85, 0.85, 0.85],
  ink: [0.04, 0.04, 0.04],
  wrapped: false,
  marks: [],
};

/** A label laid out as vendors print them; lengths are in modules of its code. */
export interface Drawing {
  readonly kind: Kind;
  /** What the code says. */
  readonly text: string;
  readonly shortSerial: string;
  readonly paper: Colour;
  readonly ink: Colour;
  readonly width: number;
  readonly height: number;
  /** Where the code lies, without its quiet zone. */
  readonly code: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  /** How much of the paper shows, 255 for all of it; where that is 0 there is ink. */
  raster(pixelsPerModule: number): Promise<Grey>;
}

const MODELS = ['DS-2CD2386G2-IU', 'DS-2CD2143G2-I', 'DS-7608NI-K2/8P', 'DS-2DE4425IW-DE', 'DS-KH6320-WTE1'];
const HOSTS = ['www.hik-connect.com', 'www.hik-connect.com', 'www.ezviz7.com', 'www.ys7.com'];
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';

/** A label with invented numbers. */
export function drawLabel(random: Random, kind: Kind, look: Look = PLAIN): Drawing {
  const letters = (count: number) => Array.from({ length: count }, () => random.pick([...LETTERS])).join('');
  const digits = (count: number) =>
    Array.from({ length: count }, () => random.pick([...'0123456789'])).join('');
  const shortSerial = random.chance(0.5) ? letters(1) + digits(8) : letters(2) + digits(7);
  const model = random.pick(MODELS);
  const fullSerial = `${model}20${random.pick(['19', '21', '23'])}0${random.pick(['3', '8'])}14AAWR${shortSerial}`;
  const verificationCode = letters(6);
  const end = random.pick(['\r', '\n', '\r\n']);
  const fields = [random.pick(HOSTS), shortSerial, verificationCode, model, ''].join(end);
  const text = kind === 'code 128' ? random.pick([shortSerial, fullSerial]) : fields;
  const modules =
    kind === 'qr' ? qrModules(text, random.pick(['L', 'M', 'M', 'Q'])) : otherModules(kind, text);
  const isBars = kind === 'code 128';
  const quiet = isBars ? 8 : random.pick([1, 2, 4]);
  const lines = [
    model,
    `S/N: ${fullSerial}`,
    `Serial No.: ${shortSerial}`,
    `Verification Code: ${verificationCode}`,
  ];
  const rows = look.wrapped
    ? lines.flatMap((line) =>
        cut(line, line.includes(fullSerial) ? random.pick([16, 20, 24, 28, 34]) : line.length),
      )
    : lines;
  const side = isBars ? 24 : modules.height;
  const width = isBars ? modules.width + 2 * quiet + 10 : modules.width * 2.9 + 2 * quiet;
  const size = isBars ? modules.width / 26 : modules.width / 11;
  const printed = size * (1.5 * rows.length + 0.5);
  const height = isBars
    ? side + printed + 1.5 * size + 20
    : Math.max(modules.height + 2 * quiet, printed) + 18;
  const code = isBars
    ? { left: (width - modules.width) / 2, top: printed + 8, width: modules.width, height: side }
    : { left: width - modules.width - quiet - 5, top: quiet + 6, width: modules.width, height: side };
  const room = (isBars ? width : code.left) - 5 - Math.max(2, quiet);
  const print = rows.map((row, at) => {
    const fontSize = Math.min(at === 0 ? size * 1.3 : size, room / (row.length * 0.68));
    return `<text x="5" y="${6 + size * (1 + at * 1.5)}" font-size="${fontSize}"
      ${at === 0 ? 'font-weight="bold"' : ''} font-family="DejaVu Sans, sans-serif">${row}</text>`;
  });
  const below = `<text x="${width * 0.05}" y="${height - 4}" font-size="${Math.min(size, width / 34)}" font-family="sans-serif">12 V DC 0.5 A  PoE  IP67  CE  MADE IN CHINA</text>`;
  const squares = modules.dark
    .map(({ x, y }) => `M${code.left + x} ${code.top + (isBars ? 0 : y)}h1v${isBars ? side : 1}h-1z`)
    .join('');
  const marks = look.marks.map((draw) => draw(random, width, height));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"
    ><rect width="${width}" height="${height}" fill="#fff"/><rect x="1.5" y="1.5" width="${width - 3}"
    height="${height - 3}" rx="2" fill="none" stroke="#000" stroke-width="0.6"/>${print.join('')}${below}<path
    d="${squares}" shape-rendering="auto"/>${marks.join('')}</svg>`;
  return {
    kind,
    text,
    shortSerial,
    paper: look.paper,
    ink: look.ink,
    width,
    height,
    code,
    async raster(pixelsPerModule) {
      const drawn = svg.replace(
        '<svg ',
        `<svg width="${Math.round(width * pixelsPerModule)}" height="${Math.round(height * pixelsPerModule)}" `,
      );
      return toGrey(sharp(Buffer.from(drawn)).flatten({ background: '#fff' }));
    },
  };
}

/** A line in pieces of so many characters. */
function cut(line: string, length: number): string[] {
  return Array.from({ length: Math.ceil(line.length / length) }, (_, at) =>
    line.slice(at * length, (at + 1) * length),
  );
}

interface Modules {
  readonly width: number;
  readonly height: number;
  readonly dark: readonly { readonly x: number; readonly y: number }[];
}

function qrModules(text: string, errorCorrectionLevel: 'L' | 'M' | 'Q'): Modules {
  const { modules } = QRCode.create(text, { errorCorrectionLevel });
  return darkOf(modules.size, modules.size, (x, y) => modules.get(y, x) === 1);
}

function otherModules(kind: Kind, text: string): Modules {
  const bcid = kind === 'code 128' ? 'code128' : 'datamatrix';
  const escaped = text.replaceAll('\r', '^013').replaceAll('\n', '^010');
  const [raw] = bwipjs.raw({ bcid, text: escaped, parse: true });
  if (raw && 'pixs' in raw) {
    const { pixs, pixx, pixy } = raw;
    return darkOf(pixx, pixy, (x, y) => pixs[y * pixx + x] === 1);
  }
  if (!raw || !('sbs' in raw)) throw new Error(`bwip-js drew no ${kind}`);
  // Bars and spaces in turn, by their widths.
  const widths: number[] = [...raw.sbs];
  const row = widths.flatMap((width, at) => new Array<boolean>(width).fill(at % 2 === 0));
  return darkOf(row.length, 1, (x) => row[x] === true);
}

function darkOf(width: number, height: number, isDark: (x: number, y: number) => boolean): Modules {
  const all = Array.from({ length: width * height }, (_, at) => ({
    x: at % width,
    y: Math.floor(at / width),
  }));
  return { width, height, dark: all.filter(({ x, y }) => isDark(x, y)) };
}
