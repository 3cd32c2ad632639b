/**
 * Things that wait until they can be told to people. Where nobody else has the store open they are in memory, too; with several
 * processes only the store knows what waits, whoever has put it there.
 */
import { monotonicFactory } from 'ulid';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store, Stored, StoreFailure } from '../../store/store.ts';

export interface Pile<T> {
  /** What waits for a person, oldest first, by its key. What cannot be read is left out. */
  of(person: number): Stored<(readonly [key: string, thing: T])[]>;
  /**
   * Puts a thing behind all others of its person.
   * @param how `ttlMs`: for so long; `anyway`: in memory where the store does not take it
   */
  add(thing: T, how?: { ttlMs?: number; anyway?: true }): Stored<string>;
  /** Puts another thing in the place of one, in memory where the store does not take it. */
  replace(key: string, thing: T): Stored<void>;
  /** Takes things away. They wait no more, even where the store fails and keeps them. */
  drop(keys: readonly string[]): Stored<void>;
  /** Whether a thing is worth telling still: not, once its time has run out. */
  isThere(key: string): Stored<boolean>;
  /** Everybody for whom something waits. */
  people(): Stored<number[]>;
  /** Reads what the last run left; where the store is shared there is nothing to read ahead. */
  load(): Stored<void>;
}

/** Things of one person that are read at once: more than may wait (notices.ts, voice.ts). */
const MOST = 5_000;

export function createPile<T extends { readonly person: number }>(
  store: Pick<Store, 'values' | 'isShared'>,
  kind: Kind<T>,
  clock: () => number = Date.now,
): Pile<T> {
  const values = store.values(kind);
  const nextName = monotonicFactory();
  /** By key, oldest first: all that waits; where the store is shared, what it has not taken. */
  const memory = new Map<string, T>();

  const remembered = (person: number) => [...memory].filter(([, thing]) => thing.person === person);

  async function read(keys: readonly string[]): Stored<[key: string, thing: T][]> {
    const found: [string, T][] = [];
    let failure: StoreFailure | null = null;
    for (const key of keys) {
      const thing = orNone(await values.get(key));
      if (!thing.ok) failure = thing.failure;
      else if (thing.value !== undefined) found.push([key, thing.value]);
    }
    return failure === null ? ok(found) : fail(failure);
  }

  async function written(
    key: string,
    thing: T,
    saved: Result<void, StoreFailure>,
    anyway: boolean,
  ): Stored<void> {
    if (saved.ok && store.isShared) memory.delete(key);
    else if (saved.ok || anyway) memory.set(key, thing);
    return saved;
  }

  return {
    async of(person) {
      if (!store.isShared) return ok(remembered(person));
      const keys = await values.page({ prefix: `${person} `, most: MOST });
      if (!keys.ok) return keys;
      const stored = await read(keys.value);
      return stored.ok ? ok([...stored.value, ...remembered(person)]) : stored;
    },
    async add(thing, { ttlMs, anyway = false } = {}) {
      const key = `${thing.person} ${nextName(clock())}`;
      const saved = await written(key, thing, await values.set(key, thing, ttlMs), anyway);
      return saved.ok ? ok(key) : saved;
    },
    replace: async (key, thing) => written(key, thing, await values.set(key, thing), true),
    async drop(keys) {
      for (const key of keys) memory.delete(key);
      return keys.length === 1 && keys[0] !== undefined ? values.delete(keys[0]) : values.deleteMany(keys);
    },
    async isThere(key) {
      const kept = orNone(await values.get(key));
      return kept.ok ? ok(kept.value !== undefined) : kept;
    },
    async people() {
      const found = new Set([...memory.values()].map(({ person }) => person));
      if (!store.isShared) return ok([...found]);
      for (let after = ''; ; ) {
        const keys = await values.page({ most: 1, ...(after === '' ? {} : { after }) });
        if (!keys.ok) return keys;
        const [person] = keys.value[0]?.split(' ') ?? [];
        if (person === undefined) return ok([...found]);
        found.add(Number(person));
        after = `${person} ~`;
      }
    },
    async load() {
      if (store.isShared) return ok(undefined);
      const keys = await values.keys();
      if (!keys.ok) return keys;
      const things = await read(keys.value);
      if (!things.ok) return things;
      for (const [key, thing] of things.value) memory.set(key, thing);
      return ok(undefined);
    },
  };
}
