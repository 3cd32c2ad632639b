import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { copyOf, inOrder, misfitOf, readsAs } from '../check.ts';
import { behindWritten, createGathering } from '../gathering.ts';
import { createGuarding, type Guarding } from '../guarding.ts';
import type { Kind } from '../kind.ts';
import {
  type NewStore,
  ON_DISK,
  type OpenFailure,
  type OpenProblem,
  type Store,
  type StoreFailure,
  type StoreHooks,
  type StoreLook,
  type TakeRecord,
} from '../store.ts';
import { keyvValues } from '../values.ts';
import { createWaiters, type Waiter } from '../waiters.ts';

import { lmdbClaims, stillHeld } from './claims.ts';
import { DATA_FILE, makingPlace, prepareFiles, takePlace } from './files.ts';
import { guarded } from './guard.ts';
import { type Damage, FULL, headersOf, type Look, type LookOptions, lookAt, QUICK } from './look.ts';
import { lmdbMailboxes } from './mailboxes.ts';
import { pinned, Records, snapshot } from './records.ts';
import { lmdbValues } from './values.ts';

/** How often a wait looks for what another process wrote. */
const LOOK_EVERY_MS = 400;

/**
 * Opens (and makes, if need be) a store in a directory. Several processes of one machine may have it open. What is
 * damaged is not given to the engine.
 */
export async function openLmdbStore(
  directory: string,
  hooks: StoreHooks = {},
): Promise<Result<Store, OpenFailure>> {
  const opened = await openRecords(directory, hooks);
  return opened.ok ? ok(storeOf(opened.value)) : opened;
}

interface Opened {
  readonly records: Records;
  readonly guarding: Guarding;
}

async function openRecords(directory: string, hooks: StoreHooks): Promise<Result<Opened, OpenFailure>> {
  const prepared = await guarded(() => prepareFiles(directory));
  if (!prepared.ok) return fail(refused(directory, prepared.failure));
  const looked = await lookAround(directory, QUICK);
  if (!looked.ok) return looked;
  const { damage, kinds } = looked.value;
  if (damage) return fail(damaged(directory, damage));
  const guarding = createGuarding();
  const conditions = () => guarding.held().map(stillHeld);
  const opened = await guarded(() => new Records(directory, hooks, conditions));
  if (!opened.ok) return fail(refused(directory, opened.failure));
  const records = opened.value;
  const swept = await records.run(() => records.sweep());
  if (!swept.ok) {
    await records.close();
    return fail(refused(directory, swept.failure));
  }
  const unreadable = kinds.filter((kind) => kind.unreadable > 0);
  if (unreadable.length > 0) hooks.onUnreadable?.(unreadable);
  return ok({ records, guarding });
}

