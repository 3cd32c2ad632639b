import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../error-code.ts';
import { openLan } from '../network/lan.ts';
import type { Network } from '../network/network.ts';
import { search } from '../network/search.ts';
import type { Texts } from '../texts.ts';
import { type Check, finding } from './check.ts';

/** What there is to search on, and what is left out why. */
export function checkInterfaces(network: Network): Check[] {
  const { used, skipped } = network.survey();
  const names = used.map(({ name, address }) => `${name} (${address})`).join(', ');
  return [
    used.length > 0
      ? finding('ok', 'agent:doctor.interfaces.ok', { names })
      : finding('failed', 'agent:doctor.interfaces.failed'),
    ...skipped
      .filter(({ reason }) => reason !== 'loopback')
      .map(({ name, reason }) => ({
        ...finding('ok', 'agent:doctor.interfaces.skipped', { name, reason }),
        // A word in JSON, a phrase for people.
        sentence: (texts: Texts) =>
          texts('agent:doctor.interfaces.skipped', {
            name,
            reason: texts(`agent:discover.reason.${reason}`),
          }),
      })),
  ];
}

/** Free, shared with another SADP program, or kept by one. */
export async function checkPort({ port }: Network): Promise<Check> {
  if ((await tryBind(port, false)) === null) return finding('ok', 'agent:doctor.port.free', { port });
  return (await tryBind(port, true)) === null
    ? finding('warning', 'agent:doctor.port.shared', { port })
    : finding('failed', 'agent:doctor.port.taken', { port });
}

/** Whether the kernel grants a receive buffer that holds the answers of a large site. */
export async function checkBuffer(network: Network): Promise<Check> {
  const lan = await openLan(network, []);
  const small = lan.notes.find((note) => note.kind === 'small-buffer');
  lan.close();
  if (small?.kind !== 'small-buffer') return finding('ok', 'agent:doctor.buffer.ok');
  const check = finding('warning', 'agent:doctor.buffer.small', { bytes: small.bytes });
  return process.platform === 'linux'
    ? { ...check, command: 'sudo sysctl -w net.core.rmem_max=4194304' }
    : check;
}

/**
 * Linux with a reverse path filter drops replies of devices whose address is of another subnet, before any program
 * sees them: the vendor's default address on a foreign site is the usual case. A strict filter lets them in only where
 * the default route is, a loose one where there is any, so not on a laptop that is plugged into the camera and nothing
 * else.
 */
export async function checkSubnets(network: Network): Promise<Check[]> {
  const names = new Set(network.survey().used.map(({ name }) => name));
  const all = await reversePathFilter('all');
  const routed = defaultRoute(await readFile('/proc/net/route', 'utf8').catch(() => ''));
  const filters = await Promise.all(
    [...names].map(async (name) => ({ name, own: await reversePathFilter(name) })),
  );
  return filters
    .map(({ name, own }) => ({ name, own, filter: Math.max(all, own) }))
    .filter(
      ({ name, filter }) => (filter === STRICT && routed !== name) || (filter === LOOSE && routed === null),
    )
    .map(({ name, filter }) => ({
      ...finding(
        'warning',
        filter === STRICT ? 'agent:doctor.subnets.strict' : 'agent:doctor.subnets.no-route',
        { name },
      ),
      command: loosen(name, routed !== null),
    }));
}

/** Values of `rp_filter`; the kernel takes the larger one of the interface's and that of `all`. */
const STRICT = 1;
const LOOSE = 2;

/** A larger value of `all` would win, so switching off takes both. */
function loosen(name: string, routed: boolean): string {
  const set = (where: string, value: number) =>
    `net.ipv4.conf.${where.replaceAll('.', '/')}.rp_filter=${value}`;
  const settings = routed ? [set(name, LOOSE)] : [set('all', 0), set(name, 0)];
  return `sudo sysctl -w ${settings.join(' ')}`;
}

async function reversePathFilter(name: string): Promise<number> {
  const text = await readFile(join('/proc/sys/net/ipv4/conf', name, 'rp_filter'), 'utf8').catch(() => '0');
  return Number(text);
}

/** Reads /proc/net/route: the interface of the default route, of several the one that counts; null without one. */
export function defaultRoute(table: string): string | null {
  const routes = table.split('\n').flatMap((line) => {
    const [name = '', destination, , flags = '', , , metric, mask] = line.split('\t');
    const bits = Number.parseInt(flags, 16);
    const usable = (bits & ROUTE_UP) !== 0 && (bits & ROUTE_REJECT) === 0;
    return destination === '00000000' && mask === '00000000' && usable
      ? [{ name, metric: Number(metric) }]
      : [];
  });
  return routes.sort((a, b) => a.metric - b.metric)[0]?.name ?? null;
}

const ROUTE_UP = 0x1;
const ROUTE_REJECT = 0x200;

/**
 * Whether multicast leaves and comes back, per interface: a short search on the real port, as discovery makes it. What
 * this laptop sends to the group has to come back to itself, and devices may answer.
 */
export async function checkMulticast(network: Network, signal: AbortSignal): Promise<Check[]> {
  const lan = await openLan(network, network.survey().used);
  try {
    const { devices } = await search(lan, { waitMs: SEARCH_MS, signal });
    const failures = lan.notes.flatMap((note) =>
      note.kind === 'interface-failed' || note.kind === 'send-failed' ? [note] : [],
    );
    const port = lan.notes.some(({ kind }) => kind === 'port-fallback') ? 'taken' : 'open';
    return [
      ...failures.map(({ name, code }) => sendFailed(process.platform, name, code)),
      ...lan.interfaces
        .filter(({ name }) => !failures.some((one) => one.name === name))
        .map(({ name, address }) => {
          const number = devices.filter(({ via }) => via.address === address).length;
          if (lan.echoed.has(address)) return finding('ok', 'agent:doctor.multicast.ok', { name, number });
          if (port === 'taken')
            return finding('warning', 'agent:doctor.multicast.not-tested', { name, number });
          return finding('failed', 'agent:doctor.multicast.not-heard', { name, number });
        }),
    ];
  } finally {
    lan.close();
  }
}

/** Two inquiries and the answers to them, ms. */
const SEARCH_MS = 1200;

/**
 * Nothing can be sent. Since macOS 15 a program needs permission for the local network, and what the system says
 * without it is that no host can be reached.
 */
export function sendFailed(system: NodeJS.Platform, name: string, code: string): Check {
  const detail = system === 'darwin' && code === 'EHOSTUNREACH' ? 'not-permitted' : 'send-failed';
  return finding('failed', `agent:doctor.multicast.${detail}`, { name, code });
}

/** Binds the port and lets it go; null, or the system's error code. */
function tryBind(port: number, reuseAddr: boolean): Promise<string | null> {
  const socket = createSocket({ type: 'udp4', reuseAddr });
  return new Promise((done) => {
    const end = (code: string | null) => {
      socket.close();
      done(code);
    };
    socket.once('error', (error) => end(errorCode(error)));
    socket.bind({ port, address: '0.0.0.0', exclusive: true }, () => end(null));
  });
}
