/**
 * A backup as a file: JSON lines, gzip, and where there is a key to encrypt to, age (age-encryption.org/v1) around it. The first
 * line says what it is, then comes a record a line, and the last line counts and hashes all before it, so that a file that was
 * cut off is never taken for a backup. `age -d -i key.txt file | gunzip` shows it to anybody who holds the key.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip } from 'node:zlib';
import * as z from 'zod';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { StoredRecord, TakeRecord } from '../../store/store.ts';

const FORMAT = 'unbind-bot backup';
/** Of the file's form, not of what is in it. */
const FORMAT_VERSION = 1;
/** Lines are handed on in pieces of this size, bytes. */
const PIECE_BYTES = 64 * 1024;
/** How a file that age has encrypted begins. */
const AGE_HEAD = 'age-encryption.org/v1\n';

const header = z.object({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  /** When it was made, milliseconds since 1970. */
  at: z.number(),
  /** Version of the program that made it. */
  program: z.string(),
});
export type BackupHeader = Readonly<Pick<z.infer<typeof header>, 'at' | 'program'>>;
const trailer = z.object({ records: z.number(), sha256: z.string() });
const recordKey = z.tuple([z.string()], z.string());

/**
 * Why a file was not written or read.
 * - `missing`, `exists`, `no-rights`, `no-room`, `disk`: what the system says; `detail` is its code.
 * - `encrypted`: no key was given to read it with; `wrong-key`: none of those fits.
 * - `not-a-backup`, `newer-form`: another file, or one of a later version of the program.
 * - `damaged`: cut off, or changed since it was written.
 * - `bad-recipient`: not a public key of age.
 */
export interface FileFault {
  readonly reason:
    | 'missing'
    | 'exists'
    | 'no-rights'
    | 'no-room'
    | 'disk'
    | 'encrypted'
    | 'wrong-key'
    | 'not-a-backup'
    | 'newer-form'
    | 'damaged'
    | 'bad-recipient';
  readonly path: string;
  readonly detail: string;
}

/** Hands every record to what takes them. */
export type Dump<F> = (take: TakeRecord) => Promise<Result<unknown, F>>;

/**
 * Writes a backup to a file that is not there yet, mode 0600, and returns once it is on disk.
 * @param recipients public keys of age (`age1…`); none: the file is not encrypted
 */
export async function writeBackupFile<F>(
  path: string,
  { at, program }: BackupHeader,
  recipients: readonly string[],
  dump: Dump<F>,
): Promise<Result<{ readonly bytes: number }, F | FileFault>> {
  // Here, as below: a bot that starts has nothing to encrypt.
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  try {
    for (const recipient of recipients) encrypter.addRecipient(recipient);
  } catch {
    return fail({ reason: 'bad-recipient', path, detail: '' });
  }
  const lines = new PassThrough({ highWaterMark: PIECE_BYTES });
  const seal = async function* (packed: AsyncIterable<Uint8Array>) {
    yield* await encrypter.encrypt(Readable.toWeb(Readable.from(packed)) as ReadableStream<Uint8Array>);
  };
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  try {
    await once(file, 'open');
  } catch (error) {
    return fail(faultOf(error, path));
  }
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  const written = (
    recipients.length === 0 ? pipeline(lines, gzip, file) : pipeline(lines, gzip, seal, file)
  ).then(
    () => null,
    (error: unknown) => faultOf(error, path),
  );
  let isBroken = false;
  void written.then((fault) => {
    isBroken = fault !== null;
    // Whoever waits for room waits no longer.
    lines.emit('drain');
  });

  const out = createLineWriter(lines, () => isBroken);
  await out.line(JSON.stringify({ format: FORMAT, version: FORMAT_VERSION, at, program }));
  let records = 0;
  const dumped = await dump(({ key, text }) => {
    records += 1;
    return out.line(lineOf({ key, text }));
  });
  if (!dumped.ok) {
    lines.destroy();
    await written;
    return dumped;
  }
  await out.end((sha256) => JSON.stringify({ records, sha256 }));
  const fault = await written;
  if (fault) return fail(fault);
  try {
    const kept = await open(path, 'r+');
    try {
      await kept.sync();
      return ok({ bytes: (await kept.stat()).size });
    } finally {
      await kept.close();
    }
  } catch (error) {
    return fail(faultOf(error, path));
  }
}

/** Collects lines into pieces, and hashes all but the last one. */
function createLineWriter(lines: PassThrough, isBroken: () => boolean) {
  const hash = createHash('sha256');
  let waiting = '';
  async function flush(): Promise<boolean> {
    const piece = Buffer.from(waiting);
    waiting = '';
    hash.update(piece);
    if (isBroken()) return false;
    if (!lines.write(piece)) await once(lines, 'drain');
    return !isBroken();
  }
  return {
    /** False: nobody takes any more. At once where there is room. */
    line(text: string): boolean | Promise<boolean> {
      waiting += `${text}\n`;
      return waiting.length < PIECE_BYTES ? !isBroken() : flush();
    },
    async end(last: (sha256: string) => string): Promise<void> {
      await flush();
      lines.end(`${last(hash.digest('hex'))}\n`);
    },
  };
}

/** A text of ours is JSON without line breaks and stays as it is, so that nothing is written twice; what is damaged is quoted. */
function lineOf({ key, text }: StoredRecord): string {
  const isPlain = !text.includes('\n') && !text.startsWith('"');
  return `${JSON.stringify(key)}\t${isPlain ? text : JSON.stringify(text)}`;
}

