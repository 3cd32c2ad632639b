import { fail, type Result } from '../kernel/result.ts';
import { openLmdbStore } from './lmdb/store.ts';
import type { Store, StoreFailure } from './store.ts';

/** Schemes `openStore` knows, as an operator writes them in `STORE_URL`. */
export const STORE_SCHEMES = ['lmdb'] as const;

export type OpenFailure =
  | StoreFailure
  | { readonly reason: 'unsupported'; readonly scheme: string; readonly supported: readonly string[] };

/**
 * Opens the store an URL names. `lmdb:./data` is a directory relative to the working directory, `lmdb:/var/lib/x`
 * (or `lmdb:///var/lib/x`) an absolute one. The URL itself is never part of a failure: others carry passwords.
 */
export async function openStore(url: string): Promise<Result<Store, OpenFailure>> {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(url.trim()) ?? [];
  const directory = rest.replace(/^\/\//, '');
  if (scheme.toLowerCase() !== 'lmdb' || directory === '') {
    return fail({ reason: 'unsupported', scheme, supported: STORE_SCHEMES });
  }
  return openLmdbStore(directory);
}
