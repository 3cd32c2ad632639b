/**
 * The way back: what an agent reports is believed or not, put on record in the case, told to the conversation, and
 * remembered, in this order, one event of a job at a time.
 */

import { decodeTime } from 'ulid';
import { device } from '../../audit/naming.ts';
import type { Audit } from '../../audit/trail.ts';
import type { CaseRefusal, CaseReport } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type { HouseEvent } from '../../flows/engine/events.ts';
import type { CaseFailure } from '../../flows/ports.ts';
import type { GroupDesk } from '../../groups/desk.ts';
import type { JobDesk } from '../../hub/desk.ts';
import { type BucketRules, createBuckets, createQuiet } from '../../hub/limits.ts';
import type { Log } from '../../kernel/log.ts';
import type { Result } from '../../kernel/result.ts';
import type { AgentEvent } from '../../link/messages.ts';
import type { Epochs } from '../../store/epoch.ts';
import type { Alarms } from '../house/alarms.ts';
import { atBorder, atCaseBorder, must, mustCase } from '../house/must.ts';
import { PICTURE_KEPT_MS } from '../house/times.ts';
import { BEGUN, type Disbelief, disbeliefOf, type JobFacts, LAST_WORDS, storyAfter } from './belief.ts';
import { meaningForGroup, putOnGroup } from './in-groups.ts';
import { failureOf, type Meaning, meaningOf, outcomeOf, pictureBlob } from './meaning.ts';
import { type JobNote, type JobRecords, type KeptStory, NOTE_MS, pictureKey } from './records.ts';
import type { Surveys } from './surveys.ts';

/** Ids of a job's events that are remembered: more than an agent may have on their way at once. */
const MOST_HEARD = 100;
/** What an agent may say about one job before its last word: far above what a person asks of it. */
const TALK: BucketRules = { burst: 40, perSecond: 1 / 30 };
/** Lines in the log about events of one agent that were dropped. */
const LINES: BucketRules = { burst: 20, perSecond: 1 / 60 };
/** How often it is said that an agent says too much. */
const FLOODS: BucketRules = { burst: 1, perSecond: 1 / 3600 };
/** Ends of jobs that a restore has lost, of one agent: what a laptop does in a day or two between backups. */
const LOST: BucketRules = { burst: 50, perSecond: 1 / 3600 };

/** Hands an event to the chat's conversation after `record` has put it on record, all in the chat's order. */
export type Deliver = (
  chatId: number,
  event: HouseEvent,
  record?: () => Promise<Result<CaseRefusal | null, CaseFailure>>,
) => Promise<Result<unknown, unknown>>;

export interface EventOptions {
  records: JobRecords;
  cases: Pick<CaseDesk, 'apply'>;
  groups: Pick<GroupDesk, 'apply'>;
  surveys: Pick<Surveys, 'ended'>;
  desk: Pick<JobDesk, 'wasTraded' | 'hasTraded' | 'revokePermit'>;
  alarms: Pick<Alarms, 'set' | 'clear'>;
  audit: Pick<Audit, 'append'>;
  epochs: Pick<Epochs, 'current'>;
  /** Milliseconds. */
  clock: () => number;
  log: Log;
  /** An agent reports the end of an unbind that began after the backup which was restored. */
  onLost(about: { agentId: string; shortSerial: string }): Promise<void>;
  /** An agent said a thing that cannot be true and would have been a success. */
  onUnproven(about: { agentId: string; shortSerial: string; chatId: number }): Promise<void>;
  /** An agent says more than any honest one does. */
  onFlooding(agentId: string): Promise<void>;
  deliver: Deliver;
}

/** Takes an event from the hub. True when it is safe to forget it on the laptop. */
export type TakeEvent = (agentId: string, event: AgentEvent) => Promise<boolean>;

