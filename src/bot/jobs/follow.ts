/** What the chat says to a running job: about its picture, and that it is to stop. */
import type { CaseJob, CaseRecord } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type { AgentPort, HouseFailure } from '../../flows/ports.ts';
import type { JobDesk } from '../../hub/desk.ts';
import type { Result } from '../../kernel/result.ts';
import { PICTURE_LIFE_MS, TAKE_UP_MS } from '../../link/times.ts';
import type { Alarms } from '../house/alarms.ts';
import { atBorder, must } from '../house/must.ts';
import { endJob } from './end.ts';
import { type Command, post } from './post.ts';
import { type JobRecords, NOTE_MS, type PictureWords, pictureKey } from './records.ts';

export interface FollowOptions {
  records: Pick<JobRecords, 'pictureWords'>;
  cases: Pick<CaseDesk, 'get' | 'apply'>;
  desk: JobDesk;
  alarms: Pick<Alarms, 'set' | 'clear'>;
  /** Milliseconds. */
  clock: () => number;
}

export interface Follow
  extends Pick<AgentPort, 'answerChallenge' | 'refreshChallenge' | 'waitOn' | 'cancel'> {
  /**
   * Voids a job's permit and tells its agent to stop, at once: nothing that waits in the chat's queue delays it. The
   * case learns of it by `cancel`, in the chat's order.
   */
  halt(job: CaseJob): Promise<Result<void, HouseFailure>>;
}

export function createFollow({ records, cases, desk, alarms, clock }: FollowOptions): Follow {
  const { pictureWords } = records;

  /**
   * Sends a command that belongs to the case's running job; without one there is nothing to send. What the chat says of
   * the picture is on record with it: what the agent answers is believed only then. A laptop that is back while the picture
   * is good still gets it; the wait for its word begins now.
   */
  async function say(
    record: CaseRecord | null,
    challengeId: string,
    waiting: 'answer' | 'refresh',
    change: (words: PictureWords) => PictureWords,
    command: (jobId: string, expiresAt: number) => Command,
  ): Promise<void> {
    const job = record?.job;
    if (!record || !job) return;
    const key = pictureKey(job.id, challengeId);
    const before = must(await pictureWords.get(key)) ?? { answers: 0, refreshed: false };
    must(await pictureWords.set(key, change(before), NOTE_MS));
    // Side by side: an alarm that gathers is written with the command.
    const [armed, sent] = await Promise.all([
      alarms.set(record.chatId, job.id, { waiting }),
      post(desk, job.agentId, command(job.id, clock() + PICTURE_LIFE_MS)),
    ]);
    must(sent);
    must(armed);
  }

  const halt: Follow['halt'] = (job) =>
    atBorder(async () => {
      must(await desk.revokePermit(job.id));
      const expiresAt = clock() + TAKE_UP_MS;
      must(await post(desk, job.agentId, { type: 'cancel', jobId: job.id, expiresAt }));
    });

  return {
    halt,

    answerChallenge: (caseId, nonce, proof) =>
      atBorder(async () => {
        const record = must(await cases.get(caseId));
        const shown = record?.challenge;
        if (shown?.nonce !== nonce || shown.jobId !== record?.job?.id) return false;
        const challengeId = shown.id;
        await say(
          record,
          challengeId,
          'answer',
          ({ answers, ...words }) => ({ ...words, answers: answers + 1 }),
          (jobId, expiresAt) => ({ type: 'challenge-answer', jobId, challengeId, proof, expiresAt }),
        );
        return true;
      }),

    refreshChallenge: (caseId, challengeId) =>
      atBorder(async () =>
        say(
          must(await cases.get(caseId)),
          challengeId,
          'refresh',
          (words) => ({ ...words, refreshed: true }),
          (jobId, expiresAt) => ({ type: 'challenge-refresh', jobId, challengeId, expiresAt }),
        ),
      ),

    waitOn: (caseId, waiting) =>
      atBorder(async () => {
        const record = must(await cases.get(caseId));
        if (record?.job) must(await alarms.set(record.chatId, record.job.id, { waiting }));
      }),

    cancel: (caseId) =>
      atBorder(async () => {
        const job = must(await cases.get(caseId))?.job;
        if (!job) return;
        must(await halt(job));
        must(await endJob(cases, caseId, job.id));
        must(await alarms.clear(job.id));
      }),
  };
}
