import { chmod, type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

export const DATA_FILE = 'data.mdb';
const LOCK_FILE = 'lock.mdb';

/** Bytes the lock file gets beforehand: room for 253 readers, where the engine asks for 126. */
const LOCK_BYTES = 16_384;

/**
 * Makes the directory (0700) and the engine's files (0600) before the engine would make them readable for others.
 * A directory that exists keeps its mode: it may not be ours alone. A new lock file is written and not just made long:
 * the engine maps it, and a page of it that the disk has no room for would end the process.
 * @throws NodeJS.ErrnoException what the file system said
 */
export async function prepareFiles(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of [DATA_FILE, LOCK_FILE]) {
    const path = join(directory, name);
    const file = await open(path, 'a', 0o600);
    try {
      const isNew = (await file.stat()).size === 0;
      if (name === LOCK_FILE && isNew) await fill(file);
    } finally {
      await file.close();
    }
    await chmod(path, 0o600);
  }
}

async function fill(file: FileHandle): Promise<void> {
  try {
    await file.writeFile(Buffer.alloc(LOCK_BYTES));
  } catch (error) {
    await file.truncate(0);
    throw error;
  }
}
