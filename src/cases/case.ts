/**
 * A case: one device, one visit, from label to outcome. A pure state machine: `applyAction(case, action)` gives the
 * next case or says why not. Applying an action twice gives what applying it once gives, because a step repeated
 * after a crash must change nothing.
 */
import { fail, ok, type Result } from '../kernel/result.ts';
import { FIRMWARE_CATALOGUE, learnFromCatalogue } from '../policy/catalogue.ts';
import type { QuestionId } from '../policy/explain.ts';
import {
  type FactName,
  type Facts,
  forget,
  learn,
  learnFromLabel,
  learnFromSighting,
  learnFromStatus,
  noFacts,
  type SightingFacts,
} from '../policy/facts.ts';
import { answer } from '../policy/questions.ts';

/** Steps of a case; each is one conversation. */
export const STAGES = ['identify', 'assess', 'lan-unbind', 'guide', 'service-centre', 'close'] as const;
export type Stage = (typeof STAGES)[number];

/** How a case ended. */
export type CaseOutcome =
  | 'unbound'
  | 'nothing-to-do'
  | 'service-centre'
  | 'reported-done'
  | 'unconfirmed'
  | 'given-up'
  | 'cancelled';

/** The device as far as it is known. The verification code is not part of it and never stored. */
export interface CaseDevice {
  shortSerial: string;
  fullSerial: string | null;
  model: string | null;
  /** ISO date of manufacture, from the full serial. */
  manufactured: string | null;
}

export type JobKind = 'discover' | 'status' | 'unbind';

/** What an agent is doing for this case. */
export interface CaseJob {
  id: string;
  kind: JobKind;
  agentId: string;
  /** Milliseconds. */
  startedAt: number;
}

/** The picture the technician is asked to read. */
export interface CaseChallenge {
  id: string;
  jobId: string;
  /** Key of the stored picture. */
  blob: string;
  nonce: string;
  expiresAt: number;
  triesLeft: number;
}

/** How an unbind ended; the agent's report (docs/architecture.md, link). */
export interface CaseReport {
  outcome: string;
  reason?: string;
  attemptsLeft?: number;
  lockMinutes?: number;
  verified: boolean;
}

/** Where an agent saw the device. */
export interface CaseSighting {
  agentId: string;
  address: string;
  model: string | null;
  mac: string | null;
  firmware: string | null;
  /** Full serial number as the device announces it; labels often carry the short one only. */
  fullSerial: string | null;
  reachability: 'same-subnet' | 'other-subnet';
}

export interface CaseRecord {
  id: string;
  chatId: number;
  /** Milliseconds. */
  createdAt: number;
  updatedAt: number;
  /** Raised by every change. */
  revision: number;
  stage: Stage;
  device: CaseDevice | null;
  facts: Facts;
  /** Facts the technician answered, oldest first: Back forgets the last. */
  answers: QuestionId[];
  /** Agent that looked for the device last, and what it found; null: nobody looked. */
  lookedBy: string | null;
  sighting: CaseSighting | null;
  /** The device's own word on its unbind status, read after the sighting; null: not asked. */
  status: string | null;
  job: CaseJob | null;
  challenge: CaseChallenge | null;
  report: CaseReport | null;
  outcome: CaseOutcome | null;
  closedAt: number | null;
}

export type CaseAction =
  | { type: 'identified'; device: CaseDevice }
  /** `given` is an answer id of the question, or typed firmware. */
  | { type: 'answered'; fact: QuestionId; given: string }
  /** Forget the last answer. */
  | { type: 'back' }
  /** No laptop with an agent is online. */
  | { type: 'no-laptop' }
  | { type: 'job-started'; job: CaseJob }
  | { type: 'job-ended'; jobId: string }
  | { type: 'seen'; jobId: string; agentId: string; sighting: (CaseSighting & SightingFacts) | null }
  | { type: 'status-read'; jobId: string; status: string }
  | { type: 'challenged'; challenge: CaseChallenge }
  | { type: 'challenge-settled'; jobId: string; challengeId: string; triesLeft: number }
  | { type: 'reported'; jobId: string; report: CaseReport }
  /** Look again, and ask these again: something on the site was changed. */
  | { type: 'recheck'; forget?: FactName[] }
  /** The outcome of an unbind was read and dealt with; another may follow. */
  | { type: 'report-read' }
  | { type: 'stage'; stage: Stage }
  | { type: 'closed'; outcome: CaseOutcome };

/** Why an action was not applied. */
export type CaseRefusal = 'closed' | 'not-identified' | 'other-job' | 'not-an-answer' | 'unreadable-firmware';

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
    lookedBy: null,
    sighting: null,
    status: null,
    job: null,
    challenge: null,
    report: null,
    outcome: null,
    closedAt: null,
  };
}

