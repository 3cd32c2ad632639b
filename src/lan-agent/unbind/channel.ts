import type { Destination, Lan } from '../network/lan.ts';
import type { FoundDevice } from '../network/search.ts';
import type { UnbindReason } from './contract.ts';

/** One device, reachable one way: where everything of an unbind goes. */
export interface Channel {
  readonly lan: Lan;
  readonly device: FoundDevice;
  /** As announced; checked to be addressable. */
  readonly mac: string;
  readonly route: Destination;
}

/** Why an unbind ended before its datagram: the password has not left the laptop. */
export type Stop =
  | { readonly reason: UnbindReason }
  /** The device itself says so, already in the key exchange. */
  | { readonly reason: 'locked'; readonly lockMinutes: number | null };
