/**
 * Discovery on large sites, over real UDP on loopback: what is found, how soon, and for how much memory, beside the
 * search that most tools do, "join the group, ask once, read every datagram as it comes". Then `--until` with the
 * agent's command line. Site and searcher are processes of their own.
 *
 *   npx tsx bench/discovery.ts [devices…]
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
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

/** What one search of one process brought. */
interface Figures {
  readonly found: number;
  /** When the last new device was known, ms after the start. */
  readonly lastMs: number;
  /** Growth of the process's memory by the search, MiB. */
  readonly memoryMiB: number;
}

const SEARCHES: Readonly<Record<string, (network: Network) => Promise<Pick<Figures, 'found' | 'lastMs'>>>> = {
  ours: async (network) => {
    const lan = await openLan(network, network.survey().used);
    const heard = heardUntil();
    const stop = lan.listen(({ bytes }) => {
      heard.add(bytes);
      return false;
    });
    const { devices } = await search(lan, { waitMs: WAIT_MS });
    stop();
    lan.close();
    return { found: devices.length, lastMs: heard.lastMs() };
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
    return { found: found.size, lastMs: heard.lastMs() };
  },
};

const [role, ...words] = process.argv.slice(2);
if (role === 'site') await beSite(Number(words[0]));
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
      const column = (key: 'lastMs' | 'memoryMiB') => middle(runs.map((run) => run[key])).toFixed(0);
      console.log(
        `${size} devices, ${name}: found ${least} at worst of ${RUNS} runs; the last one after ` +
          `${column('lastMs')} ms; ${column('memoryMiB')} MiB (medians)`,
      );
    }
    site.child.kill();
  }
  await timeUntil();
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
  const env = { ...process.env, UNBIND_AGENT_TEST_NETWORK: site.said, UNBIND_AGENT_HOME: folder };
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

async function beSite(size: number): Promise<void> {
  const { testNetwork: setting } = await createEmulatedLan({ devices: manyCameras(size) });
  process.send?.(setting);
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
