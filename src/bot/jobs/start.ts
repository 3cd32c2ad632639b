/** Jobs begin here: a dialogue's wish becomes a job of its case and a command in the agent's mailbox. */
import { monotonicFactory } from 'ulid';
import type { Language } from '../../../locales/language.ts';
import type { CaseJob, CaseRecord, JobKind } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type { AgentPort, HouseFailure, JobRefusal, JobStart } from '../../flows/ports.ts';
import type { GroupDesk } from '../../groups/desk.ts';
import { groupOfJob } from '../../groups/group.ts';
import type { JobDesk } from '../../hub/desk.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { SEARCH_MS, TAKE_UP_MS } from '../../link/times.ts';
import type { Alarms } from '../house/alarms.ts';
import { atBorder, must } from '../house/must.ts';
import type { AtLaptop } from './at-laptop.ts';
import { endJob } from './end.ts';
import type { JobRules } from './may-start.ts';
import { post } from './post.ts';
import { groupUnbindKey, type JobRecords, keepNote } from './records.ts';

/** What a job that begins waits for. */
const FIRST_WAIT = { discover: 'search', status: 'status', unbind: 'unbind' } as const;

export interface StartOptions {
  records: Pick<JobRecords, 'notes' | 'stories' | 'groupUnbinds'>;
  cases: Pick<CaseDesk, 'get' | 'apply'>;
  groups: Pick<GroupDesk, 'get'>;
  /** The last look before an agent gets work. */
  mayStart: JobRules;
  atLaptop: AtLaptop;
  desk: JobDesk;
  alarms: Pick<Alarms, 'set' | 'ensure'>;
  halt(job: CaseJob): Promise<Result<void, HouseFailure>>;
  /** Hears why a job was not given to an agent. */
  onRefused(reason: JobRefusal): void;
  /** Milliseconds. */
  clock: () => number;
  technicianName(chatId: number): Promise<string>;
  language(chatId: number): Promise<Language>;
}

