import type { Audit } from '../cases/audit.ts';
import type { Log } from '../kernel/log.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { HubErrorCode, RotateRequest } from '../link/messages.ts';
import { parsePublicKey, verifyRotation } from '../link/signing.ts';
import type { Agents } from './agents.ts';

/**
 * Gives an agent another key without pairing it anew: asked for under the key that counts, proven by the new one. From
 * then on the old key is nobody's.
 */
export function createRotation({
  agents,
  audit,
  log,
}: {
  agents: Agents;
  audit: Pick<Audit, 'append'>;
  log: Log;
}) {
  return async (
    agentId: string,
    { publicKey, proof }: Pick<RotateRequest, 'publicKey' | 'proof'>,
  ): Promise<Result<void, HubErrorCode>> => {
    const key = parsePublicKey(publicKey);
    if (!key) return fail('bad-request');
    if (!verifyRotation(agentId, publicKey, proof, key)) return fail('bad-signature');
    const holder = await agents.findByKey(publicKey);
    if (!holder.ok) return fail('store-unavailable');
    if (holder.value) return holder.value.id === agentId ? ok(undefined) : fail('bad-request');
    const noted = await audit.append({
      what: 'agent.rotated',
      case: null,
      by: null,
      detail: { agent: agentId },
    });
    if (!noted.ok) return fail('store-unavailable');
    const changed = await agents.change(agentId, (agent) => agent && { ...agent, publicKey });
    if (!changed.ok || !changed.value) return fail('store-unavailable');
    log.info({ agent: agentId }, 'agent has a new key');
    return ok(undefined);
  };
}
