/**
 * A case: one device, one visit, from label to outcome. A pure state machine: `applyAction(case, action)` gives the
 * next case or says why not. Applying an action twice gives what applying it once gives, because a step repeated
 * after a crash must change nothing.
 */
import { fold } from '../device/lookalikes.ts';
import type { SaidInWords } from '../device/words.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { FIRMWARE_CATALOGUE, type FirmwareCatalogue, learnFromCatalogue } from '../policy/catalogue.ts';
import { decide, type Verdict } from '../policy/decide.ts';
import { QUESTION_ORDER, type QuestionId } from '../policy/explain.ts';
import {
  type Contradiction,
  type FactName,
  forget,
  knownValue,
  type Learned,
  learn,
  learnFromLabel,
  learnFromSighting,
  learnFromStatus,
  noFacts,
  type SightingFacts,
} from '../policy/facts.ts';
import { answer, learnFromWords } from '../policy/questions.ts';
import { saidByReport, settleDenials, type TriedWay, type TriedWord, type Try } from '../policy/tried.ts';
import type {
  CaseChallenge,
  CaseDevice,
  CaseGuide,
  CaseJob,
  CaseNetwork,
  CaseNote,
  CaseOrder,
  CaseOther,
  CaseOutcome,
  CaseRecord,
  CaseReport,
  CaseSighting,
  Order,
  Stage,
} from './record.ts';

export type * from './record.ts';
export { ORDERS } from './record.ts';

/** How long an order once stated holds for the same technician's next devices, ms: a visit. */
const VISIT_MS = 12 * 60 * 60_000;

/** How long a cancelled case can be opened again, ms: a slip is seen at once. */
export const REOPEN_MS = 10 * 60_000;

/** Most notes a case keeps. */
export const MOST_NOTES = 20;

/** Most other devices a case keeps: what a sheet of labels holds. */
export const MOST_OTHERS = 60;

/** Most tries a case keeps: more than anybody makes on one device, and few enough for a letter. */
const MOST_TRIES = 30;

export type CaseAction =
  | { type: 'identified'; device: CaseDevice }
  /** These were named together with the device of the case; what is kept of one already stays. */
  | { type: 'others-named'; others: readonly CaseOther[] }
  /** `given` is an answer id of the question, or typed firmware. */
  | { type: 'answered'; fact: QuestionId; given: string }
  /** What was recognised in the technician's own words. */
  | { type: 'told'; said: SaidInWords }
  /** The technician has read the contradictions known so far. */
  | { type: 'contradictions-told' }
  /** Forget the last answer. */
  | { type: 'back' }
  /** No laptop with an agent is online. */
  | { type: 'no-laptop' }
  | { type: 'job-started'; job: CaseJob }
  | { type: 'job-ended'; jobId: string }
  | { type: 'seen'; jobId: string; agentId: string; sighting: (CaseSighting & SightingFacts) | null }
  /**
   * `device`: the device as it announced itself just before it was asked. `attemptsLeft`: by the laptop's ledger; null: it
   * does not know. Absent: an older laptop.
   */
  | {
      type: 'status-read';
      jobId: string;
      status: string;
      device?: CaseNetwork | null;
      attemptsLeft?: number | null;
    }
  | { type: 'challenged'; challenge: CaseChallenge }
  | { type: 'challenge-settled'; jobId: string; challengeId: string; triesLeft: number; passed: boolean }
  /** `serial`: short serial of the device the job is about. */
  | { type: 'reported'; jobId: string; serial: string; report: CaseReport }
  /** The technician was told how an unbind ended, also where that counts for nothing in this case. */
  | { type: 'end-told'; jobId: string; outcome: string; reason: string | null }
  /** Look again, and ask these again: something on the site was changed. */
  | { type: 'recheck'; forget?: FactName[] }
  /** A way by hand came to nothing, or an update was made: what it said. Ends the guide of that name, or else does nothing. */
  | { type: 'tried'; guide: string; way: TriedWay; word: TriedWord; forget: readonly FactName[] }
  /** The outcome of an unbind was read and dealt with; another may follow. */
  | { type: 'report-read' }
  | { type: 'guide'; guide: CaseGuide | null }
  | { type: 'noted'; note: CaseNote }
  | { type: 'awaits-answer' }
  /** `statedAt`: when it was stated for an earlier device of the visit, ms; null: just now, for this one. */
  | { type: 'ordered'; by: Order; statedAt: number | null }
  /** It is worked on in this group from now on; null: by itself. */
  | { type: 'grouped'; group: string | null }
  /** A colleague has taken it. `keepsLaptop`: the laptop that saw the device is theirs, too. */
  | { type: 'handed-over'; from: number; to: number; keepsLaptop: boolean }
  | { type: 'stage'; stage: Stage }
  | { type: 'closed'; outcome: CaseOutcome }
  /** The technician takes back that he has cancelled it. */
  | { type: 'reopened' };

