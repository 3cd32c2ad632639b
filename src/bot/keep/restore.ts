/**
 * `unbind-bot restore`: a backup takes the place of the store (docs/decisions/0067). What opens something is void, what was under
 * way is unknown until its laptop has reported, and whoever was let in waits until an admin has looked at the list.
 */
import type { ChainPlace, Seal } from '../../audit/chain.ts';
import { type Audit, createAudit } from '../../audit/trail.ts';
import { writeFinds } from '../../cases/finds.ts';
import { CASES } from '../../cases/record.ts';
import { createGroupDesk } from '../../groups/desk.ts';
import { GROUPS } from '../../groups/record.ts';
import { assumeTraded } from '../../hub/desk.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { createEpochs, STORE_EPOCH } from '../../store/epoch.ts';
import { type Kind, readAs } from '../../store/kind.ts';
import { directoryOf, lookAtStore, openStore, replaceStore, type Unsupported } from '../../store/open.ts';
import { orNone } from '../../store/or-none.ts';
import { isReadable, parseRecord } from '../../store/record-text.ts';
import type { NewStore, OpenFailure, Store, StoredRecord, StoreFailure } from '../../store/store.ts';
import { BEGUN } from '../jobs/belief.ts';
import { type JobNote, keepNote, NOTE_MS, openJobRecords } from '../jobs/records.ts';
import { notedUnbinds } from '../jobs/under-way.ts';
import { listensIn, type Place, type PlaceFailure, takePlace } from '../server/one-bot.ts';
import { createRoll } from '../server/roll.ts';
import { type BackupHeader, type FileFault, readBackupFile } from './backup-file.ts';
import { type Contents, createContents } from './contents.ts';
import { isNewer, stampIn, stampOf } from './stamp.ts';
import { isVoid } from './void.ts';

