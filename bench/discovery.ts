/**
 * Discovery on large sites, over real UDP on loopback: what is found, how soon, and for how much memory, beside the
 * search that most tools do, "join the group, ask once, read every datagram as it comes". Then how soon one wanted
 * device is known among all that answer at once, beside a bare round trip that parses nothing. Site and searcher are
 * processes of their own; the agent's command line is in bench/start.ts.
 *
 *   npx tsx bench/discovery.ts [--devices 1,50,250,2000] [--runs 5] [--crowds 250,2000]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openLan } from '../src/lan-agent/network/lan.ts';
import type { Network } from '../src/lan-agent/network/network.ts';
import { search } from '../src/lan-agent/network/search.ts';
import { testNetwork } from '../src/lan-agent/network/test-network.ts';
import { readAnnouncement } from '../src/lan-agent/sadp/announcement.ts';
import { readMessage } from '../src/lan-agent/sadp/message.ts';
import { inquiry, newUuid } from '../src/lan-agent/sadp/requests.ts';
import { createEmulatedLan } from '../src/sandbox/device/lan.ts';
import { manyCameras } from '../src/sandbox/device/profiles.ts';
import { against, alternate, asked, beside, median, note, report } from './bench.ts';
import type { Figure } from './run/figure.ts';

const CROWD_RUNS = 20;
const WAIT_MS = 6000;
/** After so long a bare question or its answer was lost. */
const LOST_MS = 2000;
/** Of a site on which one device is looked for: each device answers once, or in two copies. */
const REPLIES = ['multicast', 'both'] as const;

/** What one search of one process brought. */
interface Figures {
  readonly found: number;
  /** When the last new device was known, ms after the start. */
  readonly lastMs: number;
  /** Growth of the process's memory by the search, MiB. */
  readonly memoryMiB: number;
  /** The whole search, ms: what it was given and what it takes beyond. */
  readonly wholeMs: number;
  /** Answers that were thrown away, and datagrams that were lost before. */
  readonly missed: string;
}

const SEARCHES: Readonly<
  Record<string, (network: Network) => Promise<Pick<Figures, 'found' | 'lastMs' | 'wholeMs' | 'missed'>>>
> = {
  ours: async (network) => {
    const lan = await openLan(network, network.survey().used);
    const heard = heardUntil();
    const stop = lan.listen(({ bytes }) => {
      heard.add(bytes);
      return false;
    });
    const begun = performance.now();
    const { devices, dropped, lost } = await search(lan, { waitMs: WAIT_MS });
    const wholeMs = performance.now() - begun;
    stop();
    lan.close();
    return {
      found: devices.length,
      lastMs: heard.lastMs(),
      wholeMs,
      missed: `${dropped} thrown away, ${lost} lost`,
    };
  },
  plain: async (network) => {
    const [through] = network.survey().used;
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    await new Promise<void>((done) => socket.bind(network.port, done));
    socket.addMembership('239.255.255.250', through?.address);
    socket.setMulticastInterface(through?.address ?? '');
    const heard = heardUntil();
    const found = new Set<string | null>();
    socket.on('message', (bytes) => {
      heard.add(bytes);
      const message = readMessage(bytes);
      const read = message.ok ? readAnnouncement(message.value) : message;
      if (read.ok) found.add(read.value.shortSerial);
    });
    socket.send(inquiry(newUuid()).bytes, network.port, '239.255.255.250');
    await new Promise((done) => setTimeout(done, WAIT_MS));
    socket.close();
    return { found: found.size, lastMs: heard.lastMs(), wholeMs: WAIT_MS, missed: 'nobody counts' };
  },
};

/** How soon a device is known, ms from the first inquiry. */
const ROUND_TRIPS: Readonly<Record<string, (network: Network, serial: string) => Promise<number>>> = {
  ours: async (network, serial) => {
    const lan = await openLan(network, network.survey().used);
    const begun = performance.now();
    const { devices } = await search(lan, { waitMs: WAIT_MS, until: serial });
    const ms = performance.now() - begun;
    lan.close();
    if (!devices.some(({ announcement }) => announcement.shortSerial === serial))
      throw new Error('not found');
    return ms;
  },
  bare: async (network, serial) => {
    const [through] = network.survey().used;
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    await new Promise<void>((done) => socket.bind(network.port, done));
    socket.addMembership('239.255.255.250', through?.address);
    socket.setMulticastInterface(through?.address ?? '');
    // With the usual buffer most answers of a large site are lost.
    socket.setRecvBufferSize(4 * 1024 * 1024);
    const wanted = Buffer.from(serial);
    let begun = 0;
    const ask = () => {
      begun = performance.now();
      socket.send(inquiry(newUuid()).bytes, network.port, '239.255.255.250');
    };
    // One that was lost all the same is asked for anew, and timed anew.
    const again = setInterval(ask, LOST_MS);
    const answered = new Promise<void>((done) => {
      socket.on('message', (bytes) => bytes.includes(wanted) && done());
    });
    ask();
    await answered;
    clearInterval(again);
    const ms = performance.now() - begun;
    socket.close();
    return ms;
  },
};