/** Why an action was not applied. */
export type CaseRefusal =
  | 'closed'
  | 'not-identified'
  | 'other-job'
  /** Somebody else has it. */
  | 'not-theirs'
  /** A laptop is at work for it. */
  | 'at-work'
  /** The case is about another device by now. */
  | 'other-device'
  /** It was told before. */
  | 'told'
  /** It has an outcome of its own: nobody has only cancelled it. */
  | 'ended'
  /** It was cancelled longer ago than that may be taken back. */
  | 'too-late'
  | 'not-an-answer'
  | 'unreadable-firmware'
  | 'too-many-notes';

/** A new case at stage identify. `now` in milliseconds. */
export function newCase(id: string, chatId: number, now: number): CaseRecord {
  return {
    id,
    chatId,
    createdAt: now,
    updatedAt: now,
    revision: 0,
    stage: 'identify',
    device: null,
    facts: noFacts(),
    answers: [],
    contradictions: [],
    lookedBy: null,
    sighting: null,
    status: null,
    job: null,
    challenge: null,
    report: null,
    reportedBy: null,
    toldOf: [],
    guide: null,
    tried: [],
    attemptsLeft: null,
    notes: [],
    others: [],
    awaitsAnswer: false,
    order: null,
    group: null,
    handed: null,
    outcome: null,
    closedAt: null,
  };
}

/** The number people quote: six characters, enough to tell one technician's cases apart. */
export function caseNumber(record: Pick<CaseRecord, 'id'>): string {
  return record.id.slice(-6);
}

/** Shortest piece of a serial number, model or case number by which a case is found, characters. */
const LEAST_TYPED = 3;

/** Longest that is compared, characters: a full serial number has some 35. */
const MOST_TYPED = 40;

/** A typed text as cases are found by it: capital Latin letters and digits, look-alikes forgiven. */
export function soughtIn(typed: string): string {
  return lettersAndDigits(fold(typed)).slice(0, MOST_TYPED);
}

function lettersAndDigits(text: string): string {
  return text.toUpperCase().replace(/[^A-Z\d]/g, '');
}

/** Whether a typed text names this case: a piece of its serial number, of its model, or of its number (`soughtIn`). */
export function isMeant(
  record: Pick<CaseRecord, 'id' | 'device' | 'sighting' | 'facts'>,
  typed: string,
): boolean {
  const text = soughtIn(typed);
  if (text.length < LEAST_TYPED) return false;
  // Case numbers have no I, L and O (Crockford's alphabet), and serial numbers are mostly digits.
  const number = text.replace(/[IL]/g, '1').replaceAll('O', '0');
  if (caseNumber(record).includes(number)) return true;
  const { device, sighting, facts } = record;
  const serials = [device?.shortSerial, device?.fullSerial].map((serial) => lettersAndDigits(serial ?? ''));
  const models = [device?.model, sighting?.model, knownValue(facts, 'model')];
  return (
    serials.some((serial) => serial.includes(text) || serial.includes(number)) ||
    models.some((model) => lettersAndDigits(model ?? '').includes(text))
  );
}

/** Whether there is nothing in a case: no device was named and nothing kept; said, too, unless that was given up. */
export function isEmpty(
  record: Pick<CaseRecord, 'device' | 'notes' | 'others' | 'answers' | 'facts' | 'outcome' | 'closedAt'>,
): boolean {
  const { device, notes, others, answers, facts, outcome, closedAt } = record;
  if (device !== null || notes.length > 0 || others.length > 0) return false;
  if (closedAt !== null) return outcome === 'cancelled';
  return answers.length === 0 && knownValue(facts, 'model') === null;
}

/**
 * Cases as a list shows them: open ones first, then those that wait for the service centre, then closed ones; of each the
 * latest first, by the day of `dayOf`. Empty ones are left out.
 */
export function asListed(records: readonly CaseRecord[]): CaseRecord[] {
  return records
    .filter((record) => !isEmpty(record))
    .toSorted((one, other) => rankOf(one) - rankOf(other) || dayOf(other) - dayOf(one));
}

