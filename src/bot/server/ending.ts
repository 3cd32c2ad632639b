import type { Log } from '../../kernel/log.ts';

type Close = () => Promise<void>;

/**
 * What has to be done to end a program, in three steps with a bound each: whatever hangs, a stop takes no longer than their
 * sum. A step is done in the reverse of the order in which things were started.
 */
export interface Ending {
  /** First: takes nothing new and resolves when what runs has ended by itself. */
  settle(close: Close): void;
  /** Then: cuts off what still runs. */
  cut(close: Close): void;
  /** Last: puts away what all others needed. */
  putAway(close: Close): void;
  /** Does all of it, once. Never rejects. */
  end(): Promise<void>;
}

/** Longest time of each step, ms; together under the five seconds after which systems lose patience. */
const STEPS_MS = { settle: 2_000, cut: 1_000, putAway: 1_000 } as const;

export function createEnding(log: Log): Ending {
  const steps: Record<keyof typeof STEPS_MS, Close[]> = { settle: [], cut: [], putAway: [] };
  let ended: Promise<void> | undefined;

  async function run(close: Close): Promise<void> {
    try {
      await close();
    } catch (error) {
      log.error({ err: error }, 'something could not be ended as it should');
    }
  }

  async function endAll(): Promise<void> {
    const settled = Promise.all(steps.settle.toReversed().map(run));
    if (!(await within(STEPS_MS.settle, settled))) log.warn('what still runs is cut off');
    const cut = Promise.all(steps.cut.toReversed().map(run));
    // What was cut off fails now, and so has settled.
    if (!(await within(STEPS_MS.cut, Promise.all([cut, settled])))) log.error('something does not end');
    const away = steps.putAway
      .toReversed()
      .reduce<Promise<void>>((before, close) => before.then(() => run(close)), Promise.resolve());
    if (!(await within(STEPS_MS.putAway, away))) log.error('the store could not be closed in time');
  }

  return {
    settle: (close) => void steps.settle.push(close),
    cut: (close) => void steps.cut.push(close),
    putAway: (close) => void steps.putAway.push(close),
    end() {
      ended ??= endAll();
      return ended;
    },
  };
}

/** Waits for work, but no longer than so long, ms. @returns false when the time was over first */
export async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const isDone = await Promise.race([work.then(() => true), over]);
  clearTimeout(timer);
  return isDone;
}
