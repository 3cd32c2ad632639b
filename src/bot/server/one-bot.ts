/**
 * One bot to a store, whatever its ports, names and containers are: who runs leaves a record in the store itself, and
 * listens on a socket in the store's folder that is named there. The record decides, because the store writes one at a time;
 * the socket tells whether its process lives, because the system closes it however that ended (docs/decisions/0066).
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm, symlink, unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { type DataOf, kind } from '../../store/kind.ts';
import type { Store, StoreFailure } from '../../store/store.ts';

/** Of a bot's socket in the folder of its store. */
const SOCKET = /^bot-[0-9a-f]{16}\.sock$/;

/** The bot that works with a store. */
export const RUNNING_BOT = kind({
  name: 'running-bot',
  version: 1,
  schema: z.object({
    /** Of its socket in the folder of the store. */
    socket: z.string().regex(SOCKET),
    pid: z.number(),
    host: z.string(),
    /** Milliseconds since 1970. */
    since: z.number(),
  }),
});
export type RunningBot = DataOf<typeof RUNNING_BOT>;

export type PlaceFailure =
  | StoreFailure
  /** Another bot works with this store. `by` null: the store cannot be asked which. */
  | { readonly reason: 'taken'; readonly by: Omit<RunningBot, 'socket'> | null }
  /** The system makes no socket in the folder: its code. */
  | { readonly reason: 'no-socket'; readonly detail: string };

/** A place that was taken. */
export interface Place {
  /** Gives it back: the next bot may run. */
  leave(): Promise<void>;
}

const IS_WINDOWS = process.platform === 'win32';
const KEY = 'bot';
/** Bytes of a socket's path that every system takes (sun_path: 104 on macOS, 108 on Linux). */
const MOST_PATH_BYTES = 100;
/** A socket of a living process answers at once. */
const PROBE_MS = 2_000;
/** What the system says of the socket of a process that is gone. */
const GONE = ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'];

/**
 * Takes the place of the one bot of a store.
 * @param folder where the store lies
 * @param clock milliseconds since 1970
 */
export async function takePlace(
  store: Pick<Store, 'values'>,
  folder: string,
  clock: () => number,
): Promise<Result<Place, PlaceFailure>> {
  const socket = `bot-${randomBytes(8).toString('hex')}.sock`;
  const listening = await listen(folder, socket);
  if (!listening.ok) return listening;
  const ours = { socket, pid: process.pid, host: hostname(), since: clock() };
  const taken = await enter(store, folder, ours);
  if (!taken.ok) {
    await listening.value.close();
    return taken;
  }
  const records = store.values(RUNNING_BOT);
  return ok({
    async leave() {
      // Nobody takes the place of one who lives, so that the record is still ours if it ever was.
      const current = await records.get(KEY);
      if (current.ok && current.value?.socket === socket) await records.delete(KEY);
      await listening.value.close();
    },
  });
}

/** The bot that works with a store now; null: none does. */
export async function runningBot(
  store: Pick<Store, 'values'>,
  folder: string,
): Promise<Result<RunningBot | null, StoreFailure>> {
  const current = await store.values(RUNNING_BOT).get(KEY);
  if (!current.ok) return current;
  return ok(current.value && (await lives(folder, current.value)) ? current.value : null);
}

/** Whether a bot listens in the folder of a store that cannot be asked any more: it may still work with what it has open. */
export async function listensIn(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  const asked = names.filter((name) => SOCKET.test(name)).map((socket) => lives(folder, { socket }));
  return (await Promise.all(asked)).includes(true);
}

/** Writes our record in place of none, or of one whose process is gone; somebody who was faster is looked at anew. */
async function enter(
  store: Pick<Store, 'values'>,
  folder: string,
  ours: RunningBot,
): Promise<Result<void, PlaceFailure>> {
  const records = store.values(RUNNING_BOT);
  for (;;) {
    const current = await records.get(KEY);
    if (!current.ok) return current;
    const before = current.value;
    if (before && (await lives(folder, before))) return fail({ reason: 'taken', by: before });
    const written = await records.change(KEY, (now) =>
      now?.socket === before?.socket ? { value: ours } : null,
    );
    if (!written.ok) return written;
    if (!written.value) continue;
    if (before) await unlink(join(folder, before.socket)).catch(() => undefined);
    return ok(undefined);
  }
}

async function listen(
  folder: string,
  name: string,
): Promise<Result<{ close(): Promise<void> }, PlaceFailure>> {
  const server = createServer((caller) => caller.destroy()).unref();
  try {
    await atPath(folder, name, async (path) => {
      server.listen(path);
      await once(server, 'listening');
    });
  } catch (error) {
    return fail({ reason: 'no-socket', detail: codeOf(error) });
  }
  return ok({
    async close() {
      server.close();
      await once(server, 'close');
      // The system took it away by the name it was made under, which may have been that of the link.
      if (!IS_WINDOWS) rmSync(join(folder, name), { force: true });
    },
  });
}

/** Whether the process of a record is there. Whatever is not certain counts as yes: it keeps two from running. */
function lives(folder: string, { socket }: Pick<RunningBot, 'socket'>): Promise<boolean> {
  return atPath(folder, socket, async (path) => {
    const call = connect(path);
    try {
      await once(call, 'connect', { signal: AbortSignal.timeout(PROBE_MS) });
      return true;
    } catch (error) {
      return !GONE.includes(codeOf(error));
    } finally {
      call.destroy();
    }
  });
}

/**
 * Runs `task` with a path of a socket that the system takes: where the folder's own is too long, through a link that is there
 * only meanwhile. Windows has pipes instead, which end with their process, too.
 */
async function atPath<T>(folder: string, name: string, task: (path: string) => Promise<T>): Promise<T> {
  if (IS_WINDOWS) return task(`\\\\.\\pipe\\unbind-${name}`);
  const path = join(folder, name);
  if (Buffer.byteLength(path) <= MOST_PATH_BYTES) return task(path);
  const own = await mkdtemp(join(tmpdir(), 'unbind-'));
  try {
    await symlink(resolve(folder), join(own, 'store'));
    return await task(join(own, 'store', name));
  } finally {
    await rm(own, { recursive: true, force: true }).catch(() => undefined);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
