/**
 * Where a Redis is, as an operator writes it: `redis://` or `rediss://` (TLS), then
 *
 *     [user][:password]@host[:port][,host[:port]…][/database][?name=value&…]
 *
 * - `sentinel=<name>`: the hosts are Sentinels, which know the primary by that name; `sentinel-password` is theirs.
 * - `cluster`: the hosts are nodes of a Cluster.
 * - neither: one of the hosts is the primary.
 * - `replicas=<n>`: with how many replicas a write has to be before anything is permitted on the strength of it; without it 1
 *   where more than one host is named, 0 where there is but one.
 * - `tag=<name>`: what the names of all its keys begin with, `unbind` without it: several bots on one Redis.
 * - `ca=<file>`: who signs the servers' certificates, where it is none of those that Node knows.
 */
export interface RedisAddress {
  readonly hosts: readonly RedisHost[];
  readonly kind: 'hosts' | 'cluster' | { readonly sentinel: string; readonly password: string | null };
  readonly user: string | null;
  readonly password: string | null;
  readonly database: number;
  readonly isTls: boolean;
  /** A file. */
  readonly ca: string | null;
  readonly replicas: number;
  readonly tag: string;
  /** For sentences and the log: the address without what is secret in it. */
  readonly place: string;
}

export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

const PORT = 6_379;
const SENTINEL_PORT = 26_379;
const TAG = 'unbind';
const KNOWN = ['sentinel', 'sentinel-password', 'cluster', 'replicas', 'tag', 'ca'];

/** Null: it is none. */
export function parseRedisUrl(url: string): RedisAddress | null {
  const [, scheme = '', credentials, places = '', database = '', query = ''] =
    /^(rediss?):\/\/(?:(.*)@)?([^/?@]+)(?:\/(\d{0,4}))?(?:\?([^?]*))?$/is.exec(url.trim()) ?? [];
  const asked = new URLSearchParams(query);
  if ([...asked.keys()].some((name) => !KNOWN.includes(name))) return null;
  const sentinel = asked.get('sentinel');
  const isCluster = asked.has('cluster');
  const hosts = places.split(',').map((place) => hostOf(place, sentinel === null ? PORT : SENTINEL_PORT));
  if (!hosts.every((host) => host !== null)) return null;
  const tag = asked.get('tag') ?? TAG;
  const replicas = asked.get('replicas') ?? (hosts.length > 1 ? '1' : '0');
  if (!/^[\w.-]{1,64}$/.test(tag) || !/^\d$/.test(replicas) || sentinel === '') return null;
  if (isCluster && (sentinel !== null || Number(database) !== 0)) return null;
  const [, user = '', password] = /^([^:]*)(?::(.*))?$/s.exec(credentials ?? '') ?? [];
  return {
    hosts,
    kind:
      sentinel !== null
        ? { sentinel, password: asked.get('sentinel-password') }
        : isCluster
          ? 'cluster'
          : 'hosts',
    user: user === '' ? null : decoded(user),
    password: password === undefined || password === '' ? null : decoded(password),
    database: Number(database),
    isTls: scheme.toLowerCase() === 'rediss',
    ca: asked.get('ca'),
    replicas: Number(replicas),
    tag,
    place: `${scheme.toLowerCase()}://${places}${database === '' ? '' : `/${database}`}`,
  };
}

function hostOf(place: string, usual: number): RedisHost | null {
  const [, bracketed, plain, port] = /^(?:\[([\da-f:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/i.exec(place) ?? [];
  const host = bracketed ?? plain;
  const number = port === undefined ? usual : Number(port);
  return host === undefined || number < 1 || number > 65_535 ? null : { host, port: number };
}

/** A password that is written as it is may have a per cent sign in it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
