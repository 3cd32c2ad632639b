import type { JournalEntry } from '../journal.ts';
import { pause } from '../limit.ts';
import type { StatusAnswer } from '../sadp/reply.ts';
import type { Channel } from './channel.ts';
import type { UnbindDriver } from './driver.ts';
import { askBinding, type SettleOptions } from './settle.ts';

/** An attempt younger than this may still be on its way through the cloud. */
const YOUNG_MS = 20_000;
const LOOK_EVERY_MS = 5000;
/** What the rest of an unbind needs before its deadline. */
const ROOM_MS = 30_000;

/** What became of an attempt that a crash cut off, or that the device had accepted and not confirmed. */
export type EarlierEnd = 'unbound' | 'still-bound' | 'unsettled';

/**
 * Settles earlier attempts by the status, and by nothing else. "Can be unbound" proves something only when the
 * attempt is old enough; silence and other words leave it open for the next run.
 * @param answer what the device has just said about its binding
 */
export async function settleEarlier(
  channel: Channel,
  driver: UnbindDriver,
  attempts: readonly JournalEntry[],
  answer: StatusAnswer | null,
  options: SettleOptions,
): Promise<EarlierEnd> {
  if (answer?.kind === 'not-bound') return 'unbound';
  if (answer?.kind !== 'can-unbind') return 'unsettled';
  const { signal, deadline } = options;
  const latest = Math.max(...attempts.map(({ at }) => Date.parse(at)));
  // A clock that was set back must not make us wait for days.
  const wait = Math.min(YOUNG_MS, latest + YOUNG_MS - Date.now());
  const until = Math.min(performance.now() + wait, deadline - ROOM_MS);
  while (!signal.aborted && performance.now() < until) {
    if ((await askBinding(channel, driver, options)) === 'not-bound') return 'unbound';
    await pause(Math.min(LOOK_EVERY_MS, Math.max(0, until - performance.now())), signal);
  }
  return signal.aborted ? 'unsettled' : 'still-bound';
}
