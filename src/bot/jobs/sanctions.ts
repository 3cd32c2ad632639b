/** What an admin's decision does to work that is under way. */
import type { Audit } from '../../audit/trail.ts';
import type { CaseRecord } from '../../cases/case.ts';
import type { Controls, Conversations } from '../../flows/index.ts';
import type { ContactPort, House, HouseFailure } from '../../flows/ports.ts';
import type { AgentDirectory } from '../../hub/directory.ts';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Access } from '../door/access.ts';
import type { Notices } from '../house/notices.ts';
import type { Notify } from '../house/notify.ts';
import type { Drivers } from './drivers.ts';
import type { Jobs } from './jobs.ts';

export interface Sanctions {
  /**
   * Takes a technician's access away: when it resolves, their agents' jobs are cancelled, permits are void and agents
   * nobody else uses are revoked. Then their conversation ends. After a failure it is finished by being asked for again.
   */
  expel(
    adminId: number,
    userId: number,
  ): Promise<Result<void, 'admin' | 'not-a-member' | 'store-unavailable'>>;
  /**
   * Stops what agents do to a device. Whoever has it done is told why at once; somebody who works on it without an
   * agent is told with their next step. After a failure it is finished by being asked for again.
   */
  stopDevice(shortSerial: string): Promise<Result<void, HouseFailure>>;
  /** Turns a laptop away for good, for everybody who uses it; its jobs are stopped first, permits are void. */
  removeLaptop(
    adminId: number,
    agentId: string,
  ): Promise<Result<void, 'agent-unknown' | 'store-unavailable'>>;
  /** Whether an unbind of this chat is under way on the agent. */
  isUnbinding(agentId: string, chatId: number): Promise<boolean>;
}

export function createSanctions({
  access,
  engine,
  jobs,
  house,
  directory,
  drivers,
  audit,
  notices,
  notify,
  contacts,
  log,
}: {
  access: Access;
  engine: Conversations;
  jobs: Jobs;
  house: Pick<House, 'cases'>;
  directory: AgentDirectory;
  drivers: Drivers;
  audit: Pick<Audit, 'append'>;
  notices: Pick<Notices, 'raise'>;
  notify: Notify;
  contacts: Pick<ContactPort, 'forget'>;
  log: Log;
}): Sanctions {
  /** Ends jobs at once; tidying up behind them, in their chats' order, may take longer. */
  async function haltJobs(
    concerned: (record: CaseRecord) => boolean,
  ): Promise<Result<CaseRecord[], HouseFailure>> {
    const running = await jobs.running(null);
    if (!running.ok) return running;
    const found = running.value.filter(concerned);
    for (const { job } of found) {
      const halted = job ? await jobs.halt(job) : ok(undefined);
      if (!halted.ok) return halted;
    }
    return ok(found);
  }

  /** In the chat's order, and not awaited: the chat may be the one that is waiting for us. */
  function later(chatId: number, task: (controls: Controls) => Promise<void>): void {
    engine.control(chatId, task).then(
      (done) => done.ok || log.error({ chat: chatId, failure: done.failure }, 'a chat could not be stopped'),
      (error: unknown) => log.error({ err: error, chat: chatId }, 'a chat could not be stopped'),
    );
  }

  return {
    async expel(adminId, userId) {
      const role = await access.roleOf(userId);
      if (role.ok && role.value === 'technician')
        await notices.raise({ kind: 'access.revoked', person: userId, by: adminId });
      // From here on the person is a stranger; the rest clears away what they were in the middle of.
      const revoked = await access.revoke(adminId, userId);
      if (!revoked.ok && revoked.failure !== 'not-a-member')
        return fail(revoked.failure === 'admin' ? 'admin' : 'store-unavailable');
      const halted = await haltJobs(({ chatId }) => chatId === userId);
      if (!halted.ok) return halted;
      const unasked = await jobs.surveys.cancel(userId);
      if (!unasked.ok) return unasked;
      const agents = await directory.listFor(userId);
      if (!agents.ok) return agents;
      for (const { id } of agents.value) {
        const released = await drivers.release(id, userId);
        const left = released.ok ? await directory.leave(id, userId) : released;
        if (!left.ok) return fail('store-unavailable');
      }
      const forgotten = await contacts.forget(userId);
      if (!forgotten.ok) return forgotten;
      // A stranger who has none of these was never in, or is out already.
      if (!revoked.ok && halted.value.length + agents.value.length === 0) return fail('not-a-member');
      later(userId, async (controls) => {
        const active = controls.active();
        if (active) {
          await jobs.cancel(active.caseId);
          await house.cases.apply(active.caseId, { type: 'closed', outcome: 'cancelled' });
        }
        controls.stop();
        await notify(userId, 'bot:access.expelled');
      });
      return ok(undefined);
    },

    async stopDevice(shortSerial) {
      const halted = await haltJobs(({ device }) => device?.shortSerial === shortSerial);
      if (!halted.ok) return halted;
      for (const { id, chatId } of halted.value) {
        later(chatId, async (controls) => {
          // Looked at, a case of such a device is closed and everybody concerned is told.
          await house.cases.get(id);
          if (controls.active()?.caseId === id) controls.stop();
        });
      }
      return ok(undefined);
    },

    async removeLaptop(adminId, agentId) {
      const halted = await haltJobs(({ job }) => job?.agentId === agentId);
      if (!halted.ok) return fail('store-unavailable');
      const detail = { agent: agentId, technician: null };
      const noted = await audit.append({ what: 'agent.revoked', case: null, by: adminId, detail });
      if (!noted.ok) return fail('store-unavailable');
      await notices.raise({ kind: 'laptop.revoked', agent: agentId, by: adminId });
      const driver = await drivers.of(agentId);
      if (driver.ok && driver.value) await drivers.release(agentId, driver.value.chatId);
      return directory.revoke(agentId);
    },

    async isUnbinding(agentId, chatId) {
      const running = await jobs.running(agentId);
      // Not knowing is no leave to pull the laptop away from under an unbind.
      if (!running.ok) return true;
      return running.value.some((record) => record.chatId === chatId && record.job?.kind === 'unbind');
    },
  };
}
