import type { KeyvStoreAdapter } from 'keyv';
import type { Result } from '../kernel/result.ts';
import type { Batch, Gathering } from './gathering.ts';
import type { Kind, Misfit } from './kind.ts';
import type { StoredRecord, StoreFailure } from './store.ts';
import type { ValuesBackend } from './values.ts';

/** Where a value's record lies. */
type ValueKey = ['value', namespace: string, key: string];

/** What the records of a store do for its values, whatever it is made of. */
interface ValueRecords {
  /** The live text, or undefined. */
  read(key: ValueKey): Promise<string | undefined>;
  /** The text, live or not, or undefined, where that needs no waiting. */
  readonly readNow?: (key: ValueKey) => string | undefined;
  write(key: ValueKey, text: string): Promise<void>;
  /** As `write`, with the next commit. Left out where commits are not shared. */
  join?(batch: Batch): Promise<void>;
  remove(keys: readonly ValueKey[]): Promise<void>;
  change(
    key: ValueKey,
    decide: (current: string | undefined) => { text: string; also?: readonly StoredRecord[] } | null,
  ): Promise<boolean>;
  run<T>(access: () => T | Promise<T>): Promise<Result<T, StoreFailure>>;
  setAside(key: ValueKey, misfit: Misfit, fleeting?: true): Promise<void>;
}

/**
 * Values of one kind as Keyv wants them, over the records of a store.
 * @param listing how keys are listed, which is each store's own
 */
export function recordValues(
  records: ValueRecords,
  { name: namespace, fleeting, joins }: Pick<Kind<unknown>, 'name' | 'fleeting' | 'joins'>,
  gathering: Gathering,
  listing: Pick<ValuesBackend, 'keys' | 'page'>,
): ValuesBackend {
  const at = (key: string): ValueKey => ['value', namespace, key];
  const adapter: KeyvStoreAdapter = {
    opts: {},
    // Failures are thrown, never emitted: there is nothing to listen to.
    on: () => adapter,
    // What has run out is gone before Keyv sees it: Keyv would delete it without looking whether it was written again.
    get: async <V>(key: string) => (await records.read(at(key))) as V | undefined,
    // The time to live is in the text already, as an end.
    set: (key, text: string) =>
      joins && records.join
        ? records.join({ written: [{ place: at(key), text }], amended: [] })
        : records.write(at(key), text),
    delete: async (key) => {
      await records.remove([at(key)]);
      return true;
    },
    deleteMany: async (names) => {
      await records.remove(names.map(at));
      return true;
    },
    clear: async () => records.remove((await listing.keys('')).map(at)),
  };
  return {
    ...listing,
    adapter,
    ...(records.readNow ? { now: (key: string) => records.readNow?.(at(key)) } : {}),
    change: (key, decide) =>
      records.change(at(key), (current) => {
        const wanted = decide(current);
        return (
          wanted && {
            text: wanted.text,
            also: wanted.also.map(([name, text]) => ({ key: at(name), text })),
          }
        );
      }),
    run: (access) => records.run(access),
    setAside: (key, misfit) => records.setAside(at(key), misfit, fleeting),
    gathering,
  };
}
