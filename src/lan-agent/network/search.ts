import { limit, pause } from '../limit.ts';
import { type Announcement, contradicts, readAnnouncement } from '../sadp/announcement.ts';
import { uuidsIn } from '../sadp/match.ts';
import { macKey, readMessage } from '../sadp/message.ts';
import { inquiry, newUuid } from '../sadp/requests.ts';
import type { HeadStart } from './head-start.ts';
import { inbox } from './inbox.ts';
import type { Datagram, Destination, Lan } from './lan.ts';
import { inSubnet, type LanInterface } from './network.ts';

/** Three inquiries at once, because one is easily lost, then one per second (protocol/sadp.md 2). Ms after the start. */
const FIRST_INQUIRIES = [0, 200, 400];
const EVERY_MS = 1000;
/** From which round on those interfaces are asked that are set aside: by then, after 3 s, every usable device has answered. */
const SET_ASIDE_ROUND = 5;
/** After the end: longest time to read what has come before it, ms. */
const DRAIN_MS = 100;

/** A network of cameras has hundreds; more than this is somebody playing with us. */
const MAX_DEVICES = 2048;
/** One address is one device; recorders that answer for their cameras are the exception. */
const MAX_PER_SOURCE = 16;
/** Of those that say they are the wanted device: two are a conflict, more tell nothing new. */
const MAX_CLAIMANTS = 16;
/**
 * Different contents of one address that are remembered, so as not to parse them again; more are a flood. A recorder
 * that answers for its cameras has as many.
 */
const MAX_KEPT = 128;
/** Most bytes of such contents, with what keeping one costs beside its bytes: many times a large site. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;
const COST_BYTES = 512;
const UUID_LENGTH = 36;
/** A device needs seconds to change its address: two that answer within this time are two answerers, ms. */
const MOVE_MS = 2000;
/** Addresses asked by unicast because they spoke to somebody else; each costs one datagram a second. */
const MAX_HEARD = 64;
/** Strangers' datagrams that are read in a second, to hear of addresses worth a question. */
const MAX_STRANGERS_PER_SECOND = 64;

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
  /**
   * How long to go on listening after that answer, for a second device with the same serial, ms. Where something was
   * lost meanwhile, the next answer is waited for: until then the search is not `clean`.
   */
  readonly lingerMs?: number;
  /** Counts what was lost, where more is known of it than the LAN itself knows; grows. */
  readonly lost?: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Its first inquiry was sent ahead on this LAN, and what has answered waits. */
  readonly headStart?: HeadStart | null;
}

export interface SearchReport {
  /** In the order of their first answers. */
  readonly devices: readonly FoundDevice[];
  /** Devices beyond the caps. */
  readonly omitted: number;
  /** Answers that came too fast to be looked at: somebody floods the network. */
  readonly dropped: number;
  /** Datagrams that were lost before we saw them; replies may have been among them. */
  readonly lost: number;
  /** Nothing that could have been an answer was lost: in all, or with `lingerMs` around the wanted device's answer. */
  readonly clean: boolean;
}

/** An inquiry of ours. */
interface Asked {
  readonly uuid: string;
  /** The interface it left by: the echo of its Uuid tells how the device was reached. */
  readonly through: LanInterface;
  /** What had been lost before it was asked. */
  readonly lostBefore: number;
}

/** A datagram that answers an inquiry. */
type Answer = Datagram & { readonly asked: Asked; readonly at: number };

