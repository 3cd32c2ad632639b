/**
 * Alarms where several processes have the store open: any of them sets and clears one, and the one on duty rings those that are
 * due. They are found by their moment, so that a look costs what rings (docs/decisions/0072).
 */
import * as z from 'zod';
import type { Log } from '../../kernel/log.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Duty } from '../../store/duty.ts';
import { kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Store, StoreFailure } from '../../store/store.ts';
import { withClaim } from '../../store/with-claim.ts';
import { ALARMS, type Alarm, type Alarms, choiceAfter, firstAlarm, type Ring, ringOf } from './alarms.ts';
import { LOOK_EVERY_MS, RING_AGAIN_MS } from './times.ts';

/** By moment and job (`momentKey`): that the alarm of this job rings then, if it is still set for that. */
export const ALARM_MOMENTS = kind({ name: 'alarm-moments', version: 1, schema: z.string() });

/** Alarms that ring side by side: more than there are of those that cannot be told. */
const MOST_AT_ONCE = 500;
/** Of a moment in a key: milliseconds since 1970 until the year 33658. */
const DIGITS = 15;

const momentKey = (at: number, jobId: string) => `${String(at).padStart(DIGITS, '0')} ${jobId}`;

/** @param ring tells the chat; false when it could not be told now */
export function createSharedAlarms(
  store: Pick<Store, 'values' | 'claims' | 'guarded'>,
  duty: Pick<Duty, 'every' | 'during'>,
  ring: (ring: Ring) => Promise<boolean>,
  clock: () => number,
  log: Log,
): Alarms {
  const alarms = store.values(ALARMS);
  const moments = store.values(ALARM_MOMENTS);
  const ringing = new Set<string>();
  let stopped = false;

  const find = async (jobId: string) => orNone(await alarms.get(jobId));

  /** Everything that changes an alarm sees it as it is. */
  const alone = <T>(jobId: string, task: () => Promise<Result<T, StoreFailure>>) =>
    withClaim<T, StoreFailure>(store, `alarm:${jobId}`, task);

  /** The moment comes first: one without its alarm is passed over, an alarm without its moment would never ring. */
  async function save(alarm: Alarm): Promise<Result<void, StoreFailure>> {
    const noted = await moments.set(momentKey(alarm.at, alarm.jobId), alarm.jobId);
    return noted.ok ? alarms.set(alarm.jobId, alarm) : noted;
  }

  async function ringOne(key: string, alarm: Alarm): Promise<Result<void, StoreFailure>> {
    const { jobId } = alarm;
    const heard = await ring(ringOf(alarm, clock())).catch((error: unknown) => {
      log.error({ err: error, job: jobId }, 'an alarm could not be rung');
      return false;
    });
    const moved = await alone(jobId, async () => {
      const now = await find(jobId);
      // Set anew or cleared while it rang: that is another wait.
      if (!now.ok || !isSame(now.value, alarm)) return now.ok ? ok(undefined) : now;
      if (!heard) return save({ ...alarm, at: clock() + RING_AGAIN_MS });
      const choice = choiceAfter(alarm);
      // Forgotten only after it rang: a crash in between rings again.
      return choice ? save(choice) : alarms.delete(jobId);
    });
    return moved.ok ? moments.delete(key) : moved;
  }

  /** Takes a moment away whose alarm is set for another one, or is just being set for it. */
  const forget = (key: string, jobId: string) =>
    alone(jobId, async () => {
      const now = await find(jobId);
      return !now.ok ? now : isOf(now.value, key) ? ok(undefined) : moments.delete(key);
    });

  /** One moment that has come. */
  async function come(key: string, jobId: string): Promise<void> {
    const found = await find(jobId);
    const alarm = found.ok ? found.value : undefined;
    const done = !found.ok ? found : isOf(alarm, key) ? await ringOne(key, alarm) : await forget(key, jobId);
    if (!done.ok) log.warn({ job: jobId, failure: done.failure.reason }, 'alarm not moved on');
  }

  async function look(): Promise<void> {
    const due = await moments.page({ before: momentKey(clock() + 1, ''), most: MOST_AT_ONCE });
    if (!due.ok) return log.warn({ failure: due.failure.reason }, 'alarms cannot be looked at');
    for (const key of due.value) {
      const jobId = key.slice(DIGITS + 1);
      if (ringing.has(jobId) || stopped) continue;
      ringing.add(jobId);
      void come(key, jobId).finally(() => ringing.delete(jobId));
    }
  }

  /** Alarms that came with a backup of a store with one process have no moments. */
  async function completeMoments(): Promise<void> {
    for (let after: string | undefined; !stopped; ) {
      const jobs = await alarms.page({ most: MOST_AT_ONCE, ...(after === undefined ? {} : { after }) });
      if (!jobs.ok) return log.warn({ failure: jobs.failure.reason }, 'alarms cannot be looked at');
      for (const jobId of jobs.value) {
        const alarm = await find(jobId);
        if (alarm.ok && alarm.value) await moments.set(momentKey(alarm.value.at, jobId), jobId);
      }
      after = jobs.value.at(-1);
      if (after === undefined) return;
    }
  }

  return {
    set: (chatId, jobId, wait) => alone(jobId, () => save(firstAlarm(chatId, jobId, wait, clock()))),
    ensure: (chatId, jobId, wait) =>
      alone(jobId, async () => {
        const there = await find(jobId);
        if (!there.ok || there.value) return there.ok ? ok(undefined) : there;
        return save(firstAlarm(chatId, jobId, wait, clock()));
      }),
    clear: (jobId) => alone(jobId, () => alarms.delete(jobId)),
    async waitOf(jobId) {
      const found = await find(jobId);
      return found.ok ? found.value?.wait : undefined;
    },
    async start() {
      duty.during(completeMoments);
      duty.every(LOOK_EVERY_MS, look);
      return ok(undefined);
    },
    stop() {
      stopped = true;
    },
  };
}

function isOf(alarm: Alarm | undefined, key: string): alarm is Alarm {
  return alarm !== undefined && momentKey(alarm.at, alarm.jobId) === key;
}

function isSame(one: Alarm | undefined, other: Alarm): boolean {
  return one?.at === other.at && one.since === other.since && one.said === other.said;
}
