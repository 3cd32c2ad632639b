/**
 * Jobs for agents, as flows ask for them (flows/ports.ts AgentPort), and the way back: what an agent reports is put on
 * record in the case first and then told to the conversation.
 */
import { monotonicFactory } from 'ulid';
import type { CaseJob, CaseRecord, JobKind } from '../cases/case.ts';
import type { CaseDesk } from '../cases/desk.ts';
import type { HouseEvent } from '../flows/engine/events.ts';
import type { AgentPort, HouseFailure, JobRefusal, JobStart } from '../flows/ports.ts';
import type { JobDesk } from '../hub/desk.ts';
import type { AgentDirectory } from '../hub/directory.ts';
import { type BucketRules, createBuckets } from '../hub/limits.ts';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { AgentEvent } from '../link/messages.ts';
import type { Store, Values } from '../store/store.ts';
import type { JobRules } from './rules.ts';
import type { Timers } from './timers.ts';

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
  /** The command is in the agent's mailbox. */
  sent: boolean;
  /** The agent has had its last word on this job. */
  over?: true;
}

/** What an agent may say about a job of a kind: a search reports no unbind. */
const WORDS: Readonly<Record<JobKind, readonly AgentEvent['type'][]>> = {
  discover: ['discovered', 'job-failed'],
  status: ['status', 'job-failed'],
  unbind: ['outcome', 'job-failed', 'challenge', 'challenge-result', 'prompt'],
};
const LAST_WORDS: readonly AgentEvent['type'][] = ['discovered', 'status', 'outcome', 'job-failed'];
/** What an agent may say about one job before its last word: far above what a person asks of it. */
const TALK: BucketRules = { burst: 40, perSecond: 1 / 30 };

