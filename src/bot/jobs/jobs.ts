/**
 * Jobs for agents, as flows ask for them (flows/ports.ts AgentPort), and the way back: what an agent reports is put on
 * record in the case first and then told to the conversation.
 */
import { monotonicFactory } from 'ulid';
import type { Audit } from '../../audit/trail.ts';
import type { CaseJob, CaseRecord, CaseRefusal, CaseReport, JobKind } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type { HouseEvent } from '../../flows/engine/events.ts';
import type { AgentPort, HouseFailure, JobRefusal, JobStart } from '../../flows/ports.ts';
import type { JobDesk } from '../../hub/desk.ts';
import type { AgentDirectory } from '../../hub/directory.ts';
import { type BucketRules, createBuckets, createQuiet } from '../../hub/limits.ts';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { AgentEvent, HindranceReport } from '../../link/messages.ts';
import type { Store, Values } from '../../store/store.ts';
import type { Alarms } from '../house/alarms.ts';
import {
  BEGUN,
  type Disbelief,
  disbeliefOf,
  type JobFacts,
  type JobStory,
  LAST_WORDS,
  storyAfter,
} from './belief.ts';
import type { JobRules } from './may-start.ts';

/** Time discovery may take on the laptop, ms. */
const DISCOVERY_MS = 12_000;
/** A job that is not taken up within this time is not worth doing any more, ms. */
const TAKE_UP_MS = 60_000;
/** Silence after which the technician is told, ms. Covers discovery, the link and a slow laptop. */
const SILENCE_MS = 40_000;
/** Silence that is normal while the password is being typed and the device confirms, ms. */
const TYPING_MS = 11 * 60_000;
/** What is known of a job is kept for longer than any job takes, ms. */
const NOTE_MS = 10 * TYPING_MS;
/** A picture is kept for as long as somebody may want to see it again, ms. */
const PICTURE_MS = 30 * 60_000;

/** What is known of a job outside its case. */
interface JobNote {
  chatId: number;
  caseId: string;
  agentId: string;
  kind: JobKind;
  shortSerial: string;
  /** The command is in the agent's mailbox. */
  sent: boolean;
}

/** What was believed of a job, and what else is remembered of its events. */
interface KeptStory extends JobStory {
  /** Ids of those that were dealt with: they may come again. */
  heard: readonly string[];
  /** What was refused and why, each once. */
  doubts: readonly string[];
}

/** What the person in the chat has done about a picture. */
interface PictureWords {
  answers: number;
  refreshed: boolean;
}

/** Ids of a job's events that are remembered: more than an agent may have on their way at once. */
const MOST_HEARD = 100;
/** What an agent may say about one job before its last word: far above what a person asks of it. */
const TALK: BucketRules = { burst: 40, perSecond: 1 / 30 };
/** Lines in the log about events of one agent that were dropped. */
const LINES: BucketRules = { burst: 20, perSecond: 1 / 60 };

/** How often it is said that an agent says too much. */
const FLOODS: BucketRules = { burst: 1, perSecond: 1 / 3600 };

export interface JobsOptions {
  store: Store;
  cases: Pick<CaseDesk, 'get' | 'apply'>;
  /** The last look before an agent gets work. */
  mayStart: JobRules;
  directory: AgentDirectory;
  desk: JobDesk;
  alarms: Alarms;
  audit: Pick<Audit, 'append'>;
  clock: () => number;
  log: Log;
  /** An agent said a thing that cannot be true and would have been a success. */
  onUnproven(about: { agentId: string; shortSerial: string; chatId: number }): Promise<void>;
  /** An agent says more than any honest one does. */
  onFlooding(agentId: string): Promise<void>;
  technicianName(chatId: number): Promise<string>;
  language(chatId: number): Promise<'en' | 'ru'>;
  /** Hands an event to the chat's conversation after `record` has put it on record, all in the chat's order. */
  deliver(
    chatId: number,
    event: HouseEvent,
    record: () => Promise<Result<CaseRefusal | null, HouseFailure>>,
  ): Promise<Result<unknown, unknown>>;
}

