import type { Destination } from '../network/lan.ts';
import type { Watch } from '../network/watch.ts';
import type { UnbindReason } from './contract.ts';

/** One device, reachable one way: where everything of an unbind goes. The way was chosen by its status, once. */
export interface Channel {
  readonly watch: Watch;
  /** As announced; checked to be addressable. */
  readonly mac: string;
  readonly route: Destination;
  /** MAC on the wire when the way was chosen (neighbour.ts); null where the system does not tell. */
  readonly wireMac: string | null;
}

/** Why an unbind ended before its datagram: the password has not left the laptop. */
export type Stop =
  | { readonly reason: UnbindReason }
  /** The device itself says so, already in the key exchange. */
  | { readonly reason: 'locked'; readonly lockMinutes: number | null };
