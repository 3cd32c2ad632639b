import { randomInt } from 'node:crypto';
import type { Database, RootDatabase } from 'lmdb';
import type { Result } from '../../kernel/result.ts';
import { asideOf } from '../check.ts';
import { amendedIn, type Batch, nameOf, writtenBy } from '../gathering.ts';
import type { Misfit } from '../kind.ts';
import { fromUnversioned, headOf } from '../record-text.ts';
import { FENCED, type StoredRecord, type StoreFailure, type StoreHooks, type TakeRecord } from '../store.ts';
import { checkName, StoreError } from '../store-error.ts';
import { open } from './engine.ts';
import { guarded } from './guard.ts';

/** First the sort of record (value, message, claim …), then names from outside. */
export type RecordKey = StoredRecord['key'];

/** A text to write, and others in the same commit. */
export interface RecordChange {
  readonly text: string;
  readonly also?: readonly { readonly key: RecordKey; readonly text: string }[];
}

/** What another record has to say for a write to be done. */
export interface Condition {
  readonly key: RecordKey;
  /** @param current its live text */
  holds(current: string | undefined): boolean;
}

/** Whether a change is held to the conditions of whoever makes it; `whoever-holds`: not. */
export type Under = 'conditions' | 'whoever-holds';

const ENGINE = {
  noSubdir: false,
  maxDbs: 4,
  // A write resolves only after the flush to disk.
  overlappingSync: false,
  // The engine's own batches reject a promise nobody can reach when the disk is full, which ends the process.
  eventTurnBatching: false,
  // For `Records.#begin`; its types do not know it.
  txnStartThreshold: 1,
};

type DueKey = [dueAt: number, ...key: string[]];

const SWEEP_EVERY_MS = 60_000;
const SWEEP_BATCH = 500;

