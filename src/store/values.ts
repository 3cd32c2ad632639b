import { Keyv, type KeyvStoreAdapter } from 'keyv';
import type { Result } from '../kernel/result.ts';
import type { StoreFailure, Values } from './store.ts';

/** What a backend brings: one Keyv adapter per namespace, its keys, and its way of naming failures. */
export interface ValuesBackend {
  readonly adapter: KeyvStoreAdapter;
  keys(prefix: string): string[] | Promise<string[]>;
  /** Makes a result of an access; whatever the access throws becomes a failure. */
  run<T>(access: () => T | Promise<T>): Promise<Result<T, StoreFailure>>;
  /** @throws what `run` makes `invalid` of, when the backend would not keep a value for that long */
  checkTtl(ttlMs: number): void;
  /** @throws what `run` makes `invalid` of, when JSON cannot carry the value */
  encode(value: unknown): string;
}

/**
 * Values over Keyv. `throwOnErrors`, because Keyv otherwise answers a failed read with "nothing there". Its key
 * prefix is off: it leaves keys alone that look prefixed already, so that two namespaces can meet in one key. Its
 * serializer is off: it runs only after the caller has gone on and may have changed the value.
 */
export function keyvValues<T>({ adapter, keys, run, checkTtl, encode }: ValuesBackend): Values<T> {
  const keyv = new Keyv<string>({
    store: adapter,
    useKeyPrefix: false,
    throwOnErrors: true,
    emitErrors: false,
  });
  keyv.serialize = undefined;
  keyv.deserialize = undefined;
  return {
    get: (key) =>
      run(async () => {
        const text = await keyv.get(key);
        return text === undefined ? undefined : (JSON.parse(text) as T);
      }),
    set: (key, value, ttlMs) =>
      run(async () => {
        // Keyv would take 0 for "for good".
        if (ttlMs !== undefined) checkTtl(ttlMs);
        await keyv.set(key, encode(value), ttlMs);
      }),
    delete: (key) =>
      run(async () => {
        await keyv.delete(key);
      }),
    keys: (prefix = '') => run(() => keys(prefix)),
  };
}
