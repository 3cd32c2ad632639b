import { fail, ok, type Result } from '../../kernel/result.ts';
import type { StoreFailure } from '../store.ts';
import { StoreError } from '../store-error.ts';

/** LMDB's own words for a damaged file, also in what is asked next (lmdb.h, return codes). */
const DAMAGED = /MDB_(CORRUPTED|PAGE_NOTFOUND|INVALID|VERSION_MISMATCH|PROBLEM|BAD_TXN)/;
/** LMDB's word for a full file, and the system's for a full disk. */
const NO_ROOM = /ENOSPC|EDQUOT|EFBIG|MDB_MAP_FULL|No space left|Disk quota|File too large/i;

/** Runs an access to the engine and turns whatever it throws into a `StoreFailure`. */
export async function guarded<T>(access: () => T | Promise<T>): Promise<Result<T, StoreFailure>> {
  try {
    return ok(await access());
  } catch (error) {
    return fail(await failureOf(error));
  }
}

async function failureOf(error: unknown): Promise<StoreFailure> {
  if (error instanceof StoreError) return error.failure;
  const detail = await describe(error);
  if (NO_ROOM.test(detail)) return { reason: 'full', detail };
  if (DAMAGED.test(detail)) return { reason: 'corrupt', detail };
  return { reason: 'unavailable', detail };
}

/** lmdb rejects a failed commit with a promise for the cause; left alone, that promise would end the process. */
async function describe(error: unknown): Promise<string> {
  if (!(error instanceof Error)) return 'unknown failure';
  const cause = (error as Error & { commitError?: Promise<never> }).commitError;
  if (cause) return cause.catch((reason: unknown) => describe(reason));
  return `${(error as NodeJS.ErrnoException).code ?? error.name}: ${error.message}`;
}
