import { canFail } from '../kernel/fail-points.ts';
import { ok, type Result } from '../kernel/result.ts';
import { failingStore } from './fail-points.ts';
import type { Kind } from './kind.ts';
import { dumpLmdbStore, lookAtLmdbStore, openLmdbStore, replaceLmdbStore } from './lmdb/store.ts';
import { placeOf, type StorePlace, type Unsupported } from './place.ts';
import type { RedisServer } from './redis/server.ts';
import type { NewStore, OpenFailure, Store, StoreHooks, StoreLook, TakeRecord } from './store.ts';

export { readsAs } from './check.ts';
export { directoryOf, type Unsupported } from './place.ts';
export type { RedisServer } from './redis/server.ts';

/**
 * Opens the store an URL names. `lmdb:./data` is a directory relative to the working directory, `lmdb:/var/lib/x`
 * (or `lmdb:///var/lib/x`) an absolute one; a quick look at its structure and newest records comes first. What begins with
 * `redis://` or `rediss://` is a Redis (redis/address.ts).
 */
export async function openStore(
  url: string,
  hooks?: StoreHooks,
): Promise<Result<Store, OpenFailure | Unsupported>> {
  const place = placeOf(url);
  const opened = place.ok ? await openAt(place.value, hooks) : place;
  FAIL_POINT: if (opened.ok && canFail()) return ok(failingStore(opened.value));
  return opened;
}

async function openAt(place: StorePlace, hooks?: StoreHooks): Promise<Result<Store, OpenFailure>> {
  if (place.kind === 'lmdb') return openLmdbStore(place.directory, hooks);
  const { openRedisStore } = await import('./redis/store.ts');
  return openRedisStore(place.address, hooks);
}

/**
 * Reads every record of the store an URL names, beside a running bot. Nothing is opened, made or changed.
 * @param kinds what records have to be; null: it is enough that they are records
 */
export async function lookAtStore(
  url: string,
  kinds: readonly Kind<unknown>[] | null,
): Promise<Result<StoreLook, OpenFailure | Unsupported>> {
  const place = placeOf(url);
  if (!place.ok) return place;
  if (place.value.kind === 'lmdb') return lookAtLmdbStore(place.value.directory, kinds);
  const { lookAtRedisStore } = await import('./redis/store.ts');
  return lookAtRedisStore(place.value.address, kinds);
}

/**
 * Hands every live record of the store an URL names to `each`, all as they were at one moment, beside a running bot. Nothing
 * of it is opened for others, made or changed.
 * @returns how many were taken
 */
export async function dumpStore(
  url: string,
  each: TakeRecord,
): Promise<Result<number, OpenFailure | Unsupported>> {
  const place = placeOf(url);
  if (!place.ok) return place;
  if (place.value.kind === 'lmdb') return dumpLmdbStore(place.value.directory, each);
  const { dumpRedisStore } = await import('./redis/store.ts');
  return dumpRedisStore(place.value.address, each);
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
  const place = placeOf(url);
  if (!place.ok) return place;
  if (place.value.kind === 'lmdb') return replaceLmdbStore(place.value.directory, fill);
  const { replaceRedisStore } = await import('./redis/store.ts');
  return replaceRedisStore(place.value.address, fill);
}

/**
 * What the server behind a store is like, and its address without what is secret in it. Null: nobody serves it, it lies in a
 * folder, or the URL names nothing we know.
 */
export async function lookAtServer(
  url: string,
): Promise<Result<{ readonly place: string; readonly server: RedisServer }, OpenFailure> | null> {
  const place = placeOf(url);
  if (!place.ok || place.value.kind === 'lmdb') return null;
  const { address } = place.value;
  const { lookAtRedisServer } = await import('./redis/server.ts');
  const server = await lookAtRedisServer(address);
  return server.ok ? ok({ place: address.place, server: server.value }) : server;
}
