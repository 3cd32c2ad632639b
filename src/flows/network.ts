import type { CaseNetwork } from '../cases/case.ts';

/** What a device's own announcement says about a step of the way online: `guide:found.<word>`. */
export type NetworkFinding =
  | 'address'
  | 'no-address'
  | 'other-subnet'
  | 'gateway'
  | 'no-gateway'
  | 'gateway-elsewhere';

/** The address the device has set for itself: its mask and gateway belong to that, wherever its datagrams come from. */
export function ownAddress({
  address,
  announcedAddress,
}: Pick<CaseNetwork, 'address' | 'announcedAddress'>): string {
  return announcedAddress ?? address;
}

/** Looks at a device's network for the step it belongs to; null where the announcement says nothing about it. */
export function networkFinding(step: string, network: CaseNetwork | null): NetworkFinding | null {
  if (network === null) return null;
  const { subnetMask, gateway, reachability } = network;
  const address = ownAddress(network);
  if (step === 'address') {
    // 169.254/16 is what a device gives itself when no DHCP server has answered (RFC 3927).
    if (address === '0.0.0.0' || address.startsWith('169.254.')) return 'no-address';
    return reachability === 'other-subnet' ? 'other-subnet' : 'address';
  }
  if (step !== 'gateway' || gateway == null) return null;
  if (gateway === '0.0.0.0') return 'no-gateway';
  return subnetMask != null && !sameSubnet(address, gateway, subnetMask) ? 'gateway-elsewhere' : 'gateway';
}

function sameSubnet(one: string, other: string, mask: string): boolean {
  const [a, b, m] = [one, other, mask].map(bytesOf);
  return m?.every((bits, at) => ((a?.[at] ?? 0) & bits) === ((b?.[at] ?? 0) & bits)) ?? false;
}

function bytesOf(address: string): number[] {
  return address.split('.').map(Number);
}
