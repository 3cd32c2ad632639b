/** The key with which an operator signs the packages he hands out. It lies with him, never on the server or in a package. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fail, ok, type Result } from '../../src/kernel/result.ts';

/** `key-exposed`: others may read the file. `not-a-key`: it holds no Ed25519 key. `key-unusable`: the system's word is `detail`. */
export interface KeyFailure {
  readonly reason: 'key-exposed' | 'not-a-key' | 'key-unusable';
  readonly detail: string;
}

export interface OperatorKey {
  readonly key: KeyObject;
  /** It was made just now. */
  readonly isNew: boolean;
}

/** Where the key lies unless it is said: among the person's own settings. */
export function operatorKeyFile(env: NodeJS.ProcessEnv): string {
  const given = env.XDG_CONFIG_HOME ?? '';
  const base = env.APPDATA || (isAbsolute(given) ? given : join(homedir(), '.config'));
  return join(base, 'unbind', 'operator-key.pem');
}

/** Reads the key (PKCS8, PEM); makes it, for its owner alone, where there is none. */
export async function operatorKey(path: string): Promise<Result<OperatorKey, KeyFailure>> {
  try {
    const made = await makeKey(path);
    if (made) return ok({ key: made, isNew: true });
    const { mode } = await stat(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      return fail({ reason: 'key-exposed', detail: '' });
    const key = keyOf(await readFile(path, 'utf8'));
    return key ? ok({ key, isNew: false }) : fail({ reason: 'not-a-key', detail: '' });
  } catch (error) {
    return fail({ reason: 'key-unusable', detail: error instanceof Error ? error.message : String(error) });
  }
}

/** Null where the file is there already, whoever made it meanwhile. */
async function makeKey(path: string): Promise<KeyObject | null> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    await writeFile(path, pem, { flag: 'wx', mode: 0o600 });
    return privateKey;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null;
    throw error;
  }
}

function keyOf(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}
