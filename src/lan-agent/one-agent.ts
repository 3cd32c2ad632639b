/**
 * One agent works with a state folder: two would take each other's commands and tell each other's events. A start beside it
 * opens its window instead.
 */
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../kernel/result.ts';
import { errorCode } from './error-code.ts';
import { ensureHome, type HomeFailure } from './home.ts';
import { takeLock } from './process-lock.ts';

const FILE = 'agent.lock';
/** How long a window may take to say that it is there, ms: a laptop that has just woken. */
const HERE_MS = 5_000;
/** What a lock has where its agent has no window. */
const NO_WINDOW = '-';

/** The agent that works with this folder. */
export interface OneAgent {
  /** The next one may begin. */
  release(): Promise<void>;
}

/** Another agent works with this folder. */
export interface OtherAgent {
  readonly reason: 'other';
  readonly pid: number;
  /** Address of its window; null: it works in a terminal. */
  readonly window: string | null;
  /** It does not answer: stopped in the middle, or the laptop is busy. */
  readonly silent: boolean;
}

/**
 * Makes this process the one agent of a folder, until `release` or its end, however it comes.
 * @param window address of its window; null: it has none
 */
export async function becomeAgent(
  home: string,
  window: string | null,
): Promise<Result<OneAgent, HomeFailure | OtherAgent>> {
  const folder = await ensureHome(home);
  if (!folder.ok) return folder;
  const path = join(home, FILE);
  const content = `${process.pid} ${randomBytes(8).toString('hex')} ${window ?? NO_WINDOW}\n`;
  let other: OtherAgent | null = null;
  const taken = await takeLock(path, content, async (found) => {
    const [pid = '', , address = NO_WINDOW] = found.trim().split(' ');
    const said = address === NO_WINDOW ? 'here' : await askWindow(address);
    other = {
      reason: 'other',
      pid: Number(pid),
      window: address === NO_WINDOW ? null : address,
      silent: said === 'silent',
    };
    return said !== 'gone';
  });
  if (taken.ok) {
    const release = async () => {
      if ((await readFile(path, 'utf8').catch(() => '')) === content) await rm(path, { force: true });
    };
    return ok({ release });
  }
  if (taken.failure.reason !== 'busy') return fail(taken.failure);
  // Where its lock was being written, nothing of it is known yet.
  return fail(other ?? { reason: 'other', pid: 0, window: null, silent: true });
}

/** Whether the window is there: the number of a process that is gone may be another program's by now. */
async function askWindow(address: string): Promise<'here' | 'silent' | 'gone'> {
  try {
    const answer = await fetch(`${address}here`, {
      signal: AbortSignal.timeout(HERE_MS),
      redirect: 'error',
    });
    await answer.body?.cancel();
    return answer.status === 204 ? 'here' : 'gone';
  } catch (error) {
    return error instanceof Error && (error.name === 'TimeoutError' || isKeptFrom(error)) ? 'silent' : 'gone';
  }
}

/** Something on this laptop (a filter, too many open connections) keeps us from asking: that says nothing of the other agent. */
function isKeptFrom({ cause }: Error): boolean {
  const isOfConnecting = cause instanceof Error && 'syscall' in cause && cause.syscall === 'connect';
  return isOfConnecting && errorCode(cause) !== 'ECONNREFUSED';
}