function rankOf({ closedAt, awaitsAnswer }: CaseRecord): number {
  if (closedAt !== null) return 2;
  return awaitsAnswer ? 1 : 0;
}

/** When a case was closed, or opened where it is open; milliseconds. */
export function dayOf({ closedAt, createdAt }: Pick<CaseRecord, 'closedAt' | 'createdAt'>): number {
  return closedAt ?? createdAt;
}

/**
 * The order a technician stated last, while the visit lasts; `cases` newest first, `now` in milliseconds. What a colleague
 * stated before he handed his case over holds for that case alone.
 */
export function orderInForce(
  cases: readonly Pick<CaseRecord, 'order' | 'handed'>[],
  now: number,
): CaseOrder | null {
  const isOwn = ({ order, handed }: Pick<CaseRecord, 'order' | 'handed'>) =>
    order !== null && (handed === null || order.statedAt > handed.at);
  const last = cases.find(isOwn)?.order ?? null;
  return last !== null && now - last.statedAt < VISIT_MS ? last : null;
}

/** The latest case of the visit in which a device was named beside another one; `cases` newest first, `now` in milliseconds. */
export function namedBeside<C extends Pick<CaseRecord, 'others' | 'updatedAt'>>(
  cases: readonly C[],
  serial: string,
  now: number,
): C | null {
  const isOther = ({ others }: C) => others.some(({ shortSerial }) => shortSerial === serial);
  return cases.find((record) => now - record.updatedAt < VISIT_MS && isOther(record)) ?? null;
}

/** What to do with the device of a case, after what was tried on it. */
export function verdictOf({ facts, tried }: Pick<CaseRecord, 'facts' | 'tried'>): Verdict {
  return decide(facts, tried);
}

/** The stage an open case goes on at. */
export function stageOf(record: Pick<CaseRecord, 'stage' | 'report'>): Stage {
  return record.stage === 'close' && record.report === null ? 'assess' : record.stage;
}

/** Whether the technician was told how an unbind ended. */
export function wasTold(record: Pick<CaseRecord, 'toldOf'>, jobId: string | null | undefined): boolean {
  return jobId != null && record.toldOf.includes(jobId);
}

/** Told ends that are remembered: more than anybody starts while the end of the first is on its way. */
const MOST_TOLD = 50;

/**
 * What may still happen after the case was closed: an agent's late word, because what happened must be on record and
 * told, a note, because an answer may come late, and that the technician takes the closing back.
 */
const EVEN_WHEN_CLOSED: readonly CaseAction['type'][] = [
  'reported',
  'end-told',
  'job-ended',
  'noted',
  'reopened',
];

/** The case after `action`, or why it does not apply. `now` in milliseconds. */
export function applyAction(
  record: CaseRecord,
  action: CaseAction,
  now: number,
  catalogue: FirmwareCatalogue = FIRMWARE_CATALOGUE,
): Result<CaseRecord, CaseRefusal> {
  if (record.closedAt !== null && !EVEN_WHEN_CLOSED.includes(action.type)) return fail('closed');
  const change = changeOf(record, action, now, catalogue);
  if (!change.ok) return change;
  return ok({ ...record, ...change.value, updatedAt: now, revision: record.revision + 1 });
}

