/** What an admin's decision does to work that is under way. */
import type { Audit } from '../../audit/trail.ts';
import type { CaseRecord } from '../../cases/case.ts';
import type { AtWork, CaseDesk } from '../../cases/desk.ts';
import type { Controls, Conversations } from '../../flows/index.ts';
import type { ContactPort, House, HouseFailure } from '../../flows/ports.ts';
import type { AgentDirectory } from '../../hub/directory.ts';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Access } from '../door/access.ts';
import { must } from '../house/must.ts';
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
   * Locks somebody out whose phone is in somebody else's hands: when it resolves, their jobs are stopped and permits are void.
   * Their cases and laptops stay theirs. After a failure it is finished by being asked for again.
   */
  lockOut(
    adminId: number,
    userId: number,
  ): Promise<Result<void, 'yourself' | 'not-a-member' | 'store-unavailable'>>;
  /**
   * Somebody leaves the house: their open cases are a colleague's from now on, who need not accept, and then they are expelled.
   * After a failure it is finished by being asked for again. `nobody`: there is no such colleague.
   * @returns how many cases went over
   */
  letGo(
    adminId: number,
    userId: number,
    to: number,
  ): Promise<Result<number, 'nobody' | 'admin' | 'not-a-member' | 'store-unavailable'>>;
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
  cases,
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
  cases: Pick<CaseDesk, 'listFor' | 'handOver'>;
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
  async function haltJobs(of: AtWork): Promise<Result<CaseRecord[], HouseFailure>> {
    const running = await jobs.running(of);
    if (!running.ok) return running;
    for (const { job } of running.value) {
      const halted = job ? await jobs.halt(job) : ok(undefined);
      if (!halted.ok) return halted;
    }
    return running;
  }

  /** In the chat's order, and not awaited: the chat may be the one that is waiting for us. */
  function later(chatId: number, task: (controls: Controls) => Promise<void>): void {
    engine.control(chatId, task).then(
      (done) => done.ok || log.error({ chat: chatId, failure: done.failure }, 'a chat could not be stopped'),
      (error: unknown) => log.error({ err: error, chat: chatId }, 'a chat could not be stopped'),
    );
  }

  /** Gives a technician's open cases to a colleague, in the order of the technician's chat. */
  async function handOverAll(from: number, to: number): Promise<Result<number, 'store-unavailable'>> {
    let moved = 0;
    const turn = await engine.control(from, async (controls) => {
      if (controls.active()) controls.stop();
      for (const record of must(await cases.listFor(from, Number.POSITIVE_INFINITY))) {
        if (record.closedAt !== null || record.device === null) continue;
        must(await jobs.cancel(record.id));
        const agentId = record.sighting?.agentId ?? record.lookedBy;
        const agent = agentId === null ? null : must(await directory.get(agentId));
        const keepsLaptop = agentId === null || agent?.technicians.includes(to) === true;
        const applied = must(await cases.handOver(record.id, { from, to, keepsLaptop }));
        if (applied.refused === null) moved += 1;
      }
    });
    return turn.ok ? ok(moved) : fail('store-unavailable');
  }

  const expel: Sanctions['expel'] = async (adminId, userId) => {
    const role = await access.roleOf(userId);
    if (role.ok && role.value === 'technician')
      await notices.raise({ kind: 'access.revoked', person: userId, by: adminId });
    // From here on the person is a stranger; the rest clears away what they were in the middle of.
    const revoked = await access.revoke(adminId, userId);
    if (!revoked.ok && revoked.failure !== 'not-a-member')
      return fail(revoked.failure === 'admin' ? 'admin' : 'store-unavailable');
    const halted = await haltJobs({ chat: userId });
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
  };

  return {
    expel,

    async lockOut(adminId, userId) {
      if (adminId === userId) return fail('yourself');
      const [role, locked] = await Promise.all([access.roleOf(userId), access.isLocked(userId)]);
      if (!role.ok || !locked.ok) return fail('store-unavailable');
      if (role.value === null && !locked.value) return fail('not-a-member');
      if (!locked.value) await notices.raise({ kind: 'access.locked', person: userId, by: adminId });
      // From here on whoever holds the phone is a stranger; the rest stops what is under way.
      const shut = locked.value ? ok(undefined) : await access.lock(adminId, userId);
      if (!shut.ok) return fail('store-unavailable');
      const halted = await haltJobs({ chat: userId });
      if (!halted.ok) return halted;
      const unasked = await jobs.surveys.cancel(userId);
      if (!unasked.ok) return unasked;
      const released = await drivers.leaveAll(userId);
      if (!released.ok) return fail('store-unavailable');
      later(userId, async (controls) => {
        const active = controls.active();
        if (active) await jobs.cancel(active.caseId);
        controls.stop();
      });
      return ok(undefined);
    },

    async letGo(adminId, userId, to) {
      const role = await access.roleOf(to);
      if (!role.ok) return fail('store-unavailable');
      if (role.value === null || to === userId) return fail('nobody');
      if (access.admins.includes(userId)) return fail('admin');
      const moved = await handOverAll(userId, to);
      if (!moved.ok) return moved;
      const expelled = await expel(adminId, userId);
      if (!expelled.ok && (expelled.failure !== 'not-a-member' || moved.value === 0)) return expelled;
      return moved;
    },

    async stopDevice(shortSerial) {
      const halted = await haltJobs({ device: shortSerial });
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
      const halted = await haltJobs({ laptop: agentId });
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
      const running = await jobs.running({ laptop: agentId });
      // Not knowing is no leave to pull the laptop away from under an unbind.
      if (!running.ok) return true;
      return running.value.some((record) => record.chatId === chatId && record.job?.kind === 'unbind');
    },
  };
}