function storeOf({ records, guarding }: Opened): Store {
  const waiters = createWaiters<() => boolean>(LOOK_EVERY_MS, (waiting) => look(records, waiting));
  const gathering = createGathering(
    (batch) => records.commitBatch(batch),
    (access) => records.run(access),
  );
  const allAside = () => inOrder([...records.aside()].map(copyOf));
  return {
    isShared: false,
    primary: {
      term: async () => ok(ON_DISK),
      async settled() {
        const written = await gathering.flush();
        return written.ok ? ok(true) : written;
      },
    },
    guarded: (held, task) => gathering.apart(() => guarding.guarded(held, task)),
    together: gathering.together,
    behind: gathering.behind,
    flush: gathering.flush,
    begin: gathering.begin,
    values: <T>(kind: Kind<T>) => keyvValues(kind, lmdbValues(records, kind, gathering)),
    claims: behindWritten(gathering, lmdbClaims(records, waiters), ['take', 'renew', 'release', 'once']),
    mailboxes: lmdbMailboxes(records, waiters, gathering),
    unreadable: (kinds) =>
      records.run(() => [...records.all()].flatMap((record) => misfitOf(kinds, record) ?? [])),
    aside: () => records.run(() => allAside().map(({ found }) => found)),
    eraseAside: (copies) =>
      records.run(async () => {
        const meant = allAside().filter(({ found }) => !copies || copies.includes(found.copy));
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

function look(records: Records, waiting: readonly Waiter<() => boolean>[]): void {
  try {
    records.refresh();
    for (const waiter of waiting) if (waiter.what()) waiter.wake();
  } catch {
    // Whoever reads or takes after the wait is told why.
    for (const waiter of waiting) waiter.wake();
  }
}

/** Hands over every live record as of one moment, beside whoever has the store open. What is damaged is not read. */
export async function dumpLmdbStore(
  directory: string,
  each: TakeRecord,
): Promise<Result<number, OpenFailure>> {
  const there = await isThere(directory);
  if (!there.ok) return there;
  const looked = await lookAround(directory, QUICK);
  if (!looked.ok) return looked;
  if (looked.value.damage) return fail(damaged(directory, looked.value.damage));
  if (looked.value.bytes === 0) return ok(0);
  const dumped = await guarded(() => snapshot(directory, each));
  return dumped.ok ? dumped : fail(refused(directory, dumped.failure));
}

/** Makes a store of what `fill` puts into it, and puts it in the place of the one in a directory: whole, or not at all. */
export async function replaceLmdbStore<T, F>(
  directory: string,
  fill: (made: NewStore) => Promise<Result<T, F>>,
): Promise<Result<{ readonly value: T; readonly before: string | null }, F | OpenFailure>> {
  const place = await guarded(() => makingPlace(directory));
  if (!place.ok) return fail(refused(directory, place.failure));
  const opened = await openRecords(place.value, {});
  if (!opened.ok) return fail({ ...opened.failure, place: directory });
  const { records } = opened.value;
  const store = storeOf(opened.value);
  const put: NewStore['put'] = (given) => records.run(() => records.writeAll(given));
  const filled = await fill({ store, put }).finally(() => store.close());
  const taken = await guarded(async () => {
    if (filled.ok) return takePlace(directory, place.value, Date.now());
    await makingPlace(directory);
    return null;
  });
  if (!filled.ok) return filled;
  return taken.ok
    ? ok({ value: filled.value, before: taken.value })
    : fail(refused(directory, taken.failure));
}

async function isThere(directory: string): Promise<Result<void, OpenFailure>> {
  const there = await guarded(() => access(join(directory, DATA_FILE)));
  if (there.ok || !there.failure.detail.startsWith('ENOENT')) return ok(undefined);
  return fail({ ...there.failure, problem: 'nothing', place: directory, numbers: {} });
}

/** Reads every record of the store in a directory, beside whoever has it open. Changes nothing. */
export async function lookAtLmdbStore(
  directory: string,
  kinds: readonly Kind<unknown>[] | null,
): Promise<Result<StoreLook, OpenFailure>> {
  const there = await isThere(directory);
  if (!there.ok) return there;
  const looked = await lookAround(directory, kinds ? { ...FULL, reads: readsAs(kinds) } : FULL);
  if (!looked.ok) return looked;
  const { bytes: size, kinds: found, damage } = looked.value;
  return ok({ place: directory, size, kinds: found, damage: damage && damaged(directory, damage) });
}

async function lookAround(directory: string, options: LookOptions): Promise<Result<Look, OpenFailure>> {
  const path = join(directory, DATA_FILE);
  const looked = await guarded(() => {
    const headers = headersOf(path);
    if (headers.damage !== null || headers.bytes === 0) return headers;
    return pinned(directory, () => lookAt(path, options));
  });
  return looked.ok ? looked : fail(refused(directory, looked.failure));
}

function damaged(place: string, damage: Damage): OpenFailure {
  const { problem, ...numbers } = damage;
  return { reason: 'corrupt', problem, place, numbers, detail: `data.mdb: ${problem}` };
}

/** Codes of the system that have a sentence of their own. */
const PROBLEMS: readonly (readonly [RegExp, OpenProblem])[] = [
  [/^(EACCES|EPERM)\b/, 'no-rights'],
  [/^EROFS\b/, 'read-only'],
  [/^(ENOTDIR|EEXIST|EISDIR)\b/, 'not-a-folder'],
  [/^EIO\b/, 'broken-disk'],
];

function refused(place: string, failure: StoreFailure): OpenFailure {
  const [, known] = PROBLEMS.find(([code]) => code.test(failure.detail)) ?? [];
  return {
    ...failure,
    place,
    numbers: {},
    problem: known ?? (failure.reason === 'full' ? 'no-room' : 'other'),
  };
}
