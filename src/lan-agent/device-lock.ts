import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../kernel/result.ts';
import { ensureHome, type HomeFailure } from './home.ts';
import { takeLock } from './process-lock.ts';

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
  const taken = await takeLock(path, mark);
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
