import { randomUUID } from 'node:crypto';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { copyOf, inOrder, misfitOf, readsAs } from '../check.ts';
import { behindWritten, createGathering } from '../gathering.ts';
import { createGuarding } from '../guarding.ts';
import type { Kind } from '../kind.ts';
import type {
  KindLook,
  NewStore,
  OpenFailure,
  Store,
  StoredRecord,
  StoreHooks,
  StoreLook,
  TakeRecord,
} from '../store.ts';
import { keyvValues } from '../values.ts';
import type { RedisAddress } from './address.ts';
import { redisClaims } from './claims.ts';
import { type Connection, connect } from './connection.ts';
import { AnotherStore, failureOf, problemOf } from './failure.ts';
import { escaped, fieldOf, keysOf, type StoreKeys } from './keys.ts';
import type { Recognise } from './line.ts';
import { redisMailboxes } from './mailboxes.ts';
import { RedisRecords } from './records.ts';
import { type Scripts, SERVER_TIME, scriptsAt } from './scripts.ts';
import { redisValues } from './values.ts';
import { redisWaiting } from './waiting.ts';

/** What a store that is being made lies under until it takes the other one's place. */
const MAKING = 'restoring:';
/** Copies of a store that is handed over go by themselves where nobody is left to remove them. */
const COPY_MS = 10 * 60_000;
/** Records that are put at once. */
const BATCH = 200;
/** How often whoever makes a store asks whether its replicas know of it, and how long each time. */
const NAMED = { times: 10, ms: 1_000 };

interface Opened {
  readonly store: Store;
  readonly records: RedisRecords;
  readonly connection: Connection;
}

interface OpenOptions {
  readonly hooks?: StoreHooks;
  /** What the names of its keys have after the tag. */
  readonly part?: string;
  /** Whether it is to stay one and the same store, whoever the primary is. */
  readonly isLasting?: boolean;
  /** What the time is, as Lua; tests have it go on, and back. */
  readonly time?: string;
}

/** Opens the store in a Redis. Any number of processes may have it open. */
export async function openRedisStore(
  address: RedisAddress,
  hooks: StoreHooks = {},
  time = SERVER_TIME,
): Promise<Result<Store, OpenFailure>> {
  const opened = await openRecords(address, { hooks, isLasting: true, time });
  return opened.ok ? ok(opened.value.store) : opened;
}

async function openRecords(
  address: RedisAddress,
  { hooks = {}, part = '', isLasting = false, time = SERVER_TIME }: OpenOptions,
): Promise<Result<Opened, OpenFailure>> {
  let waiting: ReturnType<typeof redisWaiting> | undefined;
  const keys = keysOf(address.tag, part);
  const scripts = scriptsAt(time);
  try {
    const connection = await connect(address, {
      ...hooks,
      ...(isLasting ? { recognise: sameStore(keys, scripts, address.replicas) } : {}),
      heard: (told) => waiting?.heard(told),
      missed: () => waiting?.lookNow(),
    });
    const guarding = createGuarding();
    const records = new RedisRecords(connection, {
      keys,
      scripts,
      held: guarding.held,
      hooks,
    });
    waiting = redisWaiting(records, () => connection.isHearing);
    const store = storeOf(connection, records, guarding, waiting);
    try {
      await records.sweep();
      return ok({ store, records, connection });
    } catch (error) {
      await store.close();
      throw error;
    }
  } catch (error) {
    return fail(refused(address, error));
  }
}

/**
 * A server that came back with nothing, or with what others have begun there since, is not the store that was open: laptops and
 * people would be told that nobody knows them. Of a new store nobody hears before its name is with the replicas: one of them
 * that took the primary's place without it would be refused by all who had opened it. Where they do not take it, it is begun
 * all the same, and nothing is permitted meanwhile.
 */
