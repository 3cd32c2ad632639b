import { randomBytes } from 'node:crypto';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { fail, ok, type Result } from '../kernel/result.ts';
import { errorCode } from './error-code.ts';
import { ensureHome, type HomeFailure } from './home.ts';

/** `busy`: another unbind or inspection of this device is under way, in this process or another one. */
export type LockFailure = HomeFailure | { readonly reason: 'busy' };

export interface DeviceLock {
  /** Whether the lock is still this one's: checked again just before the password is used. */
  held(): Promise<boolean>;
  release(): Promise<void>;
}

/** Locks of this process: its own pid says nothing about them. */
const ours = new Set<string>();

/**
 * Lets one agent process at a time use a device's password. The file names its process; the lock of one that is gone (killed,
 * power cut) is taken over.
 */
export async function lockDevice(
  home: string,
  shortSerial: string,
): Promise<Result<DeviceLock, LockFailure>> {
  const folder = await ensureHome(home, 'locks');
  if (!folder.ok) return folder;
  const path = join(folder.value, `${shortSerial}.lock`);
  if (ours.has(path)) return fail({ reason: 'busy' });
  ours.add(path);

  const mark = `${process.pid} ${randomBytes(8).toString('hex')}\n`;
  const taken = await take(path, mark);
  if (!taken.ok) {
    ours.delete(path);
    return taken;
  }
  const held = async () => (await readFile(path, 'utf8').catch(() => '')) === mark;
  return ok({
    held,
    release: async () => {
      if (await held()) await rm(path, { force: true }).catch(() => undefined);
      ours.delete(path);
    },
  });
}

async function take(path: string, mark: string): Promise<Result<void, LockFailure>> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(mark).finally(() => file.close());
      return ok(undefined);
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'EEXIST') return fail({ reason: 'unwritable', code });
      if (await isAlive(path)) return fail({ reason: 'busy' });
      await rm(path, { force: true }).catch(() => undefined);
    }
  }
  return fail({ reason: 'busy' });
}

/** A lock file without a process number is being written, or was left so by a crash; ms. */
const WRITING_MS = 10_000;

/** How much the clock may have been put right since the laptop started, ms. */
const CLOCK_MS = 60_000;

/**
 * Whether the process named in a lock file still runs. Our own pid is a leftover: `ours` knows better. After a power
 * cut the number may be another program's by now, so a lock that is older than the laptop's start is nobody's.
 */
async function isAlive(path: string): Promise<boolean> {
  const pid = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10);
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
