import { BlockList } from 'node:net';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { inSubnet } from '../network/network.ts';
import type { FoundDevice } from '../network/search.ts';
import type { HttpTap } from './http.ts';

/** Where HTTPS is unless somebody moved it. */
const HTTPS_PORT = 443;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
const PRIVATE = new BlockList();
PRIVATE.addSubnet('10.0.0.0', 8);
PRIVATE.addSubnet('172.16.0.0', 12);
PRIVATE.addSubnet('192.168.0.0', 16);
PRIVATE.addSubnet('169.254.0.0', 16);

/** A device's web server, checked to be one that may be asked. */
export interface Site {
  readonly address: string;
  /** Address of the laptop's interface that the device was found through. */
  readonly from: string;
  readonly httpPort: number;
  /** Null under the test setting: emulated devices speak plain HTTP. */
  readonly httpsPort: number | null;
  /** Names the device among the kept certificates; null when its serial number cannot be read: then no HTTPS. */
  readonly shortSerial: string | null;
  readonly tap?: HttpTap | undefined;
}

/** `not-on-this-lan`: outside the private ranges, or outside the subnet it was seen through. */
export type SiteRefusal = 'not-on-this-lan' | 'no-http';

/**
 * The web server of a device that discovery has seen. Its address is the one that its datagrams came from, never one
 * that somebody wrote: the device may announce what it likes. An address beyond the interface's subnet is refused,
 * because a gateway would carry the request to whoever has that address elsewhere.
 * @param loopback the test setting: 127.0.0.0/8 instead of the private ranges
 */
export function siteOf(
  { source, via, announcement }: FoundDevice,
  loopback: boolean,
  tap?: HttpTap,
): Result<Site, SiteRefusal> {
  const allowed = loopback ? LOOPBACK : PRIVATE;
  if (!allowed.check(source) || !inSubnet(via, source)) return fail('not-on-this-lan');
  const { httpPort, shortSerial } = announcement;
  if (httpPort === null || httpPort < 1 || httpPort > 65_535) return fail('no-http');
  const httpsPort = loopback ? null : HTTPS_PORT;
  return ok({ address: source, from: via.address, httpPort, httpsPort, shortSerial, tap });
}
