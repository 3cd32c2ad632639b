import type { KeyObject } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import {
  isTimely,
  parsePublicKey,
  type RequestSignature,
  readSignature,
  verifyRequest,
} from '../link/signing.ts';
import type { Agents, StoredAgent } from './agents.ts';
import type { Heard, Nonces } from './nonces.ts';
import type { PairingDesk } from './pairing.ts';
import { orRefuse, Refusal } from './refusal.ts';

/** Who sent a request: the signature was good, the time near, the nonce new, the agent not revoked. */
export interface Sender extends Heard {
  readonly agentId: string;
  /** The key it was signed with, as a record has it (SPKI DER, base64url): by the time all is done it may not count any more. */
  readonly publicKey: string;
  /** False while the chat has not confirmed the pairing. */
  readonly paired: boolean;
}

/** Who a request says it is from: the agent, or a laptop that is being paired, is known; nothing is proven yet. */
export interface Caller {
  readonly signature: RequestSignature;
  readonly key: KeyObject;
  /** The key as a record has it: SPKI DER, base64url. */
  readonly publicKey: string;
  /** Null: a laptop that is being paired. */
  readonly agent: StoredAgent | null;
}

/** Checks signed requests, cheapest first. Every check throws a `Refusal` unless the request passes. */
export interface Authenticator {
  /** By the headers' shape, and whether anybody has that id. */
  recognise(request: FastifyRequest): Promise<Caller>;
  /**
   * Signature, time and nonce. The store is written to only for senders who hold a key we know; of the request nothing may
   * be written or heard of before it is kept that it was heard.
   * @param digest of the body: the header's, where there is one
   * @param onVerified told as soon as the signature is known to be good
   */
  verify(
    request: FastifyRequest,
    caller: Caller,
    digest: string,
    onVerified: () => Promise<void>,
  ): Promise<Sender>;
}

/** Keys that are kept as they are used: making one of its text takes longer than the signature does. */
const KEYS_AT_HAND = 64;

export function createAuthenticator({
  nonces,
  agents,
  pairing,
  clock,
}: {
  nonces: Nonces;
  agents: Agents;
  pairing: PairingDesk;
  clock: () => number;
}): Authenticator {
  /** By their texts, the one used last at the end. */
  const keys = new Map<string, KeyObject>();

  function keyOf(text: string): KeyObject | null {
    const key = keys.get(text) ?? parsePublicKey(text);
    if (!key) return null;
    keys.delete(text);
    keys.set(text, key);
    const [oldest] = keys.keys();
    if (keys.size > KEYS_AT_HAND && oldest !== undefined) keys.delete(oldest);
    return key;
  }

  return {
    recognise: async (request) => {
      const signature = readSignature(request.headers);
      if (!signature) throw new Refusal('bad-signature');
      const { agentId } = signature;
      const agent = orRefuse(await agents.find(agentId));
      const publicKey = agent?.publicKey ?? orRefuse(await pairing.pendingKey(agentId));
      const key = publicKey === null ? null : keyOf(publicKey);
      if (publicKey === null || !key) throw new Refusal('unknown-agent');
      return { signature, key, publicKey, agent };
    },

    verify: async (request, { signature, key, publicKey, agent }, digest, onVerified) => {
      const { agentId, nonce, time } = signature;
      const content = { method: request.method, path: request.raw.url ?? '' };
      if (!verifyRequest(content, digest, signature, key)) throw new Refusal('bad-signature');
      await onVerified();
      if (agent?.revoked) throw new Refusal('revoked');
      // Only now: this refusal tells the agent the time, so it must be one the agent can believe.
      if (!isTimely(time, clock())) throw new Refusal('clock-skew');
      const heard = orRefuse(await nonces.hear(agentId, nonce));
      if (!heard) throw new Refusal('replayed-nonce');
      return { ...heard, agentId, publicKey, paired: agent !== null };
    },
  };
}

/** The bytes of a request's body, as the hub's parser leaves them. */
export function bodyOf(request: FastifyRequest): Uint8Array {
  return request.body instanceof Uint8Array ? request.body : new Uint8Array();
}
