import { chmod, type FileHandle, link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

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
  await makeFolder(resolve(directory));
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

/** Where a store is made that is to take another one's place, beside it: the same disk, and gone with its folder. */
export async function makingPlace(directory: string): Promise<string> {
  const place = join(directory, 'restoring');
  await rm(place, { recursive: true, force: true });
  return place;
}

/**
 * Puts the closed store of `making` in the place of the one in `directory`. Nobody may have that open. One rename decides:
 * before it the old store is there, after it the new one, whatever crashes.
 * @returns where the old store lies now; null: there was none
 * @throws NodeJS.ErrnoException what the file system said
 */
export async function takePlace(directory: string, making: string, now: number): Promise<string | null> {
  const data = join(directory, DATA_FILE);
  const aside = join(directory, `replaced-${new Date(now).toISOString().replace(/[:.]/g, '-')}`);
  await mkdir(aside, { mode: 0o700 });
  const kept = await link(data, join(aside, DATA_FILE)).then(
    () => aside,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return null;
    },
  );
  if (kept === null) await rm(aside, { recursive: true });
  await rename(join(making, DATA_FILE), data);
  // What it says of readers and of who may write is about the old one; the engine makes it anew.
  await rm(join(directory, LOCK_FILE), { force: true });
  await rm(making, { recursive: true, force: true });
  const folder = await open(directory, 'r');
  await folder.sync().finally(() => folder.close());
  return kept;
}

/**
 * Makes a folder and those above it. Not `recursive`: where the system says of a folder below one that is there that it is
 * not (`/proc`, some network shares), Node asks again for ever.
 */
async function makeFolder(path: string): Promise<void> {
  const there = await stat(path).catch(() => null);
  if (there?.isDirectory()) return;
  if (!there && dirname(path) !== path) await makeFolder(dirname(path));
  await mkdir(path, { mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
    // Somebody else was faster.
    if (error.code !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
  });
}

async function fill(file: FileHandle): Promise<void> {
  try {
    await file.writeFile(Buffer.alloc(LOCK_BYTES));
  } catch (error) {
    await file.truncate(0);
    throw error;
  }
}
