import { Keyv, type KeyvStoreAdapter } from 'keyv';
import { ok, type Result } from '../kernel/result.ts';
import type { Amendment, Gathered, Gathering } from './gathering.ts';
import { type Kind, type Misfit, readAs } from './kind.ts';
import { createReadings, type Reading } from './readings.ts';
import { headOf, parseRecord, recordText, UnreadableRecord } from './record-text.ts';
import type { AmendHow, KeyRange, StoreFailure, Values } from './store.ts';
import { checkName, checkTtl } from './store-error.ts';

/** What a backend brings: one Keyv adapter per kind, which keeps texts, its keys, and its way of naming failures. */
export interface ValuesBackend {
  readonly adapter: KeyvStoreAdapter;
  /**
   * The text under a key, live or not, where it can be read without waiting; undefined: there is none. Left out where it cannot.
   * @throws where the adapter would
   */
  readonly now?: (key: string) => string | undefined;
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
  /** What tasks write together. */
  readonly gathering: Gathering;
}

/**
 * Values of a kind over Keyv, the one value layer of every backend: its serializer writes and checks the record, its
 * time to live is the only one (docs/decisions/0036). `throwOnErrors`, because Keyv otherwise answers a failed read with
 * "nothing there". Its key prefix is off: it leaves keys alone that look prefixed already, so that two kinds can meet in
 * one key.
 */
export function keyvValues<T>(
  kind: Kind<T>,
  { adapter, now, keys, page, change, run, setAside, gathering }: ValuesBackend,
): Values<T> {
  const write = (value: T, expires: number | null) => recordText(kind.version, expires, value);
  const read = (text: string): Reading<T> => {
    const { version, expires, value } = parseRecord(text);
    const data = readAs(kind, { version, value });
    if (!data.ok) throw new UnreadableRecord(data.failure);
    return { value: kind.frozen ? frozen(data.value) : data.value, expires };
  };
  const plain = (text: string): Reading<T> => {
    const { expires, value } = parseRecord(text);
    return { value: (kind.frozen ? frozen(value) : value) as T, expires };
  };
  const readings = createReadings(kind, { read, plain });
  const keyv = new Keyv<T>({
    store: gatheringAdapter(kind, adapter, gathering, readings.written),
    useKeyPrefix: false,
    throwOnErrors: true,
    emitErrors: false,
    // Called before `set` has given the caller back: what happens to the object afterwards does not reach the record.
    serialize: ({ value, expires }) => write(value as T, expires ?? null),
    deserialize: ((text: string) => {
      const { value, expires } = read(text);
      return { value, expires: expires ?? undefined };
    }) as never,
  });
  const orSetAside = async <R>(key: string, task: () => Promise<R>): Promise<R> => {
    try {
      return await task();
    } catch (error) {
      if (error instanceof UnreadableRecord) await setAside(key, error.misfit);
      throw error;
    }
  };
  /** The value of a text that lies there. @param anyway one that cannot be read is none @throws where it cannot be read */
  function lying(text: string | undefined, anyway = false): T | undefined {
    try {
      return text === undefined ? undefined : read(text).value;
    } catch (error) {
      if (anyway && error instanceof UnreadableRecord) return undefined;
      throw error;
    }
  }
  /** What can be told without waiting; null: ask. Whatever is the matter is named by who is asked. */
  function readNow(key: string): { readonly value: T | undefined } | null {
    if (!now) return null;
    try {
      const pending = gathering.pending(['value', kind.name, key]);
      const text = pending === undefined ? now(key) : pending;
      if (text === undefined) return { value: undefined };
      if (text === null) return null;
      const reading = readings.of(key, text);
      return reading.expires === null || reading.expires > Date.now() ? reading : null;
    } catch {
      return null;
    }
  }

  /**
   * Hands the running task what it is to gather. False: there is none, or something is the matter, which is named by who writes at
   * once.
   */
  function handed(key: string, hand: (task: Gathered) => void): boolean {
    try {
      const task = gathering.current();
      if (!task) return false;
      checkName(key);
      hand(task);
      return true;
    } catch {
      return false;
    }
  }

  /** Puts a value into the running task, where that gathers the kind: the text that Keyv would have made of it. */
  function gathered(key: string, value: T, ttlMs: number | undefined): boolean {
    if (!kind.gathers) return false;
    return handed(key, (task) => {
      if (ttlMs !== undefined) checkTtl(ttlMs);
      const text = write(value, ttlMs === undefined ? null : Date.now() + ttlMs);
      readings.written(key, text);
      task.put({ place: ['value', kind.name, key], text });
    });
  }

  return {
    // Beside Keyv where nothing has to be waited for: the same text, read in the same way.
    async get(key) {
      const known = readNow(key);
      return known ? ok(known.value) : run(() => orSetAside(key, () => keyv.get<T>(key)));
    },
    async set(key, value, ttlMs) {
      if (gathered(key, value, ttlMs)) return ok(undefined);
      return run(async () => {
        // Keyv would take 0 for "for good".
        if (ttlMs !== undefined) checkTtl(ttlMs);
        await keyv.set(key, value, ttlMs);
      });
    },
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
        orSetAside(key, async () => {
          await gathering.settle();
          return change(key, (current) => {
            const wanted = decide(lying(current));
            if (!wanted) return null;
            const also = Object.entries(wanted.also ?? {});
            return {
              text: write(wanted.value, null),
              also: also.map(([name, value]) => [name, write(value, null)]),
            };
          });
        }),
      ),
    async amend(key, decide, { ttlMs, anyway }: AmendHow = {}) {
      const amendment: Amendment = {
        place: ['value', kind.name, key],
        decide(current) {
          const { value, also = {} } = decide(lying(current, anyway));
          const expires = ttlMs === undefined ? null : Date.now() + ttlMs;
          return Object.entries({ ...also, [key]: value }).map(([name, written]) => ({
            place: ['value', kind.name, name],
            text: write(written, name === key ? expires : null),
          }));
        },
      };
      const check = () => ttlMs === undefined || checkTtl(ttlMs);
      const isHanded = handed(key, (task) => {
        check();
        task.amend(amendment);
      });
      if (isHanded) return ok(undefined);
      return run(() =>
        orSetAside(key, async () => {
          checkName(key);
          check();
          await gathering.settle();
          await gathering.commit({ written: [], amended: [amendment] });
        }),
      );
    },
    keys: (prefix = '') => run(() => afterwards(() => keys(prefix))),
    page: (range) => run(() => afterwards(() => page(range))),
  };

  /** Looks for what is there, once what the running task has written is. */
  async function afterwards<R>(look: () => R | Promise<R>): Promise<R> {
    if (kind.gathers) await gathering.settle();
    return look();
  }
}