function changeOf(
  record: CaseRecord,
  action: CaseAction,
  now: number,
  catalogue: FirmwareCatalogue,
): Result<Partial<CaseRecord>, CaseRefusal> {
  switch (action.type) {
    case 'identified':
      return ok(identified(record, action, catalogue));
    case 'others-named':
      return ok({ others: othersWith(record, action.others) });
    case 'answered': {
      const { fact, given } = action;
      const learnt = answer(record.facts, fact, given);
      if (!learnt.ok) return learnt;
      return ok({
        ...learned(record, learnt.value),
        ...settledBy(record, learnt.value.facts),
        ...(fact === 'updateTo4x' && given === 'refused' ? { tried: withRefusedFile(record, now) } : {}),
        answers: answersWith(record, [fact]),
      });
    }
    case 'told': {
      const learnt = withCatalogue(learnFromWords(record.facts, action.said), catalogue);
      const asked = QUESTION_ORDER.filter((name) => action.said.answers[name] !== undefined);
      return ok({
        ...learned(record, learnt),
        ...settledBy(record, learnt.facts),
        answers: answersWith(record, asked),
      });
    }
    case 'contradictions-told':
      return ok({ contradictions: record.contradictions.map((entry) => ({ ...entry, told: true })) });
    case 'back':
      return ok(withoutLastAnswer(record));
    case 'no-laptop':
      return ok({ facts: learn(record.facts, 'agentSees', false, 'lan').facts });
    case 'job-started':
      return record.device ? ok({ job: action.job, challenge: null }) : fail('not-identified');
    case 'job-ended':
      return record.job?.id === action.jobId ? ok({ job: null, challenge: null }) : fail('other-job');
    case 'seen':
      return record.job?.id === action.jobId ? ok(seen(record, action, catalogue)) : fail('other-job');
    case 'status-read': {
      if (record.job?.id !== action.jobId) return fail('other-job');
      const learnt = learnFromStatus(record.facts, action.status);
      const { sighting } = record;
      const now = sighting && action.device ? { ...sighting, ...networkOf(action.device) } : sighting;
      const { attemptsLeft = record.attemptsLeft } = action;
      return ok({
        job: null,
        status: action.status,
        sighting: now,
        attemptsLeft,
        ...learned(record, learnt),
      });
    }
    case 'challenged':
      return record.job?.id === action.challenge.jobId
        ? ok({ challenge: action.challenge })
        : fail('other-job');
    case 'challenge-settled': {
      const { challenge } = record;
      if (record.job?.id !== action.jobId || challenge?.id !== action.challengeId) return fail('other-job');
      const { triesLeft, passed } = action;
      return ok({ challenge: { ...challenge, triesLeft, ...(passed ? { passed } : {}) } });
    }
    case 'reported':
      return reported(record, action, now);
    case 'end-told':
      return wasTold(record, action.jobId)
        ? fail('told')
        : ok({ toldOf: [...record.toldOf, action.jobId].slice(-MOST_TOLD) });
    case 'recheck':
      return ok(rechecked(record, action.forget ?? []));
    case 'tried':
      return ok(record.guide?.way === action.guide ? triedByHand(record, action, now) : {});
    case 'report-read':
      return ok({ report: null });
    case 'guide':
      return ok({ guide: action.guide });
    case 'noted': {
      if (record.notes.some(({ blob }) => blob === action.note.blob)) return ok({});
      return record.notes.length < MOST_NOTES
        ? ok({ notes: [...record.notes, action.note] })
        : fail('too-many-notes');
    }
    case 'awaits-answer':
      return ok({ awaitsAnswer: true });
    case 'ordered':
      return ok({ order: { by: action.by, statedAt: action.statedAt ?? now } });
    case 'grouped':
      return ok({ group: action.group });
    case 'handed-over':
      return handedOver(record, action, now);
    case 'stage':
      return ok({ stage: action.stage });
    case 'closed': {
      const { outcome } = action;
      // Where a cancelled case stood is kept: that may be taken back.
      const stood = outcome === 'cancelled' ? {} : ({ stage: 'close', awaitsAnswer: false } as const);
      return ok({ ...stood, outcome, closedAt: now, job: null, challenge: null });
    }
    case 'reopened':
      return reopened(record, now);
  }
}

/** The case in a colleague's hands. No unbind begins by that, and what another laptop has seen is looked for anew. */
function handedOver(
  record: CaseRecord,
  { from, to, keepsLaptop }: Extract<CaseAction, { type: 'handed-over' }>,
  now: number,
): Result<Partial<CaseRecord>, CaseRefusal> {
  const { chatId, job, stage } = record;
  if (chatId === to) return ok({});
  if (chatId !== from) return fail('not-theirs');
  if (job !== null) return fail('at-work');
  return ok({
    chatId: to,
    group: null,
    handed: { from, at: now },
    stage: stage === 'lan-unbind' ? 'assess' : stage,
    ...(keepsLaptop ? {} : { lookedBy: null, sighting: null, status: null }),
  });
}

/** The case as it was before it was cancelled; its job stays stopped, and no unbind begins by that. */
function reopened(record: CaseRecord, now: number): Result<Partial<CaseRecord>, CaseRefusal> {
  const { closedAt, outcome, stage, report } = record;
  if (closedAt === null) return ok({});
  // An unbind that could not be stopped any more may have come to its end since.
  if (outcome !== 'cancelled' || wasUnbound(record)) return fail('ended');
  if (now - closedAt > REOPEN_MS) return fail('too-late');
  const before = report === null ? 'assess' : 'close';
  return ok({ outcome: null, closedAt: null, stage: stage === 'lan-unbind' ? before : stage });
}

