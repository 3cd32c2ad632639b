/**
 * What the house believes of a job's events: which of them is possible in which state of the job. A paired laptop may be
 * changed or its key stolen, so an event counts only where an honest agent could have sent it: in its turn, about this
 * device, after what the house itself has seen of the job (docs/decisions/0025). Pure.
 */
import type { JobKind } from '../../cases/case.ts';
import type { AgentEvent, UnbindOutcome } from '../../link/messages.ts';
import { PICTURE_LIFE_MS } from '../../link/times.ts';

/** All that laptops are asked to do, for a case or not. */
export type AnyJob = JobKind | 'survey';

/**
 * How far a job has come by what was believed so far. `begun`: nothing was heard yet; `picture`: one is in the chat;
 * `passed`: it was read; `prompt`: the person at the laptop was asked for the password, or for leave; `over`: the last word was said.
 */
export type JobStep = 'begun' | 'picture' | 'passed' | 'prompt' | 'over';

/** What was believed of a job so far. */
export interface JobStory {
  readonly step: JobStep;
  /** Pictures shown, the open one last. */
  readonly pictures: readonly string[];
  /** Wrong answers to the open picture. */
  readonly wrong: number;
  /** Tries left by the laptop's last word on them. */
  readonly triesLeft: number;
  /** Until when the open picture may be answered, milliseconds. Absent: none was shown, or of before. */
  readonly pictureUntil?: number;
  /** The outcome the job ended with; null before it and for jobs that end otherwise. */
  readonly outcome: UnbindOutcome | null;
}

/** What the house knows of a job from its own side. */
export interface JobFacts {
  readonly kind: AnyJob;
  /** Short serial of the device the job is about; of a survey empty. */
  readonly shortSerial: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** This job's permit was traded for the right to send. */
  readonly permitTraded: boolean;
  /** A permit for this device was once traded by this agent in another job, which an `earlier-attempt` may be about. */
  readonly tradedEarlier: boolean;
  /** How often the person in the chat has answered the open picture. */
  readonly answers: number;
  /** The person in the chat has asked for another picture in place of the open one. */
  readonly refreshed: boolean;
}

/** Why an event is not believed: `bot:unproven.<word>` is its sentence. */
export type Disbelief =
  /** Not in this state of the job. */
  | 'out-of-turn'
  /** After the last word. */
  | 'after-last-word'
  /** About another device than the job's. */
  | 'other-serial'
  /** A picture nobody asked for, a result for one that is not open or was not answered. */
  | 'no-picture'
  /** Says that something was sent, and no permit was traded. */
  | 'no-permit'
  /** Appeals to an attempt this house knows nothing of. */
  | 'no-earlier-attempt'
  /** An unbind the device did not confirm, or a confirmation without an unbind. */
  | 'not-verified'
  /** A picture that is to be good for longer than any is, or with more tries than there are. */
  | 'beyond-bounds';

export const BEGUN: JobStory = { step: 'begun', pictures: [], wrong: 0, triesLeft: 2, outcome: null };

/** Which event is possible in which state, by kind of job. Nothing is after the last word. */
const POSSIBLE: Readonly<Record<AnyJob, Readonly<Partial<Record<JobStep, readonly AgentEvent['type'][]>>>>> =
  {
    discover: { begun: ['discovered', 'job-failed'] },
    status: { begun: ['status', 'job-failed'] },
    survey: {
      begun: ['prompt', 'surveyed', 'job-failed'],
      prompt: ['prompt', 'surveyed', 'job-failed'],
    },
    unbind: {
      begun: ['challenge', 'outcome', 'job-failed'],
      picture: ['challenge', 'challenge-result', 'outcome', 'job-failed'],
      passed: ['prompt', 'outcome', 'job-failed'],
      prompt: ['prompt', 'outcome', 'job-failed'],
    },
  };

/** Events after which a job says nothing more. */
export const LAST_WORDS: readonly AgentEvent['type'][] = [
  'discovered',
  'surveyed',
  'status',
  'outcome',
  'job-failed',
];

