import sharp from 'sharp';
import { fold, SERIAL_PREFIX } from '../../device/lookalikes.ts';
import { type PrintedSerial, readPrint } from '../../device/printed.ts';
import { MODEL_START } from '../../device/serial-shapes.ts';
import { fromGrey, type Grey, openPhoto, toGrey } from '../photo.ts';
import type { TextReading } from '../reading.ts';
import type { Line, Ocr } from './ocr.ts';

/** Longest side of the photo in which lines are sought, pixels: most labels need no more, small print does. */
const SIDES = [960, 1920];
/** Width of a picture of lines, and room between them, pixels. */
const WIDTH = 640;
const GAP = 12;

/** Reads the serial numbers printed in a photo. What else is printed, the verification code first of all, stays here. */
export async function readText(
  ocr: Ocr,
  bytes: Uint8Array,
  isCancelled: () => boolean,
): Promise<TextReading> {
  const opened = await openPhoto(bytes);
  const nothing = { serials: [], picture: null };
  if (!opened.ok) return nothing;
  let reading: TextReading = nothing;
  for (const side of SIDES) {
    if (isCancelled()) return nothing;
    // Small print is enlarged: both finding and recognising it get better.
    const photo = side > sideOf(opened.value) ? await enlarged(opened.value, side) : opened.value;
    const lines = await ocr.lines(photo, side);
    const serials = readPrint(lines.map(({ text }) => text));
    if (serials.length > 0) reading = { serials, picture: await pictureOf(serials, lines) };
    if (reading.serials.some(({ certainty }) => certainty !== 'repaired')) break;
  }
  return reading;
}

const sideOf = ({ width, height }: Grey) => Math.max(width, height);

function enlarged(photo: Grey, side: number): Promise<Grey> {
  return toGrey(fromGrey(photo).resize({ width: side, height: side, fit: 'inside', kernel: 'cubic' }));
}

/** The lines of the serials one below the other; null where one of them cannot be shown alone. */
async function pictureOf(serials: readonly PrintedSerial[], lines: readonly Line[]): Promise<Buffer | null> {
  const pieces: Line['pieces'][number][] = [];
  for (const { line } of serials) {
    const shown = lines[line]?.pieces.filter(({ text }) => isAlone(text)) ?? [];
    if (shown.length !== 1 || !shown[0]) return null;
    pieces.push(shown[0]);
  }
  let top = GAP;
  const placed: { input: Buffer; left: number; top: number }[] = [];
  for (const piece of pieces) {
    const { data, width, height } = piece.picture();
    const drawn = await sharp(data, { raw: { width, height, channels: 3 } })
      .resize({ width: WIDTH - 2 * GAP, height: 80, fit: 'inside' })
      .png()
      .toBuffer({ resolveWithObject: true });
    placed.push({ input: drawn.data, left: GAP, top });
    top += drawn.info.height + GAP;
  }
  return sharp({ create: { width: WIDTH, height: top, channels: 3, background: '#ffffff' } })
    .composite(placed)
    .jpeg({ quality: 85 })
    .toBuffer();
}

/**
 * Whether a piece shows a serial number, with or without its name, and nothing else. Beside any other word it is not
 * shown: that word may be the verification code, six capitals.
 */
export function isAlone(text: string): boolean {
  const rest = fold(text).replace(SERIAL_PREFIX, '').trim().replace(/\s+/g, '');
  if (MODEL_START.test(rest)) return rest.length <= 52 && /\d[A-Z]{0,5}$/.test(rest);
  return /^[A-Z\d|]{9}$/.test(rest) && rest.replace(/\D/g, '').length >= 3;
}
