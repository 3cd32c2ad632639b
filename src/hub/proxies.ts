/** Proxies before the hub: whose `X-Forwarded-For` is believed, because they are the operator's own. */
import { BlockList, isIP } from 'node:net';
import { fail, ok, type Result } from '../kernel/result.ts';

/** Addresses with the same first `prefix` bits. */
export interface ProxyNetwork {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: string;
  readonly prefix: number;
}

/** A proxy that speaks TLS for the hub is usually on its machine. */
export const LOOPBACK_PROXIES: readonly ProxyNetwork[] = [
  { family: 'ipv4', address: '127.0.0.0', prefix: 8 },
  { family: 'ipv6', address: '::1', prefix: 128 },
];

/** Bits of the widest network that can be one operator's own: 10.0.0.0/8, and what a provider gets of IPv6. */
const LEAST_BITS = { ipv4: 8, ipv6: 32 } as const;
const ALL_BITS = { ipv4: 32, ipv6: 128 } as const;

/**
 * Reads an address or a network (`10.0.0.2`, `172.30.0.0/24`, `fd00::/64`).
 * `too-wide`: strangers would be believed about whom they speak for.
 */
export function parseProxyNetwork(text: string): Result<ProxyNetwork, 'malformed' | 'too-wide'> {
  const [, address = '', bits] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return fail('malformed');
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const prefix = bits === undefined ? ALL_BITS[family] : Number(bits);
  if (prefix > ALL_BITS[family]) return fail('malformed');
  return prefix < LEAST_BITS[family] ? fail('too-wide') : ok({ family, address, prefix });
}

/** Whether an address is one of these proxies'. An IPv4 address may come as an IPv6 one (`::ffff:10.0.0.2`). */
export function amongProxies(networks: readonly ProxyNetwork[]): (address: string) => boolean {
  const list = new BlockList();
  for (const { family, address, prefix } of networks) list.addSubnet(address, prefix, family);
  return (address) => {
    const plain = address.split('%')[0] ?? '';
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  };
}
