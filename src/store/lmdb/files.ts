import { chmod, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

/** Where LMDB keeps magic number and page size in a meta page (mdb.c, MDB_page and MDB_meta, data version 2). */
const MAGIC_OFFSET = 24;
const MAGIC = 0xbeefc0de;
const PAGE_SIZE_OFFSET = 48;
const SMALLEST_PAGE = 512;
const LARGEST_PAGE = 65_536;

/**
 * Makes the directory (0700) and the engine's files (0600) before the engine would make them readable for others.
 * A directory that exists keeps its mode: it may not be ours alone.
 * @throws NodeJS.ErrnoException what the file system said
 */
export async function prepareFiles(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of ['data.mdb', 'lock.mdb']) {
    const path = join(directory, name);
    await (await open(path, 'a', 0o600)).close();
    await chmod(path, 0o600);
  }
}

/** False when the data file is neither empty nor LMDB's: opening such a file ends the whole process (lmdb 3.5.6). */
export async function looksLikeLmdb(directory: string): Promise<boolean> {
  const file = await open(join(directory, 'data.mdb'), 'r');
  try {
    const { size } = await file.stat();
    if (size === 0) return true;
    const head = Buffer.alloc(PAGE_SIZE_OFFSET + 4);
    const readPage = (position: number) => file.read(head, 0, head.length, position);
    await readPage(0);
    const pageSize = head.readUInt32LE(PAGE_SIZE_OFFSET);
    if (head.readUInt32LE(MAGIC_OFFSET) !== MAGIC) return false;
    if (pageSize < SMALLEST_PAGE || pageSize > LARGEST_PAGE || size < 2 * pageSize) return false;
    await readPage(pageSize);
    return head.readUInt32LE(MAGIC_OFFSET) === MAGIC;
  } finally {
    await file.close();
  }
}
