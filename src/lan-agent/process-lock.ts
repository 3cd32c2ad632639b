import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { fail, ok, type Result } from '../kernel/result.ts';
import { errorCode } from './error-code.ts';
import type { HomeFailure } from './home.ts';

/** `busy`: a process that still runs has the lock. */
type LockFailure = HomeFailure | { readonly reason: 'busy' };

/**
 * Takes a lock that is a file. One whose process is gone (killed, power cut) is taken over.
 * @param content begins with the number of this process
 * @param isHeld of a lock whose process seems to run: whether it is that program still; by default it is believed
 */
export async function takeLock(
  path: string,
  content: string,
  isHeld: (content: string) => Promise<boolean> = async () => true,
): Promise<Result<void, LockFailure>> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(content).finally(() => file.close());
      return ok(undefined);
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'EEXIST') return fail({ reason: 'unwritable', code });
      const found = await readFile(path, 'utf8').catch(() => '');
      if ((await isAlive(path, found)) && (await isHeld(found))) return fail({ reason: 'busy' });
      await remove(path, found);
    }
  }
  return fail({ reason: 'busy' });
}

/** Removes the lock that was found, and not one that somebody who found the same has taken since. */
async function remove(path: string, found: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== found) await link(aside, path);
  } catch {
    // It is gone already, or its owner has made another.
  }
  await rm(aside, { force: true }).catch(() => undefined);
}

/** A lock file without a process number is being written, or was left so by a crash; ms. */
const WRITING_MS = 10_000;

/** How much the clock may have been put right since the laptop started, ms. */
const CLOCK_MS = 60_000;

/**
 * Whether the process named in a lock file still runs. Our own pid is a leftover: who takes locks twice knows better. After a
 * power cut the number may be another program's by now, so a lock that is older than the laptop's start is nobody's.
 */
async function isAlive(path: string, content: string): Promise<boolean> {
  const pid = Number.parseInt(content, 10);
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
  if (!Number.isInteger(pid) || pid <= 0) return age < WRITING_MS;
  if (pid === process.pid || age > uptime() * 1000 + CLOCK_MS) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
