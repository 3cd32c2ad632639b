/** What an agent's event means: a change of the case, a word for the conversation, what is waited for next. Pure. */
import type { CaseAction, CaseReport } from '../../cases/case.ts';
import type { HouseEvent } from '../../flows/engine/events.ts';
import type { AgentEvent, HindranceReport } from '../../link/messages.ts';
import type { Wait } from '../house/alarms.ts';
import type { JobFacts, JobStory } from './belief.ts';
import type { JobNote } from './records.ts';

export interface Meaning {
  readonly heard: HouseEvent;
  /** Null: the case stays as it is. */
  readonly action: CaseAction | null;
  /** Null: the job is over. */
  readonly wait: Wait | null;
}

/** Where the picture of a challenge is stored. */
export function pictureBlob(challengeId: string): string {
  return `picture:${challengeId}`;
}

/**
 * Reasons that say that an unbind ended before its datagram. After any other one only the device knows, once the permit
 * was traded: a settlement that broke has settled nothing.
 */
const NOTHING_SENT: readonly string[] = [
  'challenge-failed',
  'challenge-expired',
  'cancelled',
  'busy',
  'expired',
  'interrupted',
  'group-stopped',
];

/** @param story the job's, as it was before this event */
export function meaningOf(event: AgentEvent, note: JobNote, facts: JobFacts, story: JobStory): Meaning {
  const { caseId, agentId, shortSerial } = note;
  const { id, jobId } = event;
  switch (event.type) {
    case 'discovered': {
      // The others are nobody's business here: a laptop tells how many there are, and no more.
      const device = event.devices.find((sighting) => sighting.shortSerial === shortSerial) ?? null;
      const total = event.devices.length + event.omitted;
      return {
        heard: { id, caseId, type: 'discovered', jobId, device, total, ...hindrancesOf(event) },
        action: { type: 'seen', jobId, agentId, sighting: device && { ...device, agentId } },
        wait: null,
      };
    }
    case 'status':
      return {
        heard: { id, caseId, type: 'status', jobId, status: event.status, ...hindrancesOf(event) },
        action: {
          type: 'status-read',
          jobId,
          status: event.status,
          device: event.device,
          ...(event.attemptsLeft === undefined ? {} : { attemptsLeft: event.attemptsLeft }),
        },
        wait: null,
      };
    case 'challenge': {
      const { challengeId, nonce, expiresAt, triesLeft } = event;
      const blob = pictureBlob(challengeId);
      const challenge = { id: challengeId, jobId, blob, nonce, expiresAt, triesLeft };
      return {
        heard: { id, caseId, type: 'challenge', jobId, challengeId, blob, nonce, expiresAt, triesLeft },
        action: { type: 'challenged', challenge },
        wait: { waiting: 'picture', until: expiresAt },
      };
    }
    case 'challenge-result': {
      const { challengeId, result, triesLeft } = event;
      return {
        heard: { id, caseId, type: 'challenge-result', jobId, challengeId, result, triesLeft },
        action: {
          type: 'challenge-settled',
          jobId,
          challengeId,
          triesLeft,
          passed: result === 'passed',
        },
        wait: waitAfter(event, story),
      };
    }
    case 'prompt': {
      const { state, asks } = event;
      const isSurvey = note.kind === 'survey';
      if (state === 'typed') {
        const waiting = isSurvey ? 'survey' : 'work';
        return { heard: { id, caseId, type: 'typed', jobId }, action: null, wait: { waiting } };
      }
      const person = isSurvey ? 'leave' : 'password';
      return {
        heard: { id, caseId, type: 'prompt', jobId, state, ...(asks === undefined ? {} : { asks }) },
        action: null,
        wait: { waiting: state === 'shown' ? person : 'end' },
      };
    }
    case 'outcome':
      return outcomeOf(id, jobId, note, reportOf(event));
    case 'surveyed': {
      const { devices, omitted } = event;
      const bound = devices.filter(({ bindStatus }) => bindStatus === 'bound').length;
      const counts = { devices: devices.length, bound, omitted };
      return {
        heard: { id, caseId, type: 'surveyed', jobId, ...counts, ...hindrancesOf(event) },
        action: null,
        wait: null,
      };
    }
    case 'job-failed':
      return note.kind === 'unbind' && facts.permitTraded && !NOTHING_SENT.includes(event.reason)
        ? outcomeOf(id, jobId, note, { outcome: 'unknown', reason: event.reason, verified: false })
        : failureOf(id, jobId, note, event.reason);
  }
}

/** What the laptop does once it has judged an answer: ask for the password, wait for another answer, or end. */
function waitAfter(
  { challengeId, result, triesLeft }: Extract<AgentEvent, { type: 'challenge-result' }>,
  { pictures, pictureUntil }: JobStory,
): Wait {
  if (result === 'passed') return { waiting: 'prompt' };
  const isOpen = result === 'wrong' ? triesLeft > 0 : challengeId !== pictures.at(-1);
  return isOpen && pictureUntil !== undefined
    ? { waiting: 'picture', until: pictureUntil }
    : { waiting: 'end' };
}

/** An unbind has ended. */
export function outcomeOf(
  id: string,
  jobId: string,
  { caseId, shortSerial: serial }: JobNote,
  report: CaseReport,
): Meaning {
  return {
    heard: { id, caseId, type: 'outcome', jobId, serial, report },
    action: { type: 'reported', jobId, serial, report },
    wait: null,
  };
}

/** A job could not be carried out. */
export function failureOf(
  id: string,
  jobId: string,
  { caseId, kind, shortSerial: serial }: JobNote,
  reason: string,
): Meaning {
  if (kind === 'survey')
    return { heard: { id, caseId, type: 'survey-failed', jobId, reason }, action: null, wait: null };
  return {
    heard: { id, caseId, type: 'job-failed', jobId, kind, serial, reason },
    action: { type: 'job-ended', jobId },
    wait: null,
  };
}

/** The report as a case keeps it (an optional field that is absent stays absent). */
function reportOf(event: Extract<AgentEvent, { type: 'outcome' }>): CaseReport {
  const { outcome, reason, attemptsLeft, lockMinutes, lockAssumed, verified } = event.report;
  return {
    outcome,
    verified,
    ...(reason === undefined ? {} : { reason }),
    ...(attemptsLeft === undefined ? {} : { attemptsLeft }),
    ...(lockMinutes === undefined ? {} : { lockMinutes }),
    ...(lockAssumed === undefined ? {} : { lockAssumed }),
    ...(outcome === 'not-found' ? hindrancesOf(event) : {}),
  };
}

/** What the laptop says stood in its way, where it says anything. */
function hindrancesOf({ hindrances }: { hindrances?: HindranceReport[] | undefined }) {
  return hindrances === undefined || hindrances.length === 0 ? {} : { hindrances };
}