/** Whether the device of a case was unbound, or is said to have been. */
export function wasUnbound({ outcome, report }: Pick<CaseRecord, 'outcome' | 'report'>): boolean {
  const reported = report?.outcome === 'unbound' || report?.outcome === 'accepted-unconfirmed';
  return reported || outcome === 'unbound' || outcome === 'reported-done';
}

/** An outcome counts for its own job, or where no other runs and none waits to be read (docs/decisions/0031). */
function reported(
  record: CaseRecord,
  { jobId, serial, report }: Extract<CaseAction, { type: 'reported' }>,
  now: number,
): Result<Partial<CaseRecord>, CaseRefusal> {
  if (wasTold(record, jobId)) return fail('told');
  if (record.device?.shortSerial !== serial) return fail('other-device');
  const waits = record.report !== null;
  if (waits && record.reportedBy === jobId) return ok({});
  const isOwn = record.job?.id === jobId || (record.job === null && !waits);
  if (!isOwn) return fail('other-job');
  return ok({ ...toldByReport(record, report, now), report, reportedBy: jobId, job: null, challenge: null });
}

/** What a report says about the laptop's way and about the password that was used. */
function toldByReport(record: CaseRecord, report: CaseReport, now: number): Partial<CaseRecord> {
  const said = saidByReport(report);
  const attemptsLeft = report.attemptsLeft ?? (said === null ? record.attemptsLeft : null);
  // A password that has logged in is not the reason.
  const isProved = said === 'denied' && knownValue(record.facts, 'passwordProved') === true;
  const tried =
    said === null ? record.tried : withTry(record, 'sadp', isProved ? 'denied-proved' : said, now);
  if (said !== 'wrong-password') return { tried, attemptsLeft };
  const { facts } = learn(record.facts, 'passwordProved', false, 'lan');
  return { tried: settleDenials(tried, false), attemptsLeft, facts };
}

function withTry({ tried, facts }: CaseRecord, way: TriedWay, word: TriedWord, at: number): Try[] {
  return [...tried, { way, word, at, firmware: knownValue(facts, 'firmware') }].slice(-MOST_TRIES);
}

/** An update that the recorder has refused, once, however often it is said. */
function withRefusedFile(record: CaseRecord, now: number): Try[] {
  const last = record.tried.at(-1);
  const isSaid = last?.way === 'firmware-first' && last.word === 'refused';
  return isSaid ? [...record.tried] : withTry(record, 'firmware-first', 'refused', now);
}

/** What a way by hand said, and what follows for the facts; the device is looked at again. */
function triedByHand(
  record: CaseRecord,
  { way, word, forget: names }: Extract<CaseAction, { type: 'tried' }>,
  now: number,
): Partial<CaseRecord> {
  const tried = withTry(record, way, word, now);
  const again = rechecked({ ...record, tried }, names);
  // Whoever tried by hand has used a try that nobody counted.
  const common = { ...again, guide: null, ...(WITHOUT_LOGIN.includes(way) ? {} : { attemptsLeft: null }) };
  const { facts } = common;
  if (word === 'wrong-password') {
    const learnt = learn(facts, 'passwordProved', false, 'technician').facts;
    return { ...common, facts: learnt, tried: settleDenials(common.tried, false) };
  }
  const update = way === 'firmware-first' && (word === 'refused' || word === 'no-file');
  // Whether there is a file for this very hardware its supplier knows.
  if (update) return { ...common, facts: learn(facts, 'updateTo4x', 'refused', 'technician').facts };
  if (word === 'offline') return { ...common, facts: learn(facts, 'cloud', 'offline', 'technician').facts };
  return common;
}

/** Nothing that is tried of these is a login. */
const WITHOUT_LOGIN: readonly TriedWay[] = ['firmware-first'];

/** Denials, once it is known whether the password was right. */
function settledBy({ tried }: CaseRecord, facts: CaseRecord['facts']): Pick<CaseRecord, 'tried'> {
  const proved = knownValue(facts, 'passwordProved');
  return { tried: proved === null ? tried : settleDenials(tried, proved) };
}

/** The other devices with these behind them, as far as there is room. */
function othersWith({ others, device }: CaseRecord, named: readonly CaseOther[]): CaseOther[] {
  const known = new Map(others.map((other) => [other.shortSerial, other]));
  for (const other of named) if (!known.has(other.shortSerial)) known.set(other.shortSerial, other);
  known.delete(device?.shortSerial ?? '');
  return [...known.values()].slice(0, MOST_OTHERS);
}

