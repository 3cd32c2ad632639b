import type { Update } from 'grammy/types';
import type { Result } from '../../kernel/result.ts';
import type { Admission } from '../telegram/reception.ts';
import { classify } from '../telegram/updates.ts';
import type { Metrics } from './metrics.ts';

/** Updates on their way whose arrival is remembered: as many as may wait (telegram/reception.ts). */
const MOST_REMEMBERED = 5_000;

/** What becomes of updates, counted, and how long people wait for their answers. */
export interface UpdateCount {
  admitted(update: Update, how: Admission): void;
  arrived(update: Update): void;
  /** Handles one. One that failed comes again: its answer is waited for since it arrived. */
  handling<F extends string>(update: Update, handled: Promise<Result<void, F>>): Promise<Result<void, F>>;
}

/** @param clock milliseconds, never going back */
export function countUpdates({ updates, answers, refusals }: Metrics, clock: () => number): UpdateCount {
  const arrivals = new Map<number, number>();
  return {
    admitted(update, how) {
      if (how === 'in') return;
      updates.inc({ kind: classify(update).kind, became: 'turned-away' });
      refusals.inc({ by: 'door', reason: how });
    },
    arrived({ update_id: id }) {
      arrivals.set(id, clock());
      const [oldest] = arrivals.keys();
      if (arrivals.size > MOST_REMEMBERED && oldest !== undefined) arrivals.delete(oldest);
    },
    async handling(update, handled) {
      const { kind } = classify(update);
      const outcome = await handled.catch((error: unknown) => {
        updates.inc({ kind, became: 'broken' });
        throw error;
      });
      updates.inc({ kind, became: outcome.ok ? 'handled' : outcome.failure });
      if (!outcome.ok) return outcome;
      // What the last run left has arrived before this one began: nobody knows when.
      const since = arrivals.get(update.update_id);
      arrivals.delete(update.update_id);
      if (since !== undefined) answers.observe({ kind }, (clock() - since) / 1000);
      return outcome;
    },
  };
}
