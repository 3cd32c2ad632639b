/**
 * What V8 has compiled of the program's parts, as one file beside them (docs/decisions/0081). V8 itself looks whether the data is for its
 * version and its flags, not whether it is whole: the sum is for that, because what is damaged would be run.
 *
 * The file: 32 bytes SHA-256 of the rest, spaces and a line of JSON (`Head`), and each part's data in that order, each from a multiple of
 * `ALIGNED` after the line: V8 copies what is not.
 */
import { createHash } from 'node:crypto';

/** What is compiled of each part, by its file name, which changes with its content. */
export type CompiledParts = ReadonlyMap<string, Buffer>;

/** What the program knows of how it was launched; a bot that runs from its source was not. */
export interface Launch {
  /** Where it is kept. */
  readonly file: string;
  /** `NODE_OPTIONS` that node was started with; what `.env` has of them comes too late for it. Empty: none. */
  readonly nodeOptions: string;
  /**
   * `used`: it was started from; `absent`: nothing is kept; `outdated`: that is of another node or another program, or damaged; `other-flags`:
   * it was compiled under other flags of V8 (`NODE_OPTIONS`).
   */
  state(): 'used' | 'absent' | 'outdated' | 'other-flags';
  /** What is compiled of all parts loaded so far, as the file's content. */
  compiled(): Buffer;
}

interface Head {
  /** `madeBy` of whoever wrote it. */
  readonly madeBy: string;
  /** File names, and bytes of each one's data. */
  readonly parts: readonly (readonly [name: string, bytes: number])[];
}

const SUM_BYTES = 32;
const ALIGNED = 8;

/** For which node it is: another one compiles otherwise. */
export const MADE_BY = `node ${process.version} ${process.arch}`;

export function encodeCompiled(parts: CompiledParts, madeBy: string = MADE_BY): Buffer {
  const head: Head = { madeBy, parts: [...parts].map(([name, data]) => [name, data.length]) };
  const line = Buffer.from(`${JSON.stringify(head)}\n`);
  const room = aligned(SUM_BYTES + line.length) - SUM_BYTES - line.length;
  const body = Buffer.concat([
    Buffer.alloc(room, ' '),
    line,
    ...[...parts.values()].flatMap((data) => [data, Buffer.alloc(aligned(data.length) - data.length)]),
  ]);
  return Buffer.concat([sumOf(body), body]);
}

/**
 * @param file the whole file; the data of the parts is not copied out of it
 * @returns empty: it is damaged, or of another node
 */
export function decodeCompiled(file: Buffer, madeBy: string = MADE_BY): CompiledParts {
  const body = file.subarray(SUM_BYTES);
  const parts = new Map<string, Buffer>();
  if (!sumOf(body).equals(file.subarray(0, SUM_BYTES))) return parts;
  const end = body.indexOf('\n') + 1;
  const head = JSON.parse(body.toString('utf8', 0, end)) as Head;
  if (head.madeBy !== madeBy) return parts;
  let at = end;
  for (const [name, bytes] of head.parts) {
    parts.set(name, body.subarray(at, at + bytes));
    at += aligned(bytes);
  }
  return parts;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNED) * ALIGNED;
}

function sumOf(body: Buffer): Buffer {
  return createHash('sha256').update(body).digest();
}
