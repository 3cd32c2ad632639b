import * as z from 'zod';
import { ok, type Result } from '../../kernel/result.ts';
import { kind } from '../../store/kind.ts';
import type { Store, StoreFailure } from '../../store/store.ts';

/** How often a running bot leaves a sign of life, ms. */
const BEAT_MS = 60_000;

/** The last sign of life, milliseconds since 1970. */
export const RUN_MARK = kind({ name: 'run-mark', version: 1, schema: z.number() });

/** A mark in the store that is there while the bot runs: one that is found at start was left by a crash. */
export interface RunMark {
  /**
   * Sets the mark and keeps it fresh.
   * @returns the last sign of life (ms since 1970) of a run that was not shut down; null: the last one was
   */
  begin(): Promise<Result<number | null, StoreFailure>>;
  /** Takes the mark away: this run ends as it should. */
  end(): Promise<void>;
}

/** @param clock milliseconds since 1970 */
export function createRunMark(store: Pick<Store, 'values'>, clock: () => number): RunMark {
  const marks = store.values(RUN_MARK);
  let beating: NodeJS.Timeout | undefined;
  const beat = () => marks.set('running', clock());
  return {
    async begin() {
      const left = await marks.get('running');
      // A mark that cannot be read was being written when the machine went down.
      if (!left.ok && left.failure.reason !== 'unreadable') return left;
      const set = await beat();
      if (!set.ok) return set;
      beating = setInterval(() => void beat(), BEAT_MS).unref();
      return ok(left.ok ? (left.value ?? null) : clock());
    },
    async end() {
      clearInterval(beating);
      await marks.delete('running');
    },
  };
}
