import type { Log } from '../kernel/log.ts';
import type { Result } from '../kernel/result.ts';
import type { StoreFailure, Values } from '../store/store.ts';

interface Timer {
  /** Milliseconds. */
  at: number;
  chatId: number;
  jobId: string;
}

/**
 * Alarms that survive a restart: a job whose agent fell silent must wake its chat even when the bot was restarted in
 * between (the conversations engine itself looks at time only when an update comes).
 */
export interface Timers {
  /** Sets the alarm of a job, or moves it. `at` in milliseconds. */
  set(chatId: number, jobId: string, at: number): Promise<Result<void, StoreFailure>>;
  clear(jobId: string): Promise<Result<void, StoreFailure>>;
  /** Loads the alarms of the last run. */
  start(): Promise<Result<void, StoreFailure>>;
  stop(): void;
}

export function createTimers(
  values: Values<Timer>,
  ring: (chatId: number, jobId: string) => Promise<void>,
  clock: () => number,
  log: Log,
): Timers {
  const running = new Map<string, NodeJS.Timeout>();

  function disarm(jobId: string): void {
    clearTimeout(running.get(jobId));
    running.delete(jobId);
  }

  function arm(timer: Timer): void {
    disarm(timer.jobId);
    running.set(
      timer.jobId,
      setTimeout(
        async () => {
          running.delete(timer.jobId);
          await ring(timer.chatId, timer.jobId).catch((error: unknown) =>
            log.error({ err: error, job: timer.jobId }, 'an alarm could not be rung'),
          );
          // Forgotten only after it rang: a crash in between rings again.
          const gone = await values.delete(timer.jobId);
          if (!gone.ok) log.warn({ job: timer.jobId, failure: gone.failure.reason }, 'alarm not forgotten');
        },
        Math.max(0, timer.at - clock()),
      ),
    );
  }

  return {
    async set(chatId, jobId, at) {
      const timer: Timer = { at, chatId, jobId };
      const saved = await values.set(jobId, timer);
      if (saved.ok) arm(timer);
      return saved;
    },
    async clear(jobId) {
      disarm(jobId);
      return values.delete(jobId);
    },
    async start() {
      const keys = await values.keys();
      if (!keys.ok) return keys;
      for (const key of keys.value) {
        const timer = await values.get(key);
        if (!timer.ok) return timer;
        if (timer.value) arm(timer.value);
      }
      return { ok: true, value: undefined };
    },
    stop() {
      for (const jobId of [...running.keys()]) disarm(jobId);
    },
  };
}
