import { macKey, type SadpMessage } from './message.ts';
import type { RequestIdentity } from './requests.ts';

/**
 * How a readable datagram relates to a request of ours. `foreign-source` passes every test but the last: somebody
 * else than the device answers our Uuid, which is worth a note and ends a key exchange.
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
