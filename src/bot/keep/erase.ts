/**
 * Takes cases, and what is known of a person or a device, out of the store in clear. The audit trail keeps its entries and means
 * nobody by them any more; the list of stolen devices is never touched.
 */
import { type AuditName, device, person } from '../../audit/naming.ts';
import type { Audit } from '../../audit/trail.ts';
import type { CaseRecord } from '../../cases/case.ts';
import { CASE_FINDS, findPrefix, findsOf } from '../../cases/finds.ts';
import { CASES, CHAT_CASES } from '../../cases/record.ts';
import { CHAT_GROUPS, GROUPS } from '../../groups/record.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store, StoreFailure } from '../../store/store.ts';
import { APPLICANTS, TECHNICIANS } from '../door/access.ts';
import { DAYS } from '../door/limits.ts';
import { PINS } from '../door/pins.ts';
import { BLOBS } from '../house/blobs.ts';
import { CHATS, PICTURE_ANSWERS } from '../house/chats.ts';
import { CONTACTS } from '../house/contacts.ts';
import { PROFILES } from '../house/profiles.ts';
import { HAND_OVERS } from '../jobs/hand-overs.ts';

/** Whom or what is to be forgotten. A case by its id or its number. */
export type Forgettable =
  | { readonly of: 'technician'; readonly id: number }
  | { readonly of: 'case'; readonly typed: string }
  | { readonly of: 'serial'; readonly shortSerial: string };

/**
 * `nothing`: nothing is known of it. `open`: a case of it is open. `member`: the person is let in. `ambiguous`: several cases
 * have this number.
 */
export type ForgetRefusal = 'nothing' | 'open' | 'member' | 'ambiguous';

export interface Parts {
  readonly store: Pick<Store, 'values'>;
  readonly audit: Pick<Audit, 'append' | 'erase'>;
}

/** Records of one person, by Telegram id. */
const OF_A_PERSON = [PROFILES, CONTACTS, CHATS, PICTURE_ANSWERS, PINS, APPLICANTS, DAYS, CHAT_GROUPS];

/**
 * Forgets, and says so in the trail first. Repeated after a crash it goes on where it was.
 * @returns how many cases went
 */
export async function forget(
  parts: Parts,
  what: Forgettable,
): Promise<Result<number, StoreFailure | { readonly reason: ForgetRefusal }>> {
  const { store, audit } = parts;
  if (what.of === 'technician') {
    const member = await store.values(TECHNICIANS).get(String(what.id));
    if (!member.ok && member.failure.reason !== 'unreadable') return member;
    if (!member.ok || member.value) return fail({ reason: 'member' });
  }
  const found = await casesWhere(store, (record) => isMeant(record, what));
  if (!found.ok) return found;
  const cases = found.value;
  if (what.of === 'case' && cases.length > 1) return fail({ reason: 'ambiguous' });
  if (cases.some(({ closedAt }) => closedAt === null)) return fail({ reason: 'open' });
  if (what.of === 'case' && cases.length === 0) return fail({ reason: 'nothing' });

  const noted = await audit.append({
    what: 'audit.forgotten',
    case: null,
    by: null,
    detail: { of: what.of, cases: cases.length },
  });
  if (!noted.ok) return noted;
  for (const record of cases) {
    const gone = await eraseCase(store, record);
    if (!gone.ok) return gone;
  }
  if (what.of === 'serial') {
    const gone = await eraseMentions(store, what.shortSerial);
    if (!gone.ok) return gone;
    // What a crash left behind names the device, too.
    const finds = store.values(CASE_FINDS);
    const left = await finds.keys(findPrefix({ device: what.shortSerial }));
    const unled = left.ok && left.value.length > 0 ? await finds.deleteMany(left.value) : left;
    if (!unled.ok) return unled;
  }
  if (what.of === 'technician') {
    const gone = await erasePerson(store, what.id);
    if (!gone.ok) return gone;
  }
  const name = nameOf(what);
  const erased = name === null ? ok(false) : await audit.erase(name);
  if (!erased.ok) return erased;
  return ok(cases.length);
}

