import { BlockList, isIP } from 'node:net';
import { fail, ok, type Result } from '../../kernel/result.ts';

/** `plain-http`: not encrypted, and not allowed to be. `agent:link.address.<word>` is the sentence. */
export type AddressRefusal = 'not-an-address' | 'plain-http' | 'has-credentials';

export interface ServerAddress {
  /** Origin without a trailing slash, for instance `https://bot.example.org`, perhaps with a path prefix. */
  readonly url: string;
  readonly loopback: boolean;
  /** Plain HTTP to another machine: allowed by `--insecure-lan`, to be warned about. */
  readonly insecure: boolean;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Reads the server's address. Plain `http://` is for the same machine only, unless `insecureLan` says otherwise. */
export function parseServer(text: string, insecureLan: boolean): Result<ServerAddress, AddressRefusal> {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) return fail('not-an-address');
  if (url.username || url.password) return fail('has-credentials');
  const loopback = isLoopback(url.hostname);
  const insecure = url.protocol === 'http:' && !loopback;
  if (insecure && !insecureLan) return fail('plain-http');
  return ok({ url: (url.origin + url.pathname).replace(/\/+$/, ''), loopback, insecure });
}

function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost') return true;
  const address = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
