import type { CaseReport } from '../../cases/case.ts';
import type { DeviceSighting, HindranceReport, UnbindStatus } from '../../link/messages.ts';

/**
 * What reaches a conversation from the house and not from Telegram. Small on purpose: a conversation's log keeps
 * every event it receives, so pictures travel as references to stored bytes. `id` makes delivery idempotent.
 */
export type HouseEvent = { id: string; caseId: string } & (
  | {
      type: 'discovered';
      jobId: string;
      device: DeviceSighting | null;
      total: number;
      /** Absent: nothing that is known, as from an older agent. */
      hindrances?: HindranceReport[];
    }
  | { type: 'status'; jobId: string; status: UnbindStatus; hindrances?: HindranceReport[] }
  | {
      type: 'challenge';
      jobId: string;
      challengeId: string;
      /** Key of the stored picture. */
      blob: string;
      nonce: string;
      /** Milliseconds, server clock. */
      expiresAt: number;
      triesLeft: number;
    }
  | {
      type: 'challenge-result';
      jobId: string;
      challengeId: string;
      result: 'passed' | 'wrong' | 'expired';
      triesLeft: number;
    }
  | { type: 'prompt'; jobId: string; state: 'shown' | 'abandoned' }
  | { type: 'outcome'; jobId: string; report: CaseReport }
  | { type: 'job-failed'; jobId: string; reason: string }
  /** The agent has been silent for longer than the job may take. */
  | { type: 'job-overdue'; jobId: string }
  /** An agent of this technician came online (for a conversation that waits for a laptop). */
  | { type: 'agent-online'; agentId: string }
);
