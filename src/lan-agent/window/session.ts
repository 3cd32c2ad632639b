/**
 * Who may use the window: whoever can write and read the state folder of the person whose laptop it is. A start of the
 * program leaves the hash of a new key there (0600); the browser brings the key (opening.ts) and gets a cookie for it, once.
 * So a second start lets its browser in without a word to the first, and nothing that lets anybody in is kept anywhere.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { errorCode } from '../error-code.ts';
import { ensureHome, type HomeFailure } from '../home.ts';

/** Bytes of a key and of a cookie: nobody guesses them. */
const BYTES = 32;
/** How long a browser may take to come with its key, ms: a cold start of a slow laptop. */
const KEY_MS = 3 * 60_000;
/** Browsers that are let in; the oldest goes. */
const MOST = 16;
const FOLDER = 'window';
const COOKIE = 'unbind-window';

/** Leaves word of a new key in the state folder. @returns the key, which lets one browser in once */
export async function grantKey(home: string): Promise<Result<string, HomeFailure>> {
  const folder = await ensureHome(home, FOLDER);
  if (!folder.ok) return folder;
  await sweep(folder.value);
  const key = randomBytes(BYTES).toString('base64url');
  try {
    await writeFile(join(folder.value, hashOf(key)), '', { flag: 'wx', mode: 0o600 });
    return ok(key);
  } catch (error) {
    return fail({ reason: 'unwritable', code: errorCode(error) });
  }
}

/** The browsers that were let in. */
export interface Session {
  /** Takes a key for a cookie. Null: it was used, is too old, or is none. @returns the value of `Set-Cookie` */
  enter(key: string): Promise<string | null>;
  /** Whether a request with this `Cookie` header comes from one of them. */
  isIn(cookies: string | undefined): boolean;
}

/** @param base path of the window: to no other program of this address does a browser show the cookie */
export function createSession(home: string, base: string, now: () => number = Date.now): Session {
  const inside = new Set<string>();
  return {
    enter: async (key) => {
      const path = join(home, FOLDER, hashOf(key));
      try {
        const { mtimeMs } = await stat(path);
        // Of two that come with one key, one removes it; `rm` would let both believe so.
        await unlink(path);
        if (now() - mtimeMs > KEY_MS) return null;
      } catch {
        return null;
      }
      const cookie = randomBytes(BYTES).toString('base64url');
      const [oldest] = inside.size < MOST ? [] : inside;
      if (oldest !== undefined) inside.delete(oldest);
      inside.add(hashOf(cookie));
      return `${COOKIE}=${cookie}; Path=${base}; HttpOnly; SameSite=Strict`;
    },
    isIn: (cookies = '') =>
      cookies.split(';').some((pair) => {
        const [name, value = ''] = pair.trim().split('=');
        return name === COOKIE && inside.has(hashOf(value));
      }),
  };
}

/** By its hash a key or a cookie is looked up: how long that takes says nothing of it. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Word of keys that nobody came with. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > KEY_MS) await rm(path, { force: true }).catch(() => undefined);
  }
}
