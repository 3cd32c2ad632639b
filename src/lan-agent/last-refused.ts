import { createHmac, randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { errorCode } from './error-code.ts';
import { ensureHome, replaceFile } from './home.ts';

/** How long the last refused password of a device is remembered, ms. */
const REMEMBER_MS = 24 * 3600_000;
const KEY_BYTES = 32;
const FOLDER = 'last-refused';
const KEY_FILE = 'key';
/** Of an HMAC's first 16 bits, those that are kept. */
const DROPPED_BITS = 6;

const record = z.object({
  /** Ten bits of the password's HMAC. */
  mark: z.number().int().min(0).max(1023),
  /** Ms since 1970. */
  at: z.number(),
});

/**
 * What is remembered of the password that a device has refused last: ten bits, so that a rerun can ask before it sends
 * the same one again, and nobody can read from them which one it was (docs/decisions/0022). The one exception to
 * "nothing of a password is stored". Where it cannot be written or read, nothing is remembered: it only ever asks.
 */
export interface LastRefused {
  /** The ten bits of a password for this device, to be kept should it be refused; null where nothing can be stored. */
  markOf(shortSerial: string, password: Buffer): Promise<number | null>;
  keep(shortSerial: string, mark: number): Promise<void>;
  /** Whether it may be the one that was refused last; of others one in 1024 seems to be. */
  isLike(shortSerial: string, password: Buffer): Promise<boolean>;
  forget(shortSerial: string): Promise<void>;
  /** Erases what is older than a day, and the key where nothing is left that it is good for. */
  sweep(): Promise<void>;
}

/** Opens the memory of a state folder; nothing is made before the first password. */
export function openLastRefused(home: string, now: () => number = Date.now): LastRefused {
  const folder = join(home, FOLDER);
  const pathOf = (shortSerial: string) => join(folder, `${shortSerial}.json`);

  const readKey = async (): Promise<Buffer | null> => {
    const key = await readFile(join(folder, KEY_FILE)).catch(() => null);
    return key?.length === KEY_BYTES ? key : null;
  };
  const makeKey = async (): Promise<Buffer | null> => {
    const made = await ensureHome(home, FOLDER);
    if (!made.ok) return null;
    const key = randomBytes(KEY_BYTES);
    return (await replaceFile(join(folder, KEY_FILE), key)).ok ? key : null;
  };
  const remembered = async (path: string): Promise<number | null> => {
    try {
      const { mark, at } = record.parse(JSON.parse(await readFile(path, 'utf8')));
      const age = now() - at;
      // A clock that was set back would keep it for longer than was promised.
      if (age >= 0 && age < REMEMBER_MS) return mark;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
    }
    await rm(path, { force: true }).catch(() => undefined);
    return null;
  };
  const sweep = async () => {
    const names = await readdir(folder).catch(() => []);
    const marks = names.filter((name) => name !== KEY_FILE);
    const left = await Promise.all(marks.map((name) => remembered(join(folder, name))));
    if (names.length > 0 && left.every((mark) => mark === null)) {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  };

  return {
    markOf: async (shortSerial, password) => {
      const key = (await readKey()) ?? (await makeKey());
      return key && markUnder(key, shortSerial, password);
    },
    keep: async (shortSerial, mark) => {
      await replaceFile(pathOf(shortSerial), `${JSON.stringify({ mark, at: now() })}\n`);
      // The `run` loop may live for weeks; whoever starts the agent later sweeps as well.
      setTimeout(() => void sweep(), REMEMBER_MS).unref();
    },
    isLike: async (shortSerial, password) => {
      const mark = await remembered(pathOf(shortSerial));
      const key = mark === null ? null : await readKey();
      return key !== null && markUnder(key, shortSerial, password) === mark;
    },
    forget: async (shortSerial) => {
      await rm(pathOf(shortSerial), { force: true }).catch(() => undefined);
      await sweep();
    },
    sweep,
  };
}

function markUnder(key: Buffer, shortSerial: string, password: Buffer): number {
  const hmac = createHmac('sha256', key).update(`${shortSerial}\0`).update(password).digest();
  const mark = hmac.readUInt16BE() >> DROPPED_BITS;
  hmac.fill(0);
  key.fill(0);
  return mark;
}
