/**
 * A second look at the line of a serial number that is to be asked about, from nearer: recognition takes a zero with a dot
 * for an eight where letters are small, and not in every picture of them.
 */
import sharp from 'sharp';
import { type PrintedSerial, readPrint } from '../../device/printed.ts';
import { readingsOf } from '../../device/printed-looks.ts';
import type { Line, Ocr, Picture } from './ocr.ts';

/**
 * How the line is drawn anew: `scale` its height, `stretch` its letters wider, `sigma` of the sharpening, pixels. Of 18 ways
 * the four that read what the first look had misread, on drawn labels with capitals of 8 to 13 pixels.
 */
const WAYS = [
  { scale: 1.5, stretch: 1, sigma: 2.5 },
  { scale: 1, stretch: 1, sigma: 1.5 },
  { scale: 1.5, stretch: 1.4, sigma: null },
  { scale: 1.5, stretch: 1, sigma: 1.5 },
];
type Drawing = (typeof WAYS)[number];

/**
 * Looks at one number again, as often as there is time.
 * @param serials what the first look read
 * @param isOver whether to stop before a step that will take so many milliseconds
 * @returns readings of the same number, the likeliest first; `serials` where they are several numbers, or sure
 */
export async function lookAgain(
  ocr: Ocr,
  serials: readonly PrintedSerial[],
  lines: readonly Line[],
  isOver: (nextMs: number) => boolean,
): Promise<readonly PrintedSerial[]> {
  const [serial] = serials;
  if (!serial || !serials.every((one) => one.certainty !== 'agreed' && isSame(one.lines, serial.lines)))
    return serials;
  const shown = endOf(serial, lines);
  const looks: string[] = [];
  let lookMs = 0;
  for (const way of WAYS) {
    if (isOver(lookMs)) break;
    const begun = performance.now();
    const seen = await Promise.all(
      lines.map(async (line, index) => (shown.includes(index) ? await seenAgain(ocr, line, way) : line)),
    );
    lookMs = performance.now() - begun;
    const found = readPrint(seen).find((one) => one.lines.some((index) => shown.includes(index)));
    if (found) looks.push(found.shortSerial);
  }
  return readingsOf(serials, looks);
}

const isSame = (some: readonly number[], others: readonly number[]) =>
  some.length === others.length && some.every((index, at) => index === others[at]);

/** The lines in which the nine characters of a short serial stand, which are the last ones of it. */
function endOf({ lines: indices, shortSerial }: PrintedSerial, lines: readonly Line[]): number[] {
  const shown: number[] = [];
  let length = 0;
  for (const index of [...indices].reverse()) {
    if (length >= shortSerial.length) break;
    shown.push(index);
    const text = lines[index]?.pieces.map((piece) => piece.text).join('') ?? '';
    length += text.replace(/[^\p{L}\d]/gu, '').length;
  }
  return shown;
}

async function seenAgain(ocr: Ocr, line: Line, way: Drawing): Promise<Line> {
  const pieces: Line['pieces'][number][] = [];
  for (const piece of line.pieces)
    pieces.push(
      /\d/.test(piece.text) ? { ...piece, text: await ocr.read(await drawn(piece.picture(), way)) } : piece,
    );
  return { pieces };
}

async function drawn({ data, width, height }: Picture, { scale, stretch, sigma }: Drawing): Promise<Picture> {
  const larger = sharp(data, { raw: { width, height, channels: 3 } }).resize({
    width: Math.round(width * scale * stretch),
    height: Math.round(height * scale),
    fit: 'fill',
    kernel: 'cubic',
  });
  const sharper = sigma === null ? larger : larger.sharpen({ sigma });
  const { data: pixels, info } = await sharper.raw().toBuffer({ resolveWithObject: true });
  return { data: pixels, width: info.width, height: info.height };
}
