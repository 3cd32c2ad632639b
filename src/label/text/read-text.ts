import sharp from 'sharp';
import { fold, SERIAL_PREFIX } from '../../device/lookalikes.ts';
import { type PrintedSerial, readPrint } from '../../device/printed.ts';
import { tidy } from '../../device/printed-fields.ts';
import { MODEL_START } from '../../device/serial-shapes.ts';
import { fromGrey, type Grey, openPhoto, toGrey } from '../photo.ts';
import type { ReadJob, TextReading } from '../reading.ts';
import type { Line, Ocr } from './ocr.ts';
import { lookAgain } from './second-look.ts';

/** Longest side of the photo in which lines are sought, pixels: most labels need no more, small print does. */
const SIDES = [960, 1920];
/** Width of a picture of lines, and room between them, pixels. */
const WIDTH = 640;
const GAP = 12;

/**
 * Reads the serial numbers printed in a photo, as many as its time allows. What else is printed, the verification code
 * first of all, stays here.
 * @param soFar hears what was read before a step that may take too long
 */
export async function readText(
  ocr: Ocr,
  { bytes, budgetMs }: ReadJob,
  isCancelled: () => boolean,
  soFar: (reading: TextReading) => void = () => undefined,
): Promise<TextReading> {
  const end = performance.now() + budgetMs;
  const isOver = (nextMs: number) => isCancelled() || performance.now() + nextMs >= end;
  let reading: TextReading = { serials: [], picture: null, isWhole: true, isOne: false };
  if (isOver(0)) return { ...reading, isWhole: false };
  const opened = await openPhoto(bytes);
  if (!opened.ok) return reading;
  let sawPrint = true;
  for (const side of SIDES) {
    // Small print is enlarged: both finding and recognising it get better.
    const photo = side > sideOf(opened.value) ? await enlarged(opened.value, side) : opened.value;
    const look = await ocr.look(photo, side, isOver);
    // Where nothing like print was seen, time would not have helped.
    if (!look) return { ...reading, isWhole: !sawPrint };
    const { lines, isWhole } = look;
    const serials = readPrint(lines);
    if (serials.length > 0)
      reading = { serials, picture: await pictureOf(serials, lines), isWhole, isOne: false };
    if (!isWhole) return { ...reading, isWhole };
    sawPrint = lines.length > 0;
    soFar({ ...reading, isWhole: !sawPrint });
    const again = await lookAgain(ocr, serials, lines, isOver);
    if (again !== serials) reading = { ...reading, serials: again, isOne: true };
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
  for (const { lines: indices } of serials) {
    for (const index of indices) {
      const isShown = indices.length === 1 ? isAlone : isPart;
      const shown = lines[index]?.pieces.filter(({ text }) => isShown(tidy(text))) ?? [];
      if (shown.length !== 1 || !shown[0]) return null;
      pieces.push(shown[0]);
    }
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

/**
 * Whether a piece shows nothing but a part of a serial number that goes on in another line, with or without its name: one
 * word with a digit in it, and no six letters in a row.
 */
export function isPart(text: string): boolean {
  const words = fold(text).replace(SERIAL_PREFIX, '').trim();
  return /^[A-Z\d()/.+_-]{2,52}$/.test(words) && /\d/.test(words) && !/[A-Z]{6}/.test(words);
}
