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
/** Addresses asked by unicast because they spoke to somebody else; each costs one datagram a second. */
const MAX_HEARD = 64;

/** A device that answered, and where. */
export interface FoundDevice {
  readonly announcement: Announcement;
  /** Address its datagrams come from: the only one its replies are believed from. */
  readonly source: string;
  /** The interface it was found through: the only one its commands leave by (protocol/sadp.md 2). */
  readonly via: LanInterface;
  /** Others claim the same serial number: nobody can say which one is the device. */
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

/** What has answered so far. */
class Findings {
  readonly #interfaces: readonly LanInterface[];
  /** Which interface an inquiry left by: the echo of its Uuid tells how the device was reached. */
  readonly #asked = new Map<string, LanInterface>();
  readonly #devices = new Map<string, { announcement: Announcement; source: string; via: LanInterface }>();
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
    return [...this.#devices.values()].some(({ announcement }) => announcement.shortSerial === shortSerial);
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
    const key = identity(announcement, source);
    const before = this.#devices.get(key);
    const via = before && inSubnet(before.via, source) ? before.via : this.#nearest(source, heardThrough);
    if (!before) {
      const already = this.#perSource.get(source) ?? 0;
      if (already >= MAX_PER_SOURCE || this.#devices.size >= MAX_DEVICES) {
        if (this.#omitted.size < MAX_DEVICES) this.#omitted.add(key);
        return;
      }
      this.#perSource.set(source, already + 1);
    }
    this.#devices.set(key, { announcement, source, via });
  }

  /** A laptop with cable and Wi-Fi in one LAN is reached twice: the interface whose subnet holds the device wins. */
  #nearest(source: string, via: LanInterface): LanInterface {
    if (inSubnet(via, source)) return via;
    return this.#interfaces.find((lan) => lan.name === via.name && inSubnet(lan, source)) ?? via;
  }

  report(dropped: number): SearchReport {
    const claims = new Map<string, number>();
    for (const { announcement } of this.#devices.values()) {
      const serial = serialOf(announcement);
      if (serial) claims.set(serial, (claims.get(serial) ?? 0) + 1);
    }
    return {
      devices: [...this.#devices.values()].map((device) => ({
        ...device,
        conflict: (claims.get(serialOf(device.announcement) ?? '') ?? 0) > 1,
      })),
      omitted: this.#omitted.size,
      dropped,
    };
  }
}

/** Full serial, MAC and address (protocol/sadp.md 5): whatever differs in one of them is reported, not merged. */
function identity(announcement: Announcement, source: string): string {
  return [serialOf(announcement), macKey(announcement.mac), source].join(' ');
}

function serialOf({ shortSerial, fullSerial }: Announcement): string | null {
  return shortSerial ?? fullSerial;
}
