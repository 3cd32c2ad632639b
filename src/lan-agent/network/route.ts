import type { Destination } from './lan.ts';
import { inSubnet } from './network.ts';
import type { FoundDevice } from './search.ts';

/**
 * The address a device announces where that is another than its datagrams come from, which is where everything is sent
 * to. Null: the same, or none, which devices also write as 0.0.0.0.
 */
export function announcedElsewhere({ announcement: { ipv4 }, source }: FoundDevice): string | null {
  return ipv4 === source || ipv4 === '0.0.0.0' ? null : ipv4;
}

/** Whether the address the device has set for itself belongs to the subnet of the interface it was found through. */
export function isSameSubnet(device: FoundDevice): boolean {
  return inSubnet(device.via, announcedElsewhere(device) ?? device.source);
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
