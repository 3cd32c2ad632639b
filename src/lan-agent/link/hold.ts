import { HOLD_MS } from '../../link/times.ts';
import { LEAST_HOLD_MS } from '../times.ts';
import type { HubFailure } from './hub-client.ts';

/** How long polls are held on this way to the hub: some proxies cut what is idle long before others do. */
export interface Hold {
  /** Ms to ask for. */
  ms(): number;
  /** A held poll was answered. */
  answered(): void;
  /** A held poll failed `afterMs` from when it was asked. */
  broke(reason: HubFailure['reason'], afterMs: number): void;
}

/** What a cut looks like from here; a connection that is dropped in secret is a `timeout`. */
const CUTS: readonly HubFailure['reason'][] = ['reset', 'gateway', 'timeout'];
/** Part of what a connection has lived through that the next one is asked to. */
const SHORTER = 0.7;

/**
 * One poll that breaks off may be a bot that ends; two in a row, with the hub there in between, are the way's doing. From
 * then on polls are shorter, for as long as the agent runs.
 */
export function createHold(): Hold {
  let ms = HOLD_MS;
  let isSuspect = false;
  return {
    ms: () => ms,
    answered: () => {
      isSuspect = false;
    },
    broke: (reason, afterMs) => {
      if (!CUTS.includes(reason) || afterMs < LEAST_HOLD_MS) return;
      if (isSuspect) ms = Math.max(LEAST_HOLD_MS, Math.round(Math.min(ms, afterMs) * SHORTER));
      isSuspect = !isSuspect;
    },
  };
}
