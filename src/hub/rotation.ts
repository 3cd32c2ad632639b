import * as z from 'zod';
import type { Audit } from '../audit/trail.ts';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { HubErrorCode, RotateAnswer, RotateRequest } from '../link/messages.ts';
import { keyMark, parsePublicKey, verifyRotation } from '../link/signing.ts';
import { type DataOf, kind } from '../store/kind.ts';
import type { Store, StoreFailure } from '../store/store.ts';
import type { Agents, StoredAgent } from './agents.ts';
import { type BucketRules, createBuckets } from './limits.ts';

/** Other keys an agent may name: an honest one names one a month, whoever stole its key must not wear its owner out. */
const ASKS: BucketRules = { burst: 3, perSecond: 3 / (24 * 60 * 60) };

/** An agent asks to be known by another key. */
export interface KeyRequest {
  readonly agentId: string;
  /** What laptop and chat show of the key (`keyMark`). */
  readonly mark: string;
  /** IP address the request came from. */
  readonly address: string;
}

/** The key an agent has named last, and what became of it. */
export const NAMED_KEYS = kind({
  name: 'hub-named-keys',
  version: 1,
  schema: z.object({
    publicKey: z.string(),
    state: z.enum(['waiting', 'refused']),
    /** Where it was asked for first; missing from keys named before that was kept. */
    address: z.string().exactOptional(),
  }),
});
type NamedKey = DataOf<typeof NAMED_KEYS>;

export type DecideFailure = 'no-request' | 'store-unavailable';

/**
 * Gives an agent another key without pairing it anew. Asked for under the key that counts and proven by the new one, it
 * waits for the owner's word, however long: the old key stays good until then, and is nobody's from then on.
 */
export interface Rotations {
  ask(
    agentId: string,
    asked: Pick<RotateRequest, 'publicKey' | 'proof'>,
    address: string,
  ): Promise<Result<RotateAnswer['state'], HubErrorCode>>;
  /** Mark of the key the agent asks for and its owner has not decided about; null: none. */
  waiting(agentId: string): Promise<Result<string | null, StoreFailure>>;
  /** The owner said yes to the key with this mark. Said again it is the same. */
  confirm(agentId: string, mark: string, by: number): Promise<Result<void, DecideFailure>>;
  /** The owner said no: the key named is not taken, and the agent is told. */
  refuse(agentId: string, mark: string, by: number): Promise<Result<void, DecideFailure>>;
}

export function createRotations({
  store,
  agents,
  audit,
  clock,
  log,
  onKeyRequest,
}: {
  store: Store;
  agents: Agents;
  audit: Pick<Audit, 'append'>;
  clock: () => number;
  log: Log;
  /** Tells the owner, who decides. On disk there before the agent is answered. */
  onKeyRequest: (request: KeyRequest) => Promise<void>;
}): Rotations {
  const named = store.values(NAMED_KEYS);
  const asks = createBuckets(ASKS, clock);
  const note = (what: `agent.${string}`, agentId: string, by: number | null, mark: string) =>
    audit.append({ what, case: null, by, detail: { agent: agentId, mark } });

  /** The agent and the key it has named, if that is the one meant. */
  async function meant(
    agentId: string,
    mark: string,
  ): Promise<Result<{ agent: StoredAgent; key: NamedKey }, DecideFailure>> {
    const [agent, key] = await Promise.all([agents.find(agentId), named.get(agentId)]);
    if (!agent.ok || !key.ok) return fail('store-unavailable');
    const fits = key.value?.state === 'waiting' && keyMark(key.value.publicKey) === mark;
    if (!agent.value || agent.value.revoked || !key.value || !fits) return fail('no-request');
    return ok({ agent: agent.value, key: key.value });
  }

  return {
    ask: async (agentId, { publicKey, proof }, address) => {
      const key = parsePublicKey(publicKey);
      if (!key) return fail('bad-request');
      if (!verifyRotation(agentId, publicKey, proof, key)) return fail('bad-signature');
      const holder = await agents.findByKey(publicKey);
      if (!holder.ok) return fail('store-unavailable');
      if (holder.value) return holder.value.id === agentId ? ok('rotated') : fail('bad-request');
      const before = await named.get(agentId);
      if (!before.ok) return fail('store-unavailable');
      if (before.value?.publicKey === publicKey) {
        // A crash may have come between the two writes: the owner hears of it once all the same, and once only, from
        // wherever it is asked again.
        if (before.value.state === 'waiting')
          await onKeyRequest({
            agentId,
            mark: keyMark(publicKey),
            address: before.value.address ?? address,
          });
        return ok(before.value.state);
      }
      if (asks.take(agentId) > 0) return fail('too-many-requests');
      const mark = keyMark(publicKey);
      const noted = await note('agent.new-key', agentId, null, mark);
      if (!noted.ok) return fail('store-unavailable');
      const saved = await named.set(agentId, { publicKey, state: 'waiting', address });
      if (!saved.ok) return fail('store-unavailable');
      await onKeyRequest({ agentId, mark, address });
      return ok('waiting');
    },

    waiting: async (agentId) => {
      const key = await named.get(agentId);
      if (!key.ok) return key;
      return ok(key.value?.state === 'waiting' ? keyMark(key.value.publicKey) : null);
    },

    confirm: async (agentId, mark, by) => {
      const found = await meant(agentId, mark);
      if (!found.ok) return found;
      const { publicKey } = found.value.key;
      const noted = await note('agent.rotated', agentId, by, mark);
      if (!noted.ok) return fail('store-unavailable');
      const changed = await agents.change(agentId, (agent) =>
        agent && !agent.revoked ? { ...agent, publicKey } : null,
      );
      if (!changed.ok) return fail('store-unavailable');
      if (!changed.value) return fail('no-request');
      // Forgotten last: said again after a crash in between, yes is the same yes.
      const forgotten = await named.delete(agentId);
      if (!forgotten.ok) return fail('store-unavailable');
      log.info({ agent: agentId, mark }, 'agent has a new key');
      return ok(undefined);
    },

    refuse: async (agentId, mark, by) => {
      const found = await meant(agentId, mark);
      if (!found.ok) return found;
      const noted = await note('agent.new-key-refused', agentId, by, mark);
      if (!noted.ok) return fail('store-unavailable');
      const saved = await named.set(agentId, { ...found.value.key, state: 'refused' });
      return saved.ok ? ok(undefined) : fail('store-unavailable');
    },
  };
}
