import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ok, type Result } from '../kernel/result.ts';
import { hostInfo } from '../link/messages.ts';
import { type DataOf, kind, step } from '../store/kind.ts';
import { orNone } from '../store/or-none.ts';
import type { Store, StoreFailure } from '../store/store.ts';
import { withClaim } from '../store/with-claim.ts';
import { nameApart } from './words.ts';

/**
 * How a laptop was paired. `typed`: the number both sides derive from their keys was typed in the chat. `picked`: the
 * hub drew one and the chat offered three, which somebody in the middle passes on (until version 1 of the wire).
 */
const pairedBy = z.enum(['typed', 'picked']);
export type PairedBy = z.infer<typeof pairedBy>;

const agent = z.object({
  id: z.string(),
  name: z.string(),
  host: hostInfo,
  /** Ed25519, SPKI DER, base64url. */
  publicKey: z.string(),
  /** Telegram ids of those who may use it. */
  technicians: z.array(z.number()).readonly(),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  revoked: z.boolean(),
  pairedBy,
});

export const AGENTS = kind({
  name: 'hub-agents',
  frozen: true,
  version: 2,
  schema: agent.readonly(),
  steps: [
    step(
      'those that do not say how they were paired were paired the old way',
      agent.extend({ pairedBy: pairedBy.optional() }),
      (old) => ({ ...old, pairedBy: old.pairedBy ?? 'picked' }),
    ),
  ],
});
/** An agent as it is stored; presence lies elsewhere because it changes with every poll. */
export type StoredAgent = DataOf<typeof AGENTS>;

/** Id of the agent by a hash of its key. */
export const AGENT_KEYS = kind({ name: 'hub-agent-keys', version: 1, schema: z.string() });

/** Agents by who may use them (`<technician>:<agent>`). Their records say whether that is so. */
export const TECHNICIAN_AGENTS = kind({
  name: 'hub-technician-agents',
  version: 1,
  schema: z.literal(true),
});

/** Key of an agent among those of a technician. */
export function technicianAgentKey(technicianId: number, agentId: string): string {
  return `${technicianId}:${agentId}`;
}

/** The agents of this house. A revoked one stays on record, so that it can be told. */
export interface Agents {
  find(id: string): Promise<Result<StoredAgent | null, StoreFailure>>;
  /** The agent with this key that is not revoked. */
  findByKey(publicKey: string): Promise<Result<StoredAgent | null, StoreFailure>>;
  /** All of them, revoked ones included: reads each, for admins and for a name of its own. */
  list(): Promise<Result<StoredAgent[], StoreFailure>>;
  /** Ids of all that are not revoked: reads each, page by page, and others have their turn in between. */
  ids(): Promise<Result<string[], StoreFailure>>;
  /** Those a technician may use, revoked ones included. */
  of(technicianId: number): Promise<Result<StoredAgent[], StoreFailure>>;
  /** Puts `change` of the agent (null when there is none) in its place, one change at a time. */
  change(
    id: string,
    change: (agent: StoredAgent | null) => StoredAgent | null,
  ): Promise<Result<StoredAgent | null, StoreFailure>>;
  /** The same, with a name like `wanted` that no other agent has which is not revoked: people choose by it. */
  named(
    id: string,
    wanted: string,
    change: (agent: StoredAgent | null, name: string) => StoredAgent | null,
  ): Promise<Result<StoredAgent | null, StoreFailure>>;
}

/** Agents that are read at once. */
const PAGE = 200;

export function createAgents(store: Store): Agents {
  const agents = store.values(AGENTS);
  const ofTechnicians = store.values(TECHNICIAN_AGENTS);
  const idsByKey = store.values(AGENT_KEYS);
  const keyName = (publicKey: string) => createHash('sha256').update(publicKey).digest('base64url');

  const find: Agents['find'] = async (id) => {
    const found = await agents.get(id);
    return found.ok ? ok(found.value ?? null) : found;
  };

  async function those(ids: readonly string[]): Promise<Result<StoredAgent[], StoreFailure>> {
    const listed: StoredAgent[] = [];
    for (const id of ids) {
      const found = orNone(await agents.get(id));
      if (!found.ok) return found;
      if (found.value) listed.push(found.value);
    }
    return ok(listed);
  }

  const list: Agents['list'] = async () => {
    const ids = await agents.keys();
    return ids.ok ? those(ids.value) : ids;
  };

  const ids: Agents['ids'] = async () => {
    const found: string[] = [];
    for (let after: string | undefined; ; ) {
      const keys = await agents.page({ most: PAGE, ...(after === undefined ? {} : { after }) });
      const page = keys.ok ? await those(keys.value) : keys;
      if (!page.ok) return page;
      found.push(...page.value.filter(({ revoked }) => !revoked).map(({ id }) => id));
      if (!keys.ok || keys.value.length < PAGE) return ok(found);
      after = keys.value.at(-1);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  const of: Agents['of'] = async (technicianId) => {
    const prefix = technicianAgentKey(technicianId, '');
    const keys = await ofTechnicians.keys(prefix);
    const found = keys.ok ? await those(keys.value.map((key) => key.slice(prefix.length))) : keys;
    return found.ok ? ok(found.value.filter(({ technicians }) => technicians.includes(technicianId))) : found;
  };

  const change: Agents['change'] = (id, change) =>
    withClaim<StoredAgent | null, StoreFailure>(store, `hub:agent:${id}`, async () => {
      const found = await find(id);
      if (!found.ok) return found;
      const changed = change(found.value);
      if (!changed) return ok(null);
      // The indexes first: an entry without an agent is harmless, an agent without an entry would be paired twice.
      const old = found.value?.publicKey;
      const sameKey = old === changed.publicKey;
      const [before, now] = [found.value?.technicians ?? [], changed.technicians];
      const indexed = await Promise.all([
        sameKey ? ok(undefined) : idsByKey.set(keyName(changed.publicKey), id),
        ...now
          .filter((one) => !before.includes(one))
          .map((one) => ofTechnicians.set(technicianAgentKey(one, id), true)),
      ]);
      const failed = indexed.find((written) => !written.ok);
      if (failed) return failed;
      const saved = await agents.set(id, changed);
      if (!saved.ok) return saved;
      const forgotten = await Promise.all([
        sameKey || old === undefined ? ok(undefined) : idsByKey.delete(keyName(old)),
        ...before
          .filter((one) => !now.includes(one))
          .map((one) => ofTechnicians.delete(technicianAgentKey(one, id))),
      ]);
      return forgotten.find((gone) => !gone.ok) ?? ok(changed);
    });

  return {
    find,
    list,
    ids,
    of,
    change,
    named: (id, wanted, changeWith) =>
      withClaim<StoredAgent | null, StoreFailure>(store, 'hub:agent-names', async () => {
        const all = await list();
        if (!all.ok) return all;
        const others = all.value.filter((agent) => agent.id !== id && !agent.revoked);
        const name = nameApart(
          wanted,
          others.map((agent) => agent.name),
        );
        return change(id, (agent) => changeWith(agent, name));
      }),
    findByKey: async (publicKey) => {
      const id = await idsByKey.get(keyName(publicKey));
      if (!id.ok) return id;
      const found = id.value === undefined ? ok(null) : await find(id.value);
      if (!found.ok) return found;
      // The index may be ahead of the record (a crash between the two) or behind it: the record says which key counts.
      const counts = found.value?.publicKey === publicKey && !found.value.revoked;
      return ok(counts ? found.value : null);
    },
  };
}
