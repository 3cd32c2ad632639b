import { monotonicFactory } from 'ulid';
import { device, person } from '../audit/naming.ts';
import type { Audit, AuditNote } from '../audit/trail.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { FIRMWARE_CATALOGUE, type FirmwareCatalogue } from '../policy/catalogue.ts';
import { orNone } from '../store/or-none.ts';
import type { KeyRange, Store, StoreFailure, Values } from '../store/store.ts';
import {
  applyAction,
  type CaseAction,
  type CaseOther,
  type CaseRecord,
  type CaseRefusal,
  isMeant,
  newCase,
  soughtIn,
  verdictOf,
  wasUnbound,
} from './case.ts';
import { AT_WORK_MS, CASE_FINDS, caseIn, type Find, findPrefix, findsBetween } from './finds.ts';
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
   * `most`. The latest `MOST_SOUGHT` are looked through; older ones are found by their whole short serial number.
   */
  find(chatId: number, typed: string, most: number): Promise<Result<Sought, StoreFailure>>;
  /** The latest open case of a chat about a device. */
  openAbout(chatId: number, shortSerial: string): Promise<Result<CaseRecord | null, StoreFailure>>;
  /** The other devices named with a case (`others`) that have had no case of their own in this chat since. */
  untouched(record: CaseRecord): Promise<Result<CaseOther[], StoreFailure>>;
  /** The latest cases of all chats, newest first, at most `most`; those that cannot be read are passed over: for admins. */
  latest(most: number): Promise<Result<CaseRecord[], StoreFailure>>;
  /** Cases, oldest first, in which the device was unbound, or is said to have been. */
  unboundBefore(shortSerial: string): Promise<Result<CaseRecord[], StoreFailure>>;
  /** Cases that have a job: at a laptop, for a technician, or about a device. */
  atWork(of: AtWork): Promise<Result<CaseRecord[], StoreFailure>>;
}

/** What somebody looked for among the cases of a chat. */
export interface Sought {
  readonly found: CaseRecord[];
  /** There are older cases that were not looked through. */
  readonly isCut: boolean;
}

/** Whose jobs are meant. */
export type AtWork = Extract<Find, { laptop: string } | { chat: number } | { device: string }>;

