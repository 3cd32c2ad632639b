import type { OpenAttempt } from '../journal.ts';
import { pause } from '../limit.ts';
import type { StatusAnswer } from '../sadp/reply.ts';
import type { Way } from './driver.ts';
import { askBinding, BOUND_READINGS, ON_ITS_WAY_MS, type SettleOptions } from './settle.ts';

const LOOK_EVERY_MS = 5000;
/** Between two readings of one that is old enough. */
const AGAIN_MS = 1000;
/** Looks without an answer before it stays open. */
const MAX_SILENT = 2;
/** What the rest of an unbind needs before its deadline. */
const ROOM_MS = 30_000;
/** How long a device that has accepted an unbind is given for it before a person may ask for another one. */
const ACCEPTED_MS = 10 * 60_000;

/** What became of an attempt that a crash cut off, or that the device had accepted and not confirmed. */
export type EarlierEnd = 'unbound' | 'still-bound' | 'unsettled';

/**
 * Settles earlier attempts by the status, and by nothing else. "Can be unbound" proves something only when the
 * attempt is old enough and it was read twice; silence and other words leave it open for the next run.
 * @param answer what the device has just said about its binding
 */
export async function settleEarlier(
  way: Way,
  attempts: readonly OpenAttempt[],
  answer: StatusAnswer | null,
  options: SettleOptions,
): Promise<EarlierEnd> {
  if (answer?.kind === 'not-bound') return 'unbound';
  if (answer?.kind !== 'can-unbind') return hasTurned(way, attempts) ? 'unbound' : 'unsettled';
  const { signal, deadline } = options;
  const latest = Math.max(...attempts.map(({ at }) => Date.parse(at)));
  // A clock that was set back must not make us wait for days.
  const wait = Math.min(ON_ITS_WAY_MS, latest + ON_ITS_WAY_MS - Date.now());
  const old = performance.now() + wait;
  let bound = wait <= 0 ? 1 : 0;
  let silent = 0;
  while (bound < BOUND_READINGS) {
    const early = old - performance.now();
    await pause(early > 0 ? Math.min(LOOK_EVERY_MS, early) : AGAIN_MS, signal);
    if (signal.aborted || performance.now() > deadline - ROOM_MS) return 'unsettled';
    const isOld = performance.now() >= old;
    const binding = await askBinding(way, options);
    if (binding === 'not-bound') return 'unbound';
    if (binding === 'bound' && isOld) bound++;
    if (binding === 'unknown' && ++silent >= MAX_SILENT) return 'unsettled';
  }
  return 'still-bound';
}

/**
 * Whether the device may still be carrying out an attempt that it has accepted. Another unbind meanwhile is refused by
 * some of them as if the password were wrong.
 */
export function isAccepted({ at, outcome }: OpenAttempt): boolean {
  const age = Date.now() - Date.parse(at);
  return outcome === 'accepted-unconfirmed' && age >= 0 && age < ACCEPTED_MS;
}

/** A device may leave the cloud, and with it the status question, when it is unbound: its announcement says so too. */
function hasTurned({ watch: { device } }: Way, attempts: readonly OpenAttempt[]): boolean {
  const wasBound = attempts.some(({ bindStatus }) => bindStatus === 'bound');
  return wasBound && device.announcement.bindStatus === 'not-bound';
}
