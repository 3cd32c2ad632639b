/**
 * Jobs for agents, as flows ask for them (flows/ports.ts AgentPort), put together from their parts: start.ts begins
 * them, follow.ts speaks to a running one, events.ts takes what its agent reports.
 */
import { type CaseAction, type CaseRecord, wasTold } from '../../cases/case.ts';
import type { AtWork, CaseDesk } from '../../cases/desk.ts';
import type { HouseEvent } from '../../flows/engine/events.ts';
import type { AgentPort, HouseFailure, SurveyPort } from '../../flows/ports.ts';
import type { AgentDirectory } from '../../hub/directory.ts';
import type { Result } from '../../kernel/result.ts';
import type { Store } from '../../store/store.ts';
import type { Ring } from '../house/alarms.ts';
import { atBorder, must } from '../house/must.ts';
import { type AtLaptopOptions, createAtLaptop } from './at-laptop.ts';
import { createEventTaking, type EventOptions, type TakeEvent } from './events.ts';
import { createFollow, type Follow, type FollowOptions } from './follow.ts';
import { createLaptopNews, type LaptopNewsOptions } from './laptop-news.ts';
import { outcomeOf } from './meaning.ts';
import { openJobRecords } from './records.ts';
import { createStarts, type StartOptions } from './start.ts';
import { createSurveys, type SurveysOptions } from './surveys.ts';
import { createUnderWay, type UnderWay } from './under-way.ts';

export type JobsOptions = Omit<
  StartOptions & SurveysOptions & FollowOptions & EventOptions & LaptopNewsOptions & AtLaptopOptions,
  'records' | 'halt' | 'running' | 'atLaptop' | 'surveys'
> & {
  directory: AgentDirectory;
  store: Pick<Store, 'values' | 'claims'>;
  cases: Pick<CaseDesk, 'atWork'>;
};

export interface Jobs extends AgentPort, Pick<Follow, 'halt'>, UnderWay {
  surveys: SurveyPort;
  take: TakeEvent;
  /**
   * A job's alarm rang: what it waits for has not come, or its last word is on record and was not told. False: the chat
   * could not be told now.
   */
  rang(ring: Ring): Promise<boolean>;
  /** An agent has come online. */
  online(agentId: string): Promise<void>;
  /** An agent is away. */
  offline(agentId: string): Promise<void>;
  /** Cases whose job may still be running: on a laptop, for a technician, or about a device. */
  running(of: AtWork): Promise<Result<CaseRecord[], HouseFailure>>;
}

export function createJobs(options: JobsOptions): Jobs {
  const { cases, directory, clock, deliver } = options;
  const records = openJobRecords(options.store);
  const { notes } = records;
  const atLaptop = createAtLaptop({ ...options, records });
  const surveys = createSurveys({ ...options, records, atLaptop });
  const follow = createFollow({ ...options, records });

  const running: Jobs['running'] = (of) =>
    atBorder(async () => {
      const found: CaseRecord[] = [];
      // Nothing is known of it any more: nobody waits for it either.
      for (const record of must(await cases.atWork(of)))
        if (record.job && must(await notes.get(record.job.id))) found.push(record);
      return found;
    });
  const news = createLaptopNews({ ...options, running });

  return {
    ...createStarts({ ...options, records, atLaptop, halt: follow.halt }),
    ...follow,
    ...createUnderWay({ ...options, records }),
    surveys,
    take: createEventTaking({ ...options, records, surveys }),

    list: (technicianId) =>
      atBorder(async () => {
        const agents = must(await directory.listFor(technicianId));
        const views = agents.map(({ id, name, online }) => ({ id, name, online }));
        return views.sort((a, b) => Number(b.online) - Number(a.online));
      }),

    running,
    online: news.online,
    offline: news.offline,

    async rang(ring) {
      const { chatId, jobId } = ring;
      const rung = await atBorder(async () => {
        const note = must(await notes.get(jobId));
        if (note?.kind === 'survey')
          return !(await surveys.isAwaited(chatId, jobId)) || wordOrChoice(ring, '', note.agentId);
        const record = note ? must(await cases.get(note.caseId)) : null;
        if (!note || !record) return true;
        const { caseId } = note;
        if (record.report !== null && record.reportedBy === jobId && !wasTold(record, jobId)) {
          const end = outcomeOf(`late:${jobId}`, jobId, note, record.report);
          return (await deliver(chatId, end.heard, () => apply(caseId, end.action))).ok;
        }
        const { job } = record;
        return job?.id !== jobId || wordOrChoice(ring, caseId, job.agentId);
      });
      return rung.ok && rung.value;
    },
  };

  /** Says what is waited for, then has the technician choose. Nothing is given up: the laptop may come back. */
  async function wordOrChoice(ring: Ring, caseId: string, agentId: string): Promise<boolean> {
    if (ring.kind === 'word') return news.word(ring, agentId, caseId);
    const { chatId, jobId } = ring;
    const late = await news.late(ring, agentId);
    const id = `overdue:${jobId}:${clock()}`;
    const event: HouseEvent = { id, caseId, type: 'job-overdue', jobId, ...(late ? { late } : {}) };
    return (await deliver(chatId, event)).ok;
  }

  function apply(caseId: string, action: CaseAction | null) {
    return atBorder(async () => (action === null ? null : must(await cases.apply(caseId, action)).refused));
  }
}
