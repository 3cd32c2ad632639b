import { createWaiters, type Waiter, type Waiters } from '../waiters.ts';
import type { RedisRecords } from './records.ts';

/** What somebody waits for: a message in a box after a cursor (empty: any), or a claim, by its field. */
export interface Waited {
  readonly sort: 'message' | 'claim';
  readonly name: string;
  readonly after: string;
}

/** Stands between the name of a mailbox and the id of a message, where they are told. */
export const BEFORE_ID = '\0\0';

export interface Waiting {
  readonly waiters: Waiters<Waited>;
  /** What was told on the store's channel: the name of a wait and, where it is of a message, its id. */
  heard(told: string): void;
  /** Looks for all who wait, because something may not have been heard. */
  lookNow(): void;
}

/** How often a look is due where nothing is heard, and where it is. */
const LOOK_EVERY_MS = 400;
const LOOK_ANYWAY_EVERY_MS = 5_000;
/** Who waits that is asked for in one script. */
const BATCH = 250;

/** Waits that end with what is told on the store's channel, and by looking where it was not heard. */
export function redisWaiting(records: RedisRecords, isHearing: () => boolean): Waiting {
  let lookedAt = performance.now();

  async function ask(waiting: readonly Waiter<Waited>[]): Promise<void> {
    const asked = await records.run(() =>
      records.ask(
        records.scripts.ready,
        [
          String(waiting.length),
          ...waiting.flatMap(({ what: { sort, name, after } }) => [sort, name, after]),
        ],
        records.keys.boxes,
      ),
    );
    // Whoever reads or takes after the wait is told why.
    const answers = asked.ok ? (asked.value as number[]) : waiting.map(() => LOOK_EVERY_MS);
    for (const [at, waiter] of waiting.entries()) {
      const ms = answers[at] ?? 0;
      if (ms === 0) waiter.wake();
      else if (ms > 0) waiter.wakeIn(ms);
    }
  }

  function lookAt(waiting: readonly Waiter<Waited>[]): void {
    for (let at = 0; at < waiting.length; at += BATCH) void ask(waiting.slice(at, at + BATCH));
  }

  const waiters = createWaiters<Waited>(LOOK_EVERY_MS, (waiting, isNew) => {
    if (isNew) return lookAt(waiting);
    const due = isHearing() ? LOOK_ANYWAY_EVERY_MS : LOOK_EVERY_MS;
    if (performance.now() - lookedAt < due) return;
    lookedAt = performance.now();
    lookAt(waiting);
  });
  return {
    waiters,
    heard: (told) => {
      const [name = '', id] = told.split(BEFORE_ID);
      // A message that was told late may be one that its reader has had.
      waiters.wake(name, ({ after }) => id === undefined || id > after);
    },
    lookNow: () => {
      lookedAt = 0;
    },
  };
}
