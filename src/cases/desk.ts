import { monotonicFactory } from 'ulid';
import { device, person } from '../audit/naming.ts';
import type { Audit, AuditNote } from '../audit/trail.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { FIRMWARE_CATALOGUE, type FirmwareCatalogue } from '../policy/catalogue.ts';
import { orNone } from '../store/or-none.ts';
import type { Store, StoreFailure } from '../store/store.ts';
import {
  applyAction,
  type CaseAction,
  type CaseOther,
  type CaseRecord,
  type CaseRefusal,
  isMeant,
  newCase,
  verdictOf,
  wasUnbound,
} from './case.ts';
import { CASES, CHAT_CASES } from './record.ts';

/** What an action came to: the case as it is now, and why the action was refused if it was. */
export interface Applied {
  case: CaseRecord;
  refused: CaseRefusal | null;
}

/** Where cases are opened, changed and remembered. Callers keep one chat's calls in order. */
export interface CaseDesk {
  /** A new case; one of this chat in which nothing has happened yet is handed out again. */
  open(chatId: number): Promise<Result<CaseRecord, StoreFailure>>;
  get(id: string): Promise<Result<CaseRecord | null, StoreFailure>>;
  apply(id: string, action: CaseAction): Promise<Result<Applied, StoreFailure | { reason: 'no-such-case' }>>;
  /**
   * Gives a case of one chat to another, whole. It is in one list or the other at any moment, and whose it is only its
   * record says: repeated after a crash, it is done once.
   */
  handOver(
    id: string,
    hands: { readonly from: number; readonly to: number; readonly keepsLaptop: boolean },
  ): Promise<Result<Applied, StoreFailure | { reason: 'no-such-case' }>>;
  /** The latest cases of a chat, newest first, at most `most`; `before`: only those older than the case with this id. */
  listFor(chatId: number, most: number, before?: string): Promise<Result<CaseRecord[], StoreFailure>>;
  /**
   * Cases of a chat by a piece of their serial number, model or number as people type it (`isMeant`), newest first, at most
   * `most`. Every case of the chat is looked at until there are so many.
   */
  find(chatId: number, typed: string, most: number): Promise<Result<CaseRecord[], StoreFailure>>;
  /** The other devices named with a case (`others`) that have had no case of their own in this chat since. */
  untouched(record: CaseRecord): Promise<Result<CaseOther[], StoreFailure>>;
  /** The latest cases of all chats, newest first, at most `most`; those that cannot be read are passed over: for admins. */
  latest(most: number): Promise<Result<CaseRecord[], StoreFailure>>;
  /** Cases, oldest first, in which the device was unbound, or is said to have been. Reads every case: for admins. */
  unboundBefore(shortSerial: string): Promise<Result<CaseRecord[], StoreFailure>>;
}

/**
 * Opens the desk on a store. Every change is in the audit trail before it is in the case: after a crash in between the
 * same change is made again, so the trail may hold it twice (same revision) and never misses one. `clock` in
 * milliseconds.
 */
