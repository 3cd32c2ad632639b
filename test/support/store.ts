import { constants } from 'node:fs';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { type Kind, kind } from '../../src/store/kind.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';

/** A folder of its own for a test, and what removes it. */
export async function temporaryFolder(
  where = tmpdir(),
): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(where, 'unbind-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** The same in memory where the system has such a place: for tests that write thousands of times and lose no power. */
export async function folderInMemory(): ReturnType<typeof temporaryFolder> {
  const memory = '/dev/shm';
  const isThere = await access(memory, constants.W_OK).then(
    () => true,
    () => false,
  );
  return temporaryFolder(isThere ? memory : tmpdir());
}

/** Opens the store in a folder. Throws when it cannot, so that the test says why. */
export async function openTestStore(path: string): Promise<Store> {
  const opened = await openStore(`lmdb:${path}`);
  if (!opened.ok) throw new Error(`store: ${opened.failure.reason}`);
  return opened.value;
}

/** A kind that takes anything, for tests of the store itself. */
export function anyKind<T = unknown>(name: string): Kind<T> {
  return kind({ name, version: 1, schema: z.unknown() as z.ZodType<T> });
}