function identified(
  record: CaseRecord,
  { device }: Extract<CaseAction, { type: 'identified' }>,
  catalogue: FirmwareCatalogue,
): Partial<CaseRecord> {
  const others = record.others.filter(({ shortSerial }) => shortSerial !== device.shortSerial);
  // A device described in words gets its name now; what was said about it stays.
  const sameDevice = record.device === null || record.device.shortSerial === device.shortSerial;
  if (sameDevice) {
    const learnt = withCatalogue(learnFromLabel(record.facts, device), catalogue);
    // Named again after nobody saw it: somebody has put something right, so it is looked for again.
    const lookedBy = record.sighting === null ? null : record.lookedBy;
    return {
      device: { ...record.device, ...device },
      others,
      ...learned(record, learnt),
      lookedBy,
      stage: 'assess',
    };
  }
  return {
    device,
    others,
    facts: withCatalogue(learnFromLabel(noFacts(), device), catalogue).facts,
    stage: 'assess',
    answers: [],
    contradictions: [],
    lookedBy: null,
    sighting: null,
    status: null,
    job: null,
    challenge: null,
    report: null,
    guide: null,
    tried: [],
    attemptsLeft: null,
    awaitsAnswer: false,
    order: null,
    group: null,
  };
}

function rechecked(
  record: CaseRecord,
  names: readonly FactName[],
): Pick<CaseRecord, 'facts' | 'answers' | 'lookedBy' | 'sighting' | 'status' | 'report' | 'tried'> {
  return {
    // Whether the old password was right nobody will know once there is another one.
    tried: names.includes('passwordProved') ? settleDenials(record.tried, null) : [...record.tried],
    facts: names.reduce(forget, record.facts),
    answers: record.answers.filter((name) => !names.includes(name)),
    lookedBy: null,
    sighting: null,
    status: null,
    report: null,
  };
}

function withoutLastAnswer(record: CaseRecord): Partial<CaseRecord> {
  const last = record.answers.at(-1);
  if (last === undefined) return {};
  return { facts: forget(record.facts, last), answers: record.answers.slice(0, -1) };
}

function seen(
  record: CaseRecord,
  action: Extract<CaseAction, { type: 'seen' }>,
  catalogue: FirmwareCatalogue,
): Partial<CaseRecord> {
  const learnt = action.sighting
    ? withCatalogue(learnFromSighting(record.facts, action.sighting), catalogue)
    : { facts: learn(record.facts, 'agentSees', false, 'lan').facts, contradictions: [] };
  const sighting = action.sighting && {
    agentId: action.agentId,
    ...networkOf(action.sighting),
    model: action.sighting.model,
    mac: action.sighting.mac,
    firmware: action.sighting.firmware,
    fullSerial: action.sighting.fullSerial,
  };
  return { ...learned(record, learnt), sighting, status: null, lookedBy: action.agentId, job: null };
}

function networkOf({
  address,
  announcedAddress,
  subnetMask,
  gateway,
  reachability,
}: CaseNetwork): CaseNetwork {
  return { address, announcedAddress, subnetMask, gateway, reachability };
}

/** What the firmware catalogue knows of this model, learnt on top. */
function withCatalogue(learnt: Learned, catalogue: FirmwareCatalogue): Learned {
  const more = learnFromCatalogue(learnt.facts, catalogue);
  return { facts: more.facts, contradictions: [...learnt.contradictions, ...more.contradictions] };
}

/** The new facts, and the contradictions that are new: one a fact, the latest; the same again is no news. */
function learned(record: CaseRecord, learnt: Learned): Pick<CaseRecord, 'facts' | 'contradictions'> {
  const before = record.contradictions;
  const contradictions = learnt.contradictions
    .filter((found) => !before.some((known) => isSame(known, found)))
    .reduce(
      (list, found) => [...list.filter(({ fact }) => fact !== found.fact), { ...found, told: false }],
      before,
    );
  return { facts: learnt.facts, contradictions };
}

function isSame(one: Contradiction, other: Contradiction): boolean {
  return (
    one.fact === other.fact &&
    one.kept.value === other.kept.value &&
    one.refused.value === other.refused.value
  );
}

/** The answers with these as the latest. */
function answersWith(record: CaseRecord, facts: readonly QuestionId[]): QuestionId[] {
  return [...record.answers.filter((name) => !facts.includes(name)), ...facts];
}