export interface RestoreOptions {
  readonly storeUrl: string;
  /** Every kind of record the bot stores. */
  readonly kinds: readonly Kind<unknown>[];
  readonly seal: Seal;
  /** Private keys of age. */
  readonly identities: readonly string[];
  /** Where the trail that is lost ended, as it was kept elsewhere; null: the store that is replaced says so, if it can. */
  readonly lost: ChainPlace | null;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export interface Restored {
  readonly header: BackupHeader;
  readonly contents: Contents;
  readonly epoch: number;
  /** Where the trail ended that is lost; null: nobody knows, or nothing is. */
  readonly lost: ChainPlace | null;
  /** Unbinds of which nobody knows what came of them before their laptops have reported. */
  readonly unknown: number;
  /** Where the store lies that was replaced; null: there was none. */
  readonly before: string | null;
}

/** Records in one commit. */
const BATCH = 500;

type Failure = OpenFailure | Unsupported | FileFault | PlaceFailure;

/** Puts a backup in the place of the store, where no bot works with it. */
export async function restoreBackup(
  path: string,
  options: RestoreOptions,
): Promise<Result<Restored, Failure>> {
  const { storeUrl, kinds, seal, identities, clock } = options;
  const contents = createContents(kinds, seal);
  let epochThen = 0;
  let isNewerForm = false;
  const looked = await readBackupFile(path, identities, (record) => {
    epochThen = Math.max(epochThen, epochIn(record));
    const stamp = stampIn(record);
    isNewerForm ||= stamp === 'newer' || (stamp !== null && isNewer(stamp, stampOf('', kinds)));
    return contents.take(record);
  });
  if (!looked.ok) return looked;
  if (looked.value === null) return fail({ reason: 'damaged', path, detail: '' });
  if (isNewerForm) return fail({ reason: 'newer-form', path, detail: '' });
  const { header } = looked.value;
  const found = contents.end();
  const before = await takeOver(storeUrl, options);
  if (!before.ok) return before;
  const lost = lostPlace(options.lost, before.value.head, found.trail.head);
  const epoch = Math.max(epochThen, before.value.epoch) + 1;

  const replaced = await replaceStore<number, Failure>(storeUrl, async (made) => {
    const filled = await fill(path, identities, made);
    if (!filled.ok) return filled;
    const { store } = made;
    const audit = createAudit(store, clock, seal);
    const raised = await createEpochs(store).raise({ epoch, restoredAt: clock(), takenAt: header.at });
    if (!raised.ok) return raised;
    const noted = await audit.append({
      what: 'audit.restored',
      case: null,
      by: null,
      detail: {
        epoch,
        takenAt: header.at,
        backup: placeText(found.trail.head),
        lost: lost && placeText(lost),
      },
    });
    return noted.ok ? settle(store, audit, clock) : noted;
  }).finally(before.value.leave);
  if (!replaced.ok) return replaced;
  return ok({
    header,
    contents: found,
    epoch,
    lost,
    unknown: replaced.value.value,
    before: replaced.value.before,
  });
}

const placeText = ({ seq, hash }: ChainPlace) => `${seq}:${hash}`;

/** Where the lost trail ended. One that does not go beyond the backup's own end is not lost. */
function lostPlace(given: ChainPlace | null, found: ChainPlace | null, kept: ChainPlace): ChainPlace | null {
  const last = [given, found].reduce<ChainPlace | null>(
    (one, other) => (other !== null && other.seq > (one?.seq ?? 0) ? other : one),
    null,
  );
  return last !== null && (last.seq > kept.seq || last.hash !== kept.hash) ? last : null;
}

/** What the store that is to be replaced says of itself, and the place of its bot, which nobody takes meanwhile. */
interface Before {
  readonly head: ChainPlace | null;
  readonly epoch: number;
  leave(): Promise<void>;
}

/** A store that is not there, or cannot be opened any more, says nothing; a bot that has it open may still run. */
async function takeOver(
  storeUrl: string,
  { seal, clock }: Pick<RestoreOptions, 'seal' | 'clock'>,
): Promise<Result<Before, Failure>> {
  const folder = directoryOf(storeUrl);
  const nothing: Before = { head: null, epoch: 0, leave: async () => undefined };
  const looked = await lookAtStore(storeUrl, null);
  const opened = looked.ok && looked.value.damage === null ? await openStore(storeUrl) : looked;
  if (!opened.ok || !('values' in opened.value)) {
    // A Redis that does not answer will take no other store either.
    if (!folder.ok) return opened.ok ? folder : opened;
    return (await listensIn(folder.value)) ? fail({ reason: 'taken', by: null }) : ok(nothing);
  }
  const store = opened.value;
  const place = folder.ok ? await takePlace(store, folder.value, clock) : await standAlone(store, clock);
  if (!place.ok) {
    await store.close();
    return place;
  }
  const [head, epoch] = await Promise.all([
    createAudit(store, clock, seal).head(),
    createEpochs(store).current(),
  ]);
  return ok({
    head: head.ok && head.value.seq > 0 ? head.value : null,
    epoch: epoch.ok ? (epoch.value?.epoch ?? 0) : 0,
    async leave() {
      await place.value.leave();
      await store.close();
    },
  });
}

/** Whether no bot works with a store that several may work with. */
async function standAlone(store: Store, clock: () => number): Promise<Result<Place, PlaceFailure>> {
  const others = await createRoll(store, clock).others();
  if (!others.ok) return others;
  const [other] = others.value;
  return other ? fail({ reason: 'taken', by: other }) : ok({ leave: async () => undefined });
}

/** 0: the record is not the epoch's. */
function epochIn({ key: [sort, name], text }: StoredRecord): number {
  if (sort !== 'value' || name !== STORE_EPOCH.name || !isReadable(text)) return 0;
  const read = readAs(STORE_EPOCH, parseRecord(text));
  return read.ok ? read.value.epoch : 0;
}

async function fill(
  path: string,
  identities: readonly string[],
  { put }: NewStore,
): Promise<Result<void, Failure>> {
  let waiting: StoredRecord[] = [];
  let failure: StoreFailure | null = null;
  const flush = async () => {
    const done = await put(waiting);
    waiting = [];
    if (!done.ok) failure = done.failure;
    return done.ok;
  };
  const read = await readBackupFile(path, identities, (record) => {
    if (isVoid(record.key)) return true;
    waiting.push(record);
    return waiting.length < BATCH || flush();
  });
  if (read.ok && failure === null) await flush();
  if (failure !== null) return fail(failure);
  return read.ok ? ok(undefined) : read;
}

/**
 * Brings what was under way into a state nobody can be hurt by: groups rest, and of each unbind it is assumed that its password
 * is on its way. Its laptop is believed how it ended, and nothing else of its group begins before.
 * @returns how many unbinds that are
 */
async function settle(
  store: Store,
  audit: Pick<Audit, 'append'>,
  clock: () => number,
): Promise<Result<number, StoreFailure>> {
  const rested = await restGroups(store, audit, clock);
  if (!rested.ok) return rested;
  const jobs = await unbindsUnderWay(store, clock);
  if (!jobs.ok) return jobs;
  const records = openJobRecords(store);
  const { stories } = records;
  for (const [jobId, note] of jobs.value) {
    const { agentId, shortSerial } = note;
    const assumed = await assumeTraded(store, { agentId, jobId, shortSerial });
    if (!assumed.ok) return assumed;
    const story = orNone(await stories.get(jobId));
    if (!story.ok) return story;
    const told = { heard: [], doubts: [], ...BEGUN, ...story.value, step: 'prompt' } as const;
    const kept = await stories.set(jobId, told, NOTE_MS);
    // From now on: its laptop may be away for another day.
    const noted = kept.ok ? await keepNote(records, jobId, note) : kept;
    if (!noted.ok) return noted;
    const record = orNone(await store.values(CASES).get(note.caseId));
    if (!record.ok) return record;
    const found = record.value ? await writeFinds(store, [record.value]) : ok(undefined);
    if (!found.ok) return found;
  }
  return ok(jobs.value.size);
}

async function restGroups(
  store: Pick<Store, 'values'>,
  audit: Pick<Audit, 'append'>,
  clock: () => number,
): Promise<Result<void, StoreFailure>> {
  const desk = createGroupDesk(store, audit, clock);
  const ids = await store.values(GROUPS).keys();
  if (!ids.ok) return ids;
  for (const id of ids.value) {
    const group = orNone(await store.values(GROUPS).get(id));
    if (!group.ok) return group;
    if (group.value?.state !== 'running') continue;
    const rested = await desk.apply(id, { type: 'paused' });
    if (!rested.ok && rested.failure.reason !== 'no-such-group') return fail(rested.failure);
  }
  return ok(undefined);
}

/** Unbinds by their jobs: those of cases, and those that were stopped and whose last word is still on its way. */
async function unbindsUnderWay(
  store: Pick<Store, 'values'>,
  clock: () => number,
): Promise<Result<Map<string, JobNote>, StoreFailure>> {
  const noted = await notedUnbinds(openJobRecords(store));
  if (!noted.ok) return noted;
  const found = noted.value;
  const cases = store.values(CASES);
  const ids = await cases.keys();
  if (!ids.ok) return ids;
  for (const id of ids.value) {
    const read = orNone(await cases.get(id));
    if (!read.ok) return read;
    const { job, device, chatId, group } = read.value ?? { job: null };
    if (job?.kind !== 'unbind' || found.has(job.id)) continue;
    found.set(job.id, {
      chatId: chatId ?? 0,
      caseId: id,
      agentId: job.agentId,
      kind: 'unbind',
      shortSerial: device?.shortSerial ?? '',
      sent: true,
      sentAt: clock(),
      ...(group ? { group } : {}),
    });
  }
  return ok(found);
}
