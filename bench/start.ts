/**
 * How soon the agent does something, beside the whole run of `node -e 0`: the whole run of `--version`, the first inquiry of `discover`
 * on the wire, and the whole run of `discover --until` for a device that is there. Of the bundle as it is released, and the first
 * inquiry from source. Everything takes place in a network namespace of this bench's own. Linux, as root.
 *
 *   npx tsx bench/start.ts [--runs 15] [--bundle <unbind-agent.mjs of another version>]
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAgent } from '../scripts/bundles.ts';
import { createEmulatedLan } from '../src/sandbox/device/lan.ts';
import { manyCameras } from '../src/sandbox/device/profiles.ts';
import { NO_NAMESPACES } from '../test/integration/netns/world.ts';
import { temporaryFolder } from '../test/support/store.ts';
import { alternate, asked, beside, cannot, report, timed } from './bench.ts';

const { runs, bundle } = asked({ runs: 15, bundle: '' });
const INSIDE = 'UNBIND_BENCH_NAMESPACE';
const LAPTOP = '10.20.0.10';
const DEVICE = '10.20.0.64';
const GROUP = '239.255.255.250';
const PORT = 37_020;

if (process.env[INSIDE]) await measure();
else if (NO_NAMESPACES) cannot(NO_NAMESPACES);
else goInside();

/** Runs this file again in a namespace, whose last word it is. */
function goInside(): void {
  const { status } = spawnSync(
    'unshare',
    ['--net', process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    { env: { PATH: process.env.PATH, [INSIDE]: '1' }, stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
}

/** One wire, on which the laptop and one device are. */
function makeNetwork(): void {
  const ip = (...words: string[]) => execFileSync('ip', words);
  ip('link', 'add', 'lan0', 'type', 'veth', 'peer', 'name', 'far0');
  for (const address of [LAPTOP, DEVICE]) ip('addr', 'add', `${address}/24`, 'brd', '+', 'dev', 'lan0');
  for (const name of ['lo', 'lan0', 'far0']) ip('link', 'set', name, 'up');
}

/** Hears every inquiry, as a device would. */
async function listen(): Promise<Socket> {
  const listener = createSocket({ type: 'udp4', reuseAddr: true });
  listener.bind(PORT, '0.0.0.0');
  await once(listener, 'listening');
  listener.addMembership(GROUP, LAPTOP);
  return listener;
}

async function measure(): Promise<void> {
  makeNetwork();
  const folder = await temporaryFolder();
  const built = join(folder.path, 'unbind-agent.mjs');
  if (bundle === '') await buildAgent(folder.path);
  const program = bundle === '' ? built : resolve(bundle);
  const source = fileURLToPath(new URL('../src/lan-agent/main.ts', import.meta.url));
  const env = { PATH: process.env.PATH, HOME: folder.path, LANG: 'en_US.UTF-8' };
  const [camera] = manyCameras(1);
  if (!camera) throw new Error('there is no camera');
  const profile = { ...camera.profile, address: DEVICE };

  const wholeRun = (...words: string[]) =>
    timed(async () => {
      const [code] = await once(spawn(process.execPath, words, { env, stdio: 'ignore' }), 'exit');
      if (code !== 0) throw new Error(`${words.join(' ')} has ended with ${code}`);
    });
  const listener = await listen();
  const firstInquiry = async (...words: string[]) => {
    const begun = performance.now();
    const agent = spawn(process.execPath, [...words, 'discover', '--wait', '60000'], {
      env,
      stdio: 'ignore',
    });
    const ended = once(agent, 'exit');
    await Promise.race([
      once(listener, 'message'),
      ended.then(([code]) => Promise.reject(new Error(`the agent has ended with ${code}`))),
    ]);
    const ms = performance.now() - begun;
    agent.kill('SIGKILL');
    await ended;
    return ms;
  };
  const until = async () => {
    const lan = await createEmulatedLan({
      devices: [{ ...camera, profile }],
      port: PORT,
      interfaceAddress: DEVICE,
    });
    const ms = await wholeRun(program, 'discover', '--until', profile.shortSerial, '--json');
    await lan.close();
    return ms;
  };

  const took = await alternate(
    {
      node: () => wholeRun('-e', '0'),
      version: () => wholeRun(program, '--version'),
      inquiry: () => firstInquiry(program),
      until,
      source: () => firstInquiry('--import', import.meta.resolve('tsx'), source),
    },
    runs,
  );
  await folder.remove();
  const node = { name: 'node -e 0', rounds: took.node };
  report([
    beside('--version', 'ms', took.version, node),
    beside('first inquiry of discover', 'ms', took.inquiry, node),
    beside('discover --until, whole run', 'ms', took.until, node),
    beside('first inquiry of discover, from source', 'ms', took.source, node),
  ]);
  process.exit();
}
