/**
 * Jobs for agents, as flows ask for them (flows/ports.ts AgentPort), put together from their parts: start.ts begins
 * them, follow.ts speaks to a running one, events.ts takes what its agent reports.
 */
import type { CaseRecord } from '../../cases/case.ts';
import type { HouseEvent } from '../../flows/engine/events.ts';
import type { AgentPort, HouseFailure } from '../../flows/ports.ts';
import type { Result } from '../../kernel/result.ts';
import type { Store } from '../../store/store.ts';
import { atBorder, must } from '../house/must.ts';
import { createEventTaking, type EventOptions, type TakeEvent } from './events.ts';
import { createFollow, type Follow, type FollowOptions } from './follow.ts';
import { openJobRecords } from './records.ts';
import { createStarts, type StartOptions } from './start.ts';

export type JobsOptions = { store: Pick<Store, 'values'> } & Omit<
  StartOptions & FollowOptions & EventOptions,
  'records'
>;

export interface Jobs extends AgentPort, Pick<Follow, 'halt'> {
  take: TakeEvent;
  /** A job's alarm rang: the agent has been silent for too long. False: the chat could not be told now. */
  overdue(chatId: number, jobId: string): Promise<boolean>;
  /** Cases whose job on an agent, or on any, may still be running. */
  running(agentId: string | null): Promise<Result<CaseRecord[], HouseFailure>>;
}

export function createJobs(options: JobsOptions): Jobs {
  const { cases, directory, clock, log, deliver } = options;
  const records = openJobRecords(options.store);
  const { notes } = records;

  return {
    ...createStarts({ ...options, records }),
    ...createFollow({ ...options, records }),
    take: createEventTaking({ ...options, records }),

    list: (technicianId) =>
      atBorder(async () => {
        const agents = must(await directory.listFor(technicianId));
        const views = agents.map(({ id, name }) => ({ id, name, online: directory.isOnline(id) }));
        return views.sort((a, b) => Number(b.online) - Number(a.online));
      }),

    running: (agentId) =>
      atBorder(async () => {
        const found: CaseRecord[] = [];
        for (const jobId of must(await notes.keys())) {
          const note = must(await notes.get(jobId));
          if (!note || (agentId !== null && note.agentId !== agentId)) continue;
          const record = must(await cases.get(note.caseId));
          if (record?.job?.id === jobId) found.push(record);
        }
        return found;
      }),

    async overdue(chatId, jobId) {
      const note = await notes.get(jobId);
      if (!note.ok || !note.value) return note.ok;
      const { caseId } = note.value;
      const event: HouseEvent = { id: `overdue:${jobId}:${clock()}`, caseId, type: 'job-overdue', jobId };
      const delivered = await deliver(chatId, event, () =>
        atBorder(async () => {
          const job = must(await cases.get(caseId))?.job;
          // An unbind may still be going on behind a broken link: only the technician may give it up.
          if (job?.id !== jobId || job.kind === 'unbind') return null;
          return must(await cases.apply(caseId, { type: 'job-ended', jobId })).refused;
        }),
      );
      if (!delivered.ok) log.warn({ job: jobId }, 'alarm of a job could not be told');
      return delivered.ok;
    },
  };
}
