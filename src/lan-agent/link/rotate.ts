import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Log } from '../../kernel/log.ts';
import { formatPublicKey, signRotation } from '../../link/signing.ts';
import type { HubClient } from './hub-client.ts';
import { type Identity, saveIdentity } from './identity.ts';

/** A key older than this is replaced when the agent starts, ms: a copy of an old disk soon opens nothing. */
const KEY_LIFE_MS = 30 * 24 * 60 * 60_000;

/**
 * Replaces the agent's key when its time has come, without a new pairing. Both keys are on disk while the hub is
 * asked: whatever is cut off, one of them counts, and the next start finds out which. When the hub cannot be reached
 * the present key goes on.
 */
export async function withFreshKey({
  home,
  identity,
  now,
  clientWith,
  signal,
  log,
}: {
  home: string;
  identity: Identity;
  /** Ms since 1970. */
  now: () => number;
  /** A client that signs with this key. */
  clientWith: (key: KeyObject) => HubClient;
  signal: AbortSignal;
  log: Log;
}): Promise<Identity> {
  const { agentId, server, hubKey, privateKey, keySince, nextKey: begun } = identity;
  const due = keySince !== undefined && now() - keySince > KEY_LIFE_MS;
  if (!due && !begun) return identity;
  const next = begun ?? generateKeyPairSync('ed25519').privateKey;
  const noted = await saveIdentity(home, { ...identity, nextKey: next });
  if (!noted.ok) return identity;

  const publicKey = formatPublicKey(createPublicKey(next));
  const what = { publicKey, proof: signRotation(agentId, publicKey, next) };
  const asked = await clientWith(privateKey).rotateKey(what, signal);
  // The hub may have taken the new key at an earlier start whose answer was lost: then it knows the old one no more.
  const lost = !asked.ok && asked.failure.reason === 'bad-signature' && begun !== undefined;
  const rotated = lost ? await clientWith(next).rotateKey(what, signal) : asked;
  if (!rotated.ok) {
    log.warn({ reason: rotated.failure.reason }, 'the key stays for now');
    return identity;
  }
  const fresh: Identity = { agentId, server, hubKey, privateKey: next, keySince: now() };
  const saved = await saveIdentity(home, fresh);
  if (!saved.ok)
    log.error({ reason: saved.failure.reason }, 'the new key counts, but its note says otherwise');
  return fresh;
}
