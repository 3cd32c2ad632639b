/**
 * Lists of what a laptop sees on its network, for a technician who is to choose from them: asked for at the laptop, kept for an
 * hour, and shown a part at a time, so that no conversation holds more of a stranger's network (list-ends.ts).
 */
import { monotonicFactory } from 'ulid';
import * as z from 'zod';
import type { Language } from '../../../locales/language.ts';
import type { JobStart, SurveyPort } from '../../flows/ports.ts';
import {
  goesAlong,
  type ListedDevice,
  listedDevice,
  listedOf,
  membersOf,
  wantedOf,
} from '../../groups/listed.ts';
import type { JobDesk } from '../../hub/desk.ts';
import type { AgentEvent } from '../../link/messages.ts';
import { SEARCH_MS, TAKE_UP_MS } from '../../link/times.ts';
import { type DataOf, kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store } from '../../store/store.ts';
import type { Alarms } from '../house/alarms.ts';
import { atBorder, must } from '../house/must.ts';
import type { AtLaptop } from './at-laptop.ts';
import type { DriveRule } from './may-start.ts';
import { post } from './post.ts';
import { type JobNote, type JobRecords, NOTE_MS } from './records.ts';

/** How long a list is kept, ms. */
export const LIST_MS = 60 * 60_000;
/** What was allowed at a laptop holds for a visit, ms (cases/case.ts). */
const VISIT_MS = 12 * 60 * 60_000;

/** The latest survey of a chat, by chat; `devices` null: its laptop has not answered. */
export const SURVEYS = kind({
  name: 'surveys',
  version: 1,
  schema: z.object({
    jobId: z.string(),
    agentId: z.string(),
    devices: z.array(listedDevice).nullable(),
  }),
  // A copy of a damaged one would outlive its hour.
  fleeting: true,
});

/** Chats that asked for a list, by when it is kept no more (`<ms>:<chat>`): then it leaves the chat, too (list-ends.ts). */
export const LIST_ENDS = kind({ name: 'list-ends', version: 1, schema: z.literal(true) });

/** Digits of the time in a key of `LIST_ENDS`: today's milliseconds since 1970 have two fewer. */
const TIME_DIGITS = 15;

/** Key of a list that is kept until then, ms; of no chat, what every later key comes after. */
export function listEndKey(until: number, chatId = ''): string {
  return `${String(Math.ceil(until)).padStart(TIME_DIGITS, '0')}:${chatId}`;
}

/** Ids of visits, by chat and laptop. */
export const VISITS = kind({ name: 'visits', version: 1, schema: z.string() });

export interface SurveysOptions {
  store: Pick<Store, 'values'>;
  records: Pick<JobRecords, 'notes'>;
  /** The last look before an agent gets work. */
  mayDrive: DriveRule;
  atLaptop: AtLaptop;
  desk: JobDesk;
  alarms: Pick<Alarms, 'set' | 'ensure' | 'clear'>;
  technicianName(chatId: number): Promise<string>;
  language(chatId: number): Promise<Language>;
  /** Milliseconds. */
  clock: () => number;
}

export interface Surveys extends SurveyPort {
  /** A survey has ended: its list is kept for its hour, unless its chat has asked for another one since. Throws `HouseUnavailable`. */
  ended(chatId: number, event: Extract<AgentEvent, { type: 'surveyed' | 'job-failed' }>): Promise<void>;
  /** Whether the chat still waits for the list of this job. */
  isAwaited(chatId: number, jobId: string): Promise<boolean>;
}

