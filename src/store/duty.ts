/**
 * What only one process at a time has to do, however many there are: looks for what is due, for what a process that died has
 * left. Where nobody else may have the store open this process is on duty from its start to its stop.
 */
import { once, setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../kernel/log.ts';
import type { Holds } from './holds.ts';

export interface Duty {
  /** Runs a task whenever this process comes on duty; its signal is aborted when that is over, and it has to end then. */
  during(task: (over: AbortSignal) => Promise<unknown>): void;
  /** Looks again and again while this process is on duty, each time after a pause, ms; `now`: before the first one, too. */
  every(ms: number, look: () => Promise<unknown>, first?: 'now' | 'later'): void;
  /** Ends it, and resolves when what was being done is. */
  stop(): Promise<void>;
}

/** Pause before duty is asked for again after the store did not answer, ms. */
const AGAIN_MS = 1_000;

export function createDuty(holds: Holds, log: Log): Duty {
  const stopping = new AbortController();
  const tasks: ((over: AbortSignal) => Promise<unknown>)[] = [];
  /** While this process is on duty: what ends it, and what is being done. */
  let on: { over: AbortSignal; doing: Promise<unknown>[] } | undefined;

  async function begin(task: (over: AbortSignal) => Promise<unknown>, over: AbortSignal): Promise<void> {
    try {
      await task(over);
    } catch (error) {
      log.error({ err: error }, 'what one process has to do for all broke');
    }
  }

  async function serve(lost: AbortSignal): Promise<void> {
    const over = AbortSignal.any([lost, stopping.signal]);
    // Everything this process does for all listens.
    setMaxListeners(0, over);
    const doing = tasks.map((task) => begin(task, over));
    on = { over, doing };
    await ended(over);
    on = undefined;
    await Promise.all(doing);
  }

  async function stand(): Promise<void> {
    while (!stopping.signal.aborted) {
      const served = await holds.within('duty', serve, stopping.signal);
      if (!served.ok)
        await sleep(AGAIN_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  }

  const standing = stand();

  const during: Duty['during'] = (task) => {
    tasks.push(task);
    if (on) on.doing.push(begin(task, on.over));
  };

  return {
    during,
    every: (ms, look, first = 'now') =>
      during(async (over) => {
        let looking: Promise<void> | undefined;
        const lookOnce = () => {
          looking ??= begin(look, over).finally(() => {
            looking = undefined;
          });
        };
        if (first === 'now') lookOnce();
        const again = setInterval(lookOnce, ms).unref();
        await ended(over);
        clearInterval(again);
        await looking;
      }),
    async stop() {
      stopping.abort();
      await standing;
    },
  };
}

async function ended(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
