import type { KeyvStoreAdapter } from 'keyv';
import type { ValuesBackend } from '../values.ts';
import { checkTtl, encode, type RecordKey, type Records } from './records.ts';

/** Values of one namespace as Keyv wants them. */
export function lmdbValues(records: Records, namespace: string): ValuesBackend {
  const at = (key: string): RecordKey => ['value', namespace, key];
  const keys = (prefix: string): string[] => {
    const found: string[] = [];
    for (const [, , key = ''] of records.keysFrom(at(prefix))) {
      if (!key.startsWith(prefix)) break;
      found.push(key);
    }
    return found;
  };
  const adapter: KeyvStoreAdapter = {
    opts: {},
    // Failures are thrown, never emitted: there is nothing to listen to.
    on: () => adapter,
    get: async <V>(key: string) => (await records.read(at(key))) as V | undefined,
    set: (key, data: unknown, ttlMs) => records.write(at(key), { data, ttlMs: ttlMs ?? null }),
    delete: async (key) => {
      await records.remove([at(key)]);
      return true;
    },
    deleteMany: async (names) => {
      await records.remove(names.map(at));
      return true;
    },
    clear: () => records.remove(keys('').map(at)),
  };
  const change: ValuesBackend['change'] = (key, decide) =>
    records.change(at(key), (current) => {
      const wanted = decide(current);
      if (!wanted) return null;
      const also = Object.entries(wanted.also).map(([name, data]) => ({
        key: at(name),
        write: { data, ttlMs: null },
      }));
      return { data: wanted.data, ttlMs: null, also };
    });
  return { adapter, keys, change, run: (access) => records.run(access), checkTtl, encode };
}