function isMeant({ id, chatId, device: its }: CaseRecord, what: Forgettable): boolean {
  switch (what.of) {
    case 'technician':
      return chatId === what.id;
    case 'case':
      return id.endsWith(what.typed.toUpperCase());
    case 'serial':
      return its?.shortSerial === what.shortSerial;
  }
}

function nameOf(what: Forgettable): AuditName | null {
  if (what.of === 'technician') return person(what.id);
  return what.of === 'serial' ? device(what.shortSerial) : null;
}

/** Cases that can be read, of all there are: for commands of an operator. */
async function casesWhere(
  store: Pick<Store, 'values'>,
  isWanted: (record: CaseRecord) => boolean,
): Promise<Result<CaseRecord[], StoreFailure>> {
  const cases = store.values(CASES);
  const ids = await cases.keys();
  if (!ids.ok) return ids;
  const found: CaseRecord[] = [];
  for (const id of ids.value) {
    const record = orNone(await cases.get(id));
    if (!record.ok) return record;
    if (record.value && isWanted(record.value)) found.push(record.value);
  }
  return ok(found);
}

/** The bytes kept with a case: photos and what was noted. */
export async function eraseNotes(
  store: Pick<Store, 'values'>,
  caseId: string,
): Promise<Result<number, StoreFailure>> {
  const blobs = store.values(BLOBS);
  const keys = await blobs.keys(`note:${caseId}:`);
  if (!keys.ok) return keys;
  const gone = keys.value.length === 0 ? ok(undefined) : await blobs.deleteMany(keys.value);
  return gone.ok ? ok(keys.value.length) : gone;
}

/** A case, what was kept with it, and what points at it. The record goes last: what a crash leaves is found again. */
export async function eraseCase(
  store: Pick<Store, 'values'>,
  record: CaseRecord,
): Promise<Result<void, StoreFailure>> {
  const { id, chatId } = record;
  const notes = await eraseNotes(store, id);
  if (!notes.ok) return notes;
  const offered = await store.values(HAND_OVERS).delete(id);
  const listed = offered.ok ? await store.values(CHAT_CASES).delete(`${chatId}:${id}`) : offered;
  if (!listed.ok) return listed;
  const { lasting, ofJob } = findsOf(record);
  const found = await store.values(CASE_FINDS).deleteMany([...lasting, ...ofJob]);
  return found.ok ? store.values(CASES).delete(id) : found;
}

/** Takes a device off the lists of closed cases: of whom it was named beside. An open one is still worked through by its list. */
async function eraseMentions(
  store: Pick<Store, 'values'>,
  shortSerial: string,
): Promise<Result<void, StoreFailure>> {
  const names = (record: CaseRecord) => record.others.some((other) => other.shortSerial === shortSerial);
  const found = await casesWhere(store, (record) => record.closedAt !== null && names(record));
  if (!found.ok) return found;
  for (const { id } of found.value) {
    const taken = await store.values(CASES).change(id, (record) => {
      if (!record || record.closedAt === null) return null;
      const others = record.others.filter((other) => other.shortSerial !== shortSerial);
      return { value: { ...record, others } };
    });
    if (!taken.ok) return taken;
  }
  return ok(undefined);
}

async function erasePerson(store: Pick<Store, 'values'>, id: number): Promise<Result<void, StoreFailure>> {
  for (const kind of OF_A_PERSON) {
    const gone = await store.values<unknown>(kind).delete(String(id));
    if (!gone.ok) return gone;
  }
  const groups = store.values(GROUPS);
  const ids = await groups.keys();
  if (!ids.ok) return ids;
  for (const groupId of ids.value) {
    const group = orNone(await groups.get(groupId));
    if (!group.ok) return group;
    const gone = group.value?.chatId === id ? await groups.delete(groupId) : ok(undefined);
    if (!gone.ok) return gone;
  }
  return ok(undefined);
}
