import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { saveIdentity } from '../../../src/lan-agent/link/identity.ts';
import { CERTIFICATE } from '../lan-agent/link-certificate.ts';
import { AUTHORITY, EXPIRED, FITTING, OTHER_NAME } from './certificates.ts';
import { createLaptop, createWorld, type Laptop, PATIENT, plugCamera } from './site.ts';
import type { Wire, World } from './world.ts';

interface Finding {
  readonly check: string;
  readonly result: string;
  readonly detail: string;
  readonly name?: string;
  readonly number?: number;
  readonly command?: string;
  readonly portal?: string;
  readonly addresses?: string;
}
interface Diagnosis {
  readonly ok: boolean;
  readonly checks: readonly Finding[];
  readonly firewall: readonly string[];
}

/** A laptop on one wire. */
async function laptopOn(t: TestContext, address = '10.20.0.10/24') {
  const world = createWorld(t);
  const wire = world.wire();
  const laptop = await createLaptop(t, world);
  laptop.plug(wire, 'lan0', address);
  await world.settled();
  return { world, wire, laptop };
}

async function diagnose(laptop: Laptop, env: Record<string, string> = {}): Promise<Diagnosis> {
  return (await laptop.agent(['doctor', '--json'], { env })).json<Diagnosis>();
}

/** Why no firewall can be tried, for the list of skipped tests; null where one can. */
const NO_FIREWALL: string | null = spawnSync('iptables', ['--version']).error
  ? 'a firewall needs the command "iptables"'
  : null;

const of = ({ checks }: Diagnosis, check: string) => checks.filter((one) => one.check === check);
/** Runs a command that doctor printed, as its reader would; we are root already. */
const obey = (laptop: Laptop, command: string) => laptop.run('sh', '-c', command.replace(/^sudo /, ''));