/** Latest cases of a chat that are looked through for a piece of text: some years of a technician. */
export const MOST_SOUGHT = 2_000;
/** Keys that are read at once. */
const PAGE = 256;

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
  const finds = store.values(CASE_FINDS);
  const nextId = monotonicFactory();

  /**
   * Goes through the cases that keys lead to, until there are enough of those that fit. Between pages others have their turn.
   * @param looks how many are looked at
   */
  async function gather(
    { page }: Pick<Values<unknown>, 'page'>,
    { most, looks = Number.POSITIVE_INFINITY, ...range }: KeyRange & { readonly looks?: number },
    fits: (record: CaseRecord) => boolean,
  ): Promise<Result<Sought, StoreFailure>> {
    const found: CaseRecord[] = [];
    const bound = range.descending ? 'before' : 'after';
    for (let from = range[bound], looked = 0; ; ) {
      // Mostly the first ones fit.
      const wanted = Math.min(PAGE, looks - looked, looked === 0 ? most : PAGE);
      const keys = await page({
        ...range,
        ...(from === undefined ? {} : { [bound]: from }),
        most: wanted + 1,
      });
      if (!keys.ok) return keys;
      for (const key of keys.value.slice(0, wanted)) {
        if (found.length >= most) return ok({ found, isCut: true });
        const record = orNone(await cases.get(caseIn(key)));
        if (!record.ok) return record;
        if (record.value && fits(record.value)) found.push(record.value);
        from = key;
      }
      looked += wanted;
      if (keys.value.length <= wanted) return ok({ found, isCut: false });
      if (looked >= looks || found.length >= most) return ok({ found, isCut: true });
      await turnOfOthers();
    }
  }

  const just = async (sought: Promise<Result<Sought, StoreFailure>>) => {
    const came = await sought;
    return came.ok ? ok(came.value.found) : came;
  };

  /** Cases of a chat, newest first. */
  const ofChat = (
    chatId: number,
    range: { readonly most: number; readonly looks?: number; readonly before?: string | undefined },
    fits: (record: CaseRecord) => boolean = () => true,
  ) => {
    const { before, ...limits } = range;
    const prefix = `${chatId}:`;
    return gather(
      ofChats,
      { ...limits, prefix, descending: true, ...(before === undefined ? {} : { before: prefix + before }) },
      (record) => record.chatId === chatId && fits(record),
    );
  };

  const listFor: CaseDesk['listFor'] = (chatId, most, before) => just(ofChat(chatId, { most, before }));

  /** Cases about a device, newest first. */
  const aboutDevice = (
    shortSerial: string,
    range: Pick<KeyRange, 'most' | 'after'>,
    fits: (record: CaseRecord) => boolean,
  ) => {
    const prefix = findPrefix({ device: shortSerial });
    const { after, most } = range;
    return just(
      gather(
        finds,
        { prefix, most, descending: true, ...(after === undefined ? {} : { after: prefix + after }) },
        (record) => record.device?.shortSerial === shortSerial && fits(record),
      ),
    );
  };

  /** Writes a case, and what it is found by: what is new before it, what is old after it. */
  async function save(before: CaseRecord | null, after: CaseRecord): Promise<Result<void, StoreFailure>> {
    const { added, gone } = findsBetween(before, after);
    const written = await Promise.all([
      ...added.lasting.map((key) => finds.set(key, true)),
      ...added.ofJob.map((key) => finds.set(key, true, AT_WORK_MS)),
    ]);
    const failed = written.find((one) => !one.ok);
    if (failed) return failed;
    const saved = await cases.set(after.id, after);
    return saved.ok && gone.length > 0 ? finds.deleteMany(gone) : saved;
  }

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
    const saved = await save(found.value, applied.value);
    return saved.ok ? ok({ case: applied.value, refused: null }) : saved;
  };

  return {
    listFor,

    async find(chatId, typed, most) {
      const latest = await ofChat(chatId, { most, looks: MOST_SOUGHT }, (record) => isMeant(record, typed));
      if (!latest.ok || !latest.value.isCut || latest.value.found.length >= most) return latest;
      const known = new Set(latest.value.found.map(({ id }) => id));
      const whole = await aboutDevice(
        soughtIn(typed),
        { most: most - known.size },
        (record) => record.chatId === chatId && !known.has(record.id),
      );
      return whole.ok ? ok({ found: [...latest.value.found, ...whole.value], isCut: true }) : whole;
    },

    async openAbout(chatId, shortSerial) {
      const isOpen = (record: CaseRecord) => record.chatId === chatId && record.closedAt === null;
      const found = await aboutDevice(shortSerial, { most: 1 }, isOpen);
      return found.ok ? ok(found.value[0] ?? null) : found;
    },

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
      const saved = await save(null, opened);
      return saved.ok ? ok(opened) : saved;
    },

    async get(id) {
      const found = await cases.get(id);
      return found.ok ? ok(found.value ?? null) : found;
    },

    async untouched({ id, chatId, others }) {
      const left: CaseOther[] = [];
      for (const other of others) {
        const since = await aboutDevice(
          other.shortSerial,
          { most: 1, after: id },
          (record) => record.chatId === chatId,
        );
        if (!since.ok) return since;
        if (since.value.length === 0) left.push(other);
      }
      return ok(left);
    },

    latest: (most) => just(gather(cases, { most, descending: true }, () => true)),

    async unboundBefore(shortSerial) {
      const found = await aboutDevice(shortSerial, { most: Number.POSITIVE_INFINITY }, wasUnbound);
      return found.ok ? ok(found.value.toReversed()) : found;
    },

    atWork: (of) =>
      just(
        gather(
          finds,
          { prefix: findPrefix(of), most: Number.POSITIVE_INFINITY },
          ({ job, chatId, device }) => {
            if (job === null) return false;
            if ('laptop' in of) return job.agentId === of.laptop;
            return 'chat' in of ? chatId === of.chat : device?.shortSerial === of.device;
          },
        ),
      ),

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

/** Lets whatever else waits go on: a look through many records is nobody's to hold the process up with. */
function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What an action adds to the trail: itself, and the verdict when the action has changed it. */
function notesOf(before: CaseRecord, action: CaseAction, after: CaseRecord): AuditNote[] {
  const about = { case: after.id, by: after.chatId };
  const { revision } = after;
  const notes: AuditNote[] = [
    { ...about, what: `case.${action.type}`, detail: { revision, ...detailOf(action) } },
  ];
  // Most actions leave what a verdict is made of as it was.
  if (after.facts === before.facts && after.tried === before.tried) return notes;
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
