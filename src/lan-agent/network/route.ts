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
 * and what carries a secret follows the way that was answered. A source beyond the subnet is never sent to, whatever
 * it announces: the gateway would carry it out of the site.
 */
export function routesTo(device: FoundDevice): readonly [Destination, ...Destination[]] {
  const isNear = isSameSubnet(device) && inSubnet(device.via, device.source);
  return isNear ? [{ unicast: device.source }, 'multicast'] : ['multicast'];
}
