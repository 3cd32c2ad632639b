/**
 * Which version of the program a store was used by last. A newer program makes a backup before it works with a store of an older
 * one, and an older one does not begin at all. Records themselves are brought up to date one by one, as they are read
 * (docs/decisions/0036).
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import type { Seal } from '../../audit/chain.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { type DataOf, type Kind, kind, readAs } from '../../store/kind.ts';
import { directoryOf, dumpStore, type Unsupported } from '../../store/open.ts';
import { isReadable, parseRecord } from '../../store/record-text.ts';
import type { OpenFailure, Store, Stored, StoredRecord, StoreFailure } from '../../store/store.ts';
import { RUNNING_BOT } from '../server/one-bot.ts';
import { type BotOfMany, RUNNING_BOTS } from '../server/roll.ts';
import { RUN_MARK } from '../server/run-mark.ts';
import { makeBackup } from './backup.ts';
import { type FileFault, faultOf } from './backup-file.ts';
import { buildIndexes } from './indexes.ts';

export const STORE_STAMP = kind({
  name: 'store-stamp',
  version: 1,
  /** `kinds`: the versions its records are written in now, by the names of their kinds. */
  schema: z.object({ program: z.string(), kinds: z.record(z.string(), z.number()) }).readonly(),
});
export type StoreStamp = DataOf<typeof STORE_STAMP>;

const KEY = 'stamp';
/** Beside the store's own files: on the same disk, readable by the same user. What lies in no folder: in the working directory. */
const FOLDER = 'backups';

export function stampOf(program: string, kinds: readonly Kind<unknown>[]): StoreStamp {
  return { program, kinds: Object.fromEntries(kinds.map(({ name, version }) => [name, version])) };
}

/** Whether a store with this stamp was used by a program that knows more than this one. Pure. */
export function isNewer(there: StoreStamp, today: StoreStamp): boolean {
  return Object.entries(there.kinds).some(([name, version]) => version > (today.kinds[name] ?? 0));
}

/** The stamp, where a record is one; `newer` where only a later version could read it. */
export function stampIn({ key: [sort, name], text }: StoredRecord): StoreStamp | 'newer' | null {
  if (sort !== 'value' || name !== STORE_STAMP.name || !isReadable(text)) return null;
  const read = readAs(STORE_STAMP, parseRecord(text));
  if (read.ok) return read.value;
  return read.failure.why === 'newer' ? 'newer' : null;
}

/** What became of a store's version at a start. `backup`: the file it was kept in before; null: nothing was to be kept. */
export interface BroughtUp {
  readonly from: string | null;
  readonly backup: string | null;
}

export type StampFailure =
  | StoreFailure
  /** A newer program has worked with it; `program`: its version, where it can be read. */
  | { readonly reason: 'newer'; readonly program: string }
  /** It is of another form, and others that work with it would not understand what this program writes. */
  | { readonly reason: 'others-run'; readonly others: readonly BotOfMany[] }
  /** It could not be backed up first. */
  | { readonly reason: 'not-backed-up'; readonly why: OpenFailure | Unsupported | FileFault };

/**
 * Makes sure that this program may work with the store, and that whoever wants to go back has a backup.
 * @returns null: this very version was the last to use it
 */
export async function bringUpToDate(
  store: Pick<Store, 'values'>,
  options: {
    readonly storeUrl: string;
    readonly kinds: readonly Kind<unknown>[];
    readonly seal: Seal;
    readonly recipients: readonly string[];
    readonly program: string;
    /** The others that work with it now; nobody may where left out. */
    readonly others?: () => Stored<BotOfMany[]>;
    /** Milliseconds since 1970. */
    readonly clock: () => number;
  },
): Promise<Result<BroughtUp | null, StampFailure>> {
  const { storeUrl, kinds, seal, recipients, program, clock } = options;
  const stamps = store.values(STORE_STAMP);
  const today = stampOf(program, kinds);
  const found = await stamps.get(KEY);
  if (!found.ok) {
    if (found.failure.reason !== 'unreadable') return found;
    return fail({ reason: 'newer', program: '?' });
  }
  const there = found.value;
  if (there && isNewer(there, today)) return fail({ reason: 'newer', program: there.program });
  if (there && isDeepEqual(there, today)) return ok(null);
  const others = there && isNewer(today, there) ? ((await options.others?.()) ?? ok([])) : ok([]);
  if (!others.ok) return others;
  if (others.value.length > 0) return fail({ reason: 'others-run', others: others.value });
  const backup = await keepBefore();
  if (!backup.ok) return backup;
  const built = await buildIndexes(store, there?.kinds ?? {});
  if (!built.ok) return built;
  const set = await stamps.set(KEY, today);
  return set.ok ? ok({ from: there?.program ?? null, backup: backup.value }) : set;

  async function keepBefore(): Promise<Result<string | null, StampFailure>> {
    // Of the same form: nothing in it will be read in another way.
    if (there && !isNewer(today, there)) return ok(null);
    if (await isNew(storeUrl)) return ok(null);
    const own = directoryOf(storeUrl);
    const folder = resolve(own.ok ? own.value : '.', FOLDER);
    const at = clock();
    const name = `before-${program}-${new Date(at).toISOString().replace(/[:.]/g, '-')}`;
    const path = join(folder, name);
    const place = await mkdir(folder, { recursive: true, mode: 0o700 }).then(
      () => null,
      (error: unknown) => faultOf(error, path),
    );
    if (place) return fail({ reason: 'not-backed-up', why: place });
    const made = await makeBackup(path, { storeUrl, kinds, seal, recipients, header: { at, program } });
    return made.ok ? ok(path) : fail({ reason: 'not-backed-up', why: made.failure });
  }
}

/** Whether there is nothing in a store but what this start has put there. */
async function isNew(storeUrl: string): Promise<boolean> {
  const own: readonly string[] = [RUNNING_BOT.name, RUNNING_BOTS.name, RUN_MARK.name];
  let isEmpty = true;
  const looked = await dumpStore(storeUrl, ({ key: [sort, name = ''] }) => {
    // Claims say who is at work just now.
    isEmpty = sort === 'claim' || (sort === 'value' && own.includes(name));
    return isEmpty;
  });
  return looked.ok && isEmpty;
}

function isDeepEqual(one: StoreStamp, other: StoreStamp): boolean {
  return one.program === other.program && !isNewer(one, other) && !isNewer(other, one);
}
