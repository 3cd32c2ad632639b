import { limit, pause } from '../limit.ts';
import { type Announcement, readAnnouncement } from '../sadp/announcement.ts';
import { macKey, readMessage } from '../sadp/message.ts';
import { inquiry, newUuid } from '../sadp/requests.ts';
import { inbox } from './inbox.ts';
import type { Datagram, Destination, Lan } from './lan.ts';
import { inSubnet, type LanInterface } from './network.ts';

/** Three inquiries at once, because one is easily lost, then one per second (protocol/sadp.md 2). Ms after the start. */
const FIRST_INQUIRIES = [0, 200, 400];
const EVERY_MS = 1000;

/** A network of cameras has hundreds; more than this is somebody playing with us. */
const MAX_DEVICES = 2048;
/** One address is one device; recorders that answer for their cameras are the exception. */
const MAX_PER_SOURCE = 16;
/** A device needs seconds to change its address: two that answer within this time are two answerers, ms. */
const MOVE_MS = 2000;
/** Addresses asked by unicast because they spoke to somebody else; each costs one datagram a second. */
const MAX_HEARD = 64;

/** A device that answered, and where. */
export interface FoundDevice {
  readonly announcement: Announcement;
  /** Address its datagrams come from: the only one its replies are believed from. */
  readonly source: string;
  /** The interface it was found through: the only one its commands leave by (protocol/sadp.md 2). */
  readonly via: LanInterface;
  /** Others claim its serial number, or it contradicts itself: nobody can say what is true. */
  readonly conflict: boolean;
}

export interface SearchOptions {
  /** Total time, ms. */
  readonly waitMs: number;
  /** Short serial whose answer ends the search. */
  readonly until?: string | null;
  /** How long to go on listening after that answer, for a second device with the same serial, ms. */
  readonly lingerMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface SearchReport {
  /** In the order of their first answers. */
  readonly devices: readonly FoundDevice[];
  /** Devices beyond the caps. */
  readonly omitted: number;
  /** Datagrams that came too fast to be looked at. */
  readonly dropped: number;
}

/** Asks "who is there?" on every open interface, by schedule, until the time is over or the wanted device answered. */
export async function search(lan: Lan, options: SearchOptions): Promise<SearchReport> {
  const found = new Findings(lan.interfaces);
  // Nobody can be asked, so nobody will answer.
  if (lan.interfaces.length === 0) return found.report(0);
  const over = limit(options.waitMs, options.signal);
  let ending: NodeJS.Timeout | undefined;
  const mailbox = inbox((datagram) => {
    found.take(datagram);
    if (options.until && found.has(options.until)) ending ??= setTimeout(over.end, options.lingerMs ?? 0);
  });
  const stopListening = lan.listen(mailbox.put);
  try {
    for (let round = 0; !over.signal.aborted; round++) {
      await ask(lan, found, round);
      const now = FIRST_INQUIRIES[round] ?? EVERY_MS * (round - FIRST_INQUIRIES.length + 1);
      const next = FIRST_INQUIRIES[round + 1] ?? EVERY_MS * (round - FIRST_INQUIRIES.length + 2);
      await pause(next - now, over.signal);
    }
  } finally {
    over.end();
    clearTimeout(ending);
    stopListening();
    await mailbox.drain();
  }
  return found.report(mailbox.dropped());
}

/** One round of inquiries. Broadcast goes with every second one: it reaches devices behind switches that eat multicast. */
async function ask(lan: Lan, found: Findings, round: number): Promise<void> {
  for (const through of lan.interfaces) {
    const destinations: Destination[] = round % 2 === 0 ? ['multicast'] : ['multicast', 'broadcast'];
    destinations.push(...found.silent(through).map((unicast) => ({ unicast })));
    const uuid = newUuid();
    found.asked(uuid, through);
    for (const to of destinations) await lan.send(through, to, inquiry(uuid).bytes);
  }
}

/** What one address has answered in the name of one device. */
interface Claim {
  readonly announcement: Announcement;
  readonly source: string;
  readonly via: LanInterface;
  /** Of the first and the last answer, ms of `performance.now()`. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Two answers to one inquiry said different things: somebody writes in the device's name. */
  readonly contradictory: boolean;
}

/** What has answered so far. */
class Findings {
  readonly #interfaces: readonly LanInterface[];
  /** Which interface an inquiry left by: the echo of its Uuid tells how the device was reached. */
  readonly #asked = new Map<string, LanInterface>();
  readonly #claims = new Map<string, Claim>();
  readonly #serials = new Set<string | null>();
  /** Addresses that spoke SADP, but have not answered us yet: worth a unicast inquiry. */
  readonly #heard = new Set<string>();
  readonly #perSource = new Map<string, number>();
  readonly #omitted = new Set<string>();

