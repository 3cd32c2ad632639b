/** What is known of a job outside its case, and for how long. */
import type { JobKind } from '../../cases/case.ts';
import type { Store, Values } from '../../store/store.ts';
import type { JobStory } from './belief.ts';

/** A job that is not taken up within this time is not worth doing any more, ms. */
export const TAKE_UP_MS = 60_000;
/** Silence after which the technician is told, ms. Covers discovery, the link and a slow laptop. */
export const SILENCE_MS = 40_000;
/** Silence that is normal while the password is being typed and the device confirms, ms. */
export const TYPING_MS = 11 * 60_000;
/** What is known of a job is kept for longer than any job takes, ms. */
export const NOTE_MS = 10 * TYPING_MS;

/** A job as it was asked for. */
export interface JobNote {
  chatId: number;
  caseId: string;
  agentId: string;
  kind: JobKind;
  shortSerial: string;
  /** The command is in the agent's mailbox. */
  sent: boolean;
}

/** What was believed of a job, and what else is remembered of its events. */
export interface KeptStory extends JobStory {
  /** Ids of those that were dealt with: they may come again. */
  heard: readonly string[];
  /** What was refused and why, each once. */
  doubts: readonly string[];
}

/** What the person in the chat has done about a picture. */
export interface PictureWords {
  answers: number;
  refreshed: boolean;
}

export interface JobRecords {
  readonly notes: Values<JobNote>;
  /** Apart from the notes: written by what agents say alone, one event of a job at a time. */
  readonly stories: Values<KeptStory>;
  /** By job and picture; written by what the chat says alone. */
  readonly pictureWords: Values<PictureWords>;
  /** Bytes in base64, by key. */
  readonly pictures: Values<string>;
}

export function openJobRecords(store: Pick<Store, 'values'>): JobRecords {
  return {
    notes: store.values('jobs'),
    stories: store.values('job-stories'),
    pictureWords: store.values('job-pictures'),
    pictures: store.values('blobs'),
  };
}

/** Key of what the chat said about a picture. */
export function pictureKey(jobId: string, challengeId: string): string {
  return `${jobId}:${challengeId}`;
}
