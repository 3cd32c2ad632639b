/** What is known of a job outside its case, and for how long. */
import * as z from 'zod';
import { AT_WORK_MS } from '../../cases/finds.ts';
import { jobKind } from '../../cases/record.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { unbindOutcome } from '../../link/messages.ts';
import { type DataOf, kind, step } from '../../store/kind.ts';
import type { Store, StoreFailure, Values } from '../../store/store.ts';
import { BLOBS } from '../house/blobs.ts';
import type { AnyJob, JobStory } from './belief.ts';

/** What is known of a job is kept for as long as its last word may be on its way, ms; as long as that its permit was
 * traded (hub/desk.ts): a laptop may come back in the evening. */
export const NOTE_MS = AT_WORK_MS / 2;

const note1 = z.object({
  chatId: z.number(),
  caseId: z.string(),
  agentId: z.string(),
  kind: jobKind,
  shortSerial: z.string(),
  /** The command is in the agent's mailbox. */
  sent: z.boolean(),
});

const note2 = note1.extend({
  /** Since when it is in the mailbox, milliseconds. Absent: not yet, or of before. */
  sentAt: z.number().exactOptional(),
});

export const JOB_NOTES = kind({
  name: 'jobs',
  frozen: true,
  version: 3,
  schema: note2.extend({
    /** A survey is of no case and about no device: both are empty. */
    kind: z.enum([...jobKind.options, 'survey']) satisfies z.ZodType<AnyJob>,
    /** Group of the case when the job began; absent: none. */
    group: z.string().exactOptional(),
  }),
  steps: [
    step('nobody knows since when it is sent', note1, (old) => old),
    step('there were no surveys and no groups', note2, (old) => old),
  ],
});
/** What is known of a job outside its case. */
export type JobNote = DataOf<typeof JOB_NOTES>;

/** Unbinds of a group, by group and job (`<group>:<job>`): what is known of each is in its note. */
export const GROUP_UNBINDS = kind({ name: 'group-unbinds', version: 1, schema: z.literal(true) });

const story1 = z.object({
  step: z.enum(['begun', 'picture', 'passed', 'prompt', 'over']),
  pictures: z.array(z.string()).readonly(),
  wrong: z.number(),
  triesLeft: z.number(),
  outcome: unbindOutcome.nullable(),
  /** Ids of those that were dealt with: they may come again. */
  heard: z.array(z.string()).readonly(),
  /** What was refused and why, each once. */
  doubts: z.array(z.string()).readonly(),
});

/** Apart from the notes: written by what agents say alone, one event of a job at a time. */
export const JOB_STORIES = kind({
  name: 'job-stories',
  gathers: true,
  version: 2,
  schema: story1.extend({ pictureUntil: z.number().exactOptional() }) satisfies z.ZodType<JobStory>,
  steps: [step('nobody knows how long its picture is good', story1, (old) => old)],
});
/** What was believed of a job, and what else is remembered of its events. */
export type KeptStory = DataOf<typeof JOB_STORIES>;

/** By job and picture; written by what the chat says alone. */
export const PICTURE_WORDS = kind({
  name: 'job-pictures',
  gathers: true,
  version: 1,
  schema: z.object({ answers: z.number(), refreshed: z.boolean() }),
});
/** What the person in the chat has done about a picture. */
export type PictureWords = DataOf<typeof PICTURE_WORDS>;

export interface JobRecords {
  readonly notes: Values<JobNote>;
  /** Written by `keepNote` alone. */
  readonly groupUnbinds: Values<true>;
  /** Apart from the notes: written by what agents say alone, one event of a job at a time. */
  readonly stories: Values<KeptStory>;
  /** By job and picture; written by what the chat says alone. */
  readonly pictureWords: Values<PictureWords>;
  /** Bytes in base64, by key. */
  readonly pictures: Values<string>;
}

export function openJobRecords(store: Pick<Store, 'values'>): JobRecords {
  return {
    notes: store.values(JOB_NOTES),
    groupUnbinds: store.values(GROUP_UNBINDS),
    stories: store.values(JOB_STORIES),
    pictureWords: store.values(PICTURE_WORDS),
    pictures: store.values(BLOBS),
  };
}

/** Keeps what is known of a job from now on, and what leads to it from its group first: one that is not found forbids nothing. */
export async function keepNote(
  { notes, groupUnbinds }: Pick<JobRecords, 'notes' | 'groupUnbinds'>,
  jobId: string,
  note: JobNote,
): Promise<Result<void, StoreFailure>> {
  const group = note.kind === 'unbind' ? note.group : undefined;
  const led =
    group === undefined ? ok(undefined) : await groupUnbinds.set(groupUnbindKey(group, jobId), true, NOTE_MS);
  return led.ok ? notes.set(jobId, note, NOTE_MS) : led;
}

/** Key of an unbind among those of its group. */
export function groupUnbindKey(group: string, jobId: string): string {
  return `${group}:${jobId}`;
}

/** Key of what the chat said about a picture. */
export function pictureKey(jobId: string, challengeId: string): string {
  return `${jobId}:${challengeId}`;
}