export function createEventTaking(options: EventOptions): TakeEvent {
  const { records, cases, groups, surveys, desk, alarms, audit, clock, log, deliver } = options;
  const { notes, stories, pictureWords, pictures } = records;
  const talk = createBuckets(TALK, clock);
  const quiet = createQuiet(LINES, clock);
  const floods = createBuckets(FLOODS, clock);
  const lost = createBuckets(LOST, clock);

  async function takeOne(agentId: string, event: AgentEvent): Promise<boolean> {
    const [found, kept] = await Promise.all([notes.get(event.jobId), stories.get(event.jobId)]);
    const note = must(found);
    if (!note && event.type === 'outcome' && (await wasLost(event.jobId))) return hearLost(agentId, event);
    if (note?.agentId !== agentId) return drop(agentId, event, 'unknown-job');
    const story = must(kept) ?? { ...BEGUN, heard: [], doubts: [] };
    // Dealt with, but the agent did not get to know.
    if (story.heard.includes(event.id)) return true;
    if (!LAST_WORDS.includes(event.type) && talk.take(event.jobId) > 0) {
      if (floods.take(agentId) === 0) await options.onFlooding(agentId);
      return drop(agentId, event, 'too-much-talk');
    }
    const facts = await factsOf(note, event.jobId, story);
    const why = disbeliefOf(story, event, facts);
    return why === null ? believe(note, story, event, facts) : disbelieve(note, story, event, why);
  }

  /** There is no one to tell, and keeping it would only make it come again. */
  function drop(agentId: string, event: AgentEvent, why: Disbelief | 'unknown-job' | 'too-much-talk'): true {
    const unlogged = quiet.leftOut(agentId);
    if (unlogged !== null) {
      log.warn({ agent: agentId, job: event.jobId, event: event.type, why, unlogged }, 'event dropped');
    }
    return true;
  }

  /** Whether a job began between a backup and its restore, as its id says: the store knows nothing of such a one. */
  async function wasLost(jobId: string): Promise<boolean> {
    const epoch = must(await options.epochs.current());
    const began = decodeTime(jobId);
    return epoch !== null && began >= epoch.takenAt && began <= epoch.restoredAt;
  }

  /** Nothing can be believed of it, and somebody has to hear of it: the device may be unbound, and no case says so. */
  async function hearLost(agentId: string, event: Extract<AgentEvent, { type: 'outcome' }>): Promise<true> {
    const { jobId, report } = event;
    if (lost.take(agentId) === 0) {
      const { shortSerial, outcome: claim } = report;
      const serial = device(shortSerial);
      const detail = { job: jobId, agent: agentId, serial, event: event.type, claim, why: 'unknown-job' };
      must(await audit.append({ what: 'case.unproven', case: null, by: null, detail }));
      await options.onLost({ agentId, shortSerial });
    }
    return drop(agentId, event, 'unknown-job');
  }

  async function factsOf(note: JobNote, jobId: string, { pictures: shown }: KeptStory): Promise<JobFacts> {
    const { agentId, kind, shortSerial } = note;
    const picture = shown.at(-1);
    const [traded, earlier, words] = await Promise.all([
      desk.wasTraded(jobId),
      desk.hasTraded(agentId, shortSerial),
      picture === undefined ? null : pictureWords.get(pictureKey(jobId, picture)),
    ]);
    const { answers = 0, refreshed = false } = (words && must(words)) ?? {};
    return {
      kind,
      shortSerial,
      now: clock(),
      permitTraded: must(traded),
      tradedEarlier: must(earlier),
      answers,
      refreshed,
    };
  }

  /** Puts an event on record in the case, tells the conversation, and remembers that it was heard. */
  async function believe(
    note: JobNote,
    story: KeptStory,
    event: AgentEvent,
    facts: JobFacts,
  ): Promise<boolean> {
    if (event.type === 'discovered') logOthers(note, event);
    const isEnd = event.type === 'surveyed' || event.type === 'job-failed';
    if (note.kind === 'survey' && isEnd) await surveys.ended(note.chatId, event);
    const meaning = meaningOf(event, note, facts, story);
    return tell(note, event, meaning, { ...story, ...storyAfter(story, event) });
  }

  function logOthers(
    { agentId, shortSerial }: JobNote,
    { jobId, devices }: Extract<AgentEvent, { type: 'discovered' }>,
  ): void {
    const others = devices.filter((sighting) => sighting.shortSerial !== shortSerial).length;
    const unlogged = others > 0 ? quiet.leftOut(agentId) : null;
    if (unlogged !== null)
      log.warn({ agent: agentId, job: jobId, others, unlogged }, 'devices nobody asked about');
  }

  /**
   * Refuses an event that cannot be true. It is on record, the same of one job once; what was to be the job's own end
   * ends it, as unproven.
   */
  async function disbelieve(
    note: JobNote,
    story: KeptStory,
    event: AgentEvent,
    why: Disbelief,
  ): Promise<boolean> {
    const { agentId, caseId, chatId, shortSerial, kind } = note;
    const { id, jobId, type } = event;
    drop(agentId, event, why);
    const claim = event.type === 'outcome' ? event.report.outcome : null;
    const doubt = `${claim ?? type} ${why}`;
    if (!story.doubts.includes(doubt)) {
      const detail = { job: jobId, agent: agentId, serial: device(shortSerial), event: type, claim, why };
      must(await audit.append({ what: 'case.unproven', case: caseId || null, by: null, detail }));
      // The same word once more is what an honest agent says after a crash.
      if (claim === 'unbound' && story.outcome !== 'unbound')
        await options.onUnproven({ agentId, shortSerial, chatId });
    }
    const doubted = { ...story, doubts: [...new Set([...story.doubts, doubt])] };
    const isItsEnd = (kind === 'unbind' && type === 'outcome') || (kind === 'status' && type === 'status');
    if (why === 'after-last-word' || !isItsEnd) {
      must(await stories.set(jobId, doubted, NOTE_MS));
      return true;
    }
    const report: CaseReport = { outcome: 'unproven', reason: why, verified: false };
    const end =
      type === 'outcome' ? outcomeOf(id, jobId, note, report) : failureOf(id, jobId, note, 'unproven');
    return tell(note, event, end, { ...doubted, step: 'over' });
  }

  async function tell(
    { chatId, caseId, kind, group, shortSerial }: JobNote,
    event: AgentEvent,
    { heard, action, wait }: Meaning,
    story: KeptStory,
  ): Promise<boolean> {
    const { id, jobId } = event;
    const forGroup = group === undefined ? null : meaningForGroup(heard, shortSerial);
    // Whoever has had the last word has nothing more to send.
    if (kind === 'unbind' && story.step === 'over') must(await desk.revokePermit(jobId));
    let refused: CaseRefusal | null = null;
    const delivered = await deliver(chatId, heard, () =>
      atCaseBorder(async () => {
        // First of all: should anything go wrong from here on, nothing more of the group begins.
        if (group !== undefined && forGroup !== null) must(await putOnGroup(groups, group, forGroup));
        // In the turn: with what the case becomes, it is one commit before the picture goes to the chat.
        if (event.type === 'challenge')
          must(await pictures.set(pictureBlob(event.challengeId), event.image, PICTURE_KEPT_MS));
        refused = action === null ? null : mustCase(await cases.apply(caseId, action)).refused;
        if (refused !== null)
          log.info({ job: jobId, event: heard.type, refused }, 'a case does not take an event');
        return refused;
      }),
    );
    // Until it is told, its alarm goes on: should nobody send it again, that tells it.
    if (!delivered.ok) return false;
    if (wait === null) must(await alarms.clear(jobId));
    else if (refused === null) must(await alarms.set(chatId, jobId, wait));
    must(await stories.set(jobId, { ...story, heard: [...story.heard, id].slice(-MOST_HEARD) }, NOTE_MS));
    return true;
  }

  const inTurn = createTurns();
  return (agentId, event) =>
    inTurn(event.jobId, async () => {
      const taken = await atBorder(() => takeOne(agentId, event));
      return taken.ok && taken.value;
    });
}

/** Tasks of one name run one after another. */
function createTurns() {
  const turns = new Map<string, Promise<unknown>>();
  return function inTurn<T>(name: string, task: () => Promise<T>): Promise<T> {
    const done = (turns.get(name) ?? Promise.resolve()).then(task);
    const settled = done.then(
      () => undefined,
      () => undefined,
    );
    turns.set(name, settled);
    void settled.then(() => turns.get(name) === settled && turns.delete(name));
    return done;
  };
}
