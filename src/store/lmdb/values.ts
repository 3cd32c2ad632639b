import type { KeyvStoreAdapter } from 'keyv';
import type { Kind } from '../kind.ts';
import type { ValuesBackend } from '../values.ts';
import type { RecordKey, Records } from './records.ts';

/** Values of one kind as Keyv wants them. */
export function lmdbValues(
  records: Records,
  { name: namespace, fleeting }: Pick<Kind<unknown>, 'name' | 'fleeting'>,
): ValuesBackend {
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
    // What has run out is gone before Keyv sees it: Keyv would delete it without looking whether it was written again.
    get: async <V>(key: string) => (await records.read(at(key))) as V | undefined,
    // The time to live is in the text already, as an end.
    set: (key, text: string) => records.write(at(key), text),
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
      return (
        wanted && { text: wanted.text, also: wanted.also.map(([name, text]) => ({ key: at(name), text })) }
      );
    });
  return {
    adapter,
    keys,
    change,
    run: (access) => records.run(access),
    setAside: (key, misfit) => records.setAside(at(key), misfit, fleeting),
  };
}
