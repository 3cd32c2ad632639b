/**
 * Discovery on large sites, over real UDP on loopback: what is found, how soon, and for how much memory, beside the
 * search that most tools do, "join the group, ask once, read every datagram as it comes". Then how soon one wanted
 * device is known among all that answer at once, beside a bare round trip that parses nothing; what `--wait` comes to;
 * and `--until` with the agent's command line. Site and searcher are processes of their own.
 *
 *   npx tsx bench/discovery.ts [devices… | crowds]
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { childEnv } from '../src/kernel/child-env.ts';
import { openLan } from '../src/lan-agent/network/lan.ts';
import type { Network } from '../src/lan-agent/network/network.ts';
import { search } from '../src/lan-agent/network/search.ts';
import { testNetwork } from '../src/lan-agent/network/test-network.ts';
import { readAnnouncement } from '../src/lan-agent/sadp/announcement.ts';
import { readMessage } from '../src/lan-agent/sadp/message.ts';
import { inquiry, newUuid } from '../src/lan-agent/sadp/requests.ts';
import { createEmulatedLan } from '../src/sandbox/device/lan.ts';
import { manyCameras } from '../src/sandbox/device/profiles.ts';

const RUNS = 5;
const UNTIL_RUNS = 20;
const UNTIL_DEVICES = 250;
const WAIT_MS = 6000;
/** After so long a bare question or its answer was lost. */
const LOST_MS = 2000;
/** Sites on which one device is looked for: so many devices, each answering once or in two copies. */
const CROWDS = [
  [250, 'multicast'],
  [250, 'both'],
  [2000, 'multicast'],
] as const;

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
else if (role === 'crowds') await timeCrowds();
else if (role === 'search') await beSearcher(words[0] ?? '', words[1] ?? '');
else await compare([role, ...words].map(Number).filter((size) => size > 0));

async function compare(asked: readonly number[]): Promise<void> {
  for (const size of asked.length > 0 ? asked : [1, 50, 250, 2000]) {
    const site = await start('site', String(size));
    for (const name of Object.keys(SEARCHES)) {
      const runs: Figures[] = [];
      for (let run = 0; run < RUNS; run++) {
        runs.push(JSON.parse((await start('search', name, site.said)).said));
      }
      const least = Math.min(...runs.map(({ found }) => found));
      const column = (key: 'lastMs' | 'memoryMiB' | 'wholeMs') =>
        middle(runs.map((run) => run[key])).toFixed(0);
      console.log(
        `${size} devices, ${name}: found ${least} at worst of ${RUNS} runs; the last one after ` +
          `${column('lastMs')} ms of ${column('wholeMs')} (asked: ${WAIT_MS}); ${column('memoryMiB')} MiB (medians); ` +
          `last run: ${runs.at(-1)?.missed}`,
      );
    }
    site.child.kill();
  }
  await timeCrowds();
  await timeUntil();
}

async function timeCrowds(): Promise<void> {
  for (const [size, replyBy] of CROWDS) await timeRoundTrip(size, replyBy);
}

/** One device among many that answer at the same moment. */
async function timeRoundTrip(size: number, replyBy: string): Promise<void> {
  const site = await start('site', String(size), replyBy);
  const serials = manyCameras(size).map(({ profile }) => profile.shortSerial);
  const times: Record<string, number[]> = { ours: [], bare: [] };
  for (let run = 0; run < UNTIL_RUNS; run++) {
    const serial = serials[Math.floor((run * size) / UNTIL_RUNS)] ?? '';
    for (const [name, ms] of Object.entries(times)) {
      ms.push(Number((await start('until', name, site.said, serial)).said));
    }
  }
  site.child.kill();
  const [ours, bare] = [middle(times.ours ?? []), middle(times.bare ?? [])];
  console.log(
    `one of ${size} (${replyBy}): known after ${ours.toFixed(1)} ms, bare round trip ${bare.toFixed(1)} ms, ` +
      `${(ours / bare).toFixed(1)} times (medians of ${UNTIL_RUNS})`,
  );
}

/** The command line as a technician starts it, bundled as it is shipped. */
async function timeUntil(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-discovery-'));
  const agent = join(folder, 'agent.mjs');
  const banner = "import { createRequire as cr } from 'node:module'; const require = cr(import.meta.url);";
  await build({
    entryPoints: ['src/lan-agent/main.ts'],
    outfile: agent,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: banner },
  });
  const site = await start('site', String(UNTIL_DEVICES));
  const serials = manyCameras(UNTIL_DEVICES).map(({ profile }) => profile.shortSerial);
  const env = { ...childEnv(), UNBIND_AGENT_TEST_NETWORK: site.said, UNBIND_AGENT_HOME: folder };
  const timed = (args: readonly string[]) => {
    const begun = performance.now();
    execFileSync(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    return performance.now() - begun;
  };
  const untils: number[] = [];
  const starts: number[] = [];
  for (let run = 0; run < UNTIL_RUNS; run++) {
    const serial = serials[Math.floor((run * UNTIL_DEVICES) / UNTIL_RUNS)] ?? '';
    untils.push(timed([agent, 'discover', '--until', serial, '--json']));
    starts.push(timed(['-e', '0']));
  }
  site.child.kill();
  rmSync(folder, { recursive: true });
  console.log(
    `discover --until against ${UNTIL_DEVICES} devices, whole process: median ${middle(untils).toFixed(0)} ms of ` +
      `${UNTIL_RUNS} runs, worst ${Math.max(...untils).toFixed(0)} ms; node alone starts and ends in ${middle(starts).toFixed(0)} ms`,
  );
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

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}
