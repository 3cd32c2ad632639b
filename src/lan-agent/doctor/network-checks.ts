import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../home.ts';
import { openLan } from '../network/lan.ts';
import type { LanInterface, Network } from '../network/network.ts';
import { type Check, finding } from './check.ts';

/** The group of SADP; the self-test uses a port of its own in it, so that no device hears it. */
const GROUP = '239.255.255.250';
const ECHO_MS = 1000;

/** What there is to search on, and what is left out why. */
export function checkInterfaces(network: Network): Check[] {
  const { used, skipped } = network.survey();
  const names = used.map(({ name, address }) => `${name} (${address})`).join(', ');
  return [
    used.length > 0
      ? finding('interfaces', 'ok', 'ok', { names })
      : finding('interfaces', 'failed', 'failed'),
    ...skipped
      .filter(({ reason }) => reason !== 'loopback')
      .map(({ name, reason }) => finding('interfaces', 'ok', 'skipped', { name, reason })),
  ];
}

/** Free, shared with another SADP program, or kept by one. */
export async function checkPort({ port }: Network): Promise<Check> {
  if ((await tryBind(port, false)) === null) return finding('port', 'ok', 'free', { port });
  return (await tryBind(port, true)) === null
    ? finding('port', 'warning', 'shared', { port })
    : finding('port', 'failed', 'taken', { port });
}

/** Whether the kernel grants a receive buffer that holds the answers of a large site. */
export async function checkBuffer(network: Network): Promise<Check> {
  const lan = await openLan(network, []);
  const small = lan.notes.find((note) => note.kind === 'small-buffer');
  lan.close();
  if (small?.kind !== 'small-buffer') return finding('buffer', 'ok', 'ok');
  const check = finding('buffer', 'warning', 'small', { bytes: small.bytes });
  return process.platform === 'linux'
    ? { ...check, command: 'sudo sysctl -w net.core.rmem_max=4194304' }
    : check;
}

/**
 * Linux with a strict reverse path filter drops replies of devices whose address is of another subnet, before any
 * program sees them: the vendor's default address on a foreign site is the usual case.
 */
export async function checkSubnets(network: Network): Promise<Check[]> {
  const names = new Set(network.survey().used.map(({ name }) => name));
  const all = await reversePathFilter('all');
  const filters = await Promise.all(
    [...names].map(async (name) => ({ name, own: await reversePathFilter(name) })),
  );
  // The kernel takes the larger of the two values; 1 is strict, 2 is loose.
  return filters
    .filter(({ own }) => Math.max(all, own) === 1)
    .map(({ name }) => ({
      ...finding('subnets', 'warning', 'strict', { name }),
      command: `sudo sysctl -w net.ipv4.conf.${name.replaceAll('.', '/')}.rp_filter=2`,
    }));
}

async function reversePathFilter(name: string): Promise<number> {
  const text = await readFile(join('/proc/sys/net/ipv4/conf', name, 'rp_filter'), 'utf8').catch(() => '0');
  return Number(text);
}

/** Whether multicast leaves and comes back, per interface. */
export function checkMulticast(network: Network): Promise<Check[]> {
  return Promise.all(network.survey().used.map(probe));
}

/** Sends a datagram to the group through one interface and waits for it to come back. */
async function probe(lan: LanInterface): Promise<Check> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  const { name } = lan;
  const mark = Buffer.from(`unbind-agent self-test ${process.pid} ${lan.address}`);
  try {
    const code = await new Promise<string | null>((done) => {
      socket.once('error', (error) => done(errorCode(error)));
      socket.on('message', (bytes) => bytes.equals(mark) && done(null));
      socket.bind(0, '0.0.0.0', () => {
        try {
          socket.addMembership(GROUP, lan.address);
          socket.setMulticastInterface(lan.address);
        } catch (error) {
          return done(errorCode(error));
        }
        socket.send(mark, socket.address().port, GROUP, (error) => error && done(errorCode(error)));
      });
      setTimeout(() => done('not-heard'), ECHO_MS);
    });
    if (code === null) return finding('multicast', 'ok', 'ok', { name });
    if (code === 'not-heard') return finding('multicast', 'failed', 'not-heard', { name });
    return finding('multicast', 'failed', 'send-failed', { name, code });
  } finally {
    socket.close();
  }
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
