import { createHash } from 'node:crypto';
import type { Result } from '../../kernel/result.ts';
import { asideOf } from '../check.ts';
import { amendedIn, type Batch, nameOf, writtenBy } from '../gathering.ts';
import type { Misfit } from '../kind.ts';
import { headOf } from '../record-text.ts';
import type { Held, KeyRange, StoredRecord, StoreFailure, StoreHooks } from '../store.ts';
import { checkName, StoreError } from '../store-error.ts';
import type { Connection, Script } from './connection.ts';
import { attempted } from './failure.ts';
import { below, escaped, fieldOf, keyOf, type RecordKey, type StoreKeys } from './keys.ts';
import type { Word } from './line.ts';
import type { Scripts } from './scripts.ts';

/** A text to write, and others in the same moment. */
export interface RecordChange {
  readonly text: string;
  readonly also?: readonly StoredRecord[];
}

/** What one script writes: texts, and what goes. */
interface Commit {
  /** What has to lie there for anything to be written; null: nothing. */
  readonly found?: readonly { readonly key: RecordKey; readonly bytes: Buffer | null }[];
  readonly puts?: readonly StoredRecord[];
  readonly removes?: readonly RecordKey[];
}

const SWEEP_EVERY_MS = 60_000;
const SWEEP_BATCH = 500;
/** Records that are asked for at once where all of them are wanted. */
const PAGE = 500;

/**
 * Texts of records (record-text.ts) in a Redis, under the names of keys.ts; and the claims under which whoever writes works.
 * Methods throw (`StoreError` or the client's own error); callers use them inside `run`, which makes results of it and lets
 * `close` wait.
 */
export class RedisRecords {
  readonly keys: StoreKeys;
  readonly scripts: Scripts;
  readonly #connection: Connection;
  readonly #held: () => readonly Held[];
  readonly #hooks: StoreHooks;
  readonly #sweeper: NodeJS.Timeout;
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /** @param held the claims under which whoever writes now works */
  constructor(
    connection: Connection,
    {
      keys,
      scripts,
      held,
      hooks,
    }: { keys: StoreKeys; scripts: Scripts; held: () => readonly Held[]; hooks: StoreHooks },
  ) {
    this.keys = keys;
    this.scripts = scripts;
    this.#connection = connection;
    this.#held = held;
    this.#hooks = hooks;
    this.#sweeper = setInterval(() => void this.run(() => this.sweep()), SWEEP_EVERY_MS).unref();
  }

