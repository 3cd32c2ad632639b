import type { Destination } from './lan.ts';
import { inSubnet } from './network.ts';
import type { FoundDevice } from './search.ts';

/** Whether the device's own address belongs to the subnet of the interface it was found through. */
export function isSameSubnet(device: FoundDevice): boolean {
  return inSubnet(device.via, device.announcement.ipv4 ?? device.source);
}

/**
 * The way to the device alone: it keeps others from seeing our questions, and who has not seen one cannot answer it.
 * Null for a source beyond the subnet, whatever it announces: the gateway would carry the datagram out of the site.
 * Whether every firmware takes commands by unicast is unknown (protocol/sadp.md U9), so the read-only status question
 * finds out.
 */
export function directWay(device: FoundDevice): Destination | null {
  return inSubnet(device.via, device.source) ? { unicast: device.source } : null;
}
