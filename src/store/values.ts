import { Keyv, type KeyvStoreAdapter } from 'keyv';
import type { Result } from '../kernel/result.ts';
import type { StoreFailure, Values } from './store.ts';

/** What a backend brings: one Keyv adapter per namespace, its keys, and its way of naming failures. */
export interface ValuesBackend {
  readonly adapter: KeyvStoreAdapter;
  keys(prefix: string): string[] | Promise<string[]>;
  /** Compare-and-swap of what Keyv keeps under a key, and others beside it in the same commit; null leaves everything. */
  change(
    key: string,
    decide: (current: unknown) => { data: unknown; also: Readonly<Record<string, unknown>> } | null,
  ): Promise<boolean>;
  /** Makes a result of an access; whatever the access throws becomes a failure. */
  run<T>(access: () => T | Promise<T>): Promise<Result<T, StoreFailure>>;
  /** @throws what `run` makes `invalid` of, when the backend would not keep a value for that long */
  checkTtl(ttlMs: number): void;
  /** @throws what `run` makes `invalid` of, when JSON cannot carry the value */
  encode(value: unknown): string;
}

/** What Keyv hands to its adapter where it is given no serializer. */
interface KeyvData {
  readonly value: string;
}

/**
 * Values over Keyv. `throwOnErrors`, because Keyv otherwise answers a failed read with "nothing there". Its key
 * prefix is off: it leaves keys alone that look prefixed already, so that two namespaces can meet in one key. Its
 * serializer is off: it runs only after the caller has gone on and may have changed the value.
 */
export function keyvValues<T>({ adapter, keys, change, run, checkTtl, encode }: ValuesBackend): Values<T> {
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
    deleteMany: (keys) =>
      run(async () => {
        await keyv.delete([...keys]);
      }),
    change: (key, decide) =>
      run(() =>
        change(key, (current) => {
          const text = (current as KeyvData | undefined)?.value;
          const wanted = decide(text === undefined ? undefined : (JSON.parse(text) as T));
          if (!wanted) return null;
          const also: Record<string, KeyvData> = {};
          for (const [name, value] of Object.entries(wanted.also ?? {}))
            also[name] = { value: encode(value) };
          return { data: { value: encode(wanted.value) }, also };
        }),
      ),
    keys: (prefix = '') => run(() => keys(prefix)),
  };
}
