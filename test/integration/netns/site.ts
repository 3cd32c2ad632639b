/** A technician's laptop with the real command line, and emulated devices on wires, each a host of its own. */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, type TestContext } from 'vitest';
import type {
  DeviceChanges,
  DeviceProfile,
  DeviceSnapshot,
  DeviceSpec,
} from '../../../src/sandbox/device/device.ts';
import { unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { bundled, releasedAgent } from '../../support/programs.ts';
import { type AgentOptions, type Ended, emptyFolder, PASSWORD, spawnAgent } from '../lan-agent/agent.ts';
import { createWorld, type Host, NO_NAMESPACES, poll, type Wire, type World } from './world.ts';

/** Many processes and real waits: one test at a time, with time enough on a machine that does other things too. */
export const PATIENT = { timeout: 120_000 };

/** What `discover --json` prints of one device, as far as these tests look at it. */
export interface Seen {
  readonly shortSerial: string;
  readonly address: string;
  readonly interface: string;
  readonly reachability: string;
}

const runner = await bundled('src/sandbox/device/main.ts');
const released = [await releasedAgent()];
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unbind-netns-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(({ skip }) => skip(NO_NAMESPACES !== null, NO_NAMESPACES ?? ''));

/** An emulated device in a process and a namespace of its own. */
export interface WiredDevice {
  readonly shortSerial: string;
  readonly host: Host;
  snapshot(): Promise<DeviceSnapshot>;
  /** Waits until what the device counts and is satisfies the condition. */
  until(condition: (snapshot: DeviceSnapshot) => boolean): Promise<void>;
  set(changes: DeviceChanges): void;
  /** Pulls its plug and waits until it is gone. */
  off(): Promise<void>;
}

export interface Laptop extends Host {
  /** State folder of the agent. */
  readonly home: string;
  agent(words: readonly string[], options?: LaptopOptions): Promise<Ended>;
  startAgent(
    words: readonly string[],
    options?: LaptopOptions,
  ): { child: ChildProcess; ended: Promise<Ended> };
  /** `discover --json`: what was found, in the order of the serial numbers. */
  discover(...words: readonly string[]): Promise<Seen[]>;
  /** `unbind --json --password-stdin`. */
  unbind(shortSerial: string, options?: LaptopOptions): Promise<Ended>;
}

export interface LaptopOptions extends AgentOptions {
  /** Words that start the agent; the released one by default. */
  readonly program?: readonly string[];
  /** Further words of the command. */
  readonly words?: readonly string[];
}

export async function createLaptop(t: TestContext, world: World): Promise<Laptop> {
  const host = world.host();
  const home = await emptyFolder(t);
  const startAgent: Laptop['startAgent'] = (words, { input, env, program = released } = {}) =>
    spawnAgent(t, words, input, { UNBIND_AGENT_HOME: home, ...env }, program, host.launcher);
  const agent: Laptop['agent'] = (words, options) => startAgent(words, options).ended;
  return {
    ...host,
    home,
    agent,
    startAgent,
    discover: async (...words) => {
      const ended = await agent(['discover', '--json', ...words]);
      return ended.json<Seen[]>().sort((a, b) => a.shortSerial.localeCompare(b.shortSerial));
    },
    unbind: (serial, { words = [], ...options } = {}) =>
      agent(['unbind', serial, '--confirm', serial, '--password-stdin', '--json', ...words], {
        input: `${PASSWORD}\n`,
        ...options,
      }),
  };
}

export interface DeviceOptions extends Pick<DeviceSpec, 'state' | 'quirks' | 'canned'> {
  readonly profile?: Partial<DeviceProfile>;
}

/** Plugs a camera into a wire: `address` with its prefix; `index`, 0 to 99, makes its serial number and MAC. */
export async function plugCamera(
  t: TestContext,
  world: World,
  wire: Wire,
  address: string,
  index: number,
  options: DeviceOptions = {},
): Promise<WiredDevice> {
  const host = world.host();
  host.plug(wire, `eth${index}`, address);
  await world.settled();
  return startCamera(t, host, address.replace(/\/.*/, ''), index, options);
}

/** Starts a camera on a host that has its address, without a prefix here. */
export async function startCamera(
  t: TestContext,
  host: Host,
  address: string,
  index: number,
  { profile, ...rest }: DeviceOptions = {},
): Promise<WiredDevice> {
  const two = String(index).padStart(2, '0');
  const shortSerial = `AC71000${two}`;
  const spec: DeviceSpec = {
    ...rest,
    profile: {
      ...unbindableCamera.profile,
      shortSerial,
      fullSerial: `DS-2CD2386G2-IU20230815AAWR${shortSerial}`,
      mac: `00-00-5e-00-54-${two}`,
      address,
      subnetMask: '255.255.255.0',
      gateway: address.replace(/\d+$/, '1'),
      ...profile,
    },
  };
  const file = join(await emptyFolder(t), 'spec.json');
  await writeFile(file, JSON.stringify(spec));
  const program = await host.start(process.execPath, runner, '--profile', file, '--address', address);
  const { child } = program;
  const closed = new Promise<void>((done) => child.once('close', () => done()));
  const listeners = new Set<(snapshot: DeviceSnapshot) => void>();
  let asked = Promise.resolve();
  void (async () => {
    for (;;) {
      const line = await program.next().catch(() => null);
      if (line === null) return;
      const { snapshot } = JSON.parse(line);
      for (const listener of listeners) listener(snapshot);
    }
  })();
  const snapshot = () => {
    const answer = asked.then(
      () =>
        new Promise<DeviceSnapshot>((done) => {
          const once = (one: DeviceSnapshot) => {
            listeners.delete(once);
            done(one);
          };
          listeners.add(once);
          child.stdin?.write('{"snapshot":true}\n');
        }),
    );
    asked = answer.then(() => undefined);
    return answer;
  };
  return {
    shortSerial,
    host,
    snapshot,
    until: (condition) => poll(async () => condition(await snapshot())),
    set: (changes) => void child.stdin?.write(`${JSON.stringify({ set: changes })}\n`),
    off: async () => {
      child.stdin?.end();
      await closed;
    },
  };
}

export { createWorld };
