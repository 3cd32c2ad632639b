/** What an admin's decision does to work that is under way. */
import type { CaseDesk } from '../cases/desk.ts';
import type { Engine } from '../flows/engine/engine.ts';
import type { AgentDirectory } from '../hub/directory.ts';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Access } from './access.ts';
import type { Drivers } from './drivers.ts';
import type { Jobs } from './jobs.ts';

export interface Measures {
  /**
   * Takes a technician's access away: their conversation ends, their agents' jobs are cancelled, permits are void,
   * and agents nobody else uses are revoked.
   */
  expel(
    adminId: number,
    userId: number,
  ): Promise<Result<void, 'admin' | 'not-a-member' | 'store-unavailable'>>;
  /** Stops jobs on a device; whoever works on it hears why with their next step. */
  stopDevice(shortSerial: string): Promise<void>;
  /** Whether an unbind of this chat is under way on the agent. */
  isUnbinding(agentId: string, chatId: number): Promise<boolean>;
}

export function createMeasures({
  access,
  engine,
  jobs,
  cases,
  directory,
  drivers,
  notify,
  log,
}: {
  access: Access;
  engine: Engine;
  jobs: Jobs;
  cases: Pick<CaseDesk, 'apply'>;
  directory: AgentDirectory;
  drivers: Drivers;
  notify(chatId: number, key: string): Promise<void>;
  log: Log;
}): Measures {
  /** Ends what a chat is doing, in its order. */
  async function halt(chatId: number): Promise<void> {
    const halted = await engine.control(chatId, async (controls) => {
      const active = controls.active();
      if (active) {
        await jobs.cancel(active.caseId);
        await cases.apply(active.caseId, { type: 'closed', outcome: 'stopped' });
      }
      controls.stop();
    });
    if (!halted.ok) log.error({ chat: chatId, failure: halted.failure }, 'a chat could not be stopped');
  }

  return {
    async expel(adminId, userId) {
      // From here on the person is a stranger; the rest clears away what they were in the middle of.
      const revoked = await access.revoke(adminId, userId);
      if (!revoked.ok) {
        const { failure } = revoked;
        return fail(typeof failure === 'string' ? failure : 'store-unavailable');
      }
      await halt(userId);
      const agents = await directory.listFor(userId);
      if (!agents.ok) return agents;
      for (const { id } of agents.value) {
        await drivers.release(id, userId);
        const left = await directory.leave(id, userId);
        if (!left.ok) log.error({ agent: id, failure: left.failure }, 'an agent was not taken away');
      }
      await notify(userId, 'bot:access.expelled');
      return ok(undefined);
    },

    async stopDevice(shortSerial) {
      const running = await jobs.running(null);
      for (const { id, chatId, device } of running.ok ? running.value : []) {
        if (device?.shortSerial !== shortSerial) continue;
        // In the chat's order, but not awaited: the chat may be the one that is waiting for us.
        void engine.control(chatId, async () => {
          await jobs.cancel(id);
        });
      }
    },

    async isUnbinding(agentId, chatId) {
      const running = await jobs.running(agentId);
      // Not knowing is no leave to pull the laptop away from under an unbind.
      if (!running.ok) return true;
      return running.value.some((record) => record.chatId === chatId && record.job?.kind === 'unbind');
    },
  };
}
