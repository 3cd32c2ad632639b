import type { Datagram } from './lan.ts';

/** Most bytes waiting to be read. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** Read between two looks at the sockets: parsing takes about 0.15 ms each, and the kernel's buffer must not fill. */
const SLICE = 8;
/** Datagrams of one address that are looked at per second. A device answers each of our inquiries once or twice. */
const MAX_PER_SECOND = 64;
/** Replies above 4 KiB were seen (protocol/sadp.md 2). A larger one than this is not worth much of our time. */
const LARGE_BYTES = 8 * 1024;
/** Bytes of such large ones of one address that are read per second: a few replies, or one of the largest. */
const MAX_LARGE_BYTES_PER_SECOND = 64 * 1024;

export interface Inbox<T extends Datagram> {
  readonly put: (datagram: T) => void;
  /** Datagrams thrown away because too many came, of one address or at all. */
  dropped(): number;
  /**
   * Reads what is still waiting, and takes nothing more.
   * @param ms longest time for it
   * @returns how many were left then
   */
  drain(ms?: number): Promise<number>;
}

/**
 * Takes datagrams off the sockets at once and hands them on in small slices: a burst of replies is lost in the
 * kernel's buffer if every one is parsed before the next is fetched. While they still come in, they come first. What
 * one address may send is limited.
 */
export function inbox<T extends Datagram>(
  read: (datagram: T) => void,
  now: () => number = () => performance.now(),
): Inbox<T> {
  const waiting: T[] = [];
  const perSource = new Map<string, { count: number; largeBytes: number }>();
  let waitingBytes = 0;
  let second = 0;
  let dropped = 0;
  let scheduled = false;
  let closed = false;
  let busy = false;

  const slice = () => {
    scheduled = false;
    for (const datagram of waiting.splice(0, busy ? 1 : SLICE)) {
      waitingBytes -= datagram.bytes.length;
      read(datagram);
    }
    busy = false;
    schedule();
  };
  const schedule = () => {
    if (scheduled || waiting.length === 0) return;
    scheduled = true;
    setImmediate(slice);
  };

  return {
    put: (datagram) => {
      if (closed) return;
      busy = true;
      const current = Math.floor(now() / 1000);
      if (current !== second) {
        second = current;
        perSource.clear();
      }
      const { length } = datagram.bytes;
      const spent = perSource.get(datagram.from) ?? { count: 0, largeBytes: 0 };
      perSource.set(datagram.from, spent);
      spent.count++;
      const isLarge = length > LARGE_BYTES;
      if (isLarge) spent.largeBytes += length;
      const tooLarge = isLarge && spent.largeBytes > MAX_LARGE_BYTES_PER_SECOND;
      const tooMuch = tooLarge || spent.count > MAX_PER_SECOND;
      if (tooMuch || waitingBytes + length > MAX_WAITING_BYTES) {
        dropped++;
        return;
      }
      waiting.push(datagram);
      waitingBytes += length;
      schedule();
    },
    dropped: () => dropped,
    drain: async (ms = Number.POSITIVE_INFINITY) => {
      closed = true;
      const deadline = performance.now() + ms;
      while (waiting.length > 0 && performance.now() < deadline) {
        await new Promise((done) => setImmediate(done));
      }
      return waiting.splice(0).length;
    },
  };
}
