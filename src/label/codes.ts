import { readFile } from 'node:fs/promises';
import {
  prepareZXingModule,
  type ReaderOptions,
  type ReadOutputBarcodeFormat,
  readBarcodes,
} from 'zxing-wasm/reader';
import type { Grey, Point } from './photo.ts';

/** The corners of a code as the code itself has them, from upper left on clockwise. */
export type Box = readonly [Point, Point, Point, Point];

/** A code as it was read. Its text may hold a verification code or worse: it goes to `findings` and nowhere else. */
export interface Code {
  readonly text: string;
  readonly format: ReadOutputBarcodeFormat;
  /** Pixels of the opened, upright photo. */
  readonly box: Box;
}

/** A code that was found, but has more wrong modules than it can correct. */
export interface DamagedCode {
  readonly kind: 'qr' | 'data-matrix';
  /** Pixels of the opened, upright photo. */
  readonly box: Box;
}

/** A picture made from a photo, and the way back from its places to those of the photo. */
export interface View {
  readonly picture: Grey;
  readonly toPhoto: (point: Point) => Point;
}

/**
 * How the decoder looks at a view. `quick`: every third line or so. `glance`: so, and at half and a third of its size,
 * where codes are read that fill the photo. `close`: every line. `all`: also turned, inverted and smaller, which takes three
 * times as long. `bars`: lines of a bar code laid straight.
 * `drawn`: a view that holds one code, drawn for the decoder.
 */
export type Effort = 'quick' | 'glance' | 'close' | 'all' | 'bars' | 'drawn';

const OPTIONS: ReaderOptions = {
  formats: ['QRCodeModel2', 'DataMatrix', 'Code128'],
  tryHarder: false,
  tryRotate: false,
  tryInvert: false,
  tryDownscale: false,
  // As many as the decoder gives: of a sheet of labels it is told how many there are.
  maxNumberOfSymbols: 255,
  // Labels separate their lines by carriage returns: the default mode would show them as `<CR>`.
  textMode: 'Plain',
  returnErrors: true,
};

const EFFORTS: Record<Effort, ReaderOptions> = {
  quick: OPTIONS,
  glance: { ...OPTIONS, tryDownscale: true },
  close: { ...OPTIONS, tryHarder: true },
  all: {
    ...OPTIONS,
    formats: ['QRCode', 'DataMatrix', 'Code128'],
    tryHarder: true,
    tryRotate: true,
    tryInvert: true,
    tryDownscale: true,
  },
  // Every line is there three times, each sharper than the last (bars.ts): either all three or other lines agree.
  bars: { ...OPTIONS, formats: ['Code128'], tryHarder: true, minLineCount: 3 },
  // Asked for QRCodeModel2 alone, the decoder finds nothing in pure pictures.
  drawn: { ...OPTIONS, formats: ['QRCode', 'DataMatrix'], isPure: true },
};

/**
 * Loads the decoder from its package, once per thread. Left to itself it would fetch it from a content network.
 * @throws when the package is not installed.
 */
export async function prepareCodes(): Promise<void> {
  const file = new URL(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm'));
  const wasmBinary = new Uint8Array(await readFile(file)).buffer;
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
}

/** The codes in a view of a photo, and those that are there but could not be read. */
export async function readCodes(
  { picture, toPhoto }: View,
  effort: Effort = 'all',
): Promise<{ codes: Code[]; damaged: DamagedCode[] }> {
  // A PGM header makes a picture of the bytes as they are; the other way in wants four bytes a pixel.
  const header = Buffer.from(`P5\n${picture.width} ${picture.height}\n255\n`);
  const codes: Code[] = [];
  const damaged: DamagedCode[] = [];
  for (const one of await readBarcodes(Buffer.concat([header, picture.data]), EFFORTS[effort])) {
    const { topLeft, topRight, bottomRight, bottomLeft } = one.position;
    const box: Box = [toPhoto(topLeft), toPhoto(topRight), toPhoto(bottomRight), toPhoto(bottomLeft)];
    if (one.isValid) codes.push({ text: one.text, format: one.format, box });
    else if (one.format === 'DataMatrix') damaged.push({ kind: 'data-matrix', box });
    else if (one.format === 'QRCode' || one.format === 'QRCodeModel2') damaged.push({ kind: 'qr', box });
  }
  return { codes, damaged };
}
