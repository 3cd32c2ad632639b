import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { reach } from '../../kernel/fail-points.ts';
import { errorCode } from '../error-code.ts';
import { kernelLosses, strangerLosses } from './losses.ts';
import { broadcastOf, type LanInterface, type Network } from './network.ts';

/** Multicast group of SADP (protocol/sadp.md 2). */
const GROUP = '239.255.255.250';

/** Far enough for a cascade of managed switches that route multicast, near enough to stay on the site. */
const MULTICAST_TTL = 2;

/** A hundred devices answer within a few ms; what the kernel cannot hold is lost. Bytes. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** Turns of the event loop in which datagrams may go on coming before we stop waiting for a pause. */
const QUIET_TURNS = 256;

/** One received datagram. */
export interface Datagram {
  readonly bytes: Buffer;
  /** IPv4 address of the sender. */
  readonly from: string;
  /** The interface whose own socket received it; null on the shared socket, which hears all of them. */
  readonly via: LanInterface | null;
}

/** How a request leaves: to everybody in the group, to everybody in the subnet, or to one address. */
export type Destination = 'multicast' | 'broadcast' | { readonly unicast: string };

/** What is not as it should be, short of not working at all. */
export type LanNote =
  /** The SADP port could not be shared: replies sent by multicast will be missed. */
  | { readonly kind: 'port-fallback' }
  /** The kernel gave a smaller receive buffer than asked for. */
  | { readonly kind: 'small-buffer'; readonly bytes: number }
  /** An interface could not be opened or has not joined the group. */
  | { readonly kind: 'interface-failed'; readonly name: string; readonly code: string }
  /** Nothing could be sent to everybody on an open interface: pulled out, or a firewall of this laptop. */
  | { readonly kind: 'send-failed'; readonly name: string; readonly code: string };

/** Sees every datagram that passes, after it has passed: it can neither change nor hold up anything, and must not throw. */
export interface LanTap {
  sent(through: LanInterface, to: Destination, bytes: Buffer): void;
  received(datagram: Datagram): void;
}

/** Takes a datagram in. @returns whether it answers a question of ours */
export type Listener = (datagram: Datagram) => boolean;

/** Open sockets on a set of interfaces. */
export interface Lan {
  readonly network: Network;
  /** The interfaces that could be opened. */
  readonly interfaces: readonly LanInterface[];
  /** Those of them through which everybody was asked. Grows. */
  readonly asked: ReadonlySet<LanInterface>;
  /** Grows while the sockets are in use. Says nothing of interfaces that are set aside: nobody counts on them. */
  readonly notes: readonly LanNote[];
  /** Addresses of this laptop whose multicast has come back to it: it leaves, and it arrives. */
  readonly echoed: ReadonlySet<string>;
  /**
   * Sends one datagram once.
   * @returns null, or the system's error code (`ENETUNREACH`): then nothing is known to have left
   */
  send(through: LanInterface, to: Destination, bytes: Buffer): Promise<string | null>;
  /** Calls back with every datagram until the returned function is called. */
  listen(listener: Listener): () => void;
  /**
   * Datagrams that were lost before we saw them since it was opened, as far as the system tells; where it does not, those
   * that came faster than any could surely be kept. Grows.
   */
  lost(): number;
  /** Waits until all that has arrived was handed on. False: it does not stop coming. */
  quiet(): Promise<boolean>;
  close(): void;
}

/**
 * Opens one receive socket on the SADP port, in the group once per interface, and one send socket per interface.
 * Send sockets have ports of their own: with another SADP program on the port a unicast reply to the shared port
 * would reach only one of the two (protocol/sadp.md 2). Replies are taken from all sockets.
 */