/**
 * Texts of records (record-text.ts) in one LMDB environment; the only file that talks to the engine. A second table
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
  readonly #hooks: StoreHooks;
  readonly #conditions: () => readonly Condition[];
  /** Batches that wait for the commit that is under way. */
  readonly #batches: { readonly batch: Batch; resolve(): void; reject(error: unknown): void }[] = [];
  #committing: Promise<void> | null = null;
  #closing: Promise<void> | undefined;
  #closed = false;

  /** @param conditions under which whoever writes now may do so */
  constructor(directory: string, hooks: StoreHooks, conditions: () => readonly Condition[]) {
    this.#hooks = hooks;
    this.#conditions = conditions;
    this.#root = open({ path: directory, ...ENGINE });
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
      const ran = await running;
      if (!ran.ok && ran.failure.reason === 'corrupt') this.#hooks.onDamage?.(ran.failure);
      return ran;
    } finally {
      this.#underWay.delete(running);
    }
  }

  /** The live text under a key, or undefined; one whose time has run out is deleted on the way. */
  async read(key: RecordKey): Promise<string | undefined> {
    const found = this.#find(key);
    if (!found || isLive(found.text)) return found?.text;
    await this.#records.remove([...key], found.version);
    return undefined;
  }

  /** The text under a key as it lies there, live or not, of an older form or not. @throws when the store is being closed */
  readNow(key: RecordKey): string | undefined {
    if (this.#closing) throw new StoreError('unavailable', 'store is closed');
    this.#check(key);
    return this.#records.get([...key]);
  }

  /** The live text under a key, whatever becomes of it. */
  peek(key: RecordKey): string | undefined {
    const found = this.#find(key);
    return found && isLive(found.text) ? found.text : undefined;
  }

  /** Writes without looking at what was there. */
  async write(key: RecordKey, text: string): Promise<void> {
    this.#check(key);
    await this.#commit(this.#prepare(key, text));
  }

  /** Writes many in one commit, without looking at what was there. */
  async writeAll(written: readonly StoredRecord[]): Promise<void> {
    const puts = written.map(({ key, text }) => this.#prepare(key, text));
    await this.#commit(() => {
      for (const put of puts) put();
    });
  }

  async remove(keys: readonly RecordKey[]): Promise<void> {
    for (const key of keys) this.#check(key);
    await this.#commit(() => {
      for (const key of keys) inBatch(this.#records.remove([...key]));
    });
  }

  /**
   * Changes one record atomically. `decide` sees its live text and returns what to write, or null to leave it; it is
   * asked again when somebody else was faster. `also` names other records for the same commit.
   * @returns whether anything was written
   */
  async change(
    key: RecordKey,
    decide: (current: string | undefined) => RecordChange | null,
    under: Under = 'conditions',
  ): Promise<boolean> {
    for (;;) {
      const found = this.#find(key);
      const wanted = decide(found && isLive(found.text) ? found.text : undefined);
      if (!wanted) return false;
      const put = this.#prepare(key, wanted.text);
      const beside = (wanted.also ?? []).map((other) => this.#prepare(other.key, other.text));
      const act = () => {
        put();
        for (const putOther of beside) putOther();
      };
      let done: Promise<boolean> | undefined;
      const change = () => {
        done = found
          ? this.#records.ifVersion([...key], found.version, act)
          : this.#records.ifNoExists([...key], act);
        inBatch(done);
      };
      if (under === 'whoever-holds' || this.#conditions().length === 0) {
        change();
        this.#begin();
      } else await this.#commit(change);
      if (await done) return true;
    }
  }

  /** Writes in one commit, if every condition of whoever writes holds at that moment. */
  async #commit(writes: () => void): Promise<void> {
    const conditions = this.#conditions();
    if (conditions.length === 0) {
      const written = this.#root.batch(writes);
      this.#begin();
      await written;
      return;
    }
    for (;;) {
      const met = conditions.map(({ key, holds }) => {
        const found = this.#find(key);
        if (found && isLive(found.text) && holds(found.text)) return { key, version: found.version };
        throw new StoreError('unavailable', FENCED);
      });
      const areMet: Promise<boolean>[] = [];
      // Each within the one before: the engine looks at all of them in the commit that writes.
      const asLongAs = met.reduceRight<() => void>(
        (inner, { key, version }) =>
          () => {
            const isMet = this.#records.ifVersion([...key], version, inner);
            inBatch(isMet);
            areMet.push(isMet);
          },
        writes,
      );
      asLongAs();
      this.#begin();
      if ((await Promise.all(areMet)).every(Boolean)) return;
      // A claim that was renewed meanwhile has another version, too.
    }
  }

  /**
   * Has the engine's thread begin with what was written now. It would wait for the next turn of events, and whoever writes often
   * has a lot to do first that the disk need not wait for: it begins at once where more waits than one write.
   */
  #begin(): void {
    inBatch(this.#root.batch(() => undefined));
  }

  /**
   * Writes a batch of values in one commit, which others that come meanwhile share: what many tasks write at once costs no
   * more commits than there is time for.
   */
  commitBatch(batch: Batch): Promise<void> {
    // Held to the conditions of whoever asks: by itself.
    if (this.#conditions().length > 0) return this.#commitBatches([batch]);
    return new Promise((resolve, reject) => {
      this.#batches.push({ batch, resolve, reject });
      this.#beginBatches();
    });
  }

  /**
   * Writes with the next batch, and with the next turn of events at the latest: a commit that two writes share costs the disk, and
   * whoever waits for the second, half of what two do.
   */
  async join(batch: Batch): Promise<void> {
    for (const { place } of [...batch.written, ...batch.amended]) this.#check(place);
    if (this.#conditions().length > 0) return this.#commitBatches([batch]);
    await new Promise<void>((resolve, reject) => {
      this.#batches.push({ batch, resolve, reject });
      setImmediate(() => this.#beginBatches());
    });
  }

  #beginBatches(): void {
    if (this.#batches.length === 0) return;
    this.#committing ??= this.#workOff().finally(() => {
      this.#committing = null;
    });
  }

  async #workOff(): Promise<void> {
    while (this.#batches.length > 0) {
      const waiting = this.#batches.splice(0);
      try {
        await this.#commitBatches(waiting.map(({ batch }) => batch));
        for (const { resolve } of waiting) resolve();
      } catch (error) {
        // One that cannot be committed must not fail the others.
        if (waiting.length === 1) waiting[0]?.reject(error);
        else
          for (const { batch, resolve, reject } of waiting)
            await this.#commitBatches([batch]).then(resolve, reject);
      }
    }
  }

  async #commitBatches(batches: readonly Batch[]): Promise<void> {
    for (;;) {
      const found = amendedIn(batches).map((place) => ({ place, there: this.#find(place) }));
      const texts = new Map(
        found.map(({ place, there }) => [
          nameOf(place),
          there && isLive(there.text) ? there.text : undefined,
        ]),
      );
      const acts = writtenBy(batches, texts).map(({ place, text }) =>
        text === null ? this.#preparedRemoval(place) : this.#prepare(place, text),
      );
      const conditions: Promise<boolean>[] = [];
      // Each within the one before: the engine looks at all of them in the commit that writes.
      const whole = found.reduceRight<() => void>(
        (inner, { place, there }) =>
          () => {
            const asWas = there
              ? this.#records.ifVersion([...place], there.version, inner)
              : this.#records.ifNoExists([...place], inner);
            inBatch(asWas);
            conditions.push(asWas);
          },
        () => {
          for (const act of acts) act();
        },
      );
      await this.#commit(whole);
      if ((await Promise.all(conditions)).every(Boolean)) return;
      // Somebody else was faster.
    }
  }

  #preparedRemoval(key: RecordKey): () => void {
    this.#check(key);
    return () => inBatch(this.#records.remove([...key]));
  }

  /**
   * Keeps the bytes of a record that cannot be read beside the others, each once and for as long as it would have lived
   * itself, and tells of it. The record stays. `fleeting`: nothing but its names and the fault are kept.
   */
  async setAside(key: RecordKey, misfit: Misfit, fleeting = false): Promise<void> {
    const bytes = this.#records.getBinary([...key]);
    if (!bytes) return;
    const copy = asideOf(key, bytes, misfit, fleeting);
    const isNew = await this.change(copy.key, (there) => (there === undefined ? { text: copy.text } : null));
    if (isNew) this.#hooks.onSetAside?.({ key, ...misfit });
  }

  /** Every live record, in the order of its key. */
  all(): Generator<{ key: RecordKey; text: string }> {
    return this.#from();
  }

  /** The live copies that were set aside: `['aside', name of the copy, ...key of the record]`. */
  *aside(): Generator<{ key: RecordKey; text: string }> {
    for (const copy of this.#from(['aside'])) {
      if (copy.key[0] !== 'aside') return;
      yield copy;
    }
  }

  *#from(start?: string[]): Generator<{ key: RecordKey; text: string }> {
    this.#alive();
    for (const key of this.#records.getKeys(start ? { start } : {})) {
      const found = this.#find(key as unknown as RecordKey);
      if (found && isLive(found.text)) yield { key: key as unknown as RecordKey, text: found.text };
    }
  }

  /**
   * Live keys beside `first` (same kind and names but for the last) from `first` on, in byte order (or down). A record that
   * cannot be read counts as live: whoever reads it is told.
   */
  *keysFrom(first: RecordKey, descending = false): Generator<RecordKey> {
    this.#alive();
    const parents = first.slice(0, -1);
    for (const key of this.#records.getKeys({ start: [...first], reverse: descending })) {
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
    const text = this.#textAt(key)?.text;
    if (text === undefined) return 'expired';
    if (!headOf(text)) return 'unreadable';
    return isLive(text) ? 'live' : 'expired';
  }

  /** The text under a key in today's form, whatever wrote it. */
  #textAt(key: readonly string[]): { text: string; version: number } | undefined {
    const entry = this.#records.getEntry([...key]);
    return entry && { text: today(key, entry.value), version: entry.version ?? 0 };
  }

  /** Everything that can be refused is refused here, before the engine collects a batch. */
  #prepare(key: RecordKey, text: string): () => void {
    this.#check(key);
    const expires = headOf(text)?.expires ?? null;
    return () => {
      inBatch(this.#records.put([...key], text, randomInt(1, 2 ** 47)));
      if (expires !== null) inBatch(this.#due.put([expires, ...key], true));
    };
  }

  #find(key: RecordKey): { text: string; version: number } | undefined {
    this.#check(key);
    return this.#textAt(key);
  }

  #check([, ...names]: RecordKey): void {
    this.#alive();
    for (const name of names) checkName(name);
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

/**
 * Hands every live record to `each` in the order of keys, all as they were at one moment: its reading transaction
 * stands still, whoever writes meanwhile. Takes a file that was looked at, and changes nothing.
 * @returns how many there were
 */
export async function snapshot(directory: string, each: TakeRecord): Promise<number> {
  const root = open({ path: directory, noSubdir: false, readOnly: true, maxDbs: 4, overlappingSync: false });
  try {
    const records: Database<string, string[]> | undefined = root.openDB({
      name: 'records',
      encoding: 'string',
      useVersions: true,
    });
    let count = 0;
    // A range keeps its reading transaction until it ends, over any number of event turns.
    for (const { key, value } of records?.getRange({ snapshot: true }) ?? []) {
      const record = { key: key as unknown as RecordKey, text: today(key, value) };
      if (!isLive(record.text)) continue;
      const taken = each(record);
      if (!(typeof taken === 'boolean' ? taken : await taken)) break;
      count += 1;
    }
    return count;
  } finally {
    await root.close();
  }
}

/** The text of a record in today's form, whatever wrote it; one that is no record as it is. */
function today(key: readonly string[], text: string): string {
  return headOf(text) ? text : (fromUnversioned(text, key[0] === 'value') ?? text);
}

/** A write whose outcome the batch around it reports. Left without a handler it would end the process on a failure. */
function inBatch(write: Promise<boolean>): void {
  write.catch(() => undefined);
}

/** A text that is no record counts as live: whoever reads it is told. */
function isLive(text: string): boolean {
  const expires = headOf(text)?.expires ?? null;
  return expires === null || expires > Date.now();
}
