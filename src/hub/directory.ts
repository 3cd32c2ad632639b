import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { HostInfo } from '../link/messages.ts';
import type { Store, StoreFailure } from '../store/store.ts';
import type { Agents, PairedBy, StoredAgent } from './agents.ts';
import type { ConfirmFailure, PairingDesk, PairingRequest, WrongNumberTeller } from './pairing.ts';
import { COMMANDS, type Polls } from './polls.ts';
import type { Presence } from './presence.ts';
import type { DecideFailure, Rotations } from './rotation.ts';
import { cleanName } from './words.ts';

export type { ConfirmFailure, PairingRequest } from './pairing.ts';

/** A paired agent, for people and for deciding who may use it. */
export interface AgentRecord {
  readonly id: string;
  readonly name: string;
  /** As the agent described itself last. */
  readonly host: HostInfo;
  /** Version of the wire format it spoke last (link/messages.ts); 1 before its first poll. */
  readonly speaks: number;
  /** Telegram ids of those who may use it. */
  readonly technicians: readonly number[];
  /** Start of the last poll, milliseconds since 1970; null before the first. */
  readonly lastSeen: number | null;
  /** IP address of the last poll. */
  readonly address: string | null;
  readonly online: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly revoked: boolean;
  readonly pairedBy: PairedBy;
  /** Mark of a key it asks for (`keyMark`), which its owner has not decided about; null: none. */
  readonly newKey: string | null;
}

type Answer<T, F = never> = Promise<Result<T, F | 'store-unavailable'>>;

/** Agents from the house's side. Whoever calls has checked that the technician may. */
export interface AgentDirectory {
  /**
   * A new pairing code for a technician, formatted for reading, and how long it is good, milliseconds. It is a
   * secret: for the technician's chat alone, never for a log. It ends what the technician had under way.
   */
  issueCode(technicianId: number): Answer<{ code: string; ttlMs: number }>;
  /** The laptop that waits for the technician's number; null when none does. */
  pairingOf(technicianId: number): Answer<PairingRequest | null>;
  /**
   * The technician typed `number`, digits alone. One try: a wrong number ends the pairing, and its code is used up.
   * Text that is no six digits costs nothing.
   * @param announce hears of a wrong number before it ends the pairing
   */
  confirmPairing(
    technicianId: number,
    number: string,
    announce?: WrongNumberTeller,
  ): Answer<AgentRecord, ConfirmFailure>;
  /** "Not my laptop", of this pairing. */
  refusePairing(technicianId: number, pairing: string): Answer<void, ConfirmFailure>;
  /**
   * The owner's word on the key an agent has asked for, by its mark. After a yes the old key is nobody's. `no-request`:
   * decided already, or another key was named since.
   */
  decideKey(
    agentId: string,
    technicianId: number,
    mark: string,
    decision: 'confirm' | 'refuse',
  ): Answer<void, DecideFailure>;
  /** The technician's agents that are not revoked, oldest first. */
  listFor(technicianId: number): Answer<AgentRecord[]>;
  /** All agents that are not revoked, oldest first: for admins. */
  list(): Answer<AgentRecord[]>;
  /**
   * How many are not revoked, and of those how many are online by what this process saw. Who is online is counted now; who there
   * is, when this process has paired or revoked one, and every `COUNT_AGAIN_MS`: it is asked all the time, by whoever watches.
   */
  count(): Answer<{ readonly paired: number; readonly online: number }>;
  /** Any agent, revoked ones included; null when there is none. */
  get(id: string): Answer<AgentRecord | null>;
  /** Gives an agent another name: control characters dropped, at most 64 characters, and told apart from others'. */
  rename(id: string, name: string): Answer<AgentRecord, 'agent-unknown' | 'bad-name'>;
  /** Takes a technician off an agent's list; one that nobody is left for is revoked. */
  leave(id: string, technicianId: number): Answer<void, 'agent-unknown'>;
  /** Turns an agent away for good, at once; it is told with its next request and forgets its key. */
  revoke(id: string): Answer<void, 'agent-unknown'>;
  /** Whether the agent polled within `ONLINE_MS` (link/times.ts), in whatever process, and has not said goodbye. */
  isOnline(id: string): Promise<boolean>;
}

/** How long a count of the agents is good, ms. */
const COUNT_AGAIN_MS = 10 * 60_000;

