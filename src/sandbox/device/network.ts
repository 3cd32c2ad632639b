/** UDP sockets of the emulated LAN. */
import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces, platform } from 'node:os';
import { freePortFor } from '../free-port.ts';

/** The multicast group of SADP (protocol/sadp.md 2). */
export const GROUP = '239.255.255.250';
/**
 * Datagrams handed to the kernel per turn of the event loop. Devices are separate machines in real life; 2,000
 * replies in one turn would overflow the receive buffer of an agent that lives in the same process.
 */
const PER_TURN = 16;

/** Opens a socket on a shared port. Rejects with a message that names the cure where there is one. */
export function openSocket(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true, recvBufferSize: 4 * 1024 * 1024 });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      const cure =
        error.code === 'EADDRNOTAVAIL'
          ? ' (the address has to exist first; on macOS: sudo ifconfig lo0 alias <address>)'
          : '';
      reject(new Error(`cannot bind ${address}:${port}: ${error.code ?? error.message}${cure}`));
    });
    socket.bind({ address, port }, () => {
      socket.removeAllListeners('error');
      // Windows reports an unreachable receiver of an earlier datagram here; a lost reply is just lost.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

/** Ports given out already: one looks free until its LAN has opened it, and two LANs would answer for each other. */
const given = new Set<number>();

/** A UDP port nobody uses: asked for without address reuse, so that no other LAN can be on it. */
export function freePort(): Promise<number> {
  return freePortFor(given, isFree);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind({ address: '0.0.0.0', port, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

/**
 * The sockets that hear what is sent to everybody. On Linux a socket bound to an interface's address hears no
 * multicast, and one bound to the group hears no broadcast, so each has its own; on Windows one hears all.
 */
export async function openListeners(interfaceAddress: string, port: number): Promise<Socket[]> {
  const addresses =
    platform() === 'win32'
      ? ['0.0.0.0']
      : [GROUP, ...(platform() === 'linux' ? broadcastAddresses(interfaceAddress) : [])];
  const opened = await Promise.allSettled(addresses.map((address) => openSocket(address, port)));
  const sockets = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  try {
    for (const result of opened) if (result.status === 'rejected') throw result.reason;
    sockets[0]?.addMembership(GROUP, interfaceAddress);
    return sockets;
  } catch (error) {
    for (const socket of sockets) socket.close();
    throw error;
  }
}

function broadcastAddresses(interfaceAddress: string): string[] {
  const found = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ address }) => address === interfaceAddress);
  if (!found) return [];
  const mask = octets(found.netmask);
  const directed = octets(interfaceAddress).map((octet, i) => octet | (~(mask[i] ?? 255) & 255));
  return found.internal ? [directed.join('.')] : [directed.join('.'), '255.255.255.255'];
}

function octets(address: string): number[] {
  return address.split('.').map(Number);
}

/** Sends datagrams in order, a few per turn of the event loop. */
export class Outbox {
  readonly #waiting: (() => void)[] = [];
  #scheduled = false;

  push(send: () => void): void {
    this.#waiting.push(send);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      for (const send of this.#waiting.splice(0, PER_TURN)) send();
      this.#schedule();
    });
  }
}
