/**
 * Hosts on wires of their own for one test: network namespaces joined by bridges, over which real datagrams go. Every
 * name is the test's own, nothing of it is seen by the machine's own network, and all is gone when the test is over.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'vitest';

const READY_MS = 30_000;
/** Where `ip netns exec` finds files that it puts over those in /etc. */
const ETC = '/etc/netns';

/** Why there are no namespaces to be had, for the list of skipped tests; null where there are. */
export const NO_NAMESPACES: string | null = whyNone();

/** What a world needs of a test: a place for what has to be done at its end. */
export type Scope = Pick<TestContext, 'onTestFinished'>;

/** A wire, or a switch, that hosts are plugged into. */
export interface Wire {
  /** Its bridge, an interface of the namespace `world.hub`. */
  readonly bridge: string;
}

export interface Host {
  /** What starts a program in here. */
  readonly launcher: readonly string[];
  /** Gives the host an interface on a wire, up, with these addresses (`10.20.0.10/24`). */
  plug(wire: Wire, name: string, ...addresses: readonly string[]): void;
  /** Runs a command to its end and returns what it printed. Throws with its complaint. */
  run(command: string, ...words: readonly string[]): string;
  /** Gives programs on the host a file of their own in /etc, for instance `resolv.conf`. */
  etc(file: string, content: string): void;
  /** Runs `ip` on the host: `ip('link', 'set', 'lan0', 'down')`. */
  ip(...words: readonly string[]): string;
  /** Starts a program that ends with the test, and waits for the first line it prints. */
  start(command: string, ...words: readonly string[]): Promise<Program>;
}

/** A program that runs on a host. */
export interface Program {
  readonly child: ChildProcess;
  /** The first line. */
  readonly first: string;
  /** The next line on standard output. */
  next(): Promise<string>;
}

export interface World {
  /** The host in which all bridges are: a bystander with a port on every wire. */
  readonly hub: Host;
  wire(): Wire;
  host(): Host;
  /** Waits until all that is plugged in can hear each other. */
  settled(): Promise<void>;
}

/** Makes an empty world. */
export function createWorld(t: Scope): World {
  const prefix = `ub${process.pid.toString(36)}${randomBytes(3).toString('hex')}`;
  const names: string[] = [];
  const remove = () => {
    for (const name of names.splice(0)) {
      spawnSync('ip', ['netns', 'del', name]);
      rmSync(join(ETC, name), { recursive: true, force: true });
    }
  };
  process.once('exit', remove);
  t.onTestFinished(() => {
    process.off('exit', remove);
    remove();
  });

  const make = (): Host & { readonly namespace: string } => {
    const namespace = `${prefix}-${names.length}`;
    execFileSync('ip', ['netns', 'add', namespace], { stdio: 'pipe' });
    names.push(namespace);
    const host = openHost(t, namespace, hubName);
    host.ip('link', 'set', 'lo', 'up');
    // A new namespace has the filter of the machine it is made on, and many distributions switch one on.
    host.run(
      'sh',
      '-c',
      'echo 0 | tee /proc/sys/net/ipv4/conf/all/rp_filter /proc/sys/net/ipv4/conf/default/rp_filter',
    );
    return host;
  };
  const hubName = `${prefix}-0`;
  const hub = make();
  let wires = 0;
  return {
    hub,
    host: make,
    wire: () => {
      const bridge = `wire${wires++}`;
      // Without snooping, a bridge is a plain wire: everybody hears every multicast.
      hub.ip('link', 'add', 'name', bridge, 'type', 'bridge', 'mcast_snooping', '0', 'forward_delay', '0');
      hub.ip('link', 'set', bridge, 'up');
      return { bridge };
    },
    settled: () =>
      poll(() => {
        // `ip` prints an empty object for what it leaves out.
        const ports: { flags?: string[]; linkinfo?: { info_slave_data?: { state?: string } } }[] = JSON.parse(
          hub.ip('-d', '-j', 'link', 'show', 'type', 'bridge_slave'),
        );
        return ports.every(
          ({ flags, linkinfo }) =>
            !flags?.includes('LOWER_UP') || linkinfo?.info_slave_data?.state === 'forwarding',
        );
      }),
  };
}

/** Asks until it is true. */
export async function poll(question: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (!(await question())) {
    if (performance.now() > deadline) throw new Error(`not so after ${READY_MS} ms: ${question}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

function openHost(t: Scope, namespace: string, hubNamespace: string): Host & { readonly namespace: string } {
  const launcher = ['ip', 'netns', 'exec', namespace];
  const ip = (...words: readonly string[]) =>
    execFileSync('ip', ['-n', namespace, ...words], { encoding: 'utf8', stdio: 'pipe' });
  return {
    namespace,
    launcher,
    ip,
    plug: (wire, name, ...addresses) => {
      const port = `p${randomBytes(5).toString('hex')}`;
      ip('link', 'add', 'name', name, 'type', 'veth', 'peer', 'name', port, 'netns', hubNamespace);
      const hub = (...words: string[]) =>
        execFileSync('ip', ['-n', hubNamespace, ...words], { stdio: 'pipe' });
      hub('link', 'set', port, 'master', wire.bridge, 'up');
      for (const address of addresses) ip('addr', 'add', address, 'brd', '+', 'dev', name);
      ip('link', 'set', name, 'up');
    },
    etc: (file, content) => {
      mkdirSync(join(ETC, namespace), { recursive: true });
      writeFileSync(join(ETC, namespace, file), content);
    },
    run: (command, ...words) =>
      execFileSync('ip', [...launcher.slice(1), command, ...words], { encoding: 'utf8', stdio: 'pipe' }),
    start: async (command, ...words) => {
      const child = spawn('ip', [...launcher.slice(1), command, ...words], { stdio: 'pipe' });
      t.onTestFinished(async () => {
        const closed = new Promise((done) => child.once('close', done));
        if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await closed;
      });
      let complaint = '';
      child.stderr.on('data', (bytes) => {
        complaint += bytes;
      });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const next = async () => {
        const { value, done } = await lines.next();
        if (done) throw new Error(`${command} has ended: ${complaint}`);
        return value;
      };
      return { child, first: await next(), next };
    },
  };
}

/** Tried rather than guessed: containers may be root and still not be allowed to. */
function whyNone(): string | null {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux only';
  const name = `ub${process.pid.toString(36)}-try`;
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (made.error) return 'network namespaces need the command "ip" (package iproute2)';
  if (made.status !== 0) return `network namespaces cannot be made here: ${made.stderr.trim()}`;
  const tried = [
    ['-n', name, 'link', 'add', 'name', 'lan0', 'type', 'veth', 'peer', 'name', 'lan1'],
    ['-n', name, 'link', 'add', 'name', 'wire0', 'type', 'bridge'],
    ['netns', 'exec', name, 'true'],
  ].map((words) => spawnSync('ip', words, { encoding: 'utf8' }));
  spawnSync('ip', ['netns', 'del', name]);
  const failed = tried.find(({ status }) => status !== 0);
  return failed ? `network namespaces cannot be wired here: ${failed.stderr.trim()}` : null;
}
