/** What an URL of a store names; nothing is opened, and nothing of the engines is read. */
import { fail, ok, type Result } from '../kernel/result.ts';
import { parseRedisUrl, type RedisAddress } from './redis/address.ts';

/** Schemes `openStore` knows, as an operator writes them in `STORE_URL`. */
export const STORE_SCHEMES = ['lmdb', 'redis', 'rediss'] as const;

/** The URL names nothing we know; it is no part of this: others carry passwords. */
export interface Unsupported {
  readonly reason: 'unsupported';
  readonly scheme: string;
  readonly supported: readonly string[];
}

export type StorePlace =
  | { readonly kind: 'lmdb'; readonly directory: string }
  | { readonly kind: 'redis'; readonly address: RedisAddress };

export function placeOf(url: string): Result<StorePlace, Unsupported> {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(url.trim()) ?? [];
  const directory = rest.replace(/^\/\//, '');
  if (scheme.toLowerCase() === 'lmdb' && directory !== '') return ok({ kind: 'lmdb', directory });
  const address = parseRedisUrl(url);
  return address
    ? ok({ kind: 'redis', address })
    : fail({ reason: 'unsupported', scheme, supported: STORE_SCHEMES });
}

/** The directory an URL of lmdb names, as it is written there: whatever else belongs to the store lies in it, too. */
export function directoryOf(url: string): Result<string, Unsupported> {
  const place = placeOf(url);
  if (!place.ok) return place;
  return place.value.kind === 'lmdb'
    ? ok(place.value.directory)
    : fail({ reason: 'unsupported', scheme: 'redis', supported: ['lmdb'] });
}
