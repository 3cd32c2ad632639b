import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { reach } from '../kernel/fail-points.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { errorCode } from './error-code.ts';

/** The state folder could not be used; `code` is the system's, for instance `ENOSPC` or `EACCES`. */
export interface HomeFailure {
  readonly reason: 'unwritable';
  readonly code: string;
}

/**
 * The state folder: `UNBIND_AGENT_HOME`, else the place the system has for a user's state. Never one that depends on
 * the folder the program was started in: from another one it would know nothing of attempts and locks. Null where the system
 * knows of no place.
 */
export function agentHome(env: NodeJS.ProcessEnv, system: NodeJS.Platform = process.platform): string | null {
  if (env.UNBIND_AGENT_HOME) return env.UNBIND_AGENT_HOME;
  const state = stateFolder(env, system);
  return state && join(state, 'unbind-agent');
}

function stateFolder(env: NodeJS.ProcessEnv, system: NodeJS.Platform): string | null {
  const within = (...names: readonly string[]) => {
    const user = userHome();
    return user && join(user, ...names);
  };
  if (system === 'win32') return env.LOCALAPPDATA || within('AppData', 'Local');
  if (system === 'darwin') return within('Library', 'Application Support');
  // The XDG specification has relative paths ignored.
  const state = env.XDG_STATE_HOME ?? '';
  return isAbsolute(state) ? state : within('.local', 'state');
}

/** The person's own folder; null where the system knows none, as in a container that was given a number for a user. */
export function userHome(): string | null {
  try {
    // An empty HOME is not taken for an answer.
    return isAbsolute(homedir()) ? homedir() : userInfo().homedir;
  } catch {
    return null;
  }
}

/**
 * Makes the state folder if it is missing, for its owner alone, and closes one that others may look into.
 * @param within a folder inside it that is made, too
 * @returns the path of the innermost folder
 */
export async function ensureHome(
  home: string,
  ...within: readonly string[]
): Promise<Result<string, HomeFailure>> {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    if (process.platform !== 'win32' && ((await stat(home)).mode & 0o077) !== 0) await chmod(home, 0o700);
    const path = join(home, ...within);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return ok(path);
  } catch (error) {
    return fail({ reason: 'unwritable', code: errorCode(error) });
  }
}

/**
 * Replaces a file whole or not at all, readable for its owner alone, on disk when the call returns.
 * The folder must exist.
 */
export async function replaceFile(
  path: string,
  content: string | Buffer,
): Promise<Result<void, HomeFailure>> {
  FAIL_POINT: {
    const code = await reach('state-before', fileWord(path));
    if (code !== null) return fail({ reason: 'unwritable', code });
  }
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await patiently(() => rename(draft, path));
    await syncFolder(dirname(path));
    FAIL_POINT: {
      const code = await reach('state-after', fileWord(path));
      if (code !== null) return fail({ reason: 'unwritable', code });
    }
    return ok(undefined);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    return fail({ reason: 'unwritable', code: errorCode(error) });
  }
}

/** A file of the state folder for a fail point; one of many that lie in a folder is called by that. */
function fileWord(path: string): string {
  const folder = basename(dirname(path));
  return ['outbox', 'ledger'].includes(folder) ? folder : basename(path);
}

/** Windows: an antivirus or a search index that looks into a file at this moment keeps it from being replaced. */
const HELD: readonly string[] = ['EACCES', 'EBUSY', 'EPERM'];
/** Pauses before it is tried again, ms: one second in all. */
const HELD_PAUSES = [10, 40, 100, 250, 600];

/** Does what another program may keep from being done for a moment, again where the system is one that does so. */
export async function patiently<T>(
  act: () => Promise<T>,
  system: NodeJS.Platform = process.platform,
): Promise<T> {
  for (const pause of system === 'win32' ? HELD_PAUSES : []) {
    try {
      return await act();
    } catch (error) {
      if (!HELD.includes(errorCode(error))) throw error;
      await delay(pause);
    }
  }
  return act();
}

/** Makes a new or renamed entry of a folder survive a power cut, where the system can (Windows cannot). */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
