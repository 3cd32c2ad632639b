import { pause } from '../limit.ts';
import { search } from '../network/search.ts';
import { macKey } from '../sadp/message.ts';
import type { UnbindAnswer } from '../sadp/reply.ts';
import type { Way } from './driver.ts';
import { windowMs } from './exchange.ts';
import type { PendingAnswer } from './send-once.ts';

/** How long the device may take to answer the unbind (the vendor's tool waits as long). */
const ANSWER_MS = 10_000;
/** First look after the device said yes, then the pace of the others (protocol/sadp.md 13). */
const FIRST_LOOK_MS = 2500;
const LOOK_EVERY_MS = 5000;
/** Time for one answer in the row; the next question waits for it. */
const LOOK_MS = 6000;
/** The last look may begin as the deadline ends. */
const MIN_LOOK_MS = 1000;
/** Time for the device's announcement; somebody else's in its name is listened for after that. */
const INQUIRY_MS = 1000;

/** An unbind younger than this may still be on its way through the cloud. */
export const ON_ITS_WAY_MS = 20_000;
/** How often "bound" has to be read after that, so that it says what became of an unbind without an answer. */
export const BOUND_READINGS = 2;

/** What is known when nothing more is to be learnt. */
export interface Settlement {
  /** The device's readable answer; null when none came or it said nothing. */
  readonly answer: Exclude<UnbindAnswer, { kind: 'unreadable' }> | null;
  /** True only when the device itself said afterwards that it is not bound. */
  readonly notBound: boolean;
  /** The last thing it said is that it is bound: then nobody else needs to be asked. */
  readonly saysBound: boolean;
  /** No answer came at all, and the device said twice, after the wait, that it is still bound. */
  readonly notCarriedOut: boolean;
}

export interface SettleOptions {
  readonly signal: AbortSignal;
  /** When to stop looking, ms of `performance.now()`. The status is read once even after it. */
  readonly deadline: number;
}

/**
 * Finds out how the one datagram ended, without ever sending it again: by its answer, by the status turning to "not
 * bound", or not at all. A late answer counts for as long as we look.
 */
export async function settle(way: Way, pending: PendingAnswer, options: SettleOptions): Promise<Settlement> {
  const left = () => Math.max(0, options.deadline - performance.now());
  const sent = performance.now();
  await pending.wait(Math.min(ANSWER_MS, left()), options.signal);
  let next = readable(pending) ? FIRST_LOOK_MS : 0;
  let binding: Binding = 'unknown';
  let boundReadings = 0;
  while (!options.signal.aborted && !isRefusal(readable(pending))) {
    await pause(Math.min(next, left()), options.signal);
    const isSettled = performance.now() - sent >= ON_ITS_WAY_MS;
    binding = await askBinding(way, options);
    if (binding === 'bound' && isSettled) boundReadings++;
    if (binding === 'not-bound' || left() === 0) break;
    next = LOOK_EVERY_MS;
  }
  const answer = readable(pending);
  return {
    answer,
    notBound: binding === 'not-bound',
    saysBound: binding === 'bound',
    notCarriedOut: pending.current() === null && boundReadings >= BOUND_READINGS,
  };
}

/** What the device says about its binding; `unknown` when it says nothing that counts. */
export type Binding = 'bound' | 'not-bound' | 'unknown';

/** Asks the device once whether it is bound. */
export async function askBinding(way: Way, { signal, deadline }: SettleOptions): Promise<Binding> {
  const { watch } = way;
  const { lan, device } = watch;
  const waitMs = Math.max(MIN_LOOK_MS, Math.min(LOOK_MS, deadline - performance.now()));
  const answer = await way.ask({ signal, waitMs });
  if (answer?.kind === 'not-bound') return 'not-bound';
  // A device may leave the cloud, and with it the status question, when it is unbound: its announcement says so too.
  // One that says "bound" here has the last word, and one that announced "not bound" before has proved nothing.
  if (answer?.kind === 'can-unbind') return 'bound';
  if (device.announcement.bindStatus === 'not-bound') return 'unknown';
  // Anybody can answer everybody's question in its name, so the device itself is given the time to contradict.
  const lingerMs = windowMs(watch.slowestMs());
  const { devices, clean } = await search(lan, {
    waitMs: INQUIRY_MS + lingerMs,
    until: device.announcement.shortSerial,
    lingerMs,
    lost: watch.lost,
    signal,
  });
  if (!clean || watch.disputed() !== null) return 'unknown';
  const announced = devices.some(
    ({ source, announcement, conflict }) =>
      !conflict &&
      source === device.source &&
      macKey(announcement.mac) === macKey(device.announcement.mac) &&
      announcement.bindStatus === 'not-bound',
  );
  return announced ? 'not-bound' : 'unknown';
}

function readable(pending: PendingAnswer): Settlement['answer'] {
  const answer = pending.current();
  return answer === null || answer.kind === 'unreadable' ? null : answer;
}

function isRefusal(answer: Settlement['answer']): boolean {
  return answer !== null && answer.kind !== 'success';
}
