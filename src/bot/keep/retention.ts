/** How long closed cases, and what was kept with them, stay in the store: looked at when the bot starts and once a day. */
import { CASE_FINDS, caseIn, findPrefix, findsOf, sortPrefix } from '../../cases/finds.ts';
import { CASES, type CaseRecord } from '../../cases/record.ts';
import type { Log } from '../../kernel/log.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store, StoreFailure } from '../../store/store.ts';
import { eraseCase, eraseNotes, type Parts } from './erase.ts';

export interface RetentionRules {
  /** Closed cases go after so many days; null: never. */
  readonly caseDays: number | null;
  /** Photos and notes of closed cases go after so many days; null: with their cases. */
  readonly noteDays: number | null;
}

const DAY_MS = 24 * 60 * 60_000;
/** Cases that are looked at, one after another, before the next are looked for. */
const PAGE = 200;

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
  const old = await closedBefore(store, 'closed', caseDays, now);
  if (!old.ok) return old;
  const goesAnyway = new Set(old.value.map(({ id }) => id));
  const bare = await closedBefore(store, 'noted', noteDays, now, ({ id }) => !goesAnyway.has(id));
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
  for (const record of bare.value) {
    const { id } = record;
    const gone = await eraseNotes(store, id);
    if (!gone.ok) return gone;
    notes += gone.value;
    const bared = await store
      .values(CASES)
      .change(id, (record) => (record === undefined ? null : { value: { ...record, notes: [] } }));
    if (!bared.ok) return bared;
    const led = await unledTo(store, record);
    if (!led.ok) return led;
  }
  return ok({ cases: count.cases, notes });
}

/** Cases that were closed so many days ago, all of them or those that something is kept with; none of other days is looked at. */
async function closedBefore(
  store: Pick<Store, 'values'>,
  sort: 'closed' | 'noted',
  days: number | null,
  now: number,
  isMeant: (record: CaseRecord) => boolean = () => true,
): Promise<Result<CaseRecord[], StoreFailure>> {
  if (days === null) return ok([]);
  const [finds, cases] = [store.values(CASE_FINDS), store.values(CASES)];
  const until = now - days * DAY_MS;
  // Of that very moment, too.
  const before = findPrefix(sort === 'closed' ? { closed: until + 1 } : { noted: until + 1 });
  const found: CaseRecord[] = [];
  for (let after: string | undefined; ; ) {
    const from = after === undefined ? {} : { after };
    const keys = await finds.page({ prefix: sortPrefix(sort), before, most: PAGE, ...from });
    if (!keys.ok) return keys;
    for (const key of keys.value) {
      const record = orNone(await cases.get(caseIn(key)));
      if (!record.ok) return record;
      // An entry says when a case was closed; whether it still is, its record.
      const isThere = record.value && record.value.closedAt !== null && record.value.closedAt <= until;
      if (record.value && isThere && isMeant(record.value)) found.push(record.value);
    }
    if (keys.value.length < PAGE) return ok(found);
    after = keys.value.at(-1);
  }
}

/** Takes away what says that something is kept with a closed case. */
function unledTo(store: Pick<Store, 'values'>, record: CaseRecord): Promise<Result<void, StoreFailure>> {
  const { lasting } = findsOf(record);
  const bare = new Set(findsOf({ ...record, notes: [] }).lasting);
  return store.values(CASE_FINDS).deleteMany(lasting.filter((key) => !bare.has(key)));
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
