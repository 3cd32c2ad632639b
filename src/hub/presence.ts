import * as z from 'zod';
import { ok, type Result } from '../kernel/result.ts';
import { hostInfo } from '../link/messages.ts';
import { ONLINE_MS } from '../link/times.ts';
import { type DataOf, kind, step } from '../store/kind.ts';
import type { Store, StoreFailure } from '../store/store.ts';
import { withClaim } from '../store/with-claim.ts';
import { prefixKey } from './limits.ts';

/** Neighbourhoods an agent is remembered in, the latest last. */
const MOST_PREFIXES = 50;
/** That an agent came or went is remembered until no process can find it out late any more, ms. */
const TOLD_MEMORY_MS = 10 * 60_000;
/** Two processes that fight over an agent are told of once in this time, ms. */
const TAKEN_OVER_MS = 60 * 60_000;

const sight1 = z.object({
  /** Milliseconds since 1970. */
  lastSeen: z.number(),
  address: z.string(),
  host: hostInfo,
  /** Only where it has said goodbye; it has not polled since. */
  left: z.literal(true).exactOptional(),
});

const sight2 = sight1.extend({ speaks: z.number() });

export const SIGHTS = kind({
  name: 'hub-presence',
  version: 3,
  /**
   * `speaks`: version of the wire format (link/messages.ts) of its last poll. `leftAs`: with `left`, the epoch of the process that
   * said goodbye: a poll of it that another hub still deals with counts no more.
   */
  schema: sight2.extend({ leftAs: z.string().exactOptional() }).readonly(),
  steps: [
    step('what it spoke was not kept: the first version, until it polls again', sight1, (old) => ({
      ...old,
      speaks: 1,
    })),
    step('which process said goodbye was not kept', sight2, (old) => old),
  ],
});
/** How an agent was seen last. */
export type Sight = DataOf<typeof SIGHTS>;

/** When the process that speaks for an agent was started, as it says itself. */
export const EPOCHS = kind({ name: 'hub-epochs', version: 1, schema: z.string() });

/** Neighbourhoods an agent was seen in. */
export const PREFIXES = kind({ name: 'hub-agent-prefixes', version: 1, schema: z.array(z.string()) });

/** Which agents are there, and which process of each is the one that counts. */
export interface Presence {
  /**
   * Lets the process that started at `epoch` speak for the agent. A newer one takes over. An older one is
   * `superseded` while the newer is online; later it may speak again (a laptop whose clock was put back).
   */
  enter(
    agentId: string,
    epoch: string,
  ): Promise<Result<'served' | 'taken-over' | 'superseded', StoreFailure>>;
  isCurrent(agentId: string, epoch: string): Promise<Result<boolean, StoreFailure>>;
  /** A process was told that a newer one has taken over: two are alive that hold the same key. */
  outdone(agentId: string): Promise<void>;
  /** Notes a poll of the process that started at `epoch`. */
  saw(
    agentId: string,
    epoch: string,
    sight: Omit<Sight, 'lastSeen' | 'left' | 'leftAs'>,
  ): Promise<Result<void, StoreFailure>>;
  /** Notes the goodbye of a process; that of one which does not speak for the agent (any more) says nothing. */
  left(agentId: string, epoch: string): Promise<Result<void, StoreFailure>>;
  /** Tells of those who have fallen silent. To be called every second or so. */
  look(): void;
  /** The last sight by any process on the store. */
  last(agentId: string): Promise<Result<Sight | null, StoreFailure>>;
  /** By what this process saw or was told by `last`. */
  isOnline(agentId: string): boolean;
  /** By what any process saw. While the store does not answer: by what this one did. */
  isThere(agentId: string): Promise<boolean>;
  /** Watches over these too, which a process saw last that is gone. */
  adopt(agentIds: readonly string[]): Promise<void>;
}

/** What presence tells of. */
export interface PresenceNews {
  /** An agent polls that was offline. */
  readonly onOnline: (agentId: string) => void;
  /** One that was online has said goodbye, or has fallen silent. */
  readonly onOffline: (agentId: string) => void;
  /** It polls from a neighbourhood it was never seen in. */
  readonly onNewAddress: (agentId: string, address: string) => void;
  /** Two processes with its key were at work; `address` is that of the one that goes on. */
  readonly onTakenOver: (agentId: string, address: string) => void;
}