export async function openLan(
  network: Network,
  wanted: readonly LanInterface[],
  tap?: LanTap,
  losses: typeof kernelLosses = kernelLosses,
): Promise<Lan> {
  const notes: LanNote[] = [];
  const listeners = new Set<Listener>();
  const strangers = strangerLosses();
  let received = 0;
  const ownPorts = new Set<string>();
  const echoed = new Set<string>();
  const asked = new Set<LanInterface>();
  const receive =
    (via: LanInterface | null) =>
    (bytes: Buffer, { address, port }: RemoteInfo) => {
      received++;
      // Loopback is no LAN, and our own requests come back by multicast: neither is worth parsing.
      if (address.startsWith('127.') !== network.loopback) return;
      if (ownPorts.has(`${address}:${port}`)) return void echoed.add(address);
      const datagram = { bytes, from: address, via };
      let isAnswer = false;
      for (const listener of listeners) isAnswer = listener(datagram) || isAnswer;
      if (!isAnswer) strangers.count(bytes.length);
      tap?.received(datagram);
    };

  const shared = await openShared(network.port, notes);
  shared.on('message', receive(null));
  const sockets = new Map<LanInterface, Socket>();
  const joined = new Set<string>();
  for (const lan of wanted) {
    const socket = createSocket({ type: 'udp4' });
    socket.on('message', receive(lan));
    const code = (await bind(socket, 0, lan.address)) ?? join(shared, socket, lan, joined);
    if (code === null) {
      sockets.set(lan, socket);
      ownPorts.add(`${lan.address}:${socket.address().port}`);
    } else {
      socket.close();
      if (!lan.setAside) notes.push({ kind: 'interface-failed', name: lan.name, code });
    }
  }
  notes.push(...[shared, ...sockets.values()].flatMap(enlargeBuffer).slice(0, 1));
  const lost =
    losses(
      [shared, ...sockets.values()].map((socket) => socket.address()),
      [...joined],
    ) ?? strangers.lost;
  const noteOnce = (kind: 'send-failed', name: string, code: string) => {
    if (!notes.some((note) => note.kind === kind && note.name === name)) notes.push({ kind, name, code });
  };

  return {
    network,
    interfaces: [...sockets.keys()],
    asked,
    notes,
    echoed,
    send: async (through, to, bytes) => {
      FAIL_POINT: {
        const code = await reach('lan-before', typesOf(bytes));
        if (code !== null) return code;
      }
      const address = to === 'multicast' ? GROUP : to === 'broadcast' ? broadcastOf(through) : to.unicast;
      const socket = sockets.get(through);
      const failed = await new Promise<string | null>((ended) => {
        const done = (code: string | null) => {
          const isToAll = typeof to === 'string';
          if (code === null && isToAll) asked.add(through);
          if (code !== null && isToAll && !through.setAside) noteOnce('send-failed', through.name, code);
          ended(code);
        };
        try {
          if (!socket) return done('ENODEV');
          socket.send(bytes, network.port, address, (error) => done(error ? errorCode(error) : null));
          tap?.sent(through, to, bytes);
        } catch (error) {
          done(errorCode(error));
        }
      });
      FAIL_POINT: {
        const code = await reach('lan-after', typesOf(bytes));
        if (code !== null) return code;
      }
      return failed;
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lost,
    quiet: async () => {
      for (let turn = 0; turn < QUIET_TURNS; turn++) {
        const before = received;
        // Two: the first may come in the middle of a look at the sockets.
        await nextTurn();
        await nextTurn();
        if (received === before) return true;
      }
      return false;
    },
    close: () => {
      listeners.clear();
      for (const socket of [shared, ...sockets.values()]) socket.close();
    },
  };
}

/** What a request asks for, for a fail point. */
function typesOf(bytes: Buffer): string {
  return /<Types>(\w+)<\/Types>/.exec(bytes.toString('latin1'))?.[1] ?? 'other';
}

function nextTurn(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

/** The receive socket; on any free port where the SADP port belongs to a program that does not share it. */
async function openShared(port: number, notes: LanNote[]): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  if ((await bind(socket, port, '0.0.0.0')) === null) return socket;
  socket.close();
  notes.push({ kind: 'port-fallback' });
  const fallback = createSocket({ type: 'udp4' });
  await bind(fallback, 0, '0.0.0.0');
  return fallback;
}

/** Binds; null, or the system's error code. Later errors (an interface that goes away) must not end the process. */
function bind(socket: Socket, port: number, address: string): Promise<string | null> {
  return new Promise((done) => {
    const failed = (error: Error) => done(errorCode(error));
    socket.once('error', failed);
    socket.bind(port, address, () => {
      socket.off('error', failed);
      socket.on('error', () => undefined);
      done(null);
    });
  });
}

/**
 * Puts the shared socket into the group on this interface and points the sending socket at it. Memberships are counted
 * per interface: a second address of one that has joined is in the group already, and systems differ in the error.
 */
function join(shared: Socket, socket: Socket, lan: LanInterface, joined: Set<string>): string | null {
  try {
    if (!joined.has(lan.name)) shared.addMembership(GROUP, lan.address);
    joined.add(lan.name);
  } catch (error) {
    // Linux names a labelled address as an interface of its own (`eth0:1`).
    if (errorCode(error) !== 'EADDRINUSE') return errorCode(error);
  }
  try {
    socket.setMulticastInterface(lan.address);
    socket.setMulticastTTL(MULTICAST_TTL);
    socket.setBroadcast(true);
    return null;
  } catch (error) {
    return errorCode(error);
  }
}

/** Linux caps the buffer silently, so the size has to be read back; there it reports the double of what it grants. */
function enlargeBuffer(socket: Socket): LanNote[] {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER);
  } catch {
    // The size read back below tells.
  }
  try {
    const bytes = socket.getRecvBufferSize() / (process.platform === 'linux' ? 2 : 1);
    return bytes < RECEIVE_BUFFER ? [{ kind: 'small-buffer', bytes }] : [];
  } catch {
    return [];
  }
}