/** An adapter for Keyv whose writes a running task gathers, where the kind lets it, and are done at once otherwise. */
function gatheringAdapter(
  { name, gathers }: Kind<unknown>,
  adapter: KeyvStoreAdapter,
  gathering: Gathering,
  written: (key: string, text: string) => void,
): KeyvStoreAdapter {
  /** Deletes with the running task. False: there is none, and all it has gathered is on disk. */
  async function gathered(keys: readonly string[]): Promise<boolean> {
    const task = gathers ? gathering.current() : null;
    if (!task) {
      await gathering.settle();
      return false;
    }
    for (const key of keys) checkName(key);
    for (const key of keys) task.put({ place: ['value', name, key], text: null });
    return true;
  }
  const own: KeyvStoreAdapter = {
    ...adapter,
    on: () => own,
    async get<V>(key: string) {
      const pending = gathering.pending(['value', name, key]);
      if (pending === undefined) return adapter.get<V>(key);
      const { expires = null } = (pending !== null && headOf(pending)) || {};
      return (pending === null || (expires !== null && expires <= Date.now()) ? undefined : pending) as V;
    },
    // Of what a running task gathers Keyv is not asked.
    async set(key: string, text: string, ttl) {
      written(key, text);
      await gathering.settle();
      await adapter.set(key, text, ttl);
    },
    async delete(key) {
      return (await gathered([key])) || adapter.delete(key);
    },
    async deleteMany(keys) {
      return (await gathered(keys)) || (adapter.deleteMany?.(keys) ?? false);
    },
  };
  return own;
}

/** The same data, made of JSON, all of it frozen. */
function frozen<T>(data: T): T {
  if (typeof data !== 'object' || data === null) return data;
  for (const inner of Object.values(data)) frozen(inner);
  return Object.freeze(data);
}
