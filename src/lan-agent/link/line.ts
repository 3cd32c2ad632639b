import type { HubErrorCode } from '../../link/messages.ts';
import { MOST_RETRY_AFTER_MS } from '../../link/times.ts';
import { LASTED_MS } from '../times.ts';
import { createBackoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { HubFailure } from './hub-client.ts';

/** Refusals after which asking again is pointless: a person has to do something. */
const FINAL = [
  'revoked',
  'superseded',
  'unknown-agent',
  'not-confirmed',
  'bad-signature',
  'version-unsupported',
] as const satisfies readonly HubErrorCode[];
export type FinalRefusal = (typeof FINAL)[number];

/** The state of one kind of call to the hub, and how long to wait after it failed. */
export interface Line {
  worked(): void;
  /** Resolves when it is time for the next try, or at once after a final refusal or an abort. */
  failed(failure: HubFailure): Promise<void>;
  /** The same wait for a failure on our side. */
  pause(): Promise<void>;
  /** Another call has reached the hub: ends a wait that the hub did not ask for. */
  nudge(): void;
}

export function createLine(options: {
  clock: Clock;
  signal: AbortSignal;
  /** `connected`, or why it is not. Called on every result. */
  onState: (state: 'connected' | HubFailure['reason']) => void;
  onFinal: (refusal: FinalRefusal) => void;
}): Line {
  const { clock, signal, onState, onFinal } = options;
  const backoff = createBackoff();
  let nudged = new AbortController();
  let workedSince: number | null = null;
  /** @param askedMs what the hub asks for: all it turns away hear the same, so what keeps them apart comes on top */
  const pause = async (askedMs = 0) => {
    workedSince = null;
    nudged = new AbortController();
    const early = askedMs > 0 ? signal : AbortSignal.any([signal, nudged.signal]);
    await clock.sleep(askedMs + backoff.next(), early);
  };
  return {
    pause,
    nudge: () => nudged.abort(),
    worked: () => {
      workedSince ??= clock.now();
      // A hub that answers once and is gone again would else be asked ever anew without a pause.
      if (clock.now() - workedSince >= LASTED_MS) backoff.reset();
      onState('connected');
    },
    failed: async ({ reason, retryAfter = 0 }) => {
      if (reason === 'aborted') return;
      const final = FINAL.find((refusal) => refusal === reason);
      if (final) return onFinal(final);
      onState(reason);
      await pause(Math.min(retryAfter * 1000, MOST_RETRY_AFTER_MS));
    },
  };
}