  constructor(interfaces: readonly LanInterface[]) {
    this.#interfaces = interfaces;
  }

  asked(uuid: string, through: LanInterface): void {
    this.#asked.set(uuid, through);
  }

  has(shortSerial: string): boolean {
    return this.#serials.has(shortSerial);
  }

  silent(through: LanInterface): string[] {
    return [...this.#heard].filter((address) => inSubnet(through, address));
  }

  take({ bytes, from, via }: Datagram): void {
    const message = readMessage(bytes);
    const read = message.ok ? readAnnouncement(message.value) : message;
    if (!read.ok) return;
    const announcement = read.value;
    const through = this.#asked.get(announcement.uuid ?? '');
    if (!through) {
      if (this.#heard.size < MAX_HEARD && !this.#perSource.has(from)) this.#heard.add(from);
      return;
    }
    this.#heard.delete(from);
    this.#keep(announcement, from, via ?? through);
  }

  #keep(announcement: Announcement, source: string, heardThrough: LanInterface): void {
    const key = [serialOf(announcement), macKey(announcement.mac), source].join(' ');
    const before = this.#claims.get(key);
    const via = before && inSubnet(before.via, source) ? before.via : this.#nearest(source, heardThrough);
    const lastAt = performance.now();
    if (!before) {
      const already = this.#perSource.get(source) ?? 0;
      if (already >= MAX_PER_SOURCE || this.#claims.size >= MAX_DEVICES) {
        if (this.#omitted.size < MAX_DEVICES) this.#omitted.add(key);
        return;
      }
      this.#perSource.set(source, already + 1);
      const claim = { announcement, source, via, firstAt: lastAt, lastAt, contradictory: false };
      this.#claims.set(key, claim);
      this.#serials.add(announcement.shortSerial);
      return;
    }
    const contradictory = before.contradictory || contradicts(before.announcement, announcement);
    // Of two answers that contradict each other neither replaces the other.
    const kept = contradictory ? before.announcement : announcement;
    this.#claims.set(key, { ...before, announcement: kept, via, lastAt, contradictory });
  }

  /** A laptop with cable and Wi-Fi in one LAN is reached twice: the interface whose subnet holds the device wins. */
  #nearest(source: string, via: LanInterface): LanInterface {
    if (inSubnet(via, source)) return via;
    return this.#interfaces.find((lan) => lan.name === via.name && inSubnet(lan, source)) ?? via;
  }

  report(dropped: number): SearchReport {
    const claims = withoutMoved([...this.#claims.values()]);
    const perSerial = countBy(claims, ({ announcement }) => serialOf(announcement));
    return {
      devices: claims.map(({ announcement, source, via, contradictory }) => ({
        announcement,
        source,
        via,
        conflict: contradictory || (perSerial.get(serialOf(announcement)) ?? 0) > 1,
      })),
      omitted: this.#omitted.size,
      dropped,
    };
  }
}

/**
 * Serial number and MAC are one device (protocol/sadp.md 5): where it has answered from a new address, and from the
 * old one no more, only the new one is left.
 */
function withoutMoved(claims: readonly Claim[]): Claim[] {
  const newest = new Map<string, number>();
  for (const { announcement, firstAt } of claims) {
    const key = identity(announcement);
    if (key) newest.set(key, Math.max(firstAt, newest.get(key) ?? 0));
  }
  return claims.filter(({ announcement, lastAt }) => {
    const key = identity(announcement);
    return !key || (newest.get(key) ?? 0) < lastAt + MOVE_MS;
  });
}

/** Null for a device that does not say both: another one may say the same half. */
function identity(announcement: Announcement): string | null {
  const serial = serialOf(announcement);
  const mac = macKey(announcement.mac);
  return serial && mac && `${serial} ${mac}`;
}

/** Whether two answers to one inquiry differ in anything a decision rests on. Salts may be fresh in every answer. */
function contradicts(one: Announcement, other: Announcement): boolean {
  const facts = ({ salt, salt2, ...rest }: Announcement) => JSON.stringify(rest);
  return one.uuid === other.uuid && facts(one) !== facts(other);
}

function serialOf({ shortSerial, fullSerial }: Announcement): string | null {
  return shortSerial ?? fullSerial;
}

/** How often each key comes; null is no key. */
function countBy<T>(list: readonly T[], keyOf: (one: T) => string | null): Map<string | null, number> {
  const counts = new Map<string | null, number>();
  for (const one of list) {
    const key = keyOf(one);
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