/** Outcomes that only a datagram with a password brings about; the others are found out before it. */
const NEEDS_PERMIT: Readonly<Record<UnbindOutcome, boolean>> = {
  unbound: true,
  'accepted-unconfirmed': true,
  unknown: true,
  'wrong-password': true,
  denied: true,
  locked: false,
  'not-bound': false,
  'not-found': false,
  refused: false,
};
/** Outcomes that are the device's own word that it is not bound. */
const VERIFIED: readonly UnbindOutcome[] = ['unbound', 'not-bound'];

/** Longest time a picture may be good for, with some on the way and some between the clocks, ms. */
const LONGEST_PICTURE_MS = PICTURE_LIFE_MS + 60_000;

/** Why this event cannot be true now; null when it can. */
export function disbeliefOf(story: JobStory, event: AgentEvent, facts: JobFacts): Disbelief | null {
  if (story.step === 'over') return 'after-last-word';
  if (!POSSIBLE[facts.kind][story.step]?.includes(event.type)) return 'out-of-turn';
  switch (event.type) {
    case 'challenge': {
      const unasked = story.step === 'picture' && !facts.refreshed;
      if (unasked || story.pictures.includes(event.challengeId)) return 'no-picture';
      const tooLong = event.expiresAt > facts.now + LONGEST_PICTURE_MS;
      return tooLong || event.triesLeft > story.triesLeft ? 'beyond-bounds' : null;
    }
    case 'challenge-result': {
      const { challengeId, result, triesLeft } = event;
      if (triesLeft > story.triesLeft) return 'beyond-bounds';
      // Somebody may have answered a picture that another one has replaced, or let time run out.
      if (result === 'expired') return story.pictures.includes(challengeId) ? null : 'no-picture';
      const isOpen = story.pictures.at(-1) === challengeId && story.triesLeft > 0;
      return isOpen && facts.answers > story.wrong ? null : 'no-picture';
    }
    case 'prompt':
      if ((event.asks === 'survey') !== (facts.kind === 'survey')) return 'out-of-turn';
      return event.state === 'shown' || story.step === 'prompt' ? null : 'out-of-turn';
    case 'status':
      return isAbout(event.shortSerial, facts) && isAbout(event.device?.shortSerial ?? null, facts)
        ? null
        : 'other-serial';
    case 'outcome': {
      const { shortSerial, outcome, reason, verified } = event.report;
      if (!isAbout(shortSerial, facts)) return 'other-serial';
      if (verified !== VERIFIED.includes(outcome)) return 'not-verified';
      if (!NEEDS_PERMIT[outcome]) return null;
      if (facts.permitTraded) return story.step === 'prompt' ? null : 'no-picture';
      // What an earlier job began, a later one may find done before it has traded or shown anything.
      if (outcome !== 'unbound' || reason !== 'earlier-attempt') return 'no-permit';
      return facts.tradedEarlier ? null : 'no-earlier-attempt';
    }
    case 'discovered':
    case 'surveyed':
    case 'job-failed':
      return null;
  }
}

/** The story after an event that is believed. */
export function storyAfter(story: JobStory, event: AgentEvent): JobStory {
  switch (event.type) {
    case 'challenge': {
      const { challengeId, triesLeft, expiresAt: pictureUntil } = event;
      const pictures = [...story.pictures, challengeId];
      return { ...story, step: 'picture', pictures, wrong: 0, triesLeft, pictureUntil };
    }
    case 'challenge-result': {
      const { result, triesLeft } = event;
      if (result === 'passed') return { ...story, step: 'passed' };
      return { ...story, wrong: story.wrong + (result === 'wrong' ? 1 : 0), triesLeft };
    }
    case 'prompt':
      return { ...story, step: 'prompt' };
    case 'outcome':
      return { ...story, step: 'over', outcome: event.report.outcome };
    case 'discovered':
    case 'surveyed':
    case 'status':
    case 'job-failed':
      return { ...story, step: 'over' };
  }
}

/** An event that names no device is about the job's. */
function isAbout(shortSerial: string | null, facts: JobFacts): boolean {
  return shortSerial === null || shortSerial === facts.shortSerial;
}
