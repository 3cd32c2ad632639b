import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { errorCode } from '../error-code.ts';
import type { HomeFailure } from '../home.ts';
import { parseRecording, RECORDING_FILE, type Recording, type RecordingLine } from './recording.ts';

/** The file for people. */
export const SUMMARY_FILE = 'README.txt';

/** `exists`: there is something of that name already; nothing of it was touched. */
export type FolderFailure = HomeFailure | { readonly reason: 'exists' };

/** A folder that a recording is being written into. */
export interface RecordingFolder {
  /** Takes one line. A disk that fills up is told by `close`, never here. */
  write(line: RecordingLine): void;
  /** Writes the file for people, made out of what is on disk. */
  close(summarise: (recording: Recording) => string): Promise<Result<Recording, HomeFailure>>;
}

/**
 * Makes the folder and the beginning of its file, for their owner alone. Both have to be new: a folder that exists is
 * never written to.
 */
export async function createFolder(
  path: string,
  first: RecordingLine,
): Promise<Result<RecordingFolder, FolderFailure>> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const code = errorCode(error);
    return fail(code === 'EEXIST' ? { reason: 'exists' } : { reason: 'unwritable', code });
  }
  try {
    const file = join(path, RECORDING_FILE);
    await writeFile(file, toText(first), { flag: 'wx', mode: 0o600 });
    return ok(writeTo(path, createWriteStream(file, { flags: 'a' })));
  } catch (error) {
    // Half a folder would be in the way of the next try.
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
    return fail({ reason: 'unwritable', code: errorCode(error) });
  }
}

function writeTo(path: string, stream: Writable): RecordingFolder {
  let broken: string | null = null;
  // Listened for from the start: a stream that fails closes itself.
  const closed = new Promise<void>((done) => stream.once('close', () => done()));
  stream.on('error', (error) => {
    broken ??= errorCode(error);
  });
  return {
    write: (line) => {
      if (broken === null) stream.write(toText(line));
    },
    close: async (summarise) => {
      stream.end();
      await closed;
      if (broken !== null) return fail({ reason: 'unwritable', code: broken });
      try {
        const recording = parseRecording(await readFile(join(path, RECORDING_FILE), 'utf8'));
        if (!recording.ok) return fail({ reason: 'unwritable', code: 'unknown' });
        await writeFile(join(path, SUMMARY_FILE), summarise(recording.value), { flag: 'wx', mode: 0o600 });
        return ok(recording.value);
      } catch (error) {
        return fail({ reason: 'unwritable', code: errorCode(error) });
      }
    },
  };
}

function toText(line: RecordingLine): string {
  return `${JSON.stringify(line)}\n`;
}
