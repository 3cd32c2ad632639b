import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Log } from '../../kernel/log.ts';
import { formatPublicKey, keyMark, signRotation } from '../../link/signing.ts';
import type { HubClient } from './hub-client.ts';
import { type Identity, saveIdentity } from './identity.ts';

/** A key older than this is replaced when the agent starts, ms: a copy of an old disk soon opens nothing. */
const KEY_LIFE_MS = 30 * 24 * 60 * 60_000;

/** What there is to say about a key: `waiting` for the owner's yes in the chat, or `refused` there. */
export type KeyNews = { readonly state: 'waiting' | 'refused'; readonly mark: string };

/**
 * Asks for another key when its time has come, without a new pairing. The owner decides in the chat, however long that
 * takes: both keys stay on disk until then, so whatever is cut off, one of them counts, and the client finds out which
 * (`HubClient`). When the hub cannot be reached the present key goes on.
 */
export async function withFreshKey({
  home,
  identity,
  now,
  clientWith,
  onNews,
  signal,
  log,
}: {
  home: string;
  identity: Identity;
  /** Ms since 1970. */
  now: () => number;
  /** A client that signs with this key. */
  clientWith: (key: KeyObject) => Pick<HubClient, 'rotateKey'>;
  onNews: (news: KeyNews) => void;
  signal: AbortSignal;
  log: Log;
}): Promise<Identity> {
  const { agentId, privateKey, keySince, nextKey: begun, ...rest } = identity;
  const due = keySince !== undefined && now() - keySince > KEY_LIFE_MS;
  if (!due && !begun) return identity;
  const next = begun ?? generateKeyPairSync('ed25519').privateKey;
  const both: Identity = { ...identity, nextKey: next };
  const noted = await saveIdentity(home, both);
  if (!noted.ok) return identity;

  const publicKey = formatPublicKey(createPublicKey(next));
  const what = { publicKey, proof: signRotation(agentId, publicKey, next) };
  const asked = await clientWith(privateKey).rotateKey(what, signal);
  // The owner may have said yes since: then the hub knows the old key no more.
  const lost = !asked.ok && asked.failure.reason === 'bad-signature' && begun !== undefined;
  const answer = lost ? await clientWith(next).rotateKey(what, signal) : asked;
  if (!answer.ok) {
    log.warn({ reason: answer.failure.reason }, 'the key stays for now');
    return both;
  }
  switch (answer.value) {
    case 'waiting':
      onNews({ state: 'waiting', mark: keyMark(publicKey) });
      return both;
    case 'refused': {
      onNews({ state: 'refused', mark: keyMark(publicKey) });
      const kept: Identity = { ...rest, agentId, privateKey, keySince: now() };
      await saveIdentity(home, kept);
      return kept;
    }
    case 'rotated':
      return takeNextKey({ home, identity: both, now, log });
  }
}

/** Puts the next key in the place of the present one: the hub has answered to it. */
export async function takeNextKey({
  home,
  identity,
  now,
  log,
}: {
  home: string;
  identity: Identity;
  now: () => number;
  log: Log;
}): Promise<Identity> {
  const { nextKey, ...rest } = identity;
  if (!nextKey) return identity;
  const fresh: Identity = { ...rest, privateKey: nextKey, keySince: now() };
  const saved = await saveIdentity(home, fresh);
  if (!saved.ok)
    log.error({ reason: saved.failure.reason }, 'the new key counts, but its note says otherwise');
  return fresh;
}
