/** A store that counts what is read of it: what must not grow with what is stored is a number, and no time. */
import type { Result } from '../../src/kernel/result.ts';
import type { Store, Values } from '../../src/store/store.ts';

export interface Reads {
  /** Records that were read, and keys that were listed. */
  count: number;
}

export function countedStore(store: Store, reads: Reads): Store {
  const listed = async <F>(keys: Promise<Result<string[], F>>) => {
    const found = await keys;
    reads.count += found.ok ? found.value.length : 0;
    return found;
  };
  const valuesOf = <T>(values: Values<T>): Values<T> => ({
    ...values,
    get: (key) => {
      reads.count += 1;
      return values.get(key);
    },
    keys: (prefix) => listed(values.keys(prefix)),
    page: (range) => listed(values.page(range)),
  });
  return { ...store, values: (kind) => valuesOf(store.values(kind)) };
}

/** How much a task reads. */
export async function readsOf(reads: Reads, task: () => Promise<unknown>): Promise<number> {
  const before = reads.count;
  await task();
  return reads.count - before;
}
