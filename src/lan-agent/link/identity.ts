import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { formatPublicKey, parsePublicKey } from '../../link/signing.ts';
import { errorCode } from '../error-code.ts';
import { ensureHome, type HomeFailure, replaceFile } from '../home.ts';
import type { ServerAddress } from './server-address.ts';

const FILE = 'identity.json';

const stored = z.object({
  version: z.literal(1),
  agentId: z.string(),
  server: z.object({ url: z.string(), loopback: z.boolean(), insecure: z.boolean() }),
  /** PKCS#8 DER, base64url. */
  privateKey: z.string(),
  /** SPKI DER, base64url. */
  hubKey: z.string(),
  keySince: z.number().optional(),
  /** As `privateKey`. */
  nextKey: z.string().optional(),
});

/** Who this agent is since it was paired, and whose. */
export interface Identity {
  readonly agentId: string;
  readonly server: ServerAddress;
  /** Ed25519; it never leaves the laptop. */
  readonly privateKey: KeyObject;
  /** Ed25519 public key of the hub as it was at pairing: only answers signed with it count. */
  readonly hubKey: KeyObject;
  /** When the key was made, ms since 1970. */
  readonly keySince?: number;
  /** The key that is to follow; on disk before the hub is asked to take it, so that no crash loses the one that counts. */
  readonly nextKey?: KeyObject;
}

/** Reads the identity. `not-paired`: there is none. `damaged`: the file is not one of ours; pair again. */
export async function loadIdentity(home: string): Promise<Result<Identity, 'not-paired' | 'damaged'>> {
  try {
    const read = stored.parse(JSON.parse(await readFile(join(home, FILE), 'utf8')));
    const privateKey = readKey(read.privateKey);
    const hubKey = parsePublicKey(read.hubKey);
    if (!hubKey || privateKey.asymmetricKeyType !== 'ed25519') return fail('damaged');
    return ok({
      agentId: read.agentId,
      server: read.server,
      privateKey,
      hubKey,
      ...(read.keySince === undefined ? {} : { keySince: read.keySince }),
      ...(read.nextKey === undefined ? {} : { nextKey: readKey(read.nextKey) }),
    });
  } catch (error) {
    return fail(errorCode(error) === 'ENOENT' ? 'not-paired' : 'damaged');
  }
}

/** Writes the identity for the owner alone (0600), replacing an earlier one whole. */
export async function saveIdentity(home: string, identity: Identity): Promise<Result<void, HomeFailure>> {
  const made = await ensureHome(home);
  if (!made.ok) return made;
  const content: z.infer<typeof stored> = {
    version: 1,
    agentId: identity.agentId,
    server: identity.server,
    privateKey: writeKey(identity.privateKey),
    hubKey: formatPublicKey(identity.hubKey),
    ...(identity.keySince === undefined ? {} : { keySince: identity.keySince }),
    ...(identity.nextKey === undefined ? {} : { nextKey: writeKey(identity.nextKey) }),
  };
  return replaceFile(join(home, FILE), JSON.stringify(content));
}

function readKey(text: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(text, 'base64url'), type: 'pkcs8', format: 'der' });
}

function writeKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'der' }).toString('base64url');
}

/** Forgets the key: the operator or a technician has revoked this agent. */
export async function wipeIdentity(home: string): Promise<void> {
  await rm(join(home, FILE), { force: true });
  await clearLinkState(home);
}

/** Where events and commands in transit are kept: they belong to one pairing. */
export function linkState(home: string): string {
  return join(home, 'link');
}

/** Forgets what was in transit. What was done to devices stays in the journal. */
export async function clearLinkState(home: string): Promise<void> {
  await rm(linkState(home), { recursive: true, force: true });
}
