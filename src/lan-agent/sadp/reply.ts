import { digits, type SadpMessage, type StrictValue } from './message.ts';

/** Longest `Code` a device may send, characters (R15). */
const MAX_CODE_LENGTH = 511;

/** The device's answer to getUnbindStatus (protocol/sadp.md 7). `word` is the device's own. */
export type StatusAnswer =
  | { readonly kind: 'can-unbind' }
  | { readonly kind: 'not-bound' }
  | { readonly kind: 'cloud-disabled' }
  | { readonly kind: 'cloud-offline' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unexpected'; readonly word: string };

/** Lock fields beside a result; null where the device did not say a number (protocol/sadp.md 10.2). */
export interface Counters {
  readonly attemptsLeft: number | null;
  readonly lockMinutes: number | null;
}

/** The device's answer to the unbind (protocol/sadp.md 10.1). `unreadable`: it answered, but not what happened. */
export type UnbindAnswer =
  | { readonly kind: 'success' }
  | ({ readonly kind: 'wrong-password' } & Counters)
  | ({ readonly kind: 'denied' } & Counters)
  | { readonly kind: 'locked'; readonly lockMinutes: number | null }
  | { readonly kind: 'not-activated' }
  | ({ readonly kind: 'unexpected'; readonly word: string } & Counters)
  | { readonly kind: 'unreadable' };

/** The device's answer to the key exchange. */
export type ExchangeAnswer =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'locked'; readonly lockMinutes: number | null }
  | { readonly kind: 'not-activated' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unreadable' };

/** Reads the answer to the status question; a word nobody knows is passed on as it came. */
export function readStatusReply(message: SadpMessage): StatusAnswer {
  const result = message.strict('Result');
  const word = result.kind === 'value' ? result.text : '';
  switch (word.toLowerCase()) {
    case 'success':
      return { kind: 'can-unbind' };
    case 'notbind':
      return { kind: 'not-bound' };
    case 'unenablehcplatform':
      return { kind: 'cloud-disabled' };
    case 'offlinehcplatform':
      return { kind: 'cloud-offline' };
    case 'failed':
      return { kind: 'refused' };
    default:
      return { kind: 'unexpected', word: word.slice(0, 64) };
  }
}

/** Reads the answer to the one datagram; a missing or contradictory `Result` says nothing about what happened. */
export function readUnbindReply(message: SadpMessage): UnbindAnswer {
  const result = message.strict('Result');
  if (result.kind !== 'value') return { kind: 'unreadable' };
  const counters = readCounters(message);
  switch (result.text.toLowerCase()) {
    case 'success':
      return { kind: 'success' };
    case 'passworderror':
      return { kind: 'wrong-password', ...counters };
    case 'failed':
      return { kind: 'denied', ...counters };
    case 'locked':
      return { kind: 'locked', lockMinutes: counters.lockMinutes };
    case 'notactivated':
      return { kind: 'not-activated' };
    default:
      return { kind: 'unexpected', word: result.text.slice(0, 64), ...counters };
  }
}

/** A `Code` counts even beside a `Result` of `success`; any other word means that the device refuses. */
export function readExchangeReply(message: SadpMessage): ExchangeAnswer {
  const result = message.strict('Result');
  const code = message.strict('Code');
  if (result.kind === 'contradictory' || code.kind === 'contradictory') return { kind: 'unreadable' };
  if (result.kind === 'value') {
    const word = result.text.toLowerCase();
    if (word === 'locked') return { kind: 'locked', lockMinutes: readCounters(message).lockMinutes };
    if (word === 'notactivated') return { kind: 'not-activated' };
    if (word !== 'success') return { kind: 'refused' };
  }
  if (code.kind !== 'value' || code.text.length > MAX_CODE_LENGTH) return { kind: 'unreadable' };
  return { kind: 'code', code: code.text };
}

/** The names of the tries counter, the likeliest first (protocol/sadp.md 10.2). */
const TRIES_NAMES = ['RetryTimes', 'RetryModifyTime', 'RetryTime'];

function readCounters(message: SadpMessage): Counters {
  const tries = TRIES_NAMES.map((name) => message.strict(name)).find((value) => value.kind !== 'absent');
  return {
    attemptsLeft: count(tries, 1000),
    lockMinutes: count(message.strict('SurplusLockTime'), 10_080),
  };
}

/** A number no device means (a thousand tries, more than a week) is as good as none. */
function count(value: StrictValue | undefined, most: number): number | null {
  const number = value?.kind === 'value' ? digits(value.text) : null;
  return number !== null && number <= most ? number : null;
}
