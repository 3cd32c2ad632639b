/**
 * Places for those who fetch a package: 40 MB over a slow line take minutes, and each costs a connection, a file handle and
 * some memory. Held in memory, as all limits of the hub (limits.ts).
 */
import { fail, ok, type Result } from '../kernel/result.ts';
import { addressKey, prefixKey } from './limits.ts';

export interface DownloadLimits {
  /** At the same time, all together. */
  readonly total: number;
  /** From one IPv4 /24 or IPv6 /48. */
  readonly perPrefix: number;
  readonly perAddress: number;
  /** Whoever takes fewer bytes than `leastBytes` in `everyMs` gives the place up; it can go on later from where it was. */
  readonly leastBytes: number;
  readonly everyMs: number;
}

/** One that is under way. */
interface Download {
  readonly address: string;
  readonly prefix: string;
  /** Ends it. */
  readonly end: () => void;
}

export interface Place {
  /** Gives the place up; a second time does nothing. */
  leave(): void;
}

/** `mine`: the address, or its neighbourhood, has as many as it may. `full`: everybody else has. */
export type NoPlace = 'mine' | 'full';

export interface Downloads {
  /**
   * A place for one more.
   * @param ip whose it is
   * @param moved bytes it has taken so far
   * @param end ends it, if it is too slow or has to give way
   */
  enter(ip: string, moved: () => number, end: () => void): Result<Place, NoPlace>;
}

/**
 * Where all places are taken, the neighbourhood with most of them gives one up, the one it has had longest, if it would
 * still have no fewer than the one that comes: nobody keeps everybody else out, and a browser goes on where it was.
 */
export function createDownloads(limits: DownloadLimits): Downloads {
  /** Oldest first. */
  const running = new Set<Download>();
  const countOf = (isMeant: (one: Download) => boolean) => [...running].filter(isMeant).length;
  const ofPrefix = (prefix: string) => countOf((one) => one.prefix === prefix);

  /** The one that has to give way to somebody of this neighbourhood. */
  function crowded(prefix: string): Download | undefined {
    const most = Math.max(...[...running].map((one) => ofPrefix(one.prefix)));
    if (most <= ofPrefix(prefix) + 1) return undefined;
    return [...running].find((one) => ofPrefix(one.prefix) === most);
  }

  return {
    enter(ip, moved, end) {
      const own = { address: addressKey(ip), prefix: prefixKey(ip), end };
      if (countOf(({ address }) => address === own.address) >= limits.perAddress) return fail('mine');
      if (ofPrefix(own.prefix) >= limits.perPrefix) return fail('mine');
      if (running.size >= limits.total) {
        const other = crowded(own.prefix);
        if (!other) return fail('full');
        running.delete(other);
        other.end();
      }
      running.add(own);
      let before = 0;
      const watch = setInterval(() => {
        const now = moved();
        if (now - before < limits.leastBytes) end();
        before = now;
      }, limits.everyMs).unref();
      return ok({
        leave() {
          clearInterval(watch);
          running.delete(own);
        },
      });
    },
  };
}