export interface Jobs extends AgentPort {
  /** Takes an event from the hub. True when it is safe to forget it on the laptop. */
  take(agentId: string, event: AgentEvent): Promise<boolean>;
  /**
   * Voids a job's permit and tells its agent to stop, at once: nothing that waits in the chat's queue delays it. The
   * case learns of it by `cancel`, in the chat's order.
   */
  halt(job: CaseJob): Promise<Result<void, HouseFailure>>;
  /** A job's alarm rang: the agent has been silent for too long. */
  overdue(chatId: number, jobId: string): Promise<void>;
  /** Cases whose job on an agent, or on any, may still be running. */
  running(agentId: string | null): Promise<Result<CaseRecord[], HouseFailure>>;
}

/** What an event comes to: a word for the conversation, a change of the case, the silence that may follow, ms. */
interface Prepared {
  readonly heard: HouseEvent;
  readonly record: () => Promise<Result<CaseRefusal | null, HouseFailure>>;
  /** Null: the job is over. */
  readonly silence: number | null;
}

export function createJobs(options: JobsOptions): Jobs {
  const { store, cases, directory, desk, alarms, audit, clock, log, deliver } = options;
  const notes: Values<JobNote> = store.values('jobs');
  /** Apart from the notes: written by what agents say alone, one event of a job at a time. */
  const stories: Values<KeptStory> = store.values('job-stories');
  /** By job and picture; written by what the chat says alone. */
  const pictureWords: Values<PictureWords> = store.values('job-pictures');
  const pictures: Values<string> = store.values('blobs');
  const nextId = monotonicFactory();
  const talk = createBuckets(TALK, clock);
  const quiet = createQuiet(LINES, clock);
  const floods = createBuckets(FLOODS, clock);
  const turns = new Map<string, Promise<unknown>>();

  const gone = (): { ok: false; failure: HouseFailure } => fail('store-unavailable');

  /** Starts a job of a case, or finds the one already running: repeating the call after a crash starts no second. */
  async function start(
    caseId: string,
    kind: JobKind,
    agentId: string,
    send: (record: CaseRecord, job: CaseJob) => Promise<Result<JobRefusal | null, HouseFailure>>,
  ): Promise<Result<JobStart, HouseFailure>> {
    const found = await cases.get(caseId);
    if (!found.ok) return gone();
    const record = found.value;
    if (!record?.device || record.closedAt !== null) return ok({ started: false, reason: 'case-closed' });
    const running = record.job?.kind === kind ? record.job : null;
    if (running) {
      const note = await notes.get(running.id);
      if (!note.ok) return gone();
      if (note.value?.sent) return ok({ started: true, jobId: running.id });
      // Cut off before the command was in the mailbox: sent again it is the same job to the agent.
    }

    const agent = await directory.get(agentId);
    if (!agent.ok) return gone();
    if (!agent.value || agent.value.revoked) return ok({ started: false, reason: 'agent-unknown' });
    if (!agent.value.technicians.includes(record.chatId)) return ok({ started: false, reason: 'not-yours' });
    if (!directory.isOnline(agentId)) return ok({ started: false, reason: 'agent-offline' });
    const ruled = await options.mayStart(record, kind, agentId);
    if (!ruled.ok) return ruled;
    if (ruled.value !== null) return ok({ started: false, reason: ruled.value });

    const job: CaseJob = running ?? { id: nextId(clock()), kind, agentId, startedAt: clock() };
    const { shortSerial } = record.device;
    const note = (sent: boolean) =>
      notes.set(job.id, { chatId: record.chatId, caseId, agentId, kind, shortSerial, sent }, NOTE_MS);
    const noted = await note(false);
    if (!noted.ok) return gone();
    const applied = await cases.apply(caseId, { type: 'job-started', job });
    if (!applied.ok) return gone();
    const refusal = await send(record, job);
    if (!refusal.ok) return refusal;
    if (refusal.value !== null) {
      const ended = await cases.apply(caseId, { type: 'job-ended', jobId: job.id });
      return ended.ok ? ok({ started: false, reason: refusal.value }) : gone();
    }
    const alarm = await alarms.set(record.chatId, job.id, clock() + SILENCE_MS);
    if (!alarm.ok) return gone();
    const settled = await note(true);
    return settled.ok ? ok({ started: true, jobId: job.id }) : gone();
  }

  async function post(
    agentId: string,
    command: Parameters<JobDesk['send']>[1],
  ): Promise<Result<JobRefusal | null, HouseFailure>> {
    const sent = await desk.send(agentId, command);
    if (sent.ok) return ok(null);
    switch (sent.failure) {
      case 'agent-unknown':
      case 'agent-offline':
        return ok(sent.failure);
      case 'mailbox-full':
        return ok('busy');
      default:
        return gone();
    }
  }

  /**
   * Sends a command that belongs to the case's running job; without one there is nothing to send. `before` puts on
   * record that it is sent: what the agent answers is believed only then.
   */
  async function follow(
    caseId: string,
    command: (job: CaseJob, expiresAt: number) => Parameters<JobDesk['send']>[1],
    before: (job: CaseJob) => Promise<Result<void, HouseFailure>>,
  ): Promise<Result<void, HouseFailure>> {
    const found = await cases.get(caseId);
    if (!found.ok) return gone();
    const job = found.value?.job;
    if (!job) return ok(undefined);
    const noted = await before(job);
    if (!noted.ok) return noted;
    const sent = await post(job.agentId, command(job, clock() + TAKE_UP_MS));
    return sent.ok ? ok(undefined) : sent;
  }

  const wordsOf = (jobId: string, challengeId: string) => pictureWords.get(`${jobId}:${challengeId}`);

  /** Notes what the chat says about a picture, in the chat's order. */
  async function noteWord(
    jobId: string,
    challengeId: string,
    change: (words: PictureWords) => PictureWords,
  ): Promise<Result<void, HouseFailure>> {
    const before = await wordsOf(jobId, challengeId);
    if (!before.ok) return gone();
    const words = change(before.value ?? { answers: 0, refreshed: false });
    const saved = await pictureWords.set(`${jobId}:${challengeId}`, words, NOTE_MS);
    return saved.ok ? ok(undefined) : gone();
  }

  async function halt(job: CaseJob): Promise<Result<void, HouseFailure>> {
    const revoked = await desk.revokePermit(job.id);
    if (!revoked.ok) return gone();
    const expiresAt = clock() + TAKE_UP_MS;
    const sent = await post(job.agentId, { type: 'cancel', jobId: job.id, expiresAt });
    return sent.ok ? ok(undefined) : sent;
  }

  return {
    halt,

    async list(technicianId) {
      const agents = await directory.listFor(technicianId);
      if (!agents.ok) return gone();
      const views = agents.value.map((agent) => ({
        id: agent.id,
        name: agent.name,
        online: directory.isOnline(agent.id),
      }));
      return ok(views.sort((a, b) => Number(b.online) - Number(a.online)));
    },

    discover: (caseId, agentId) =>
      start(caseId, 'discover', agentId, (record, job) =>
        post(agentId, {
          type: 'discover',
          jobId: job.id,
          until: record.device?.shortSerial ?? null,
          waitMs: DISCOVERY_MS,
          expiresAt: clock() + TAKE_UP_MS,
        }),
      ),

    async status(caseId) {
      const found = await cases.get(caseId);
      if (!found.ok) return gone();
      const agentId = found.value?.sighting?.agentId;
      if (agentId === undefined) return ok({ started: false, reason: 'not-seen-by-agent' });
      return start(caseId, 'status', agentId, (record, job) =>
        post(agentId, {
          type: 'status',
          jobId: job.id,
          shortSerial: record.device?.shortSerial ?? '',
          expiresAt: clock() + TAKE_UP_MS,
        }),
      );
    },

    async unbind(caseId, { afterLock }) {
      const found = await cases.get(caseId);
      if (!found.ok) return gone();
      // Proximity: only an agent that has seen the device of the photo itself may touch it.
      const agentId = found.value?.sighting?.agentId;
      if (agentId === undefined) return ok({ started: false, reason: 'not-seen-by-agent' });
      return start(caseId, 'unbind', agentId, async (record, job) => {
        const shortSerial = record.device?.shortSerial ?? '';
        const permit = await desk.issuePermit({ agentId, jobId: job.id, shortSerial, caseId });
        if (!permit.ok) return gone();
        return post(agentId, {
          type: 'unbind',
          jobId: job.id,
          permit: permit.value,
          shortSerial,
          technician: (await options.technicianName(record.chatId)).slice(0, 64),
          language: await options.language(record.chatId),
          afterLock,
          expiresAt: clock() + TAKE_UP_MS,
        });
      });
    },

    answerChallenge: (caseId, challengeId, proof) =>
      follow(
        caseId,
        (job, expiresAt) => ({ type: 'challenge-answer', jobId: job.id, challengeId, proof, expiresAt }),
        (job) =>
          noteWord(job.id, challengeId, ({ answers, ...words }) => ({ ...words, answers: answers + 1 })),
      ),

    refreshChallenge: (caseId, challengeId) =>
      follow(
        caseId,
        (job, expiresAt) => ({ type: 'challenge-refresh', jobId: job.id, challengeId, expiresAt }),
        (job) => noteWord(job.id, challengeId, (words) => ({ ...words, refreshed: true })),
      ),

    async cancel(caseId) {
      const found = await cases.get(caseId);
      if (!found.ok) return gone();
      const job = found.value?.job;
      if (!job) return ok(undefined);
      const halted = await halt(job);
      if (!halted.ok) return halted;
      const ended = await cases.apply(caseId, { type: 'job-ended', jobId: job.id });
      if (!ended.ok) return gone();
      const quiet = await alarms.clear(job.id);
      return quiet.ok ? ok(undefined) : gone();
    },

    take: (agentId, event) => inTurn(event.jobId, () => takeOne(agentId, event)),

    async running(agentId) {
      const jobIds = await notes.keys();
      if (!jobIds.ok) return gone();
      const found: CaseRecord[] = [];
      for (const jobId of jobIds.value) {
        const note = await notes.get(jobId);
        if (!note.ok) return gone();
        if (!note.value || (agentId !== null && note.value.agentId !== agentId)) continue;
        const record = await cases.get(note.value.caseId);
        if (!record.ok) return gone();
        if (record.value?.job?.id === jobId) found.push(record.value);
      }
      return ok(found);
    },

    async overdue(chatId, jobId) {
      const note = await notes.get(jobId);
      if (!note.ok || !note.value) return;
      const { caseId } = note.value;
      const event: HouseEvent = { id: `overdue:${jobId}:${clock()}`, caseId, type: 'job-overdue', jobId };
      const delivered = await deliver(chatId, event, async () => {
        const found = await cases.get(caseId);
        if (!found.ok) return gone();
        // An unbind may still be going on behind a broken link: only the technician may give it up.
        if (found.value?.job?.id !== jobId || found.value.job.kind === 'unbind') return ok(null);
        return applying(caseId, { type: 'job-ended', jobId })();
      });
      if (!delivered.ok) log.warn({ job: jobId }, 'alarm of a job could not be told');
    },
  };

  /** One event of a job at a time: what is believed of the next one hangs on it. */
  function inTurn<T>(jobId: string, task: () => Promise<T>): Promise<T> {
    const done = (turns.get(jobId) ?? Promise.resolve()).then(task);
    const settled = done.then(
      () => undefined,
      () => undefined,
    );
    turns.set(jobId, settled);
    void settled.then(() => turns.get(jobId) === settled && turns.delete(jobId));
    return done;
  }

  async function takeOne(agentId: string, event: AgentEvent): Promise<boolean> {
    const [note, kept] = await Promise.all([notes.get(event.jobId), stories.get(event.jobId)]);
    if (!note.ok || !kept.ok) return false;
    if (note.value?.agentId !== agentId) return drop(agentId, event, 'unknown-job');
    const story = kept.value ?? { ...BEGUN, heard: [], doubts: [] };
    // Dealt with, but the agent did not get to know.
    if (story.heard.includes(event.id)) return true;
    if (!LAST_WORDS.includes(event.type) && talk.take(event.jobId) > 0) {
      if (floods.take(agentId) === 0) await options.onFlooding(agentId);
      return drop(agentId, event, 'too-much-talk');
    }
    const facts = await factsOf(note.value, event.jobId, story);
    if (!facts.ok) return false;
    const why = disbeliefOf(story, event, facts.value);
    return why === null ? believe(note.value, story, event) : disbelieve(note.value, story, event, why);
  }

  /** There is no one to tell, and keeping it would only make it come again. */
  function drop(agentId: string, event: AgentEvent, why: Disbelief | 'unknown-job' | 'too-much-talk'): true {
    const unlogged = quiet.leftOut(agentId);
    if (unlogged !== null) {
      log.warn({ agent: agentId, job: event.jobId, event: event.type, why, unlogged }, 'event dropped');
    }
    return true;
  }

  async function factsOf(
    { agentId, kind, shortSerial }: JobNote,
    jobId: string,
    story: JobStory,
  ): Promise<Result<JobFacts, HouseFailure>> {
    const picture = story.pictures.at(-1);
    const [traded, earlier, words] = await Promise.all([
      desk.wasTraded(jobId),
      desk.hasTraded(agentId, shortSerial),
      picture === undefined ? ok(undefined) : wordsOf(jobId, picture),
    ]);
    if (!traded.ok || !earlier.ok || !words.ok) return gone();
    const { answers = 0, refreshed = false } = words.value ?? {};
    const permitTraded = traded.value;
    return ok({
      kind,
      shortSerial,
      now: clock(),
      permitTraded,
      tradedEarlier: earlier.value,
      answers,
      refreshed,
    });
  }

  /** Puts an event on record in the case, tells the conversation, and remembers that it was heard. */
  async function believe(note: JobNote, story: KeptStory, event: AgentEvent): Promise<boolean> {
    const prepared = await prepare(event, note);
    if (!prepared.ok) return false;
    return hear(note, event, prepared.value, { ...story, ...storyAfter(story, event) });
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
      const detail = { job: jobId, agent: agentId, serial: shortSerial, event: type, claim, why };
      const noted = await audit.append({ what: 'case.unproven', case: caseId, by: null, detail });
      if (!noted.ok) return false;
      // The same word once more is what an honest agent says after a crash.
      if (claim === 'unbound' && story.outcome !== 'unbound')
        await options.onUnproven({ agentId, shortSerial, chatId });
    }
    const doubted = { ...story, doubts: [...new Set([...story.doubts, doubt])] };
    const isItsEnd = (kind === 'unbind' && type === 'outcome') || (kind === 'status' && type === 'status');
    if (why === 'after-last-word' || !isItsEnd) return (await stories.set(jobId, doubted, NOTE_MS)).ok;
    const report: CaseReport = { outcome: 'unproven', reason: why, verified: false };
    const told: Prepared =
      type === 'outcome'
        ? {
            heard: { id, caseId, type: 'outcome', jobId, report },
            record: applying(caseId, { type: 'reported', jobId, report }),
            silence: null,
          }
        : {
            heard: { id, caseId, type: 'job-failed', jobId, reason: 'unproven' },
            record: applying(caseId, { type: 'job-ended', jobId }),
            silence: null,
          };
    return hear(note, event, told, { ...doubted, step: 'over' });
  }

  async function hear(
    { chatId, kind }: JobNote,
    event: AgentEvent,
    { heard, record, silence }: Prepared,
    story: KeptStory,
  ): Promise<boolean> {
    const { id, jobId } = event;
    if (kind === 'unbind' && story.step === 'over') {
      // Whoever has had the last word has nothing more to send.
      const voided = await desk.revokePermit(jobId);
      if (!voided.ok) return false;
    }
    const delivered = await deliver(chatId, heard, async () => {
      const done = await record();
      if (!done.ok) return done;
      const alarm =
        silence === null ? await alarms.clear(jobId) : await alarms.set(chatId, jobId, clock() + silence);
      return alarm.ok ? done : gone();
    });
    if (!delivered.ok) return false;
    const kept = { ...story, heard: [...story.heard, id].slice(-MOST_HEARD) };
    return (await stories.set(jobId, kept, NOTE_MS)).ok;
  }

  function applying(caseId: string, action: Parameters<CaseDesk['apply']>[1]) {
    return async (): Promise<Result<CaseRefusal | null, HouseFailure>> => {
      const applied = await cases.apply(caseId, action);
      return applied.ok ? ok(applied.value.refused) : gone();
    };
  }

  /** What an agent's event means for the case and for the conversation. */
  async function prepare(
    event: AgentEvent,
    { caseId, agentId, shortSerial }: JobNote,
  ): Promise<Result<Prepared, HouseFailure>> {
    const { id, jobId } = event;
    const apply = (action: Parameters<CaseDesk['apply']>[1]) => applying(caseId, action);
    switch (event.type) {
      case 'discovered': {
        // The others are nobody's business here: a laptop tells how many there are, and no more.
        const wanted = event.devices.filter((sighting) => sighting.shortSerial === shortSerial);
        const others = event.devices.length - wanted.length;
        const unlogged = others > 0 ? quiet.leftOut(agentId) : null;
        if (unlogged !== null)
          log.warn({ agent: agentId, job: jobId, others, unlogged }, 'devices nobody asked about');
        const device = wanted[0] ?? null;
        return ok({
          heard: {
            id,
            caseId,
            type: 'discovered',
            jobId,
            device,
            total: event.devices.length + event.omitted,
            ...hindrancesOf(event),
          },
          record: apply({ type: 'seen', jobId, agentId, sighting: device && { ...device, agentId } }),
          silence: null,
        });
      }
      case 'status':
        return ok({
          heard: { id, caseId, type: 'status', jobId, status: event.status, ...hindrancesOf(event) },
          record: apply({ type: 'status-read', jobId, status: event.status, device: event.device }),
          silence: null,
        });
      case 'challenge': {
        const { challengeId, image, nonce, expiresAt, triesLeft } = event;
        const blob = `picture:${challengeId}`;
        const kept = await pictures.set(blob, image, PICTURE_MS);
        if (!kept.ok) return gone();
        const challenge = { id: challengeId, jobId, blob, nonce, expiresAt, triesLeft };
        return ok({
          heard: { id, caseId, type: 'challenge', jobId, challengeId, blob, nonce, expiresAt, triesLeft },
          record: apply({ type: 'challenged', challenge }),
          silence: Math.max(0, expiresAt - clock()) + SILENCE_MS,
        });
      }
      case 'challenge-result': {
        const { challengeId, result, triesLeft } = event;
        return ok({
          heard: { id, caseId, type: 'challenge-result', jobId, challengeId, result, triesLeft },
          record: apply({ type: 'challenge-settled', jobId, challengeId, triesLeft }),
          silence: result === 'passed' ? TYPING_MS : SILENCE_MS * 2,
        });
      }
      case 'prompt':
        return ok({
          heard: { id, caseId, type: 'prompt', jobId, state: event.state },
          record: async () => ok(null),
          silence: TYPING_MS,
        });
      case 'outcome': {
        const report = reportOf(event);
        return ok({
          heard: { id, caseId, type: 'outcome', jobId, report },
          record: apply({ type: 'reported', jobId, report }),
          silence: null,
        });
      }
      case 'job-failed':
        return ok({
          heard: { id, caseId, type: 'job-failed', jobId, reason: event.reason },
          record: apply({ type: 'job-ended', jobId }),
          silence: null,
        });
    }
  }
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