/** Asks "who is there?" on every open interface, by schedule, until the time is over or the wanted device answered. */
export async function search(lan: Lan, options: SearchOptions): Promise<SearchReport> {
  const found = new Findings(lan.interfaces, options.until ?? null);
  // Nobody can be asked, so nobody will answer.
  if (lan.interfaces.length === 0) return { ...found.report(), dropped: 0, lost: 0, clean: true };
  const { lingerMs, until, headStart } = options;
  const over = limit(options.waitMs, options.signal);
  const wanted = until ? Buffer.from(until) : null;
  const mailbox = inbox<Answer>((answer) => found.take(answer));
  const lostBelow = options.lost ?? lan.lost;
  const lostAtStart = headStart?.lostBefore ?? lostBelow();
  let unread = 0;
  const lost = () => lostBelow() - lostAtStart + mailbox.dropped() + found.overflowed + unread;
  let clean = false;
  let ending: NodeJS.Timeout | undefined;
  const answered = ({ lostBefore }: Asked) => {
    if (lingerMs === undefined) return over.end();
    ending ??= setTimeout(() => {
      ending = undefined;
      clean = lost() === lostBefore;
      if (clean) over.end();
    }, lingerMs);
  };
  const take = (datagram: Datagram): boolean => {
    const answer = found.match(datagram);
    if (!answer) {
      found.hear(datagram);
      return false;
    }
    // The wanted one is looked at before all others: a queue or a cap could hide it, or somebody who says he is it.
    const isWanted = wanted !== null && datagram.bytes.includes(wanted);
    if (isWanted && !found.knows(answer)) found.take(answer);
    else if (!isWanted && !found.knows(answer)) mailbox.put(answer);
    if (isWanted && until && found.has(until)) answered(answer.asked);
    return true;
  };
  for (const asked of headStart?.asked ?? []) found.asked({ ...asked, lostBefore: 0 });
  const stopListening = lan.listen(take);
  const ahead = headStart?.take();
  found.overflowed += ahead?.dropped ?? 0;
  for (const datagram of ahead?.heard ?? []) take(datagram);
  try {
    for (let round = headStart ? 1 : 0; !over.signal.aborted; round++) {
      // To count takes longer than to ask: what is known already is not counted again.
      await ask(lan, found, round, round === 0 ? 0 : lost());
      const now = FIRST_INQUIRIES[round] ?? EVERY_MS * (round - FIRST_INQUIRIES.length + 1);
      const next = FIRST_INQUIRIES[round + 1] ?? EVERY_MS * (round - FIRST_INQUIRIES.length + 2);
      await pause(next - now, over.signal);
    }
    // Who has found the one it looked for does not wait for the others.
    if (until && found.has(until)) await mailbox.drain(0);
    else {
      await lan.quiet();
      unread = await mailbox.drain(DRAIN_MS);
    }
  } finally {
    over.end();
    clearTimeout(ending);
    stopListening();
  }
  const dropped = mailbox.dropped() + found.overflowed;
  const lostInAll = lostBelow() - lostAtStart + unread;
  return { ...found.report(), dropped, lost: lostInAll, clean: clean || dropped + lostInAll === 0 };
}