describe('doctor on real interfaces', PATIENT, () => {
  it('says what is searched, what is not and why, and how many devices answer where', async (t) => {
    const { world, wire, laptop } = await laptopOn(t);
    const [second, away] = [world.wire(), world.wire()];
    laptop.plug(second, 'lan1', '172.16.5.10/24');
    laptop.plug(away, 'wg0', '10.9.0.2/24');
    laptop.plug(away, 'docker0', '172.17.0.1/16');
    laptop.plug(away, 'lan9');
    laptop.ip('link', 'set', 'lan9', 'down');
    await plugCamera(t, world, wire, '10.20.0.64/24', 1);
    await plugCamera(t, world, wire, '192.168.1.64/24', 2);
    const diagnosis = await diagnose(laptop);
    expect(diagnosis.ok).toBe(true);
    expect(of(diagnosis, 'interfaces').map((one) => ({ ...one }))).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ detail: 'ok', names: 'lan0 (10.20.0.10), lan1 (172.16.5.10)' }),
        expect.objectContaining({ detail: 'skipped', name: 'wg0', reason: 'vpn' }),
        expect.objectContaining({ detail: 'skipped', name: 'docker0', reason: 'virtual' }),
        expect.objectContaining({ detail: 'skipped', name: 'lan9', reason: 'down' }),
      ]),
    );
    expect(of(diagnosis, 'multicast')).toEqual([
      { check: 'multicast', result: 'ok', detail: 'ok', name: 'lan0', number: 2 },
      { check: 'multicast', result: 'ok', detail: 'ok', name: 'lan1', number: 0 },
    ]);
    expect(of(diagnosis, 'port')).toMatchObject([{ detail: 'free' }]);
    expect(of(diagnosis, 'subnets')).toEqual([]);
  });

  it('finds a firewall that drops what comes in, and its advice opens it', async (t) => {
    t.skip(NO_FIREWALL !== null, NO_FIREWALL ?? '');
    const { world, wire, laptop } = await laptopOn(t);
    await plugCamera(t, world, wire, '10.20.0.64/24', 1, { quirks: { replyBy: 'unicast' } });
    await plugCamera(t, world, wire, '10.20.0.65/24', 2, { quirks: { replyBy: 'multicast' } });
    laptop.run('iptables', '-A', 'INPUT', '-p', 'udp', '-j', 'DROP');
    const before = await diagnose(laptop);
    expect(before.ok).toBe(false);
    expect(of(before, 'multicast')).toMatchObject([{ result: 'failed', detail: 'not-heard', number: 0 }]);
    // The advice is for the firewall that this machine has; another one's settings are not ours to change.
    t.skip(
      !before.firewall[0]?.startsWith('sudo iptables '),
      'this machine has another firewall than iptables',
    );
    for (const command of before.firewall) obey(laptop, command);
    const after = await diagnose(laptop);
    expect(after.ok).toBe(true);
    expect(of(after, 'multicast')).toMatchObject([{ detail: 'ok', number: 2 }]);
  });

  it('finds a firewall that lets nothing out', async (t) => {
    t.skip(NO_FIREWALL !== null, NO_FIREWALL ?? '');
    const { laptop } = await laptopOn(t);
    laptop.run('iptables', '-A', 'OUTPUT', '-d', '239.255.255.250', '-j', 'DROP');
    expect(of(await diagnose(laptop), 'multicast')).toMatchObject([
      { result: 'failed', detail: 'send-failed', name: 'lan0', code: 'EPERM' },
    ]);
  });

  it.for([
    ['strict', true, 'strict'],
    ['strict, without a default route', false, 'strict'],
    ['loose, without a default route', false, 'no-route'],
  ] as const)(
    'finds a reverse path filter that is %s, and its command lets devices in',
    async ([name, routed, detail], t) => {
      const { world, wire, laptop } = await laptopOn(t);
      laptop.plug(world.wire(), 'office0', '198.51.100.2/24');
      if (routed) laptop.ip('route', 'add', 'default', 'via', '198.51.100.1');
      await plugCamera(t, world, wire, '192.168.1.64/24', 1);
      const filter = name.startsWith('strict') ? 1 : 2;
      laptop.run('sh', '-c', `echo ${filter} > /proc/sys/net/ipv4/conf/all/rp_filter`);
      expect(await laptop.discover('--wait', '900')).toEqual([]);
      const warned = of(await diagnose(laptop), 'subnets').find((one) => one.name === 'lan0');
      expect(warned).toMatchObject({ result: 'warning', detail, name: 'lan0' });
      obey(laptop, warned?.command ?? '');
      expect(of(await diagnose(laptop), 'subnets').map((one) => one.name)).not.toContain('lan0');
      expect(await laptop.discover('--wait', '900')).toHaveLength(1);
    },
  );

  it.for([
    ['loose', 'with a default route', '198.51.100.1'],
    ['strict', 'with the default route there', '10.20.0.1'],
  ] as const)('does not call a filter a fault that is %s, %s', async ([filter, , gateway], t) => {
    const { world, wire, laptop } = await laptopOn(t);
    if (filter === 'loose') laptop.plug(world.wire(), 'office0', '198.51.100.2/24');
    laptop.ip('route', 'add', 'default', 'via', gateway);
    await plugCamera(t, world, wire, '192.168.1.64/24', 1);
    laptop.run('sh', '-c', `echo ${filter === 'loose' ? 2 : 1} > /proc/sys/net/ipv4/conf/all/rp_filter`);
    expect(of(await diagnose(laptop), 'subnets')).toEqual([]);
    expect(await laptop.discover('--wait', '900')).toHaveLength(1);
  });

  it.for([
    [true, 'shared', 'warning', 'ok'],
    [false, 'taken', 'failed', 'not-tested'],
  ] as const)(
    'knows a program on the SADP port that shares it: %s',
    async ([reuseAddr, port, result, multicast], t) => {
      const { world, wire, laptop } = await laptopOn(t);
      await plugCamera(t, world, wire, '10.20.0.64/24', 1, { quirks: { replyBy: 'unicast' } });
      await laptop.start(
        process.execPath,
        '-e',
        `const s = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: ${reuseAddr} });
       s.bind(37020, '0.0.0.0', () => console.log('bound'));`,
      );
      const diagnosis = await diagnose(laptop);
      expect(of(diagnosis, 'port')).toMatchObject([{ detail: port, result }]);
      expect(of(diagnosis, 'multicast')).toMatchObject([{ detail: multicast, number: 1 }]);
    },
  );

  it('fits a terminal of 80 columns in both languages, with every finding in it', async (t) => {
    const { laptop, world } = await laptopOn(t);
    laptop.plug(world.wire(), 'enxa0cec8d1e2f3', '172.16.5.10/24');
    laptop.run('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter');
    if (!NO_FIREWALL) laptop.run('iptables', '-A', 'INPUT', '-p', 'udp', '-j', 'DROP');
    await pairWith(laptop, 'https://bot.example');
    for (const LANG of ['en_US.UTF-8', 'ru_RU.UTF-8']) {
      const { stdout, code } = await laptop.agent(['doctor'], { env: { LANG } });
      expect(code).toBe(1);
      expect(stdout).toContain('rp_filter');
      const sentences = stdout.split('\n').filter((line) => !/^ {4}/.test(line));
      expect(sentences.filter((line) => line.length > 80)).toEqual([]);
      expect(stdout).not.toMatch(/agent:|\{\{/);
    }
  });
});