/** The number people quote: six characters, enough to tell one technician's cases apart. */
export function caseNumber(record: Pick<CaseRecord, 'id'>): string {
  return record.id.slice(-6);
}

/** Actions an agent's late word may still cause after the case was closed: what happened must be on record. */
const EVEN_WHEN_CLOSED: readonly CaseAction['type'][] = ['reported', 'job-ended'];

/** The case after `action`, or why it does not apply. `now` in milliseconds. */
export function applyAction(
  record: CaseRecord,
  action: CaseAction,
  now: number,
): Result<CaseRecord, CaseRefusal> {
  if (record.closedAt !== null && !EVEN_WHEN_CLOSED.includes(action.type)) return fail('closed');
  const change = changeOf(record, action, now);
  if (!change.ok) return change;
  return ok({ ...record, ...change.value, updatedAt: now, revision: record.revision + 1 });
}

function changeOf(
  record: CaseRecord,
  action: CaseAction,
  now: number,
): Result<Partial<CaseRecord>, CaseRefusal> {
  switch (action.type) {
    case 'identified':
      return ok(identified(record, action));
    case 'answered': {
      const { fact, given } = action;
      const learnt = answer(record.facts, fact, given);
      if (!learnt.ok) return learnt;
      return ok({
        facts: learnt.value.facts,
        answers: [...record.answers.filter((name) => name !== fact), fact],
      });
    }
    case 'back':
      return ok(withoutLastAnswer(record));
    case 'no-laptop':
      return ok({ facts: learn(record.facts, 'agentSees', false, 'lan').facts });
    case 'job-started':
      return record.device ? ok({ job: action.job, challenge: null }) : fail('not-identified');
    case 'job-ended':
      return record.job?.id === action.jobId ? ok({ job: null, challenge: null }) : fail('other-job');
    case 'seen':
      return record.job?.id === action.jobId ? ok(seen(record, action)) : fail('other-job');
    case 'status-read':
      return record.job?.id === action.jobId
        ? ok({ job: null, status: action.status, facts: learnFromStatus(record.facts, action.status).facts })
        : fail('other-job');
    case 'challenged':
      return record.job?.id === action.challenge.jobId
        ? ok({ challenge: action.challenge })
        : fail('other-job');
    case 'challenge-settled': {
      const { challenge } = record;
      if (record.job?.id !== action.jobId || challenge?.id !== action.challengeId) return fail('other-job');
      return ok({ challenge: { ...challenge, triesLeft: action.triesLeft } });
    }
    case 'reported':
      return record.report === null || record.job?.id === action.jobId
        ? ok({ report: action.report, job: null, challenge: null })
        : fail('other-job');
    case 'recheck':
      return ok({ lookedBy: null, sighting: null, status: null, chosen: null, report: null });
    case 'report-read':
      return ok({ report: null });
    case 'stage':
      return ok({ stage: action.stage });
    case 'closed':
      return ok({ stage: 'close', outcome: action.outcome, closedAt: now, job: null, challenge: null });
  }
}

function identified(
  record: CaseRecord,
  { device }: Extract<CaseAction, { type: 'identified' }>,
): Partial<CaseRecord> {
  const sameDevice = record.device?.shortSerial === device.shortSerial;
  const facts = withCatalogue(learnFromLabel(sameDevice ? record.facts : noFacts(), device).facts);
  if (sameDevice) return { device: { ...record.device, ...device }, facts, stage: 'assess' };
  return {
    device,
    facts,
    stage: 'assess',
    answers: [],
    lookedBy: null,
    sighting: null,
    status: null,
    job: null,
    challenge: null,
    report: null,
  };
}

function _rechecked(record: CaseRecord, names: readonly FactName[]): Partial<CaseRecord> {
  return {
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

function seen(record: CaseRecord, action: Extract<CaseAction, { type: 'seen' }>): Partial<CaseRecord> {
  const facts = action.sighting
    ? withCatalogue(learnFromSighting(record.facts, action.sighting).facts)
    : learn(record.facts, 'agentSees', false, 'lan').facts;
  const sighting = action.sighting && {
    agentId: action.agentId,
    address: action.sighting.address,
    model: action.sighting.model,
    mac: action.sighting.mac,
    firmware: action.sighting.firmware,
    fullSerial: action.sighting.fullSerial,
    reachability: action.sighting.reachability,
  };
  return { facts, sighting, status: null, lookedBy: action.agentId, job: null };
}

/** What the firmware catalogue knows of this model. */
function withCatalogue(facts: Facts): Facts {
  return learnFromCatalogue(facts, FIRMWARE_CATALOGUE).facts;
}