/** One round of inquiries. Broadcast goes with every second one: it reaches devices behind switches that eat multicast. */
async function ask(lan: Lan, found: Findings, round: number, lostBefore: number): Promise<void> {
  // What is set aside is asked where nothing else leads on; at once where there is nothing else.
  const isOpen = round >= SET_ASIDE_ROUND || lan.interfaces.every(({ setAside }) => setAside);
  for (const through of lan.interfaces) {
    if (through.setAside && !(isOpen && found.isWanting())) continue;
    const destinations: Destination[] = round % 2 === 0 ? ['multicast'] : ['multicast', 'broadcast'];
    destinations.push(...found.silent(through).map((unicast) => ({ unicast })));
    const uuid = newUuid();
    found.asked({ uuid, through, lostBefore });
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

/** A content that was read before: the same bytes around another Uuid say nothing new. */
interface Content {
  readonly bytes: Buffer;
  /** Where its Uuid is. */
  readonly at: number;
  /** Null: it is no announcement. */
  readonly announcement: Announcement | null;
}

/** What has answered so far. */
class Findings {
  readonly #interfaces: readonly LanInterface[];
  readonly #wanted: string | null;
  readonly #asked = new Map<string, Asked>();
  readonly #claims = new Map<string, Claim>();
  readonly #serials = new Set<string | null>();
  /** Addresses that spoke SADP, but have not answered us yet: worth a unicast inquiry. */
  readonly #heard = new Set<string>();
  readonly #perSource = new Map<string, number>();
  readonly #contents = new Map<string, Content[]>();
  readonly #omitted = new Set<string>();
  #keptBytes = 0;
  #claimants = 0;
  #second = 0;
  #strangers = 0;
  /** Answers that were not kept because their address had said too many different things. */
  overflowed = 0;

  /** @param wanted short serial that is kept however many others its address answers for */
  constructor(interfaces: readonly LanInterface[], wanted: string | null) {
    this.#interfaces = interfaces;
    this.#wanted = wanted;
  }

  asked(asked: Asked): void {
    this.#asked.set(asked.uuid, asked);
  }

  has(shortSerial: string): boolean {
    return this.#serials.has(shortSerial);
  }

  /** Nothing has answered of what is looked for. */
  isWanting(): boolean {
    return this.#wanted === null ? this.#claims.size === 0 : !this.has(this.#wanted);
  }

  silent(through: LanInterface): string[] {
    return [...this.#heard].filter((address) => inSubnet(through, address));
  }

  /** The datagram with the inquiry it answers, told by the Uuid in its bytes; null where it answers none. */
  match(datagram: Datagram): Answer | null {
    for (const { uuid, at } of uuidsIn(datagram.bytes)) {
      const asked = this.#asked.get(uuid);
      if (asked) return { ...datagram, asked, at };
    }
    return null;
  }

  /** Notes the address of somebody who spoke to others. */
  hear({ bytes, from }: Datagram): void {
    if (this.#heard.size >= MAX_HEARD || this.#heard.has(from) || this.#perSource.has(from)) return;
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) this.#strangers = 0;
    this.#second = second;
    if (++this.#strangers > MAX_STRANGERS_PER_SECOND) return;
    const message = readMessage(bytes);
    if (message.ok && readAnnouncement(message.value).ok) this.#heard.add(from);
  }

  /** Takes in what was read before, without reading it again. @returns false where it is new */
  knows({ bytes, at, from, via, asked }: Answer): boolean {
    const content = this.#contents.get(from)?.find((one) => isSame(one, { bytes, at }));
    if (!content) return false;
    if (content.announcement)
      this.#keep({ ...content.announcement, uuid: asked.uuid }, from, via ?? asked.through);
    return true;
  }

  take(answer: Answer): void {
    // Read meanwhile: the same content may have waited twice.
    if (this.knows(answer)) return;
    const { bytes, at, from, via, asked } = answer;
    const contents = this.#contents.get(from) ?? [];
    this.#contents.set(from, contents);
    if (contents.length >= MAX_KEPT) {
      this.overflowed++;
      const oldest = contents.shift();
      this.#keptBytes -= oldest ? oldest.bytes.length + COST_BYTES : 0;
    }
    const message = readMessage(bytes);
    const read = message.ok ? readAnnouncement(message.value) : message;
    const isOurs = read.ok && read.value.uuid === asked.uuid;
    const cost = bytes.length + COST_BYTES;
    if (this.#keptBytes + cost <= MAX_KEPT_BYTES) {
      this.#keptBytes += cost;
      contents.push({ bytes, at, announcement: isOurs ? read.value : null });
    }
    if (!isOurs) return;
    this.#heard.delete(from);
    this.#keep(read.value, from, via ?? asked.through);
  }

  #keep(announcement: Announcement, source: string, heardThrough: LanInterface): void {
    const key = [serialOf(announcement), macKey(announcement.mac), source].join(' ');
    const before = this.#claims.get(key);
    const via = before && inSubnet(before.via, source) ? before.via : this.#nearest(source, heardThrough);
    const lastAt = performance.now();
    if (!before) {
      const already = this.#perSource.get(source) ?? 0;
      // The wanted one has room of its own, and so has whoever else says he is it.
      const isWanted = announcement.shortSerial !== null && announcement.shortSerial === this.#wanted;
      const isCrowded = isWanted
        ? ++this.#claimants > MAX_CLAIMANTS
        : already >= MAX_PER_SOURCE || this.#claims.size >= MAX_DEVICES;
      if (isCrowded) {
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

  report(): Pick<SearchReport, 'devices' | 'omitted'> {
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

/** Whether two answers are the same but for the Uuid. */
function isSame(one: Pick<Content, 'bytes' | 'at'>, other: Pick<Content, 'bytes' | 'at'>): boolean {
  const { bytes, at } = one;
  if (bytes.length !== other.bytes.length || at !== other.at) return false;
  const end = at + UUID_LENGTH;
  return (
    bytes.compare(other.bytes, 0, at, 0, at) === 0 && bytes.compare(other.bytes, end, undefined, end) === 0
  );
}

/** Null for a device that does not say both: another one may say the same half. */
function identity(announcement: Announcement): string | null {
  const serial = serialOf(announcement);
  const mac = macKey(announcement.mac);
  return serial && mac && `${serial} ${mac}`;
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
