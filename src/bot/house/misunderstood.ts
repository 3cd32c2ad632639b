import * as z from 'zod';
import type { HouseFailure, MisunderstoodPort } from '../../flows/ports.ts';
import type { Result } from '../../kernel/result.ts';
import { type DataOf, kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { Values } from '../../store/store.ts';
import { atBorder, must } from './must.ts';

/** How many answers were not understood, by day (ISO date) and name of the question. One record; no text. */
export const MISUNDERSTOOD = kind({
  name: 'misunderstood',
  version: 1,
  schema: z.record(z.string(), z.record(z.string(), z.number())),
});

/** Days that are kept. */
const DAYS = 7;
const DAY_MS = 24 * 60 * 60_000;
const KEY = 'counts';

/** Counts of what was not understood (docs/decisions/0058). */
export interface Misunderstood extends MisunderstoodPort {
  /** How often in the last seven days, by name of the question; the most frequent first. */
  week(): Promise<Result<ReadonlyMap<string, number>, HouseFailure>>;
}

/** @param clock milliseconds */
export function createMisunderstood(
  values: Values<DataOf<typeof MISUNDERSTOOD>>,
  clock: () => number,
): Misunderstood {
  const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
  const isKept = ([day]: [string, unknown]) => day > dayOf(clock() - DAYS * DAY_MS);
  return {
    count: (question) =>
      atBorder(async () => {
        const today = dayOf(clock());
        const counted = await values.change(KEY, (current = {}) => {
          const counts = current[today] ?? {};
          const days = Object.fromEntries(Object.entries(current).filter(isKept));
          return { value: { ...days, [today]: { ...counts, [question]: (counts[question] ?? 0) + 1 } } };
        });
        // A count that cannot be read begins anew: nothing hangs on it.
        if (!counted.ok && counted.failure.reason === 'unreadable')
          must(await values.set(KEY, { [today]: { [question]: 1 } }));
        else must(counted);
        return null;
      }),

    week: () =>
      atBorder(async () => {
        const kept = must(orNone(await values.get(KEY))) ?? {};
        const sums = new Map<string, number>();
        for (const [, counts] of Object.entries(kept).filter(isKept))
          for (const [question, count] of Object.entries(counts))
            sums.set(question, (sums.get(question) ?? 0) + count);
        return new Map([...sums].toSorted(([, one], [, other]) => other - one));
      }),
  };
}