export function createStarts(options: StartOptions): Pick<AgentPort, 'discover' | 'status' | 'unbind'> {
  const { records, cases, groups, atLaptop, desk, alarms, clock } = options;
  const nextId = monotonicFactory();
  const refused = (reason: JobRefusal): JobStart => {
    options.onRefused(reason);
    return { started: false, reason };
  };

  /** Why the agent may not do this now; null: it may. */
  async function whyNot(record: CaseRecord, kind: JobKind, agentId: string): Promise<JobRefusal | null> {
    const away = await atLaptop.whyNot(agentId, record.chatId);
    if (away !== null) return away;
    if (kind === 'unbind' && (await isOpenBefore(record))) return 'group-open';
    return must(await options.mayStart(record, kind, agentId));
  }

  /**
   * Whether a password was sent to another device of the same group, and nobody knows yet what that came of: it may be the one
   * that this device would get.
   */
  async function isOpenBefore({ id, group }: CaseRecord): Promise<boolean> {
    const found = group === null ? ok(null) : await groups.get(group);
    // One that cannot be read forbids it anyway (may-start.ts).
    if (!found.ok || found.value === null || found.value.state === 'over') return false;
    const known = new Set(found.value.members.map(({ reportedBy }) => reportedBy));
    // As many as were begun for its members within a day.
    const prefix = groupUnbindKey(found.value.id, '');
    for (const key of must(await records.groupUnbinds.keys(prefix))) {
      const jobId = key.slice(prefix.length);
      const note = must(await records.notes.get(jobId));
      if (note?.group !== group || note.kind !== 'unbind' || note.caseId === id || known.has(jobId)) continue;
      const isOver = must(await records.stories.get(jobId))?.step === 'over';
      if (!isOver && must(await desk.wasTraded(jobId))) return true;
    }
    return false;
  }

  /**
   * Starts a job of a case, or makes sure of the one that is running: that its command is on its way, and that its alarm
   * is set. Repeating the call after a crash starts no second.
   */
  async function start(
    caseId: string,
    kind: JobKind,
    agentId: string,
    send: (record: CaseRecord, job: CaseJob) => Promise<JobRefusal | null>,
  ): Promise<JobStart> {
    const record = must(await cases.get(caseId));
    if (!record?.device || record.closedAt !== null) return refused('case-closed');
    const { chatId, device } = record;
    const { shortSerial } = device;
    const running = record.job?.kind === kind ? record.job : null;
    // One that was cut off before the command was in the mailbox is sent again: to the agent it is the same job.
    if (running && (await atLaptop.isOnItsWay(running))) {
      must(await alarms.ensure(chatId, running.id, { waiting: FIRST_WAIT[kind] }));
      return { started: true, jobId: running.id };
    }

    const objection = await whyNot(record, kind, running?.agentId ?? agentId);
    if (objection !== null) return refused(objection);
    // Another job of the case makes way: nothing of it may be sent any more.
    if (record.job && !running) must(await options.halt(record.job));
    const job: CaseJob = running ?? { id: nextId(clock()), kind, agentId, startedAt: clock() };
    const note = async (sent: boolean) =>
      must(
        await keepNote(records, job.id, {
          chatId,
          caseId,
          agentId: job.agentId,
          kind,
          shortSerial,
          sent,
          ...(sent ? { sentAt: clock() } : {}),
          ...(record.group === null ? {} : { group: record.group }),
        }),
      );
    await note(false);
    const begun = must(await cases.apply(caseId, { type: 'job-started', job }));
    // Closed since it was looked at.
    if (begun.refused !== null) return refused('case-closed');
    const refusal = await send(record, job);
    if (refusal !== null) {
      must(await endJob(cases, caseId, job.id));
      return refused(refusal);
    }
    must(await alarms.set(chatId, job.id, { waiting: FIRST_WAIT[kind] }));
    await note(true);
    return { started: true, jobId: job.id };
  }

  /** The same by the agent that has seen the device; no other may touch it. */
  async function startBySighting(
    caseId: string,
    kind: JobKind,
    send: (record: CaseRecord, job: CaseJob) => Promise<JobRefusal | null>,
  ): Promise<JobStart> {
    const agentId = must(await cases.get(caseId))?.sighting?.agentId;
    return agentId === undefined ? refused('not-seen-by-agent') : start(caseId, kind, agentId, send);
  }

  /** What the laptop is told of the case's group; null: the device stands alone. */
  async function placeInGroup(caseId: string, group: string | null) {
    const found = group === null ? null : must(await groups.get(group));
    return found && groupOfJob(found, caseId);
  }

  const send = async (job: CaseJob, command: Parameters<typeof post>[2]) =>
    must(await post(desk, job.agentId, command));
  const soon = () => clock() + TAKE_UP_MS;

  return {
    discover: (caseId, agentId) =>
      atBorder(() =>
        start(caseId, 'discover', agentId, ({ device }, job) =>
          send(job, {
            type: 'discover',
            jobId: job.id,
            until: device?.shortSerial ?? null,
            waitMs: SEARCH_MS,
            expiresAt: soon(),
          }),
        ),
      ),

    status: (caseId) =>
      atBorder(() =>
        startBySighting(caseId, 'status', ({ device }, job) =>
          send(job, {
            type: 'status',
            jobId: job.id,
            shortSerial: device?.shortSerial ?? '',
            expiresAt: soon(),
          }),
        ),
      ),

    unbind: (caseId, { afterLock }) =>
      atBorder(() =>
        startBySighting(caseId, 'unbind', async ({ chatId, device, group }, job) => {
          const { id: jobId, agentId } = job;
          const place = await placeInGroup(caseId, group);
          const shortSerial = device?.shortSerial ?? '';
          const permit = must(await desk.issuePermit({ agentId, jobId, shortSerial, caseId }));
          return send(job, {
            type: 'unbind',
            jobId,
            permit,
            shortSerial,
            technician: (await options.technicianName(chatId)).slice(0, 64),
            language: await options.language(chatId),
            afterLock,
            ...(place === null ? {} : { group: place }),
            expiresAt: soon(),
          });
        }),
      ),
  };
}
