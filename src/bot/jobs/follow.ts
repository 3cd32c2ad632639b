/** What the chat says to a running job: about its picture, and that it is to stop. */
import type { CaseJob } from '../../cases/case.ts';
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
   * Tells the laptop at work for a case what the chat says of the picture with this nonce. That is on record with the command: what
   * the agent answers is believed only then. A laptop that is back while the picture is good still gets it; the wait for its word
   * begins now.
   * @returns false: the case shows no such picture any more, and nothing was sent
   */
  async function say(
    caseId: string,
    nonce: string,
    waiting: 'answer' | 'refresh',
    change: (words: PictureWords) => PictureWords,
    command: (about: { jobId: string; challengeId: string; expiresAt: number }) => Command,
  ): Promise<boolean> {
    const record = must(await cases.get(caseId));
    const { job, challenge: shown } = record ?? {};
    if (!record || !job || shown?.nonce !== nonce || shown.jobId !== job.id) return false;
    const about = { jobId: job.id, challengeId: shown.id, expiresAt: clock() + PICTURE_LIFE_MS };
    const key = pictureKey(job.id, shown.id);
    const before = must(await pictureWords.get(key)) ?? { answers: 0, refreshed: false };
    must(await pictureWords.set(key, change(before), NOTE_MS));
    // Side by side: an alarm that gathers is written with the command.
    const [armed, sent] = await Promise.all([
      alarms.set(record.chatId, job.id, { waiting }),
      post(desk, job.agentId, command(about)),
    ]);
    must(sent);
    must(armed);
    return true;
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
      atBorder(() =>
        say(
          caseId,
          nonce,
          'answer',
          ({ answers, ...words }) => ({ ...words, answers: answers + 1 }),
          (about) => ({ type: 'challenge-answer', ...about, proof }),
        ),
      ),

    refreshChallenge: (caseId, nonce) =>
      atBorder(() =>
        say(
          caseId,
          nonce,
          'refresh',
          (words) => ({ ...words, refreshed: true }),
          (about) => ({ type: 'challenge-refresh', ...about }),
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
