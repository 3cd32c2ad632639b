import * as z from 'zod';
import { person } from '../../audit/naming.ts';
import type { Audit } from '../../audit/trail.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type { GroupDesk } from '../../groups/desk.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { type DataOf, kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store, StoreFailure } from '../../store/store.ts';

/** A driver who does nothing for this long has left the laptop to others, ms. Longer than any step of a case. */
export const LEASE_MS = 20 * 60_000;

/** By laptop. */
export const DRIVERS = kind({
  name: 'drivers',
  version: 1,
  /** `until`: milliseconds since 1970. */
  schema: z.object({ chatId: z.number(), until: z.number() }).readonly(),
});
export type Driver = DataOf<typeof DRIVERS>;

/** Laptops a chat has, or had, the wheel of (`<chat>:<laptop>`): whose it is stands in `DRIVERS` alone. */
export const CHAT_DRIVES = kind({ name: 'chat-drives', version: 1, schema: z.literal(true) });

/** Who works with a shared laptop at the moment: one technician at a time. */
export interface Drivers {
  /** Takes the wheel, or keeps it for another lease. False: somebody else has it. */
  take(agentId: string, chatId: number): Promise<Result<boolean, StoreFailure>>;
  of(agentId: string): Promise<Result<Driver | null, StoreFailure>>;
  /** Gives the wheel back; nothing happens when it is not this chat's. */
  release(agentId: string, chatId: number): Promise<Result<void, StoreFailure>>;
  /** Gives back every wheel this chat has: its case is over. */
  leaveAll(chatId: number): Promise<Result<void, StoreFailure>>;
  /** Passes the wheel on. False: it was not this chat's any more. */
  handOver(agentId: string, from: number, to: number): Promise<Result<boolean, StoreFailure>>;
}

/** @param clock milliseconds since 1970 */
export function createDrivers(
  store: Pick<Store, 'values' | 'claims'>,
  audit: Pick<Audit, 'append'>,
  clock: () => number,
): Drivers {
  const shown = store.values(DRIVERS);
  const ofChats = store.values(CHAT_DRIVES);
  const claimOf = (agentId: string) => `driver:${agentId}`;
  const ownerOf = (chatId: number) => `chat:${chatId}`;

  const take: Drivers['take'] = async (agentId, chatId) => {
    const renewed = await store.claims.renew(claimOf(agentId), LEASE_MS, ownerOf(chatId));
    if (!renewed.ok) return renewed;
    if (!renewed.value) {
      const taken = await store.claims.take(claimOf(agentId), LEASE_MS, ownerOf(chatId));
      if (!taken.ok) return taken;
      if (!taken.value) return ok(false);
    }
    const [led, saved] = await Promise.all([
      ofChats.set(`${chatId}:${agentId}`, true, LEASE_MS),
      shown.set(agentId, { chatId, until: clock() + LEASE_MS }, LEASE_MS),
    ]);
    if (!led.ok) return led;
    return saved.ok ? ok(true) : saved;
  };

  const release: Drivers['release'] = async (agentId, chatId) => {
    const driver = orNone(await shown.get(agentId));
    if (!driver.ok) return driver;
    if (driver.value?.chatId !== chatId) return ok(undefined);
    const gone = await shown.delete(agentId);
    return gone.ok ? store.claims.release(claimOf(agentId), ownerOf(chatId)) : gone;
  };

  return {
    take,
    release,
    async of(agentId) {
      const driver = orNone(await shown.get(agentId));
      return driver.ok ? ok(driver.value ?? null) : driver;
    },
    async leaveAll(chatId) {
      const prefix = `${chatId}:`;
      // As many as one technician takes the wheel of within a lease.
      const driven = await ofChats.keys(prefix);
      if (!driven.ok) return driven;
      for (const key of driven.value) {
        const released = await release(key.slice(prefix.length), chatId);
        if (!released.ok) return released;
      }
      return driven.value.length === 0 ? ok(undefined) : ofChats.deleteMany(driven.value);
    },
    async handOver(agentId, from, to) {
      const driver = orNone(await shown.get(agentId));
      if (!driver.ok) return driver;
      if (driver.value?.chatId !== from) return ok(false);
      const detail = { agent: agentId, to: person(to) };
      const noted = await audit.append({ what: 'agent.handed-over', case: null, by: from, detail });
      if (!noted.ok) return noted;
      const released = await release(agentId, from);
      return released.ok ? take(agentId, to) : released;
    },
  };
}

/** The desk of cases, where a case that is closed gives its laptop back, unless its group goes on with that. */
export function leavingLaptops(
  desk: CaseDesk,
  drivers: Pick<Drivers, 'leaveAll'>,
  groups: Pick<GroupDesk, 'of'>,
): CaseDesk {
  return {
    ...desk,
    async apply(id, action) {
      const applied = await desk.apply(id, action);
      if (!applied.ok || action.type !== 'closed') return applied;
      const { chatId } = applied.value.case;
      const group = await groups.of(chatId);
      if (!group.ok) return group;
      if (group.value?.state === 'running') return applied;
      const released = await drivers.leaveAll(chatId);
      return released.ok ? applied : released;
    },
  };
}

/** The desk of groups, where a group that is over gives its laptop back. */
export function leavingWithGroups(desk: GroupDesk, drivers: Pick<Drivers, 'leaveAll'>): GroupDesk {
  return {
    ...desk,
    async apply(id, action) {
      const applied = await desk.apply(id, action);
      if (!applied.ok || action.type !== 'ended') return applied;
      const released = await drivers.leaveAll(applied.value.group.chatId);
      return released.ok ? applied : released;
    },
  };
}
