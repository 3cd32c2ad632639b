import { randomInt } from 'node:crypto';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { Result } from '../../kernel/result.ts';
import { MAX_NAME_BYTES, type StoreFailure } from '../store.ts';
import { guarded, StoreError } from './guard.ts';

/** First the kind of record, then names from outside. */
export type RecordKey = readonly [kind: string, ...names: string[]];

/** Data to write and how long it lives, milliseconds; null for good. */
export interface Write {
  readonly data: unknown;
  readonly ttlMs: number | null;
}

interface StoredRecord {
  readonly data: unknown;
  /** Milliseconds since 1970, or null for good. */
  readonly expiresAt: number | null;
}

type DueKey = [dueAt: number, ...key: string[]];

const SWEEP_EVERY_MS = 60_000;
const SWEEP_BATCH = 500;

/**
 * Records with a time to live in one LMDB environment; the only file that talks to the engine. A second table
 * orders keys by expiry, so that a sweep reads only what is due.
 *
 * Atomic changes are compare-and-swap on a random version number: such writes run on the engine's own thread and
 * share commits. The engine's asynchronous `transaction()` is not used (lmdb 3.5.6 never called its callback when
 * tried on Node 20, 22 and 24), and `transactionSync()` would hold the event loop for a disk flush.
 *
 * Methods throw (`StoreError` or the engine's own error); callers use them inside `run`, which makes results of it
 * and lets `close` wait.
 */
export class Records {
  readonly #root: RootDatabase;
  readonly #records: Database<string, string[]>;
  readonly #due: Database<true, DueKey>;
  readonly #sweeper: NodeJS.Timeout;
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;
  #closed = false;

