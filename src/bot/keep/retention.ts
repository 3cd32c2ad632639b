/** How long closed cases, and what was kept with them, stay in the store: looked at when the bot starts and once a day. */
import { CASES } from '../../cases/record.ts';
import type { Log } from '../../kernel/log.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { StoreFailure } from '../../store/store.ts';
import { casesWhere, eraseCase, eraseNotes, type Parts } from './erase.ts';

export interface RetentionRules {
  /** Closed cases go after so many days; null: never. */
  readonly caseDays: number | null;
  /** Photos and notes of closed cases go after so many days; null: with their cases. */
  readonly noteDays: number | null;
}

const DAY_MS = 24 * 60 * 60_000;

/**
 * One look. What is too old is in the trail as a number, and then gone.
 * @param now milliseconds since 1970
 * @returns how many cases, and how many photos and notes, went
 */
export async function dropOld(
  { store, audit }: Parts,
  { caseDays, noteDays }: RetentionRules,
  now: number,
): Promise<Result<{ readonly cases: number; readonly notes: number }, StoreFailure>> {
  const isOlder = (closedAt: number | null, days: number | null) =>
    closedAt !== null && days !== null && now - closedAt >= days * DAY_MS;
  const old = await casesWhere(store, ({ closedAt }) => isOlder(closedAt, caseDays));
  if (!old.ok) return old;
  const bare = await casesWhere(
    store,
    ({ closedAt, notes }) => notes.length > 0 && !isOlder(closedAt, caseDays) && isOlder(closedAt, noteDays),
  );
  if (!bare.ok) return bare;
  const count = { cases: old.value.length, notes: bare.value.length };
  if (count.cases + count.notes === 0) return ok({ cases: 0, notes: 0 });
  const detail = { cases: count.cases, notesOf: count.notes };
  const noted = await audit.append({ what: 'audit.aged', case: null, by: null, detail });
  if (!noted.ok) return noted;
  for (const record of old.value) {
    const gone = await eraseCase(store, record);
    if (!gone.ok) return gone;
  }
  let notes = 0;
  for (const { id } of bare.value) {
    const gone = await eraseNotes(store, id);
    if (!gone.ok) return gone;
    notes += gone.value;
    const bared = await store
      .values(CASES)
      .change(id, (record) => (record === undefined ? null : { value: { ...record, notes: [] } }));
    if (!bared.ok) return bared;
  }
  return ok({ cases: count.cases, notes });
}

/** Looks now and once a day. @returns what ends it, after a look under way */
export function watchRetention(
  parts: Parts,
  rules: RetentionRules,
  { log, clock }: { readonly log: Log; readonly clock: () => number },
): () => Promise<void> {
  const look = async () => {
    const dropped = await dropOld(parts, rules, clock());
    if (!dropped.ok) log.error({ failure: dropped.failure.reason }, 'old cases could not be dropped');
    else if (dropped.value.cases + dropped.value.notes > 0) log.info(dropped.value, 'old cases are dropped');
  };
  if (rules.caseDays === null && rules.noteDays === null) return async () => undefined;
  let looking = look();
  const again = setInterval(() => {
    looking = looking.then(look);
  }, DAY_MS).unref();
  return async () => {
    clearInterval(again);
    await looking;
  };
}