export function createCaseDesk(
  store: Store,
  audit: Audit,
  clock: () => number,
  catalogue: FirmwareCatalogue = FIRMWARE_CATALOGUE,
): CaseDesk {
  const cases = store.values(CASES);
  const ofChats = store.values(CHAT_CASES);
  const nextId = monotonicFactory();

  /** Goes through a chat's cases, newest first, until there are enough of those that fit. */
  async function gather(
    chatId: number,
    most: number,
    isWanted: (id: string) => boolean,
    fits: (record: CaseRecord) => boolean,
  ): Promise<Result<CaseRecord[], StoreFailure>> {
    const keys = await ofChats.keys(`${chatId}:`);
    if (!keys.ok) return keys;
    const records: CaseRecord[] = [];
    const ids = keys.value.map((key) => key.slice(key.indexOf(':') + 1)).filter(isWanted);
    for (const id of ids.reverse()) {
      if (records.length === most) break;
      const found = orNone(await cases.get(id));
      if (!found.ok) return found;
      if (found.value?.chatId === chatId && fits(found.value)) records.push(found.value);
    }
    return ok(records);
  }

  const listFor: CaseDesk['listFor'] = (chatId, most, before) =>
    gather(
      chatId,
      most,
      (id) => before === undefined || id < before,
      () => true,
    );

  const apply: CaseDesk['apply'] = async (id, action) => {
    const found = await cases.get(id);
    if (!found.ok) return found;
    if (!found.value) return fail({ reason: 'no-such-case' });
    const now = clock();
    const applied = applyAction(found.value, action, now, catalogue);
    if (!applied.ok) return ok({ case: found.value, refused: applied.failure });
    for (const note of notesOf(found.value, action, applied.value)) {
      const noted = await audit.append(note);
      if (!noted.ok) return noted;
    }
    const saved = await cases.set(id, applied.value);
    return saved.ok ? ok({ case: applied.value, refused: null }) : saved;
  };

  return {
    listFor,

    find: (chatId, typed, most) =>
      gather(
        chatId,
        most,
        () => true,
        (record) => isMeant(record, typed),
      ),

    async open(chatId) {
      const latest = await listFor(chatId, 1);
      if (!latest.ok) return latest;
      if (latest.value[0]?.revision === 0) return ok(latest.value[0]);
      const now = clock();
      const opened = newCase(nextId(now), chatId, now);
      const noted = await audit.append({ what: 'case.opened', case: opened.id, by: chatId, detail: {} });
      if (!noted.ok) return noted;
      const listed = await ofChats.set(`${chatId}:${opened.id}`, true);
      if (!listed.ok) return listed;
      const saved = await cases.set(opened.id, opened);
      return saved.ok ? ok(opened) : saved;
    },

    async get(id) {
      const found = await cases.get(id);
      return found.ok ? ok(found.value ?? null) : found;
    },

    async untouched({ id, chatId, others }) {
      if (others.length === 0) return ok([]);
      const since = await gather(
        chatId,
        Number.POSITIVE_INFINITY,
        (other) => other > id,
        ({ device }) => device !== null,
      );
      if (!since.ok) return since;
      const had = new Set(since.value.map((record) => record.device?.shortSerial));
      return ok(others.filter(({ shortSerial }) => !had.has(shortSerial)));
    },

    async latest(most) {
      const ids = await cases.keys();
      if (!ids.ok) return ids;
      const records: CaseRecord[] = [];
      for (const id of ids.value.toReversed()) {
        if (records.length === most) break;
        const found = orNone(await cases.get(id));
        if (!found.ok) return found;
        if (found.value) records.push(found.value);
      }
      return ok(records);
    },

    async unboundBefore(shortSerial) {
      const ids = await cases.keys();
      if (!ids.ok) return ids;
      const records: CaseRecord[] = [];
      for (const id of ids.value) {
        const found = orNone(await cases.get(id));
        if (!found.ok) return found;
        if (found.value?.device?.shortSerial === shortSerial && wasUnbound(found.value))
          records.push(found.value);
      }
      return ok(records);
    },

    apply,

    async handOver(id, { from, to, keepsLaptop }) {
      const listed = await ofChats.set(`${to}:${id}`, true);
      if (!listed.ok) return listed;
      const applied = await apply(id, { type: 'handed-over', from, to, keepsLaptop });
      if (!applied.ok) return applied;
      const loser = applied.value.case.chatId === to ? from : to;
      const gone = await ofChats.delete(`${loser}:${id}`);
      return gone.ok ? applied : gone;
    },
  };
}

/** What an action adds to the trail: itself, and the verdict when the action has changed it. */
function notesOf(before: CaseRecord, action: CaseAction, after: CaseRecord): AuditNote[] {
  const about = { case: after.id, by: after.chatId };
  const { revision } = after;
  const notes: AuditNote[] = [
    { ...about, what: `case.${action.type}`, detail: { revision, ...detailOf(action) } },
  ];
  const [was, is] = [verdictOf(before), verdictOf(after)];
  if (is.rule !== null && is.rule !== was.rule) {
    const { method, rule, tryFirst } = is;
    notes.push({
      ...about,
      what: 'case.verdict',
      detail: { revision, method, rule, tryFirst: tryFirst?.method ?? null },
    });
  }
  return notes;
}

/** What of an action belongs in the audit trail: chosen word by word, so that nothing secret slips in with a new field. */
function detailOf(action: CaseAction): AuditNote['detail'] {
  switch (action.type) {
    case 'identified':
      return { serial: device(action.device.shortSerial), model: action.device.model };
    case 'others-named':
      return { others: action.others.length };
    case 'answered':
      return { fact: action.fact, answer: action.given };
    case 'told':
      return { facts: Object.keys(action.said.answers).join(' ') };
    case 'guide':
      return { guide: action.guide?.way ?? null, at: action.guide?.at ?? null };
    case 'tried':
      return { way: action.way, word: action.word };
    case 'noted':
      return { kind: action.note.kind, blob: action.note.blob };
    case 'back':
    case 'no-laptop':
    case 'recheck':
    case 'report-read':
    case 'contradictions-told':
    case 'awaits-answer':
    case 'reopened':
      return {};
    case 'ordered':
      return { order: action.by, asBefore: action.statedAt !== null };
    case 'job-started':
      return { job: action.job.id, kind: action.job.kind, agent: action.job.agentId };
    case 'job-ended':
      return { job: action.jobId };
    case 'seen':
      return { job: action.jobId, agent: action.agentId, seen: action.sighting !== null };
    case 'status-read':
      return { job: action.jobId, status: action.status };
    case 'challenged':
      return { job: action.challenge.jobId, challenge: action.challenge.id };
    case 'challenge-settled':
      return { job: action.jobId, challenge: action.challengeId, triesLeft: action.triesLeft };
    case 'end-told':
      return { job: action.jobId, outcome: action.outcome, reason: action.reason };
    case 'reported':
      return {
        job: action.jobId,
        outcome: action.report.outcome,
        reason: action.report.reason ?? null,
        attemptsLeft: action.report.attemptsLeft ?? null,
        verified: action.report.verified,
      };
    case 'grouped':
      return { group: action.group };
    case 'handed-over':
      return { from: person(action.from), to: person(action.to), keepsLaptop: action.keepsLaptop };
    case 'stage':
      return { stage: action.stage };
    case 'closed':
      return { outcome: action.outcome };
  }
}