function sameStore(
  { records, index, due, channel, name }: StoreKeys,
  scripts: Scripts,
  replicas: number,
): Recognise {
  let known = '';
  return async (ask, term) => {
    const fresh = randomUUID();
    const given = [records, index, due, channel, name, term, '0', known, fresh];
    const found = String(await ask(['EVAL', scripts.name.source, '5', ...given]));
    if (known !== '' && found !== known) throw new AnotherStore();
    for (let asked = 0; found === fresh && asked < NAMED.times; asked++)
      if (Number(await ask(['WAIT', String(replicas), String(NAMED.ms)])) >= replicas) break;
    known = found;
  };
}

function storeOf(
  connection: Connection,
  records: RedisRecords,
  { guarded }: ReturnType<typeof createGuarding>,
  { waiters }: ReturnType<typeof redisWaiting>,
): Store {
  const allAside = async () => {
    const found: StoredRecord[] = [];
    for await (const record of records.between('aside', 'asidf')) found.push(record);
    return inOrder(found.map(copyOf));
  };
  const gathering = createGathering(
    (batch) => records.commitBatch(batch),
    (access) => records.run(access),
  );
  const mailboxes = redisMailboxes(records, waiters);
  return {
    isShared: true,
    primary: {
      term: () => records.run(() => connection.term()),
      async settled() {
        const written = await gathering.flush();
        return written.ok ? records.run(() => connection.settled()) : written;
      },
    },
    guarded: (held, task) => gathering.apart(() => guarded(held, task)),
    together: gathering.together,
    behind: gathering.behind,
    flush: gathering.flush,
    begin: gathering.begin,
    values: <T>(kind: Kind<T>) => keyvValues(kind, redisValues(records, kind, gathering)),
    claims: behindWritten(gathering, redisClaims(records, waiters), ['take', 'renew', 'release', 'once']),
    mailboxes: (kind) => behindWritten(gathering, mailboxes(kind), ['append', 'ack', 'clear']),
    unreadable: (kinds) =>
      records.run(async () => {
        const found = [];
        for await (const record of records.all()) found.push(misfitOf(kinds, record) ?? []);
        return found.flat();
      }),
    aside: () => records.run(async () => (await allAside()).map(({ found }) => found)),
    eraseAside: (copies) =>
      records.run(async () => {
        const meant = (await allAside()).filter(({ found }) => !copies || copies.includes(found.copy));
        await records.remove(meant.map(({ place }) => place));
        return meant.length;
      }),
    close: () => {
      const closed = records.close();
      waiters.wakeAll();
      return closed;
    },
  };
}

/**
 * Hands over every live record as of one moment, beside whoever has the store open: Redis copies what there is to other names,
 * which takes as much memory again until they are read.
 */
export async function dumpRedisStore(
  address: RedisAddress,
  each: TakeRecord,
  time = SERVER_TIME,
): Promise<Result<number, OpenFailure>> {
  return using(address, { time }, async ({ records, connection }) => {
    const part = `copy:${randomUUID()}:`;
    const copy = keysOf(address.tag, part);
    const own = records.keys;
    const boxes = (await records.ask(
      records.scripts.copy,
      [String(COPY_MS)],
      own.boxes,
      copy.records,
      copy.index,
      copy.boxes,
    )) as string[];
    const copied = new RedisRecords(connection, {
      keys: copy,
      scripts: records.scripts,
      held: () => [],
      hooks: {},
    });
    let count = 0;
    try {
      for await (const record of copied.all()) {
        const taken = each(record);
        if (!(typeof taken === 'boolean' ? taken : await taken)) break;
        count += 1;
      }
    } finally {
      const names = [copy.records, copy.index, ...boxes.map((box) => copy.boxes + box)];
      await connection.command(['UNLINK', ...names]);
      await copied.close();
    }
    return count;
  });
}

/**
 * Makes a store of what `fill` puts into it, and puts it in the place of the one there: whole, or not at all. Nobody may have
 * that one open.
 */
