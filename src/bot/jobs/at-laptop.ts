/** Whether a laptop may be given work, and whether it has what it was given. */
import type { CaseJob } from '../../cases/case.ts';
import type { JobRefusal } from '../../flows/ports.ts';
import type { AgentDirectory } from '../../hub/directory.ts';
import { must } from '../house/must.ts';
import { SEND_AGAIN_MS } from '../house/times.ts';
import type { JobRecords } from './records.ts';

export interface AtLaptopOptions {
  records: Pick<JobRecords, 'notes' | 'stories'>;
  directory: Pick<AgentDirectory, 'get' | 'isOnline'>;
  /** Milliseconds. */
  clock: () => number;
}

export interface AtLaptop {
  /** Why the agent cannot take work from this chat now, whatever it is; null: it can. Throws `HouseUnavailable`. */
  whyNot(agentId: string, chatId: number): Promise<JobRefusal | null>;
  /**
   * Whether a running job needs no other command: the agent has spoken of it, or has its first one still to take up. One
   * that was away for too long gets it anew once it is back. Throws `HouseUnavailable`.
   */
  isOnItsWay(job: Pick<CaseJob, 'id' | 'agentId'>): Promise<boolean>;
}

export function createAtLaptop({ records, directory, clock }: AtLaptopOptions): AtLaptop {
  return {
    async whyNot(agentId, chatId) {
      const agent = must(await directory.get(agentId));
      if (!agent || agent.revoked) return 'agent-unknown';
      if (!agent.technicians.includes(chatId)) return 'not-yours';
      return (await directory.isOnline(agentId)) ? null : 'agent-offline';
    },

    async isOnItsWay({ id, agentId }) {
      const note = must(await records.notes.get(id));
      if (!note?.sent) return false;
      if (must(await records.stories.get(id)) !== undefined || !(await directory.isOnline(agentId)))
        return true;
      return clock() - (note.sentAt ?? 0) < SEND_AGAIN_MS;
    },
  };
}
