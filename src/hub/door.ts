import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { addressKey, prefixKey } from './limits.ts';

/**
 * Connections that may be open at the same time: each costs memory and a file handle, which the bot's own calls need too.
 * A stranger is one that has not yet shown the key of an agent; it gives way to newer ones, the others do not.
 */
export interface ConnectionLimits {
  /** All together; beyond it the system's connections are closed unheard. */
  readonly total: number;
  readonly strangers: number;
  /** Strangers from one IPv4 /24 or IPv6 /48. */
  readonly perPrefix: number;
  /** Strangers from one address. */
  readonly perAddress: number;
  /** Of one agent: held poll, events, permit, and those of a network it has left. */
  readonly perAgent: number;
  /** How long a stranger may take for its next request, ms. */
  readonly strangerMs: number;
}

interface Visitor {
  readonly socket: Socket;
  readonly address: string;
  readonly prefix: string;
  /** Null: a stranger. */
  owner: string | null;
  /** Of a stranger; null: it has all the time it likes. */
  timer: NodeJS.Timeout | null;
}

/** Who is let in, and who has to give way. */
export interface Door {
  /** Watches over the connections of a server from now on. */
  watch(server: Server): void;
  /**
   * The connection's request was signed by this agent; with null, shown another good secret. It is no stranger any more.
   * @param socket of the request, which over TLS is not the one that came in
   */
  admit(socket: Socket, agentId: string | null): void;
  /**
   * The connection is at something that takes its time, and for which there are places of their own: until the answer is
   * called, it neither runs out of time nor gives way as a stranger does. After that it is a stranger again.
   */
  lend(socket: Socket): () => void;
}

/**
 * A door for one or more servers. What is too much is taken from whoever has most: of the crowded address, prefix or
 * house the biggest share, and of that the oldest stranger. So a laptop that comes along loses its place to a crowd only
 * if the crowd comes from the laptop's own address.
 * @param isProxy addresses that speak for others and keep order themselves
 */
export function createDoor(limits: ConnectionLimits, isProxy: (address: string) => boolean): Door {
  const visitors = new Map<string, Visitor>();
  /** Strangers by prefix and address, each oldest first. */
  const strangers = new Map<string, Map<string, Set<Visitor>>>();
  let strangerCount = 0;
  /** Connections by agent, oldest first. */
  const agents = new Map<string, readonly Visitor[]>();

  const sizeOf = (prefix: Map<string, Set<Visitor>> | undefined) =>
    [...(prefix?.values() ?? [])].reduce((sum, { size }) => sum + size, 0);
  const oldest = (group: Iterable<Visitor>) => {
    for (const visitor of group) return visitor;
    return undefined;
  };
  /** The oldest of the address with most strangers. */
  const ofCrowdedAddress = (prefix: Map<string, Set<Visitor>>) =>
    oldest([...prefix.values()].reduce((most, group) => (group.size > most.size ? group : most), new Set()));
  const ofCrowdedPrefix = () => {
    const prefixes = [...strangers.values()];
    const [first = new Map()] = prefixes;
    return ofCrowdedAddress(prefixes.reduce((most, one) => (sizeOf(one) > sizeOf(most) ? one : most), first));
  };

  function forget(visitor: Visitor): void {
    const { owner, prefix, address, timer } = visitor;
    if (timer) clearTimeout(timer);
    visitor.timer = null;
    if (owner !== null) {
      const others = agents.get(owner)?.filter((other) => other !== visitor) ?? [];
      if (others.length > 0) agents.set(owner, others);
      else agents.delete(owner);
      return;
    }
    const addresses = strangers.get(prefix);
    const group = addresses?.get(address);
    if (!addresses || !group?.delete(visitor)) return;
    strangerCount -= 1;
    if (group.size === 0) addresses.delete(address);
    if (addresses.size === 0) strangers.delete(prefix);
  }

  function turnOut(visitor: Visitor | undefined): void {
    if (!visitor) return;
    forget(visitor);
    visitor.socket.destroy();
  }

  function makeRoom(prefix: string, address: string): void {
    const addresses = strangers.get(prefix);
    const own = addresses?.get(address);
    if (own && own.size >= limits.perAddress) turnOut(oldest(own));
    else if (addresses && sizeOf(addresses) >= limits.perPrefix) turnOut(ofCrowdedAddress(addresses));
    else if (strangerCount >= limits.strangers) turnOut(ofCrowdedPrefix());
  }

  function patienceWith(name: string): NodeJS.Timeout {
    return setTimeout(() => turnOut(visitors.get(name)), limits.strangerMs).unref();
  }

  /** The newest of the strangers. */
  function join(visitor: Visitor): void {
    const { prefix, address } = visitor;
    const addresses = strangers.get(prefix) ?? new Map<string, Set<Visitor>>();
    strangers.set(prefix, addresses.set(address, (addresses.get(address) ?? new Set()).add(visitor)));
    strangerCount += 1;
  }

  function enter(socket: Socket): void {
    if (isProxy(socket.remoteAddress ?? '')) return;
    const address = addressKey(socket.remoteAddress ?? '');
    const prefix = prefixKey(socket.remoteAddress ?? '');
    makeRoom(prefix, address);
    const name = nameOf(socket);
    const visitor: Visitor = { socket, address, prefix, owner: null, timer: patienceWith(name) };
    visitors.set(name, visitor);
    join(visitor);
    socket.on('close', () => {
      forget(visitor);
      if (visitors.get(name) === visitor) visitors.delete(name);
    });
  }

  return {
    watch: (server) => {
      server.maxConnections = limits.total;
      server.on('connection', enter);
      // Whoever asks is no longer idle, though still a stranger.
      server.on('request', ({ socket }) => {
        const visitor = visitors.get(nameOf(socket));
        if (visitor?.owner === null) visitor.timer?.refresh();
      });
    },
    admit: (socket, agentId) => {
      const visitor = visitors.get(nameOf(socket));
      if (!visitor || visitor.owner !== null) return;
      forget(visitor);
      visitor.owner = agentId ?? '';
      if (agentId === null) return;
      const group = agents.get(agentId) ?? [];
      if (group.length >= limits.perAgent) turnOut(oldest(group));
      agents.set(agentId, [...(agents.get(agentId) ?? []), visitor]);
    },
    lend: (socket) => {
      const name = nameOf(socket);
      const visitor = visitors.get(name);
      if (!visitor || visitor.owner !== null) return () => undefined;
      forget(visitor);
      visitor.owner = '';
      return () => {
        if (visitors.get(name) !== visitor) return;
        visitor.owner = null;
        makeRoom(visitor.prefix, visitor.address);
        visitor.timer = patienceWith(name);
        join(visitor);
      };
    },
  };
}

/** What a connection is called on both sides of TLS. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