export async function replaceRedisStore<T, F>(
  address: RedisAddress,
  fill: (made: NewStore) => Promise<Result<T, F>>,
  time = SERVER_TIME,
): Promise<Result<{ readonly value: T; readonly before: string | null }, F | OpenFailure>> {
  const opened = await openRecords(address, { part: MAKING, time });
  if (!opened.ok) return opened;
  const { store, records, connection } = opened.value;
  const own = keysOf(address.tag);
  try {
    await removeAll(connection, records.keys);
    const put: NewStore['put'] = (given) => records.run(() => putAll(records, given));
    const filled = await fill({ store, put });
    if (!filled.ok) {
      await removeAll(connection, records.keys);
      return filled;
    }
    const name = `replaced-${new Date().toISOString().replace(/[:.]/g, '-')}`;
    const before = keysOf(address.tag, `${name}:`);
    const listed = ({ records: all, index, due, boxes }: StoreKeys) => [all, index, due, boxes];
    const wasThere = await connection.run(
      records.scripts.swap,
      [own.records, own.index, own.due, own.channel, own.boxes, ...listed(records.keys), ...listed(before)],
      ['0'],
    );
    return ok({
      value: filled.value,
      before: wasThere === 1 ? `${address.place} {${address.tag}}:${name}` : null,
    });
  } catch (error) {
    return fail(refused(address, error));
  } finally {
    await store.close();
  }
}

/** Reads every record of the store, beside whoever has it open. Changes nothing. */
export async function lookAtRedisStore(
  address: RedisAddress,
  kinds: readonly Kind<unknown>[] | null,
): Promise<Result<StoreLook, OpenFailure>> {
  const reads = kinds ? readsAs(kinds) : () => true;
  return using(address, {}, async ({ records }) => {
    const found = new Map<string, { records: number; unreadable: number }>();
    let size = 0;
    for await (const { key, text } of records.all()) {
      const kind = key[0] === 'value' ? `value:${key[1]}` : key[0];
      const counted = found.get(kind) ?? { records: 0, unreadable: 0 };
      found.set(kind, counted);
      counted.records += 1;
      size += Buffer.byteLength(text) + Buffer.byteLength(fieldOf(key));
      if (!reads(key, text)) counted.unreadable += 1;
    }
    const listed: KindLook[] = [...found].map(([kind, counted]) => ({ kind, ...counted }));
    return { place: address.place, size, kinds: listed, damage: null };
  });
}

async function using<T>(
  address: RedisAddress,
  options: OpenOptions,
  task: (opened: Opened) => Promise<T>,
): Promise<Result<T, OpenFailure>> {
  const opened = await openRecords(address, options);
  if (!opened.ok) return opened;
  try {
    return ok(await task(opened.value));
  } catch (error) {
    return fail(refused(address, error));
  } finally {
    await opened.value.store.close();
  }
}

async function putAll(records: RedisRecords, given: readonly StoredRecord[]): Promise<void> {
  for (let at = 0; at < given.length; at += BATCH) {
    const batch = given.slice(at, at + BATCH);
    const args = batch.flatMap(({ key, text }) => {
      const [sort, box = '', id = ''] = key;
      return [fieldOf(key), text, ...(sort === 'message' ? [escaped(box), id] : ['', ''])];
    });
    await records.ask(records.scripts.restore, [String(batch.length), ...args], records.keys.boxes);
  }
}

/** Removes what was left by somebody who did not come to the end. */
async function removeAll(connection: Connection, keys: StoreKeys): Promise<void> {
  const boxes = (await connection.command([
    'ZRANGEBYLEX',
    keys.index,
    '[last-id\0\0',
    '(last-id\0\x01',
  ])) as string[];
  const streams = boxes.map((field) => keys.boxes + field.slice('last-id\0\0'.length));
  await connection.command(['UNLINK', keys.records, keys.index, keys.due, ...streams]);
}

function refused({ place }: RedisAddress, error: unknown): OpenFailure {
  return { ...failureOf(error), problem: problemOf(error), place, numbers: {} };
}
