import * as z from 'zod';
import type { Log } from '../../kernel/log.ts';
import type { Result } from '../../kernel/result.ts';
import { type DataOf, kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { StoreFailure, Values } from '../../store/store.ts';

/** By job. */
export const ALARMS = kind({
  name: 'timers',
  version: 1,
  /** `at`: milliseconds. */
  schema: z.object({ at: z.number(), chatId: z.number(), jobId: z.string() }),
});
type Alarm = DataOf<typeof ALARMS>;

/**
 * Alarms that survive a restart: a job whose agent fell silent must wake its chat even when the bot was restarted in
 * between (the conversations engine itself looks at time only when an update comes).
 */
export interface Alarms {
  /** Sets the alarm of a job, or moves it. `at` in milliseconds. */
  set(chatId: number, jobId: string, at: number): Promise<Result<void, StoreFailure>>;
  /** Sets the alarm of a job that has none. */
  ensure(chatId: number, jobId: string, at: number): Promise<Result<void, StoreFailure>>;
  clear(jobId: string): Promise<Result<void, StoreFailure>>;
  /** Loads the alarms of the last run. */
  start(): Promise<Result<void, StoreFailure>>;
  stop(): void;
}

/** Pause before an alarm that could not be told rings again, ms. */
const AGAIN_MS = 5_000;

/** @param ring tells a chat that its job is overdue. False: it could not be told now, and rings again */
export function createAlarms(
  values: Values<Alarm>,
  ring: (chatId: number, jobId: string) => Promise<boolean>,
  clock: () => number,
  log: Log,
  againMs = AGAIN_MS,
): Alarms {
  const running = new Map<string, NodeJS.Timeout>();
  let stopped = false;

  function disarm(jobId: string): void {
    clearTimeout(running.get(jobId));
    running.delete(jobId);
  }

  function arm(alarm: Alarm): void {
    disarm(alarm.jobId);
    // It is kept, and armed by the next run.
    if (stopped) return;
    running.set(
      alarm.jobId,
      setTimeout(
        async () => {
          running.delete(alarm.jobId);
          const told = await ring(alarm.chatId, alarm.jobId).catch((error: unknown) => {
            log.error({ err: error, job: alarm.jobId }, 'an alarm could not be rung');
            return true;
          });
          // What rang may have set the next one.
          if (running.has(alarm.jobId)) return;
          if (!told) return arm({ ...alarm, at: clock() + againMs });
          // Forgotten only after it rang: a crash in between rings again.
          const gone = await values.delete(alarm.jobId);
          if (!gone.ok) log.warn({ job: alarm.jobId, failure: gone.failure.reason }, 'alarm not forgotten');
        },
        Math.max(0, alarm.at - clock()),
      ),
    );
  }

  const set: Alarms['set'] = async (chatId, jobId, at) => {
    const alarm: Alarm = { at, chatId, jobId };
    const saved = await values.set(jobId, alarm);
    if (saved.ok) arm(alarm);
    return saved;
  };

  return {
    set,
    async ensure(chatId, jobId, at) {
      const found = await values.get(jobId);
      if (!found.ok) return found;
      return found.value === undefined ? set(chatId, jobId, at) : { ok: true, value: undefined };
    },
    async clear(jobId) {
      disarm(jobId);
      return values.delete(jobId);
    },
    async start() {
      const keys = await values.keys();
      if (!keys.ok) return keys;
      for (const key of keys.value) {
        const alarm = orNone(await values.get(key));
        if (!alarm.ok) return alarm;
        if (alarm.value) arm(alarm.value);
      }
      return { ok: true, value: undefined };
    },
    stop() {
      stopped = true;
      for (const jobId of [...running.keys()]) disarm(jobId);
    },
  };
}