export function createDirectory({
  store,
  agents,
  pairing,
  rotations,
  presence,
  polls,
  log,
}: {
  store: Store;
  agents: Agents;
  pairing: PairingDesk;
  rotations: Rotations;
  presence: Presence;
  polls: Polls;
  log: Log;
}): AgentDirectory {
  async function recordOf(agent: StoredAgent): Answer<AgentRecord> {
    const [sight, newKey] = await Promise.all([presence.last(agent.id), rotations.waiting(agent.id)]);
    if (!sight.ok || !newKey.ok) return fail('store-unavailable');
    const { id, name, technicians, createdAt, revoked } = agent;
    return ok({
      id,
      name,
      host: sight.value?.host ?? agent.host,
      speaks: sight.value?.speaks ?? 1,
      technicians,
      lastSeen: sight.value?.lastSeen ?? null,
      address: sight.value?.address ?? null,
      online: !revoked && presence.isOnline(id),
      createdAt,
      revoked,
      pairedBy: agent.pairedBy,
      newKey: revoked ? null : newKey.value,
    });
  }

  async function recordsOf(listed: Result<StoredAgent[], StoreFailure>): Answer<AgentRecord[]> {
    if (!listed.ok) return fail('store-unavailable');
    const records: AgentRecord[] = [];
    for (const agent of listed.value) {
      if (agent.revoked) continue;
      const record = await recordOf(agent);
      if (!record.ok) return record;
      records.push(record.value);
    }
    return ok(records);
  }

  let counted: { readonly ids: readonly string[]; readonly at: number } | null = null;
  const count: AgentDirectory['count'] = async () => {
    const at = performance.now();
    if (counted === null || at - counted.at >= COUNT_AGAIN_MS) {
      const ids = await agents.ids();
      if (!ids.ok) return fail('store-unavailable');
      counted = { ids: ids.value, at };
    }
    const online = counted.ids.filter((id) => presence.isOnline(id)).length;
    return ok({ paired: counted.ids.length, online });
  };

  const revoke: AgentDirectory['revoke'] = async (id) => {
    const revoked = await agents.change(id, (agent) => agent && { ...agent, revoked: true });
    if (!revoked.ok) return fail('store-unavailable');
    if (!revoked.value) return fail('agent-unknown');
    log.info({ agent: id }, 'agent revoked');
    counted = null;
    await polls.end(id);
    const cleared = await store.mailboxes(COMMANDS).clear(id);
    if (!cleared.ok) log.warn({ agent: id }, 'commands of a revoked agent stay until they expire');
    return ok(undefined);
  };

  return {
    issueCode: (technicianId) => pairing.issueCode(technicianId),
    pairingOf: (technicianId) => pairing.waiting(technicianId),
    confirmPairing: async (technicianId, number, announce) => {
      const confirmed = await pairing.confirm(technicianId, number, announce);
      counted = null;
      return confirmed.ok ? recordOf(confirmed.value) : confirmed;
    },
    refusePairing: (technicianId, id) => pairing.refuse(technicianId, id),
    decideKey: async (agentId, technicianId, mark, decision) => {
      const decided = await rotations[decision](agentId, mark, technicianId);
      // Whoever holds a poll under the old key is answered, and has to show the new one.
      if (decided.ok && decision === 'confirm') await polls.end(agentId);
      return decided;
    },
    listFor: async (technicianId) => recordsOf(await agents.of(technicianId)),
    list: async () => recordsOf(await agents.list()),
    count,
    get: async (id) => {
      if (id === '') return ok(null);
      const found = await agents.find(id);
      if (!found.ok) return found.failure.reason === 'invalid' ? ok(null) : fail('store-unavailable');
      return found.value ? recordOf(found.value) : ok(null);
    },
    rename: async (id, name) => {
      const cleaned = cleanName(name);
      if (cleaned === '') return fail('bad-name');
      const renamed = await agents.named(id, cleaned, (agent, name) => agent && { ...agent, name });
      if (!renamed.ok) return fail('store-unavailable');
      return renamed.value ? recordOf(renamed.value) : fail('agent-unknown');
    },
    leave: async (id, technicianId) => {
      const left = await agents.change(
        id,
        (agent) =>
          agent && { ...agent, technicians: agent.technicians.filter((other) => other !== technicianId) },
      );
      if (!left.ok) return fail('store-unavailable');
      if (!left.value) return fail('agent-unknown');
      return left.value.technicians.length === 0 ? revoke(id) : ok(undefined);
    },
    revoke,
    isOnline: (id) => presence.isThere(id),
  };
}