  constructor(directory: string) {
    this.#root = open({
      path: directory,
      noSubdir: false,
      maxDbs: 4,
      // A write resolves only after the flush to disk.
      overlappingSync: false,
      // The engine's own batches reject a promise nobody can reach when the disk is full, which ends the process.
      eventTurnBatching: false,
    });
    this.#records = this.#root.openDB({ name: 'records', encoding: 'string', useVersions: true });
    this.#due = this.#root.openDB({ name: 'due', encoding: 'json' });
    this.#sweeper = setInterval(() => void this.run(() => this.sweep()), SWEEP_EVERY_MS).unref();
  }

  /** Runs an access to the end even if the store is closed meanwhile. Once it is closed, nothing runs any more. */
  async run<T>(access: () => T | Promise<T>): Promise<Result<T, StoreFailure>> {
    const running = guarded(() => {
      if (this.#closing) throw new StoreError('unavailable', 'store is closed');
      return access();
    });
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }

  /** The live data under a key, or undefined; data whose time has run out is deleted on the way. */
  async read(key: RecordKey): Promise<unknown> {
    const found = this.#find(key);
    if (!found || isLive(found.record)) return found?.record.data;
    await this.#records.remove([...key], found.version);
    return undefined;
  }

  /** Writes without looking at what was there. */
  async write(key: RecordKey, write: Write): Promise<void> {
    this.#check(key);
    const put = this.#prepare(key, write);
    await this.#root.batch(put);
  }

  async remove(keys: readonly RecordKey[]): Promise<void> {
    for (const key of keys) this.#check(key);
    await this.#root.batch(() => {
      for (const key of keys) inBatch(this.#records.remove([...key]));
    });
  }

  /**
   * Changes one record atomically. `decide` sees its live data and returns what to write, or null to leave it; it is
   * asked again when somebody else was faster. `also` names other records for the same commit.
   * @returns whether anything was written
   */
  async change(
    key: RecordKey,
    decide: (current: unknown) => (Write & { also?: readonly { key: RecordKey; write: Write }[] }) | null,
  ): Promise<boolean> {
    for (;;) {
      const found = this.#find(key);
      const wanted = decide(found && isLive(found.record) ? found.record.data : undefined);
      if (!wanted) return false;
      const put = this.#prepare(key, wanted);
      const beside = (wanted.also ?? []).map((other) => this.#prepare(other.key, other.write));
      const act = () => {
        put();
        for (const putOther of beside) putOther();
      };
      const done = found
        ? this.#records.ifVersion([...key], found.version, act)
        : this.#records.ifNoExists([...key], act);
      if (await done) return true;
    }
  }

  /**
   * Live keys beside `first` (same kind and names but for the last) from `first` on, in byte order. A record that
   * cannot be read counts as live: whoever reads it is told.
   */
  *keysFrom(first: RecordKey): Generator<RecordKey> {
    this.#alive();
    const parents = first.slice(0, -1);
    for (const key of this.#records.getKeys({ start: [...first] })) {
      if (key.length !== first.length || parents.some((name, index) => key[index] !== name)) return;
      if (this.#state(key) !== 'expired') yield key as [string, ...string[]];
    }
  }

  /** How many keys there are from `first` to `last`, expired ones included, counted up to `limit`. */
  count(first: RecordKey, last: RecordKey, limit: number): number {
    return this.#records.getKeysCount({ start: [...first], end: [...last], limit });
  }

  /** Deletes what is due. Runs by itself every minute. */
  async sweep(): Promise<void> {
    for (let swept = SWEEP_BATCH; swept === SWEEP_BATCH && !this.#closing; ) {
      const due = [...this.#due.getKeys({ end: [Date.now() + 1], limit: SWEEP_BATCH })];
      swept = due.length;
      await Promise.all(due.map((entry) => this.#sweepOne(entry)));
    }
  }

  /** Makes other processes' commits visible to the next read of this event turn. */
  refresh(): void {
    this.#alive();
    this.#root.resetReadTxn();
  }

  /** Waits for what is under way: the engine ends the process when it is closed under a write. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      clearInterval(this.#sweeper);
      await Promise.all(this.#underWay);
      this.#closed = true;
      await this.#root.close();
    })();
    return this.#closing;
  }

  /** A record may have been written again since to live longer: then only its entry in the order goes. */
  async #sweepOne(due: DueKey): Promise<void> {
    const [, ...key] = due;
    const version = this.#records.getEntry(key)?.version;
    if (version !== undefined && this.#state(key) !== 'live') await this.#records.remove(key, version);
    await this.#due.remove(due);
  }

  #state(key: string[]): 'live' | 'expired' | 'unreadable' {
    try {
      const text = this.#records.get(key);
      return text !== undefined && isLive(decode(text)) ? 'live' : 'expired';
    } catch {
      return 'unreadable';
    }
  }

  /** Everything that can be refused is refused here, before the engine collects a batch. */
  #prepare(key: RecordKey, { data, ttlMs }: Write): () => void {
    this.#check(key);
    if (ttlMs !== null) checkTtl(ttlMs);
    const expiresAt = ttlMs === null ? null : Date.now() + ttlMs;
    if (data === undefined) throw new StoreError('invalid', 'nothing to write');
    const text = encode({ data, expiresAt } satisfies StoredRecord);
    return () => {
      inBatch(this.#records.put([...key], text, randomInt(1, 2 ** 47)));
      if (expiresAt !== null) inBatch(this.#due.put([expiresAt, ...key], true));
    };
  }

  #find(key: RecordKey): { record: StoredRecord; version: number } | undefined {
    this.#check(key);
    const entry = this.#records.getEntry([...key]);
    return entry && { record: decode(entry.value), version: entry.version ?? 0 };
  }

  #check([, ...names]: RecordKey): void {
    this.#alive();
    for (const name of names) {
      const bytes = Buffer.byteLength(name);
      if (bytes < 1 || bytes > MAX_NAME_BYTES) {
        throw new StoreError('invalid', `a name must have 1 to ${MAX_NAME_BYTES} bytes, got ${bytes}`);
      }
    }
  }

  #alive(): void {
    if (this.#closed) throw new StoreError('unavailable', 'store is closed');
  }
}

/**
 * Does a task while no page of the store that is in use now is written again, whoever has it open. Takes a file whose
 * header pages are good: nothing else of it is read, and nothing is changed.
 */
export async function pinned<T>(directory: string, task: () => T): Promise<T> {
  const root = open({ path: directory, noSubdir: false, readOnly: true, overlappingSync: false });
  try {
    const reading = root.useReadTransaction();
    try {
      return task();
    } finally {
      reading.done();
    }
  } finally {
    await root.close();
  }
}

/** A write whose outcome the batch around it reports. Left without a handler it would end the process on a failure. */
function inBatch(write: Promise<boolean>): void {
  write.catch(() => undefined);
}

/** @throws StoreError unless the time to live is a finite number of milliseconds above 0 */
export function checkTtl(ttlMs: number): void {
  if (Number.isFinite(ttlMs) && ttlMs > 0) return;
  throw new StoreError('invalid', `a time to live must be more than 0 ms, got ${ttlMs}`);
}

function isLive(record: StoredRecord): boolean {
  return record.expiresAt === null || record.expiresAt > Date.now();
}

/** @throws StoreError for what JSON cannot carry */
export function encode(value: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return text;
  } catch {
    // Falls through: circular, a bigint, a throwing toJSON.
  }
  throw new StoreError('invalid', 'value cannot be written as JSON');
}

/** Whether a record's text, as the engine keeps it, can be read. */
export function isReadable(text: string): boolean {
  try {
    return decode(text) !== undefined;
  } catch {
    return false;
  }
}

/** The engine's text back as a record. JSON's own error would quote the stored value, so it is not passed on. */
function decode(text: string): StoredRecord {
  try {
    const record = JSON.parse(text) as StoredRecord;
    if (record.expiresAt === null || typeof record.expiresAt === 'number') return record;
  } catch {
    // Falls through to the one failure for everything unreadable.
  }
  throw new StoreError('corrupt', 'record is not readable');
}
