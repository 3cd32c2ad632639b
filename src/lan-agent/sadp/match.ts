import { macKey, type SadpMessage } from './message.ts';
import type { RequestIdentity } from './requests.ts';

/** Most Uuids that are looked for in one datagram; replies carry one or two. */
const MAX_UUIDS = 8;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** A Uuid in the bytes of a datagram. */
export interface UuidPlace {
  /** Upper case. */
  readonly uuid: string;
  readonly at: number;
}

/**
 * The Uuids that stand in a datagram, whatever else it is: what answers a question of ours is told by them, before
 * anything is parsed, counted or thrown away.
 */
export function uuidsIn(bytes: Buffer): UuidPlace[] {
  const places: UuidPlace[] = [];
  for (const { 0: uuid, index } of bytes.toString('latin1').matchAll(UUID)) {
    places.push({ uuid: uuid.toUpperCase(), at: index });
    if (places.length === MAX_UUIDS) break;
  }
  return places;
}

/**
 * How a readable datagram relates to a request of ours. `foreign-source` passes every test but the last: somebody
 * else than the device answers our Uuid, which ends the job.
 */
export type Match =
  | 'answer'
  | 'own-request'
  | 'uuid-differs'
  | 'types-differ'
  | 'mac-differs'
  | 'foreign-source';

/**
 * The tests of protocol/sadp.md 3, in its order.
 * @param from address the datagram came from
 * @param deviceAddress address the device was found at
 */
export function matchReply(
  request: RequestIdentity,
  message: SadpMessage,
  from: string,
  deviceAddress: string,
): Match {
  if (message.root === 'Probe') return 'own-request';
  if (message.uuid !== request.uuid) return 'uuid-differs';
  if (message.types !== request.types) return 'types-differ';
  if (message.mac !== null && macKey(message.mac) !== macKey(request.mac)) return 'mac-differs';
  return from === deviceAddress ? 'answer' : 'foreign-source';
}