/** @param clock milliseconds since 1970 */
export function createPresence(
  store: Store,
  clock: () => number,
  { onOnline, onOffline, onNewAddress, onTakenOver }: PresenceNews,
): Presence {
  const epochs = store.values(EPOCHS);
  const sights = store.values(SIGHTS);
  const prefixes = store.values(PREFIXES);
  const known = new Map<string, number>();
  /** Those that nobody was told of that they are away. */
  const there = new Set<string>();
  /** Epoch of each agent's process that said goodbye last: a poll of it that is still being dealt with counts no more. */
  const gone = new Map<string, string>();
  /** Where each agent was seen last by this process. */
  const places = new Map<string, string>();

  /** Notes where an agent is. The store is asked only when it has moved. */
  async function placed(agentId: string, address: string): Promise<Result<boolean, StoreFailure>> {
    const prefix = prefixKey(address);
    if (places.get(agentId) === prefix) return ok(false);
    const before = await prefixes.get(agentId);
    if (!before.ok) return before;
    const seen = before.value ?? [];
    if (!seen.includes(prefix)) {
      const saved = await prefixes.set(agentId, [...seen, prefix].slice(-MOST_PREFIXES));
      if (!saved.ok) return saved;
    }
    places.set(agentId, prefix);
    return ok(seen.length > 0 && !seen.includes(prefix));
  }

  const isRecent = (lastSeen: number | undefined) =>
    lastSeen !== undefined && clock() - lastSeen <= ONLINE_MS;
  const isOnline = (agentId: string) => isRecent(known.get(agentId));

  const last: Presence['last'] = async (agentId) => {
    const sight = await sights.get(agentId);
    if (!sight.ok) return sight;
    if (sight.value?.left) known.delete(agentId);
    else if (sight.value) known.set(agentId, Math.max(known.get(agentId) ?? 0, sight.value.lastSeen));
    if (isOnline(agentId)) there.add(agentId);
    return ok(sight.value ?? null);
  };

  /** Whether this process is the one to tell of it: others that share the store find out by themselves, too. */
  async function isFirst(what: 'online' | 'offline', agentId: string, since: number): Promise<boolean> {
    if (!store.isShared) return true;
    const first = await store.claims.once(`hub:${what}:${agentId}:${since}`, TOLD_MEMORY_MS);
    // Told twice is better than never.
    return !first.ok || first.value;
  }

  /** This process has not seen it for too long; another one may have. */
  async function fellSilent(agentId: string): Promise<void> {
    const sight = store.isShared ? await last(agentId) : ok(null);
    // Asked again with the next look.
    if (!sight.ok) return void there.add(agentId);
    if (isOnline(agentId)) return;
    if (await isFirst('offline', agentId, sight.value?.lastSeen ?? 0)) onOffline(agentId);
  }

  /** False: its process has said goodbye, at whatever hub. */
  async function save(agentId: string, epoch: string, sight: Sight): Promise<Result<boolean, StoreFailure>> {
    if (store.isShared)
      return sights.change(agentId, (found) => (found?.leftAs === epoch ? null : { value: sight }));
    if (gone.get(agentId) === epoch) return ok(false);
    const saved = await sights.set(agentId, sight);
    return saved.ok ? ok(true) : saved;
  }

  return {
    enter: async (agentId, epoch) => {
      const current = await epochs.get(agentId);
      if (!current.ok) return current;
      if (current.value === epoch) return ok('served');
      return withClaim(store, `hub:epoch:${agentId}`, async () => {
        const [before, sight] = await Promise.all([epochs.get(agentId), last(agentId)]);
        if (!before.ok) return before;
        if (!sight.ok) return sight;
        const newer = before.value !== undefined && before.value > epoch;
        if (newer && isOnline(agentId)) return ok('superseded');
        const saved = await epochs.set(agentId, epoch);
        return saved.ok ? ok(before.value === undefined ? 'served' : 'taken-over') : saved;
      });
    },
    isCurrent: async (agentId, epoch) => {
      const current = await epochs.get(agentId);
      return current.ok ? ok(current.value === epoch) : current;
    },
    outdone: async (agentId) => {
      const [first, sight] = await Promise.all([
        store.claims.once(`hub:taken-over:${agentId}`, TAKEN_OVER_MS),
        last(agentId),
      ]);
      // Told twice is better than never.
      if (!first.ok || first.value) onTakenOver(agentId, sight.ok ? (sight.value?.address ?? '') : '');
    },
    saw: async (agentId, epoch, sight) => {
      const moved = await placed(agentId, sight.address);
      if (!moved.ok) return moved;
      if (moved.value) onNewAddress(agentId, sight.address);
      const before = isOnline(agentId) && !store.isShared ? ok(null) : await last(agentId);
      if (!before.ok) return before;
      const wasOnline = isOnline(agentId);
      const lastSeen = clock();
      const saved = await save(agentId, epoch, { ...sight, lastSeen });
      // Told only once it is on disk: a restarted bot must not take a laptop for gone that this one called online.
      if (!saved.ok) return saved;
      if (!saved.value) return ok(undefined);
      known.set(agentId, lastSeen);
      there.add(agentId);
      if (!wasOnline && (await isFirst('online', agentId, before.value?.lastSeen ?? 0))) onOnline(agentId);
      return ok(undefined);
    },
    left: async (agentId, epoch) => {
      const [current, sight] = await Promise.all([epochs.get(agentId), last(agentId)]);
      if (!current.ok) return current;
      if (!sight.ok) return sight;
      if (current.value !== epoch || !sight.value) return ok(undefined);
      gone.set(agentId, epoch);
      const lastSeen = clock();
      const saved = await sights.set(agentId, { ...sight.value, lastSeen, left: true, leftAs: epoch });
      if (!saved.ok) return saved;
      known.delete(agentId);
      if (there.delete(agentId) && (await isFirst('offline', agentId, lastSeen))) onOffline(agentId);
      return saved;
    },
    look: () => {
      for (const agentId of there) {
        if (isOnline(agentId)) continue;
        there.delete(agentId);
        void fellSilent(agentId);
      }
    },
    last,
    isOnline,
    isThere: async (agentId) => {
      if (store.isShared) await last(agentId);
      return isOnline(agentId);
    },
    adopt: async (agentIds) => {
      for (const agentId of agentIds) await last(agentId);
    },
  };
}
