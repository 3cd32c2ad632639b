import { canFail } from '../kernel/fail-points.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { failingStore } from './fail-points.ts';
import type { Kind } from './kind.ts';
import { dumpLmdbStore, lookAtLmdbStore, openLmdbStore, replaceLmdbStore } from './lmdb/store.ts';
import type { NewStore, OpenFailure, Store, StoreHooks, StoreLook, TakeRecord } from './store.ts';

export { readsAs } from './lmdb/check.ts';

/** Schemes `openStore` knows, as an operator writes them in `STORE_URL`. */
export const STORE_SCHEMES = ['lmdb'] as const;

/** The URL names nothing we know; it is no part of this: others carry passwords. */
export interface Unsupported {
  readonly reason: 'unsupported';
  readonly scheme: string;
  readonly supported: readonly string[];
}

/**
 * Opens the store an URL names. `lmdb:./data` is a directory relative to the working directory, `lmdb:/var/lib/x`
 * (or `lmdb:///var/lib/x`) an absolute one. A quick look at its structure and newest records comes first.
 */
export async function openStore(
  url: string,
  hooks?: StoreHooks,
): Promise<Result<Store, OpenFailure | Unsupported>> {
  const directory = directoryOf(url);
  const opened = directory.ok ? await openLmdbStore(directory.value, hooks) : directory;
  FAIL_POINT: if (opened.ok && canFail()) return ok(failingStore(opened.value));
  return opened;
}

/**
 * Reads every record of the store an URL names, beside a running bot. Nothing is opened, made or changed.
 * @param kinds what records have to be; null: it is enough that they are records
 */
export async function lookAtStore(
  url: string,
  kinds: readonly Kind<unknown>[] | null,
): Promise<Result<StoreLook, OpenFailure | Unsupported>> {
  const directory = directoryOf(url);
  return directory.ok ? lookAtLmdbStore(directory.value, kinds) : directory;
}

/**
 * Hands every live record of the store an URL names to `each`, all as they were at one moment, beside a running bot. Nothing
 * is opened for others, made or changed.
 * @returns how many were taken
 */
export async function dumpStore(
  url: string,
  each: TakeRecord,
): Promise<Result<number, OpenFailure | Unsupported>> {
  const directory = directoryOf(url);
  return directory.ok ? dumpLmdbStore(directory.value, each) : directory;
}

/**
 * Makes a store of what `fill` puts into it, and puts it in the place of the one an URL names: whole, or, where `fill` fails
 * or anything crashes, not at all. Nobody may have the old one open.
 * @returns what `fill` did, and where the old store lies now (null: there was none)
 */
export async function replaceStore<T, F>(
  url: string,
  fill: (made: NewStore) => Promise<Result<T, F>>,
): Promise<Result<{ readonly value: T; readonly before: string | null }, F | OpenFailure | Unsupported>> {
  const directory = directoryOf(url);
  return directory.ok ? replaceLmdbStore(directory.value, fill) : directory;
}

/** The directory an URL names, as it is written there: whatever else belongs to the store lies in it, too. */
export function directoryOf(url: string): Result<string, Unsupported> {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(url.trim()) ?? [];
  const directory = rest.replace(/^\/\//, '');
  if (scheme.toLowerCase() === 'lmdb' && directory !== '') return ok(directory);
  return fail({ reason: 'unsupported', scheme, supported: STORE_SCHEMES });
}
