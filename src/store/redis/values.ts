import type { KeyvStoreAdapter } from 'keyv';
import type { Gathering } from '../gathering.ts';
import type { Kind } from '../kind.ts';
import type { ValuesBackend } from '../values.ts';
import type { RecordKey } from './keys.ts';
import type { RedisRecords } from './records.ts';

/** Keys that are asked for at once where all of them are wanted. */
const PAGE = 5_000;

/** Values of one kind as Keyv wants them. */
export function redisValues(
  records: RedisRecords,
  { name: namespace, fleeting }: Pick<Kind<unknown>, 'name' | 'fleeting'>,
  gathering: Gathering,
): ValuesBackend {
  const at = (key: string): RecordKey => ['value', namespace, key];
  const page: ValuesBackend['page'] = (range) => records.page(['value', namespace], range);
  const keys = async (prefix: string): Promise<string[]> => {
    const found: string[] = [];
    for (;;) {
      const after = found.at(-1);
      const next = await page({ prefix, most: PAGE, ...(after === undefined ? {} : { after }) });
      found.push(...next);
      if (next.length < PAGE) return found;
    }
  };
  const adapter: KeyvStoreAdapter = {
    opts: {},
    // Failures are thrown, never emitted: there is nothing to listen to.
    on: () => adapter,
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
    clear: async () => records.remove((await keys('')).map(at)),
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
    page,
    change,
    run: (access) => records.run(access),
    setAside: (key, misfit) => records.setAside(at(key), misfit, fleeting),
    gathering,
  };
}
