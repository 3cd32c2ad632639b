/**
 * The attack lab: a technician's laptop with the real command line, an emulated camera and a hostile host on one
 * switch, each in a network namespace of its own. Nothing of it leaves them. Used by the tests beside it and by
 * bench/lan-attack.ts.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceSnapshot, DeviceSpec } from '../../../src/sandbox/device/device.ts';
import { DEMO_PASSWORD, unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { createWorld, type Scope } from '../../integration/netns/world.ts';
import { bundle } from '../../support/bundle.ts';
import type { AttackerOptions } from './attacker.ts';

/** Datagrams a second of the floods. */
export const RATES = [500, 1500, 6000, 20_000] as const;

const LAPTOP = '10.20.0.10';
const CAMERA = '10.20.0.64';
const ATTACKER = '10.20.0.66';
/** Somebody whose address nobody has. */
const NOBODY = '10.20.0.99';
/** A run that takes longer is ended and tells nothing. */
const LONGEST_MS = 75_000;

/** The attacks, by what they rest on. */
export const ATTACKS = {
  /** Hides the device's answers behind a flood from its address, then answers the key exchange first. */
  'behind-flood': { flood: CAMERA, quirks: { replyDelayMs: 20 }, kind: 'behind-flood' },
  /** Answers at once in the name of a device that hears multicast alone and takes its time. */
  'slow-device': { flood: NOBODY, quirks: { ignoresUnicast: true, replyDelayMs: 400 }, kind: 'faster' },
  /** The same with a device that takes a second and a half. */
  'slower-device': { flood: NOBODY, quirks: { ignoresUnicast: true, replyDelayMs: 1500 }, kind: 'faster' },
  /** Is the device, by its serial number and MAC, while the true one is hidden behind a flood from its address. */
  'hidden-twin': { flood: CAMERA, quirks: { replyDelayMs: 20 }, kind: 'twin' },
  /** Is the device and answers at once, while the true one takes 900 ms. */
  'late-twin': { flood: NOBODY, quirks: { replyDelayMs: 900 }, kind: 'twin' },
  /** Floods, and is nobody else: what an honest unbind beside it comes to. */
  honest: { flood: CAMERA, quirks: { replyDelayMs: 20 }, kind: null },
  /** Floods with an address that is not the device's. */
  'honest-beside': { flood: NOBODY, quirks: { replyDelayMs: 20 }, kind: null },
} as const satisfies Record<
  string,
  { flood: string; quirks: DeviceSpec['quirks']; kind: AttackerOptions['kind'] | null }
>;
export type AttackName = keyof typeof ATTACKS;

/** Programs of the lab, bundled. */
export interface Programs {
  readonly agent: string;
  readonly device: string;
  readonly attacker: string;
  remove(): Promise<void>;
}

/** @param source folder of the checkout whose agent is attacked */
export async function bundlePrograms(source = '.'): Promise<Programs> {
  const folder = await mkdtemp(join(tmpdir(), 'unbind-lab-'));
  const make = async (name: string, entry: string) => {
    const outfile = join(folder, `${name}.mjs`);
    await bundle(entry, outfile);
    return outfile;
  };
  return {
    agent: await make('agent', join(source, 'src/lan-agent/main.ts')),
    device: await make('device', 'src/sandbox/device/main.ts'),
    attacker: await make('attacker', 'test/security/lan/attacker.ts'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface Attacked {
  /** What the agent printed; null where it printed nothing. */
  readonly report: { readonly outcome: string; readonly reason?: string; readonly verified?: boolean } | null;
  readonly code: number | null;
  readonly stderr: string;
  /** Whether the attacker has read the password. */
  readonly stolen: boolean;
  readonly device: DeviceSnapshot;
  /** Time of the agent, ms. */
  readonly ms: number;
}

export interface AttackOptions {
  readonly rate: number;
  /** Words of the agent's command beside the usual ones. */
  readonly words?: readonly string[];
  readonly command?: 'unbind' | 'inspect';
  /** In place of the attack's own. */
  readonly quirks?: DeviceSpec['quirks'];
}

/** One run of the agent under one attack. */
export async function attack(
  t: Scope,
  programs: Programs,
  name: AttackName,
  { rate, words = [], command = 'unbind', quirks }: AttackOptions,
): Promise<Attacked> {
  const { flood, quirks: usual, kind } = ATTACKS[name];
  const world = createWorld(t);
  const wire = world.wire();
  const [laptop, camera, attacker] = [world.host(), world.host(), world.host()];
  laptop.plug(wire, 'lan0', `${LAPTOP}/24`);
  camera.plug(wire, 'eth0', `${CAMERA}/24`);
  attacker.plug(wire, 'eth0', `${ATTACKER}/24`);
  // Addresses it sends with, and does not answer ARP for: that would be another attack.
  for (const address of [CAMERA, NOBODY]) attacker.ip('addr', 'add', `${address}/32`, 'dev', 'lo');
  attacker.run('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore');
  attacker.run('sh', '-c', 'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done');
  await world.settled();

  const { shortSerial, fullSerial, mac } = unbindableCamera.profile;
  const home = await mkdtemp(join(tmpdir(), 'unbind-lab-home-'));
  t.onTestFinished(() => rm(home, { recursive: true, force: true }));
  const spec: DeviceSpec = {
    profile: { ...unbindableCamera.profile, address: CAMERA, subnetMask: '255.255.255.0' },
    quirks: { ...usual, ...quirks },
  };
  const profile = join(home, 'device.json');
  await writeFile(profile, JSON.stringify(spec));
  const device = await camera.start(
    process.execPath,
    programs.device,
    '--profile',
    profile,
    '--address',
    CAMERA,
  );
  let snapshot: DeviceSnapshot = JSON.parse(device.first).ready;
  const reading = (async () => {
    for (;;) {
      const line = await device.next().catch(() => null);
      if (line === null) return;
      snapshot = JSON.parse(line).snapshot ?? snapshot;
    }
  })();

  const orders: AttackerOptions = {
    laptop: LAPTOP,
    own: ATTACKER,
    device: { address: CAMERA, mac, fullSerial },
    kind: kind ?? 'faster',
    flood: { rate, from: flood },
  };
  const hostile = kind ? orders : { ...orders, device: { ...orders.device, mac: '00-00-00-00-00-00' } };
  const villain = await attacker.start(process.execPath, programs.attacker, JSON.stringify(hostile));
  let stolen = false;
  void (async () => {
    for (;;) {
      const line = await villain.next().catch(() => null);
      if (line === null) return;
      stolen ||= line === `stolen ${DEMO_PASSWORD}`;
    }
  })();

  const confirm = command === 'unbind' ? ['--confirm', shortSerial] : [];
  const ended = await run(
    [...laptop.launcher, process.execPath, programs.agent, command, shortSerial, ...confirm].concat(
      ['--password-stdin', '--json'],
      words,
    ),
    { UNBIND_AGENT_HOME: home, UNBIND_AGENT_VERIFY_SECONDS: '5' },
  );
  device.child.stdin?.end();
  await reading;
  return { ...ended, stolen, device: snapshot };
}

async function run(
  [program = '', ...words]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Pick<Attacked, 'report' | 'code' | 'stderr' | 'ms'>> {
  const begun = performance.now();
  const child = spawn(program, words, {
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', ...env },
    timeout: LONGEST_MS,
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${DEMO_PASSWORD}\n`);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes) => {
    stdout += bytes;
  });
  child.stderr.on('data', (bytes) => {
    stderr += bytes;
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  const report = stdout.trim() === '' ? null : JSON.parse(stdout);
  return { report, code, stderr, ms: performance.now() - begun };
}