  /** Runs an access to the end even if the store is closed meanwhile. Once it is closed, nothing runs any more. */
  async run<T>(access: () => T | Promise<T>): Promise<Result<T, StoreFailure>> {
    const running = attempted(() => {
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

  /** Runs a script that only reads, or writes what nobody has to hold a claim for. */
  ask(script: Script, args: readonly Word[], ...more: readonly string[]): Promise<unknown> {
    const { records, index, due, channel } = this.keys;
    return this.#connection.run(script, [records, index, due, channel, ...more], ['0', ...args]);
  }

  /** Runs a script that writes, if whoever asks still holds what it works under. */
  tell(script: Script, args: readonly Word[], ...more: readonly string[]): Promise<unknown> {
    const { records, index, due, channel } = this.keys;
    const held = this.#held();
    const claims = held.flatMap(({ name, owner, fence }) => [fieldOf(['claim', name]), owner, String(fence)]);
    return this.#connection.run(
      script,
      [records, index, due, channel, ...more],
      [String(held.length), ...claims, ...args],
    );
  }

  /** The live text under a key. */
  async read(key: RecordKey): Promise<string | undefined> {
    const text = (await this.#connection.command(['HGET', this.keys.records, checked(key)])) as string | null;
    return text !== null && isLive(text) ? text : undefined;
  }

  async write(key: RecordKey, text: string): Promise<void> {
    await this.#commit({ puts: [{ key, text }] });
  }

  async remove(keys: readonly RecordKey[]): Promise<void> {
    await this.#commit({ removes: keys });
  }

  /**
   * Changes one record atomically. `decide` sees its live text and returns what to write, or null to leave it; it is
   * asked again when somebody else was faster.
   * @returns whether anything was written
   */
  async change(
    key: RecordKey,
    decide: (current: string | undefined) => RecordChange | null,
  ): Promise<boolean> {
    for (;;) {
      const bytes = await this.#bytes(key);
      const text = bytes?.toString();
      const wanted = decide(text !== undefined && isLive(text) ? text : undefined);
      if (!wanted) return false;
      const puts = [{ key, text: wanted.text }, ...(wanted.also ?? [])];
      if (await this.#commit({ found: [{ key, bytes }], puts })) return true;
    }
  }

  /** Writes a batch of values as one. */
  async commitBatch(batch: Batch): Promise<void> {
    for (;;) {
      const places = amendedIn([batch]);
      const found = await Promise.all(
        places.map(async (place) => ({
          name: nameOf(place),
          key: place,
          bytes: await this.#bytes(place),
        })),
      );
      const texts = found.map(({ name, bytes }) => [name, bytes?.toString()] as const);
      const live = texts.map(
        ([name, text]) => [name, text !== undefined && isLive(text) ? text : undefined] as const,
      );
      const written = writtenBy([batch], new Map(live));
      const puts = written.flatMap(({ place, text }) => (text === null ? [] : [{ key: place, text }]));
      const removes = written.flatMap(({ place, text }) => (text === null ? [place] : []));
      if (await this.#commit({ found, puts, removes })) return;
    }
  }

  /** Keeps the bytes of a record that cannot be read beside the others (check.ts) and tells of it. The record stays. */
  async setAside(key: RecordKey, misfit: Misfit, isFleeting = false): Promise<void> {
    const bytes = await this.#bytes(key);
    if (bytes) await this.setAsideBytes(key, bytes, misfit, isFleeting);
  }

  async setAsideBytes(key: RecordKey, bytes: Buffer, misfit: Misfit, isFleeting = false): Promise<void> {
    const copy = asideOf(key, bytes, misfit, isFleeting);
    const isNew = await this.change(copy.key, (there) => (there === undefined ? { text: copy.text } : null));
    if (isNew) this.#hooks.onSetAside?.({ key, ...misfit });
  }

  /** Last names of live records below these, one page of them. */
  async page(
    parents: readonly string[],
    { prefix = '', after, before, most, descending = false }: KeyRange,
  ): Promise<string[]> {
    const base = below(...parents);
    const first = base + escaped(prefix);
    const low = later(`[${first}`, after === undefined ? null : `(${base}${escaped(after)}`);
    const high = sooner(lastBelow(first), before === undefined ? null : `(${base}${escaped(before)}`);
    const fields = await this.#fields(low, high, most, descending);
    return fields.map((field) => keyOf(field).at(-1) ?? '');
  }

  /** Every live record below these names and between them, in the order of keys; messages are not among them. */
  async *between(low: string, high: string): AsyncGenerator<StoredRecord> {
    let from = `[${low}`;
    for (;;) {
      const fields = await this.#fields(from, `(${high}`, PAGE, false);
      if (fields.length === 0) return;
      const texts = (await this.#connection.command(['HMGET', this.keys.records, ...fields])) as (
        | string
        | null
      )[];
      for (const [at, field] of fields.entries()) {
        const text = texts[at];
        if (typeof text === 'string' && isLive(text)) yield { key: keyOf(field), text };
      }
      from = `(${fields.at(-1)}`;
    }
  }

  /** Every live record, in the order of keys. */
  async *all(): AsyncGenerator<StoredRecord> {
    const boxes: string[] = [];
    for await (const record of this.between('', 'message')) {
      if (record.key[0] === 'last-id') boxes.push(record.key[1] ?? '');
      yield record;
    }
    for (const box of boxes) yield* this.messages(box);
    yield* this.between('message', '\u{10ffff}');
  }

  /** Every live message of a mailbox. */
  async *messages(box: string): AsyncGenerator<StoredRecord> {
    const stream = this.keys.boxes + escaped(box);
    const entries = (await this.#connection.command(['XRANGE', stream, '-', '+'])) as [string, string[]][];
    for (const [, [, id = '', , text = '']] of entries)
      if (isLive(text)) yield { key: ['message', box, id], text };
  }

  /** Deletes what is due. Runs by itself every minute. */
  async sweep(): Promise<void> {
    for (let swept = SWEEP_BATCH; swept === SWEEP_BATCH && !this.#closing; )
      swept = Number(await this.ask(this.scripts.sweep, [String(SWEEP_BATCH)], this.keys.boxes));
  }

  /** Waits for what is under way. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      clearInterval(this.#sweeper);
      await Promise.all(this.#underWay);
      this.#connection.close();
    })();
    return this.#closing;
  }

  #fields(low: Word, high: Word, most: number, isDown: boolean): Promise<string[]> {
    const args = [low, high, String(Math.max(1, Math.floor(most))), isDown ? '1' : '0'];
    return this.ask(this.scripts.page, args) as Promise<string[]>;
  }

  async #bytes(key: RecordKey): Promise<Buffer | null> {
    return (await this.#connection.command(['HGET', this.keys.records, checked(key)], true)) as Buffer | null;
  }

  async #commit({ found = [], puts = [], removes = [] }: Commit): Promise<boolean> {
    const digestOf = (bytes: Buffer | null) => (bytes ? createHash('sha1').update(bytes).digest('hex') : '');
    const done = await this.tell(this.scripts.commit, [
      String(found.length),
      ...found.flatMap(({ key, bytes }) => [checked(key), digestOf(bytes)]),
      String(puts.length),
      ...puts.flatMap(({ key, text }) => [checked(key), text]),
      String(removes.length),
      ...removes.map(checked),
    ]);
    return done === 1;
  }
}

/** @throws StoreError for a name that is none */
export function checked(key: RecordKey): string {
  const [, ...names] = key;
  for (const name of names) {
    checkName(name);
  }
  return fieldOf(key);
}

/** A text that is no record counts as live: whoever reads it is told. */
export function isLive(text: string): boolean {
  const expires = headOf(text)?.expires ?? null;
  return expires === null || expires > Date.now();
}

/** After everything that begins so: no text has such a byte in UTF-8. */
function lastBelow(first: string): Buffer {
  return Buffer.concat([Buffer.from(`(${first}`), Buffer.of(0xff)]);
}

/** Of two bounds; the first sign of each says whether it is one of what it bounds. */
function later(one: string, other: string | null): string {
  if (other === null) return one;
  return Buffer.compare(Buffer.from(one.slice(1)), Buffer.from(other.slice(1))) > 0 ? one : other;
}

function sooner(one: Buffer, other: string | null): Word {
  if (other === null) return one;
  return Buffer.compare(one.subarray(1), Buffer.from(other.slice(1))) < 0 ? one : other;
}