export interface JobsOptions {
  store: Store;
  cases: Pick<CaseDesk, 'get' | 'apply'>;
  /** The last look before an agent gets work. */
  mayStart: JobRules;
  directory: AgentDirectory;
  desk: JobDesk;
  timers: Timers;
  clock: () => number;
  log: Log;
  technicianName(chatId: number): Promise<string>;
  language(chatId: number): Promise<'en' | 'ru'>;
  /** Hands an event to the chat's conversation after `record` has put it on record, all in the chat's order. */
  deliver(
    chatId: number,
    event: HouseEvent,
    record: () => Promise<Result<void, HouseFailure>>,
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

export function createJobs(options: JobsOptions): Jobs {
  const { store, cases, directory, desk, timers, clock, log, deliver } = options;
  const notes: Values<JobNote> = store.values('jobs');
  const pictures: Values<string> = store.values('blobs');
  const nextId = monotonicFactory();
  const talk = createBuckets(TALK, clock);

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
    const note = (sent: boolean) =>
      notes.set(job.id, { chatId: record.chatId, caseId, agentId, kind, sent }, NOTE_MS);
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
    const alarm = await timers.set(record.chatId, job.id, clock() + SILENCE_MS);
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

  /** Sends a command that belongs to the case's running job; without one there is nothing to send. */
  async function follow(
    caseId: string,
    command: (job: CaseJob, expiresAt: number) => Parameters<JobDesk['send']>[1],
  ): Promise<Result<void, HouseFailure>> {
    const found = await cases.get(caseId);
    if (!found.ok) return gone();
    const job = found.value?.job;
    if (!job) return ok(undefined);
    const sent = await post(job.agentId, command(job, clock() + TAKE_UP_MS));
    return sent.ok ? ok(undefined) : sent;
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
      follow(caseId, (job, expiresAt) => ({
        type: 'challenge-answer',
        jobId: job.id,
        challengeId,
        proof,
        expiresAt,
      })),

    refreshChallenge: (caseId, challengeId) =>
      follow(caseId, (job, expiresAt) => ({
        type: 'challenge-refresh',
        jobId: job.id,
        challengeId,
        expiresAt,
      })),

    async cancel(caseId) {
      const found = await cases.get(caseId);
      if (!found.ok) return gone();
      const job = found.value?.job;
      if (!job) return ok(undefined);
      const halted = await halt(job);
      if (!halted.ok) return halted;
      const ended = await cases.apply(caseId, { type: 'job-ended', jobId: job.id });
      if (!ended.ok) return gone();
      const quiet = await timers.clear(job.id);
      return quiet.ok ? ok(undefined) : gone();
    },

    async take(agentId, event) {
      const note = await notes.get(event.jobId);
      if (!note.ok) return false;
      const fault = faultOf(agentId, event, note.value);
      if (note.value === undefined || fault !== null) {
        // There is no one to tell, and keeping it would only make it come again.
        log.warn({ agent: agentId, job: event.jobId, event: event.type, fault }, 'event dropped');
        return true;
      }
      const { chatId, caseId } = note.value;
      const prepared = await prepare(event, caseId);
      if (!prepared.ok) return false;
      if (!prepared.value) return true;
      const { heard, record, silence } = prepared.value;
      const delivered = await deliver(chatId, heard, async () => {
        const done = await record();
        if (!done.ok) return done;
        const alarm =
          silence === null
            ? await timers.clear(event.jobId)
            : await timers.set(chatId, event.jobId, clock() + silence);
        return alarm.ok ? ok(undefined) : gone();
      });
      if (!delivered.ok || !LAST_WORDS.includes(event.type)) return delivered.ok;
      return (await notes.set(event.jobId, { ...note.value, over: true }, NOTE_MS)).ok;
    },

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
        if (found.value?.job?.id !== jobId || found.value.job.kind === 'unbind') return ok(undefined);
        const ended = await cases.apply(caseId, { type: 'job-ended', jobId });
        return ended.ok ? ok(undefined) : gone();
      });
      if (!delivered.ok) log.warn({ job: jobId }, 'alarm of a job could not be told');
    },
  };

  /** Why an event is not worth hearing; null when it is. An agent is believed about its own running job alone. */
  function faultOf(agentId: string, event: AgentEvent, note: JobNote | undefined): string | null {
    if (note?.agentId !== agentId) return 'unknown job';
    if (!WORDS[note.kind].includes(event.type)) return 'no word of this kind of job';
    if (note.over) return 'job is over';
    return LAST_WORDS.includes(event.type) || talk.take(event.jobId) === 0 ? null : 'too much talk';
  }

  /** What an agent's event means for the case and for the conversation. */
  async function prepare(
    event: AgentEvent,
    caseId: string,
  ): Promise<
    Result<
      { heard: HouseEvent; record: () => Promise<Result<void, HouseFailure>>; silence: number | null } | null,
      HouseFailure
    >
  > {
    const { id, jobId } = event;
    const apply =
      (action: Parameters<CaseDesk['apply']>[1]) => async (): Promise<Result<void, HouseFailure>> => {
        const applied = await cases.apply(caseId, action);
        return applied.ok ? ok(undefined) : gone();
      };
    switch (event.type) {
      case 'discovered': {
        const found = await cases.get(caseId);
        if (!found.ok) return gone();
        const wanted = found.value?.device?.shortSerial;
        const agentId = found.value?.job?.agentId ?? '';
        const device = event.devices.find((sighting) => sighting.shortSerial === wanted) ?? null;
        return ok({
          heard: {
            id,
            caseId,
            type: 'discovered',
            jobId,
            device,
            total: event.devices.length + event.omitted,
          },
          record: apply({ type: 'seen', jobId, agentId, sighting: device && { ...device, agentId } }),
          silence: null,
        });
      }
      case 'status':
        return ok({
          heard: { id, caseId, type: 'status', jobId, status: event.status },
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
          record: async () => ok(undefined),
          silence: TYPING_MS,
        });
      case 'outcome':
        return ok({
          heard: { id, caseId, type: 'outcome', jobId, report: event.report },
          record: apply({ type: 'reported', jobId, report: reportOf(event.report) }),
          silence: null,
        });
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
function reportOf(report: Extract<AgentEvent, { type: 'outcome' }>['report']) {
  const { outcome, reason, attemptsLeft, lockMinutes, lockAssumed, verified } = report;
  return {
    outcome,
    verified,
    ...(reason === undefined ? {} : { reason }),
    ...(attemptsLeft === undefined ? {} : { attemptsLeft }),
    ...(lockMinutes === undefined ? {} : { lockMinutes }),
    ...(lockAssumed === undefined ? {} : { lockAssumed }),
  };
}
