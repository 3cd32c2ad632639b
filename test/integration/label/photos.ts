import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import bwipjs from 'bwip-js/node';
import QRCode from 'qrcode';
import sharp, { type Sharp } from 'sharp';

/**
 * Options of a reader of codes. Budget and limits are out of the way: its tests are about what the ladder reaches, not about how fast
 * the machine is. Print is read in text.test.ts, and what another reader reads in second.test.ts.
 */
export const CODES_ALONE = {
  workers: 1,
  budgetMs: 600_000,
  killAfterMs: 600_000,
  answerMs: 600_000,
  text: false,
  second: false,
};

/** Invented; every test checks that no reading shows it. */
export const CODE = 'QWERTZ';

export const label = (short = 'J50000062', model = 'DS-2CD2386G2-IU') =>
  ['www.hik-connect.com', short, CODE, model, ''].join('\r');

/** A code as a PNG on white. */
export const qr = (text: string, width = 260) => QRCode.toBuffer(text, { width, margin: 2 });

export const dataMatrix = (text: string) =>
  bwipjs.toBuffer({
    bcid: 'datamatrix',
    text: text.replaceAll('\r', '^013'),
    parse: true,
    scale: 5,
    padding: 4,
    backgroundcolor: 'FFFFFF',
  });

export const code128 = (text: string, scale = 3) =>
  bwipjs.toBuffer({ bcid: 'code128', text, scale, height: 12, padding: 6, backgroundcolor: 'FFFFFF' });

/** Codes lying on a patterned table, as a lossless picture to be spoilt further. */
export async function table(
  codes: readonly { code: Buffer; left?: number; top?: number; rotate?: number }[],
  { width = 1000, height = 750 } = {},
): Promise<Sharp> {
  const pattern = Buffer.alloc(width * height);
  for (let at = 0; at < pattern.length; at++) {
    const x = at % width;
    const y = Math.floor(at / width);
    pattern[at] = 150 + 40 * Math.sin(x / 37) * Math.cos(y / 23);
  }
  const placed = await Promise.all(
    codes.map(async ({ code, left = 300, top = 200, rotate = 0 }) => ({
      input: await sharp(code).rotate(rotate, { background: '#dddddd' }).png().toBuffer(),
      left,
      top,
    })),
  );
  const grey = sharp(pattern, { raw: { width, height, channels: 1 } }).toColourspace('srgb');
  return sharp(await grey.composite(placed).png().toBuffer());
}

/** A table with one code in the middle. */
export const one = (code: Buffer, rotate = 0) => table([{ code, rotate }]);

/** Adds noise of the given strength; the same for every run. */
export async function noisy(picture: Sharp, strength: number): Promise<Sharp> {
  const { data, info } = await picture
    .greyscale()
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  let seed = 7;
  const spoilt = data.map((value) => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    return Math.max(0, Math.min(255, value + (seed / 0x7fff_ffff - 0.5) * 2 * strength));
  });
  return sharp(spoilt, { raw: { width: info.width, height: info.height, channels: 1 } });
}

/** A picture with a white disc over its middle that ends softly, as a flash leaves it. */
export async function reflecting(picture: Sharp, radius: number): Promise<Sharp> {
  const { data, info } = await picture
    .greyscale()
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const spoilt = data.map((value, at) => {
    const x = (at % info.width) - info.width / 2;
    const y = Math.floor(at / info.width) - info.height / 2;
    return Math.min(255, value + 500 * Math.exp(-((Math.hypot(x, y) / radius) ** 4)));
  });
  return sharp(spoilt, { raw: { width: info.width, height: info.height, channels: 1 } });
}

/** A label with a round piece gone out of a corner pattern of its code: dirt, or a reflection. */
export async function bitten(): Promise<Sharp> {
  const piece = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg"><circle cx="28" cy="28" r="24" fill="#fff"/></svg>',
  );
  const code = await sharp(await qr(label(), 380))
    .composite([{ input: piece, left: 0, top: 0 }])
    .png()
    .toBuffer();
  return one(code, 8);
}

/** Noise and nothing else. */
export const noise = (width: number, height: number) =>
  sharp(randomBytes(width * height), { raw: { width, height, channels: 1 } })
    .jpeg({ quality: 90 })
    .toBuffer();

/**
 * Thousands of corners of QR codes that belong to no code: the whole ladder takes two seconds over it.
 * @param side of the paper, pixels
 * @param dot side of a module, pixels; with 3 on 3200 the second reader is at its first view for twenty seconds
 */
export async function hopeless(side = 1600, dot = 2): Promise<Buffer> {
  const corner = Buffer.from(
    Array.from({ length: 81 }, (_, at) => {
      const [x, y] = [at % 9, Math.floor(at / 9)];
      const ring = Math.min(x, y, 6 - x, 6 - y);
      return ring === 0 || ring > 1 ? 0 : 255;
    }),
  );
  const tile = await sharp(corner, { raw: { width: 9, height: 9, channels: 1 } })
    .resize({ width: 9 * dot, kernel: 'nearest' })
    .png()
    .toBuffer();
  const paper = sharp({ create: { width: side, height: side, channels: 3, background: '#ffffff' } });
  return paper
    .composite([{ input: tile, tile: true }])
    .png()
    .toBuffer();
}

/** A PNG of a few kilobytes that unpacks to `side` x `side` pixels, one bit a pixel. */
export const bomb = (side: number) =>
  flatPng(side, { bits: 1, colours: 0, interlace: 0 }, side * (Math.ceil(side / 8) + 1));

/** A PNG that has to be unpacked whole before its first row is known: 8 bytes for each pixel. `side` in steps of 8. */
export const interlaced = (side: number) =>
  // Seven passes; each row of each begins with a byte that names its filter.
  flatPng(side, { bits: 16, colours: 6, interlace: 1 }, side * side * 8 + (side / 8) * 15);

/** A PNG of zeros (PNG specification 11.2.1). */
function flatPng(
  side: number,
  { bits, colours, interlace }: { bits: number; colours: number; interlace: number },
  bytes: number,
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = bits;
  header[9] = colours;
  header[12] = interlace;
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(bytes))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** One chunk of a PNG file, with its length and its sum. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return ~crc >>> 0;
}