const [role, ...words] = process.argv.slice(2);
if (role === 'site') await beSite(Number(words[0]), words[1]);
else if (role === 'until') await beFinder(words[0] ?? '', words[1] ?? '', words[2] ?? '');
else if (role === 'search') await beSearcher(words[0] ?? '', words[1] ?? '');
else await main();

async function main(): Promise<void> {
  const { devices, runs, crowds } = asked({ devices: '1,50,250,2000', runs: 5, crowds: '250,2000' });
  const sizes = (list: string) => list.split(',').filter(Boolean).map(Number);
  const figures: Figure[] = [];
  for (const size of sizes(devices)) figures.push(...(await timeSearch(size, runs)));
  for (const size of sizes(crowds))
    for (const replyBy of REPLIES) figures.push(await timeRoundTrip(size, replyBy));
  report(figures);
}

async function timeSearch(size: number, count: number): Promise<Figure[]> {
  const site = await start('site', String(size));
  const runs: Record<'ours' | 'plain', Figures[]> = { ours: [], plain: [] };
  const once = async (name: keyof typeof runs) => {
    const figures: Figures = JSON.parse((await start('search', name, site.said)).said);
    runs[name].push(figures);
    return figures.lastMs;
  };
  const last = await alternate({ ours: () => once('ours'), plain: () => once('plain') }, count, 0);
  site.child.kill();
  const least = (name: keyof typeof runs) => Math.min(...runs[name].map(({ found }) => found));
  const memory = (name: keyof typeof runs) => median(runs[name].map(({ memoryMiB }) => memoryMiB));
  const wholeMs = median(runs.ours.map((run) => run.wholeMs));
  note(
    `${size} devices: asked for ${WAIT_MS} ms, ended after ${wholeMs.toFixed(0)}; ${runs.ours.at(-1)?.missed}`,
  );
  const plainly = (value: number) => ({ name: 'plain search', value });
  return [
    against(`found of ${size}, at worst`, 'count', least('ours'), plainly(least('plain')), {
      better: 'more',
    }),
    beside(`last of ${size} known`, 'ms', last.ours, { name: 'plain search', rounds: last.plain }),
    against(`memory of a search among ${size}`, 'MB', memory('ours'), plainly(memory('plain'))),
  ];
}

/** One device among many that answer at the same moment. */
async function timeRoundTrip(size: number, replyBy: string): Promise<Figure> {
  const site = await start('site', String(size), replyBy);
  const serials = manyCameras(size).map(({ profile }) => profile.shortSerial);
  const runs = { ours: 0, bare: 0 };
  const once = async (name: keyof typeof runs) => {
    const serial = serials[Math.floor((runs[name]++ * size) / CROWD_RUNS)] ?? '';
    return Number((await start('until', name, site.said, serial)).said);
  };
  const took = await alternate({ ours: () => once('ours'), bare: () => once('bare') }, CROWD_RUNS, 0);
  site.child.kill();
  const bare = { name: 'bare round trip', rounds: took.bare };
  return beside(`one of ${size} known, answers by ${replyBy}`, 'ms', took.ours, bare);
}

async function beSite(size: number, replyBy = 'multicast'): Promise<void> {
  const quirks = { replyBy: replyBy === 'both' ? 'both' : 'multicast' } as const;
  const devices = manyCameras(size).map((device) => ({ ...device, quirks }));
  const { testNetwork: setting } = await createEmulatedLan({ devices });
  process.send?.(setting);
}

async function beFinder(name: string, setting: string, serial: string): Promise<void> {
  const network = testNetwork(setting, false);
  const find = ROUND_TRIPS[name];
  if (!network.ok || !find) throw new Error(`cannot look for ${serial} by ${name}`);
  const ms = await find(network.value, serial);
  process.send?.(String(ms), () => process.exit());
}

async function beSearcher(name: string, setting: string): Promise<void> {
  const network = testNetwork(setting, false);
  const find = SEARCHES[name];
  if (!network.ok || !find) throw new Error(`cannot search ${setting} by ${name}`);
  const before = process.memoryUsage.rss();
  const figures = await find(network.value);
  const memoryMiB = (process.memoryUsage.rss() - before) / 2 ** 20;
  process.send?.(JSON.stringify({ ...figures, memoryMiB }), () => process.exit());
}

/** Starts this file in another role and waits for the one thing it says. */
async function start(...args: string[]): Promise<{ child: ChildProcess; said: string }> {
  const child = fork(fileURLToPath(import.meta.url), args);
  const [said] = await once(child, 'message');
  return { child, said: String(said) };
}

/** When the last new device was heard of, ms after this was made. */
function heardUntil(): { add(bytes: Buffer): void; lastMs(): number } {
  const begun = performance.now();
  const serials = new Set<string>();
  let last = begun;
  return {
    add: (bytes) => {
      const serial = /<DeviceSN>([^<]+)/.exec(bytes.toString('latin1'))?.[1];
      if (serial && !serials.has(serial)) last = performance.now();
      if (serial) serials.add(serial);
    },
    lastMs: () => last - begun,
  };
}
