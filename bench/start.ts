/**
 * How soon the agent's first inquiry is on the wire, beside the whole run of `node -e 0`: of the bundle as `npm run build`
 * makes it, and from source. Runs alternate, so that a busy machine is busy for all of them. Everything takes place in a
 * network namespace of this bench's own, where it listens as a device would. Linux, as root.
 *
 *   npx tsx scripts/build.ts && npx tsx bench/start.ts [--runs 15] [--bundle <file>…]
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const INSIDE = 'UNBIND_BENCH_NAMESPACE';
const OWN = '10.20.0.10';
const GROUP = '239.255.255.250';
const PORT = 37_020;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '15' },
    bundle: { type: 'string', multiple: true, default: ['dist/unbind-agent.mjs'] },
  },
});

if (process.env[INSIDE]) {
  makeNetwork();
  await measure();
  process.exit();
}
const { status } = spawnSync(
  'unshare',
  ['--net', process.execPath, ...process.execArgv, ...process.argv.slice(1)],
  {
    env: { PATH: process.env.PATH, [INSIDE]: '1' },
    stdio: 'inherit',
  },
);
if (status !== 0) throw new Error('no network namespace could be made, or the run in it has failed');

/** One wire that leads nowhere. */
function makeNetwork(): void {
  const ip = (...words: string[]) => execFileSync('ip', words);
  ip('link', 'add', 'lan0', 'type', 'veth', 'peer', 'name', 'far0');
  ip('addr', 'add', `${OWN}/24`, 'brd', '+', 'dev', 'lan0');
  for (const name of ['lo', 'lan0', 'far0']) ip('link', 'set', name, 'up');
}

async function measure(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'unbind-start-'));
  const listener = createSocket({ type: 'udp4', reuseAddr: true });
  listener.bind(PORT, '0.0.0.0');
  await once(listener, 'listening');
  listener.addMembership(GROUP, OWN);
  const env = { PATH: process.env.PATH, HOME: home, LANG: 'en_US.UTF-8' };

  const wholeRun = async () => {
    const begun = performance.now();
    await once(spawn(process.execPath, ['-e', '0'], { env, stdio: 'ignore' }), 'exit');
    return performance.now() - begun;
  };
  const firstInquiry = async (program: readonly string[]) => {
    const begun = performance.now();
    const agent = spawn(process.execPath, [...program, 'discover', '--wait', '60000'], {
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

  const source = fileURLToPath(new URL('../src/lan-agent/main.ts', import.meta.url));
  const programs: [name: string, run: () => Promise<number>][] = [
    ['node -e 0, whole run', wholeRun],
    ...values.bundle.map((file): [string, () => Promise<number>] => [file, () => firstInquiry([file])]),
    ['from source', () => firstInquiry(['--import', import.meta.resolve('tsx'), source])],
  ];
  const figures = new Map(programs.map(([name]) => [name, [] as number[]]));
  for (let run = 0; run < Number(values.runs); run++) {
    for (const [name, once] of programs) figures.get(name)?.push(await once());
  }
  rmSync(home, { recursive: true });
  const base = figures.get('node -e 0, whole run') ?? [];
  for (const [name, all] of figures) {
    console.log(
      `${name}: median ${median(all).toFixed(0)} ms, fastest ${Math.min(...all).toFixed(0)} ms; ` +
        `${(median(all) / median(base)).toFixed(2)} and ${(Math.min(...all) / Math.min(...base)).toFixed(2)} x node -e 0`,
    );
  }
}

function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}