/** @throws SyntaxError, z.ZodError */
function recordOf(line: string): StoredRecord {
  const at = line.indexOf('\t');
  const text = line.slice(at + 1);
  return {
    key: recordKey.parse(JSON.parse(line.slice(0, at))),
    text: text.startsWith('"') ? z.string().parse(JSON.parse(text)) : text,
  };
}

/** The taker has had enough. */
class Enough extends Error {}

/** It is no backup as it should be. */
class Unfit extends Error {
  readonly reason: FileFault['reason'];
  constructor(reason: FileFault['reason']) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Reads a backup from its first byte to its last, and hands over every record. That a file is whole is known only at its end:
 * what was taken of one that is not must not be used.
 * @param identities private keys of age (`AGE-SECRET-KEY-…`) to try on an encrypted one
 * @returns null where the taker has had enough before the end
 */
export async function readBackupFile(
  path: string,
  identities: readonly string[],
  take: TakeRecord,
  onHeader: (header: BackupHeader) => void = () => undefined,
): Promise<Result<{ readonly header: BackupHeader; readonly records: number } | null, FileFault>> {
  const reading = createReading(take, onHeader);
  try {
    const isEncrypted = (await headOf(path)) === AGE_HEAD;
    if (isEncrypted && identities.length === 0) return fail({ reason: 'encrypted', path, detail: '' });
    const file = createReadStream(path);
    const unpack = createGunzip();
    if (isEncrypted) await pipeline(file, opening(identities), unpack, reading.lines);
    else await pipeline(file, unpack, reading.lines);
    return ok(reading.end());
  } catch (error) {
    return error instanceof Enough ? ok(null) : fail(faultOf(error, path));
  }
}

async function headOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(AGE_HEAD.length), 0, AGE_HEAD.length, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function opening(identities: readonly string[]) {
  return async function* (sealed: AsyncIterable<Uint8Array>) {
    const { Decrypter } = await import('age-encryption');
    const decrypter = new Decrypter();
    for (const identity of identities) decrypter.addIdentity(identity);
    const source = Readable.toWeb(Readable.from(sealed)) as ReadableStream<Uint8Array>;
    const opened = await decrypter.decrypt(source).catch((error: unknown) => {
      throw new Unfit(String(error).includes('no identity matched') ? 'wrong-key' : 'damaged');
    });
    yield* opened;
  };
}

function createReading(take: TakeRecord, onHeader: (header: BackupHeader) => void) {
  const hash = createHash('sha256');
  let first: BackupHeader | null = null;
  let last: z.infer<typeof trailer> | null = null;
  let records = 0;

  async function line(bytes: Buffer): Promise<void> {
    if (last !== null) throw new Unfit('damaged');
    const text = bytes.toString();
    if (first === null) {
      first = headerOf(text);
      onHeader(first);
    } else if (text.startsWith('{')) {
      last = trailer.parse(JSON.parse(text));
      return;
    } else {
      records += 1;
      const taken = take(recordOf(text));
      if (!(typeof taken === 'boolean' ? taken : await taken)) throw new Enough();
    }
    hash.update(bytes).update('\n');
  }

  return {
    async lines(source: AsyncIterable<Buffer>): Promise<void> {
      let rest: Buffer[] = [];
      for await (const piece of source) {
        let start = 0;
        for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, start)) {
          await line(Buffer.concat([...rest, piece.subarray(start, end)]));
          rest = [];
          start = end + 1;
        }
        if (start < piece.length) rest.push(piece.subarray(start));
      }
      if (rest.length > 0) throw new Unfit(first === null ? 'not-a-backup' : 'damaged');
    },
    end(): { header: BackupHeader; records: number } {
      if (first === null) throw new Unfit('not-a-backup');
      if (last?.records !== records || last.sha256 !== hash.digest('hex')) throw new Unfit('damaged');
      return { header: first, records };
    },
  };
}

function headerOf(line: string): BackupHeader {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new Unfit('not-a-backup');
  }
  const read = header.safeParse(json);
  if (read.success) return read.data;
  const isOurs = Object(json).format === FORMAT && Object(json).version > FORMAT_VERSION;
  throw new Unfit(isOurs ? 'newer-form' : 'not-a-backup');
}

const SYSTEM: Readonly<Record<string, FileFault['reason']>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EEXIST: 'exists',
  EACCES: 'no-rights',
  EPERM: 'no-rights',
  EROFS: 'no-rights',
  EISDIR: 'not-a-backup',
  ENOSPC: 'no-room',
  EDQUOT: 'no-room',
  EFBIG: 'no-room',
};

/** What the system, zlib, age or JSON said, in a word. Their own texts may quote what is in the file. */
export function faultOf(error: unknown, path: string): FileFault {
  if (error instanceof Unfit) return { reason: error.reason, path, detail: '' };
  const code = String((error as NodeJS.ErrnoException | null)?.code ?? '');
  if (SYSTEM[code]) return { reason: SYSTEM[code], path, detail: code };
  // "incorrect header check": no gzip at all.
  if (code === 'Z_DATA_ERROR' && String(error).includes('header'))
    return { reason: 'not-a-backup', path, detail: '' };
  return /^E[A-Z]+$/.test(code)
    ? { reason: 'disk', path, detail: code }
    : { reason: 'damaged', path, detail: '' };
}