/** Pairs the laptop with a server that it has never met. */
async function pairWith(laptop: Laptop, url: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const saved = await saveIdentity(laptop.home, {
    agentId: '01M85A59EA4QFGVWYZW162SD7X',
    server: { url, loopback: false, insecure: false },
    privateKey,
    hubKey: publicKey,
  });
  if (!saved.ok) throw new Error(saved.failure.code);
}

const INTERNET = resolve('test/integration/netns/internet.mjs');
const SERVER = '203.0.113.7';
const NAMED = { dns: { 'bot.example': SERVER } };

interface Way {
  /** What the server's machine does; null: it is not there. */
  readonly internet: object | null;
  readonly env?: Record<string, string>;
  readonly expected: Partial<Finding>;
}

const PROXY = { HTTPS_PROXY: `http://${SERVER}:3128` };

describe('doctor on the way to the server', PATIENT, () => {
  it.for<[string, Way]>([
    ['nobody who knows names', { internet: null, expected: { detail: 'dns-silent' } }],
    ['a name that does not exist', { internet: { dns: {} }, expected: { detail: 'dns' } }],
    ['a server that is off', { internet: NAMED, expected: { detail: 'refused' } }],
    [
      'a name that leads to where nobody is',
      { internet: { dns: { 'bot.example': '203.0.113.99' } }, expected: { detail: 'unreachable' } },
    ],
    [
      'a name that leads away from our network',
      { internet: { dns: { 'bot.example': '198.51.100.1' } }, expected: { detail: 'unreachable' } },
    ],
    [
      'a certificate nobody vouches for',
      { internet: { ...NAMED, tls: CERTIFICATE }, expected: { detail: 'certificate-untrusted' } },
    ],
    [
      'a certificate of the past',
      { internet: { ...NAMED, tls: EXPIRED }, expected: { detail: 'certificate-time' } },
    ],
    [
      'a name that DNS lies about',
      { internet: { ...NAMED, tls: OTHER_NAME }, expected: { detail: 'certificate-name' } },
    ],
    ['a port that speaks no TLS', { internet: { ...NAMED, plain: true }, expected: { detail: 'tls' } }],
    [
      'somebody else’s website',
      { internet: { ...NAMED, tls: FITTING }, expected: { detail: 'not-our-server' } },
    ],
    [
      'a sign-in page that leads elsewhere',
      {
        internet: { ...NAMED, http: 'redirect', tls: OTHER_NAME },
        expected: { detail: 'portal', portal: 'portal.example' },
      },
    ],
    [
      'a sign-in page in the place of everything',
      { internet: { ...NAMED, http: 'page' }, expected: { detail: 'portal', portal: 'bot.example' } },
    ],
    ['a proxy that refuses', { internet: { proxy: 403 }, env: PROXY, expected: { detail: 'proxy' } }],
    [
      'a proxy that wants a password',
      { internet: { proxy: 407 }, env: PROXY, expected: { detail: 'proxy' } },
    ],
    ['a proxy that is off', { internet: NAMED, env: PROXY, expected: { detail: 'proxy-unreachable' } }],
    [
      'a proxy with a name nobody knows',
      {
        internet: NAMED,
        env: { HTTPS_PROXY: 'http://proxy.example:3128' },
        expected: { detail: 'proxy-unreachable' },
      },
    ],
  ])('names %s', async ([, { internet, env = {}, expected }], t) => {
    const { world, wire, laptop } = await laptopOn(t, '203.0.113.2/24');
    laptop.etc('resolv.conf', `nameserver ${SERVER}\noptions timeout:1 attempts:1\n`);
    if (internet) await startInternet(world, wire, internet);
    await pairWith(laptop, 'https://bot.example');
    const authority = join(laptop.home, 'authority.pem');
    await writeFile(authority, AUTHORITY);
    const diagnosis = await diagnose(laptop, { NODE_EXTRA_CA_CERTS: authority, ...env });
    expect(diagnosis.ok).toBe(false);
    const [failed] = of(diagnosis, 'server');
    expect(failed).toMatchObject({ result: 'failed', ...expected });
    const told = of(diagnosis, 'server').find(({ detail }) => detail === 'name');
    if (failed?.detail.startsWith('certificate')) expect(told?.addresses).toBe(SERVER);
  });
});

async function startInternet(world: World, wire: Wire, manners: object): Promise<void> {
  const host = world.host();
  host.plug(wire, 'eth0', `${SERVER}/24`);
  await world.settled();
  await host.start(process.execPath, INTERNET, JSON.stringify(manners));
}
