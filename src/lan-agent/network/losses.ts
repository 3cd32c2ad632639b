import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { endianness, platform } from 'node:os';

/** Where a socket of ours is bound. */
export interface Bound {
  readonly address: string;
  readonly port: number;
}

const SOCKETS = '/proc/self/net/udp';
const PIECES = '/proc/self/net/snmp';
const QUEUES = '/proc/net/softnet_stat';
/** What a card throws away because nobody fetched it in time; `rx_dropped` counts strange protocols as well. */
const CARD_COUNTERS = ['rx_missed_errors', 'rx_fifo_errors'];

/**
 * Makes a counter of the datagrams that the kernel has thrown away before we could see them: at our sockets, in the
 * processors' queues, in the cards, and where the pieces of large ones are put together (somebody who sends pieces in
 * the device's name hides its large answers and nothing else). Only Linux tells; the queues are those of the machine.
 * @returns the losses since now, because most of these numbers are the machine's and have grown since it started; null
 * where the system does not tell. A counter that cannot be read any more counts a loss each time.
 */
export function kernelLosses(
  sockets: readonly Bound[],
  interfaces: readonly string[],
): (() => number) | null {
  if (platform() !== 'linux') return null;
  try {
    const inodes = inodesOf(sockets);
    const cards = interfaces.flatMap(cardCounters);
    const read = () => socketLosses(inodes) + pieceLosses() + queueLosses() + cardLosses(cards);
    const before = read();
    let last = 0;
    return () => {
      try {
        last = read() - before;
      } catch {
        last++;
      }
      return last;
    };
  } catch {
    return null;
  }
}

/** A second of strangers' datagrams that a receive buffer surely holds, in units of 2 KiB. */
const STRANGERS_PER_SECOND = 500;
const UNIT_BYTES = 2048;

/**
 * For systems that do not tell: counts what comes beyond a rate at which nothing can have been lost. An honest network
 * of 300 devices stays below it, because what answers our own questions is not counted.
 */
export function strangerLosses(now: () => number = () => performance.now()): {
  count(bytes: number): void;
  lost(): number;
} {
  let second = 0;
  let units = 0;
  let lost = 0;
  return {
    count: (bytes) => {
      const current = Math.floor(now() / 1000);
      if (current !== second) units = 0;
      second = current;
      units += Math.max(1, bytes / UNIT_BYTES);
      if (units > STRANGERS_PER_SECOND) lost++;
    },
    lost: () => lost,
  };
}

/** The inodes of our sockets: a line of the table belongs to us only if one of our open files has its inode. */
function inodesOf(sockets: readonly Bound[]): ReadonlySet<string> {
  const own = new Set(readdirSync('/proc/self/fd').map(inodeOf));
  const wanted = new Set(sockets.map(({ address, port }) => `${hexOf(address)}:${hex(port, 4)}`));
  const found = rows().filter(([, local = '', , , , , , , , inode]) => wanted.has(local) && own.has(inode));
  if (found.length < sockets.length) throw new Error('not all sockets are in the table');
  return new Set(found.map((row) => row[9] ?? ''));
}

function inodeOf(fd: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
  } catch {
    // Closed since it was listed.
    return undefined;
  }
}

/** Fields of the socket table: the second is the local address, the tenth the inode, the last what was dropped. */
function rows(): string[][] {
  return readFileSync(SOCKETS, 'latin1').split('\n').slice(1).map(fieldsOf);
}

function fieldsOf(row: string): string[] {
  return row.trim().split(/\s+/);
}

/** Only our own lines are taken apart: a search asks often, and a machine may have thousands of sockets. */
function socketLosses(inodes: ReadonlySet<string>): number {
  const table = readFileSync(SOCKETS, 'latin1');
  let sum = 0;
  for (const inode of inodes) {
    for (let at = table.indexOf(` ${inode} `); at >= 0; at = table.indexOf(` ${inode} `, at + 1)) {
      const row = fieldsOf(table.slice(table.lastIndexOf('\n', at) + 1, table.indexOf('\n', at)));
      if (row[9] === inode) sum += Number(row.at(-1));
    }
  }
  return sum;
}

/**
 * Pieces that found no room or contradicted each other. Without those that were waited for in vain: they are counted
 * half a minute late, and a Wi-Fi network loses some all the time.
 */
function pieceLosses(): number {
  const [names = [], values = []] = readFileSync(PIECES, 'latin1')
    .split('\n')
    .filter((line) => line.startsWith('Ip: '))
    .map((line) => line.split(' '));
  const counter = (name: string) => Number(values[names.indexOf(name)] ?? 0);
  return counter('ReasmFails') - counter('ReasmTimeout');
}

/** One line a processor; the second number is what its queue had no room for. */
function queueLosses(): number {
  return readFileSync(QUEUES, 'latin1')
    .trim()
    .split('\n')
    .reduce((sum, line) => sum + Number.parseInt(line.split(/\s+/)[1] ?? '0', 16), 0);
}

/** Labels of an interface (`eth0:1`) have no counters of their own. */
function cardCounters(name: string): string[] {
  const folder = `/sys/class/net/${name}/statistics`;
  try {
    const there = readdirSync(folder);
    return CARD_COUNTERS.filter((counter) => there.includes(counter)).map(
      (counter) => `${folder}/${counter}`,
    );
  } catch {
    return [];
  }
}

/** A card that was pulled out has lost nothing that could be told from its silence. */
function cardLosses(counters: readonly string[]): number {
  return counters.reduce((sum, path) => {
    try {
      return sum + Number(readFileSync(path, 'latin1'));
    } catch {
      return sum;
    }
  }, 0);
}

/** The kernel writes an address as the number it is in its own memory. */
function hexOf(address: string): string {
  const octets = address.split('.').map((octet) => hex(Number(octet), 2));
  return (endianness() === 'LE' ? octets.reverse() : octets).join('');
}

function hex(number: number, digits: number): string {
  return number.toString(16).toUpperCase().padStart(digits, '0');
}