export function createSurveys(options: SurveysOptions): Surveys {
  const { records, mayDrive, atLaptop, desk, alarms, clock } = options;
  const surveys = options.store.values(SURVEYS);
  const ends = options.store.values(LIST_ENDS);
  const visits = options.store.values(VISITS);
  const nextId = monotonicFactory();

  const of = async (chatId: number) => must(orNone(await surveys.get(String(chatId))));

  /** Keeps what is known of a list for its hour, and when that ends first: it must not stay in the chat. */
  async function keep(chatId: number, survey: DataOf<typeof SURVEYS>): Promise<void> {
    must(await ends.set(listEndKey(Date.now() + LIST_MS, String(chatId)), true));
    must(await surveys.set(String(chatId), survey, LIST_MS));
  }

  /** The list of a survey; null: it is kept no more. */
  async function listOf(chatId: number, jobId: string): Promise<readonly ListedDevice[] | null> {
    const survey = await of(chatId);
    return survey?.jobId === jobId ? survey.devices : null;
  }

  /** What is allowed at the laptop is allowed for this; begun anew when it has run out. */
  async function visitOf(chatId: number, agentId: string): Promise<string> {
    const key = `${chatId}:${agentId}`;
    const known = must(orNone(await visits.get(key)));
    if (known !== undefined) return known;
    const visit = nextId(clock());
    must(await visits.set(key, visit, VISIT_MS));
    return visit;
  }

  async function begin(chatId: number, agentId: string): Promise<JobStart> {
    const latest = await of(chatId);
    const running =
      latest?.devices === null && latest.agentId === agentId ? { id: latest.jobId, agentId } : null;
    if (running && (await atLaptop.isOnItsWay(running))) {
      must(await alarms.ensure(chatId, running.id, { waiting: 'survey' }));
      return { started: true, jobId: running.id };
    }
    const refused = (await atLaptop.whyNot(agentId, chatId)) ?? must(await mayDrive(chatId, agentId));
    if (refused !== null) return { started: false, reason: refused };
    const jobId = running?.id ?? nextId(clock());
    const note: JobNote = { chatId, caseId: '', agentId, kind: 'survey', shortSerial: '', sent: false };
    must(await records.notes.set(jobId, note, NOTE_MS));
    await keep(chatId, { jobId, agentId, devices: null });
    const objection = must(
      await post(desk, agentId, {
        type: 'survey',
        jobId,
        technician: (await options.technicianName(chatId)).slice(0, 64),
        language: await options.language(chatId),
        visit: await visitOf(chatId, agentId),
        waitMs: SEARCH_MS,
        expiresAt: clock() + TAKE_UP_MS,
      }),
    );
    if (objection !== null) {
      must(await surveys.delete(String(chatId)));
      return { started: false, reason: objection };
    }
    must(await alarms.set(chatId, jobId, { waiting: 'survey' }));
    must(await records.notes.set(jobId, { ...note, sent: true, sentAt: clock() }, NOTE_MS));
    return { started: true, jobId };
  }

  return {
    begin: (chatId, agentId) => atBorder(() => begin(chatId, agentId)),

    cancel: (chatId) =>
      atBorder(async () => {
        const survey = await of(chatId);
        if (survey === undefined || survey.devices !== null) return;
        const { jobId, agentId } = survey;
        must(await post(desk, agentId, { type: 'cancel', jobId, expiresAt: clock() + TAKE_UP_MS }));
        must(await alarms.clear(jobId));
        must(await surveys.delete(String(chatId)));
      }),

    part: (chatId, jobId, { from, most, ...wanted }) =>
      atBorder(async () => {
        const devices = await listOf(chatId, jobId);
        if (devices === null) return null;
        const found = wantedOf(devices, wanted);
        const first = Math.max(0, Math.min(from, Math.floor((found.length - 1) / most) * most));
        return {
          devices: found.slice(first, first + most),
          from: first,
          wanted: found.length,
          named: found.filter(({ shortSerial }) => shortSerial !== null).length,
          along: found.filter(goesAlong).length,
          all: devices.length,
          bound: devices.filter(({ bindStatus }) => bindStatus !== 'not-bound').length,
        };
      }),

    members: (chatId, jobId, which) =>
      atBorder(async () => {
        const devices = await listOf(chatId, jobId);
        return devices && membersOf(devices, which);
      }),

    async ended(chatId, event) {
      const survey = await of(chatId);
      if (survey?.jobId !== event.jobId) return;
      if (event.type === 'job-failed') return must(await surveys.delete(String(chatId)));
      const devices = listedOf(event.devices);
      await keep(chatId, { ...survey, devices });
    },

    async isAwaited(chatId, jobId) {
      const survey = await of(chatId);
      return survey?.jobId === jobId && survey.devices === null;
    },
  };
}
