import { readFile } from 'node:fs/promises';
import {
  prepareZXingModule,
  type ReaderOptions,
  type ReadOutputBarcodeFormat,
  readBarcodes,
} from 'zxing-wasm/reader';
import type { Grey, Point } from './photo.ts';

/** A code as it was read. Its text may hold a verification code or worse: it goes to `findings` and nowhere else. */
export interface Code {
  readonly text: string;
  readonly format: ReadOutputBarcodeFormat;
  /** Its corners as the code itself has them, from upper left on clockwise; pixels of the opened, upright photo. */
  readonly box: readonly [Point, Point, Point, Point];
}

/** A picture made from a photo, and the way back from its places to those of the photo. */
export interface View {
  readonly picture: Grey;
  readonly toPhoto: (point: Point) => Point;
}

const OPTIONS: ReaderOptions = {
  formats: ['QRCode', 'MicroQRCode', 'DataMatrix', 'Code128'],
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  // A sheet of labels has more codes than that, a technician's photo has not.
  maxNumberOfSymbols: 16,
  // Labels separate their lines by carriage returns: the default mode would show them as `<CR>`.
  textMode: 'Plain',
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

/** The codes in a view of a photo. `linear`: look for bar codes only, which is faster. */
export async function readCodes({ picture, toPhoto }: View, linear = false): Promise<Code[]> {
  // A PGM header makes a picture of the bytes as they are; the other way in wants four bytes a pixel.
  const header = Buffer.from(`P5\n${picture.width} ${picture.height}\n255\n`);
  const options: ReaderOptions = linear ? { ...OPTIONS, formats: ['Code128'] } : OPTIONS;
  const codes = await readBarcodes(Buffer.concat([header, picture.data]), options);
  return codes.map(({ text, format, position: { topLeft, topRight, bottomRight, bottomLeft } }) => ({
    text,
    format,
    box: [toPhoto(topLeft), toPhoto(topRight), toPhoto(bottomRight), toPhoto(bottomLeft)],
  }));
}
