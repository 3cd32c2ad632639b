import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import * as z from 'zod';
import { ok, type Result } from '../kernel/result.ts';
import { formatPublicKey } from '../link/signing.ts';
import { type DataOf, kind } from '../store/kind.ts';
import type { Store, StoreFailure } from '../store/store.ts';
import { withClaim } from '../store/with-claim.ts';

/** The hub's own secrets. Made once per store, so that every process on it has the same. */
export interface HubKeys {
  /** Key under which pairing codes are hashed: a copy of the codes alone opens nothing. */
  readonly codeKey: Buffer;
  /** Ed25519 key that signs answers. */
  readonly signing: KeyObject;
  /** Its public half as agents pin it: SPKI DER, base64url. */
  readonly publicKey: string;
}

export const HUB_KEYS = kind({
  name: 'hub-keys',
  version: 1,
  /** `signing`: PKCS8 DER. Both base64url. */
  schema: z.object({ codeKey: z.base64url(), signing: z.base64url() }),
});
type StoredKeys = DataOf<typeof HUB_KEYS>;

/** Reads the keys, making them at the first call ever. The answer is kept for the life of the process. */
export function createKeyring(store: Store): () => Promise<Result<HubKeys, StoreFailure>> {
  const kept = store.values(HUB_KEYS);
  let loaded: HubKeys | undefined;

  return async () => {
    if (loaded) return ok(loaded);
    const found = await withClaim<StoredKeys, StoreFailure>(store, 'hub:keys', async () => {
      const existing = await kept.get('keys');
      if (!existing.ok) return existing;
      if (existing.value) return ok(existing.value);
      const made = make();
      const saved = await kept.set('keys', made);
      return saved.ok ? ok(made) : saved;
    });
    if (!found.ok) return found;
    loaded = read(found.value);
    return ok(loaded);
  };
}

function make(): StoredKeys {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    codeKey: randomBytes(32).toString('base64url'),
    signing: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url'),
  };
}

function read({ codeKey, signing }: StoredKeys): HubKeys {
  const key = createPrivateKey({ key: Buffer.from(signing, 'base64url'), format: 'der', type: 'pkcs8' });
  return {
    codeKey: Buffer.from(codeKey, 'base64url'),
    signing: key,
    publicKey: formatPublicKey(createPublicKey(key)),
  };
}
