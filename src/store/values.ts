import { Keyv, type KeyvStoreAdapter } from 'keyv';
import type { Result } from '../kernel/result.ts';
import { type Kind, type Misfit, readAs } from './kind.ts';
import { parseRecord, recordText, UnreadableRecord } from './record-text.ts';
import type { KeyRange, StoreFailure, Values } from './store.ts';
import { checkTtl } from './store-error.ts';

/** What a backend brings: one Keyv adapter per kind, which keeps texts, its keys, and its way of naming failures. */
export interface ValuesBackend {
  readonly adapter: KeyvStoreAdapter;
  keys(prefix: string): string[] | Promise<string[]>;
  page(range: KeyRange): string[] | Promise<string[]>;
  /** Compare-and-swap of what Keyv keeps under a key, and others beside it in the same commit; null leaves everything. */
  change(
    key: string,
    decide: (
      current: string | undefined,
    ) => { text: string; also: readonly (readonly [key: string, text: string])[] } | null,
  ): Promise<boolean>;
  /** Makes a result of an access; whatever the access throws becomes a failure. */
  run<T>(access: () => T | Promise<T>): Promise<Result<T, StoreFailure>>;
  /** Keeps a copy of a record that cannot be read. */
  setAside(key: string, misfit: Misfit): Promise<void>;
}

/**
 * Values of a kind over Keyv, the one value layer of every backend: its serializer writes and checks the record, its
 * time to live is the only one (docs/decisions/0036). `throwOnErrors`, because Keyv otherwise answers a failed read with
 * "nothing there". Its key prefix is off: it leaves keys alone that look prefixed already, so that two kinds can meet in
 * one key.
 */
export function keyvValues<T>(
  kind: Kind<T>,
  { adapter, keys, page, change, run, setAside }: ValuesBackend,
): Values<T> {
  const write = (value: T, expires: number | null) => recordText(kind.version, expires, value);
  const read = (text: string) => {
    const record = parseRecord(text);
    const data = readAs(kind, record);
    if (!data.ok) throw new UnreadableRecord(data.failure);
    return { value: data.value, expires: record.expires ?? undefined };
  };
  const keyv = new Keyv<T>({
    store: adapter,
    useKeyPrefix: false,
    throwOnErrors: true,
    emitErrors: false,
    // Called before `set` has given the caller back: what happens to the object afterwards does not reach the record.
    serialize: ({ value, expires }) => write(value as T, expires ?? null),
    deserialize: read as never,
  });
  const orSetAside = async <R>(key: string, task: () => Promise<R>): Promise<R> => {
    try {
      return await task();
    } catch (error) {
      if (error instanceof UnreadableRecord) await setAside(key, error.misfit);
      throw error;
    }
  };
  return {
    get: (key) => run(() => orSetAside(key, () => keyv.get<T>(key))),
    set: (key, value, ttlMs) =>
      run(async () => {
        // Keyv would take 0 for "for good".
        if (ttlMs !== undefined) checkTtl(ttlMs);
        await keyv.set(key, value, ttlMs);
      }),
    delete: (key) =>
      run(async () => {
        await keyv.delete(key);
      }),
    deleteMany: (keys) =>
      run(async () => {
        await keyv.delete([...keys]);
      }),
    // Beside Keyv, which has no compare-and-swap; in the same text.
    change: (key, decide) =>
      run(() =>
        orSetAside(key, () =>
          change(key, (current) => {
            const wanted = decide(current === undefined ? undefined : read(current).value);
            if (!wanted) return null;
            const also = Object.entries(wanted.also ?? {});
            return {
              text: write(wanted.value, null),
              also: also.map(([name, value]) => [name, write(value, null)]),
            };
          }),
        ),
      ),
    keys: (prefix = '') => run(() => keys(prefix)),
    page: (range) => run(() => page(range)),
  };
}
