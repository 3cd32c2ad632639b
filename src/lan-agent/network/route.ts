import type { Destination } from './lan.ts';
import { inSubnet } from './network.ts';
import type { FoundDevice } from './search.ts';

/** Whether the device's own address belongs to the subnet of the interface it was found through. */
export function isSameSubnet(device: FoundDevice): boolean {
  return inSubnet(device.via, device.announcement.ipv4 ?? device.source);
}

/**
 * Ways to reach a device, the preferred one first. Unicast keeps others from seeing the exchange; whether every
 * firmware takes commands by unicast is unknown (protocol/sadp.md U9), so the read-only status question finds out
 * and what carries a secret follows the way that was answered.
 */
export function routesTo(device: FoundDevice): readonly [Destination, ...Destination[]] {
  return isSameSubnet(device) ? [{ unicast: device.source }, 'multicast'] : ['multicast'];
}
