import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firewallCommands } from '../../../src/lan-agent/doctor/firewall.ts';
import { defaultRoute, sendFailed } from '../../../src/lan-agent/doctor/network-checks.ts';
import { checkClock } from '../../../src/lan-agent/doctor/server-checks.ts';
import { inbox } from '../../../src/lan-agent/network/inbox.ts';
import type { Datagram } from '../../../src/lan-agent/network/lan.ts';
import { strangerLosses } from '../../../src/lan-agent/network/losses.ts';
import { isHostOnlyName, isTunnelName } from '../../../src/lan-agent/network/names.ts';
import {
  broadcastOf,
  chooseInterfaces,
  inSubnet,
  type Survey,
} from '../../../src/lan-agent/network/network.ts';
import { testNetwork } from '../../../src/lan-agent/network/test-network.ts';
import { uuidsIn } from '../../../src/lan-agent/sadp/match.ts';
import { newUuid } from '../../../src/lan-agent/sadp/requests.ts';
import { windowMs } from '../../../src/lan-agent/unbind/exchange.ts';

const cable = { name: 'eth0', address: '192.168.1.5', prefix: 24 };
const second = { name: 'eth0', address: '10.0.0.5', prefix: 8 };
const vpn = { name: 'wg0', address: '10.9.0.2', prefix: 24, reason: 'vpn' } as const;
const loopback = { name: 'lo', address: '127.0.0.1', prefix: 8, reason: 'loopback' } as const;
const shared = { name: 'bridge100', address: '192.168.2.1', prefix: 24, reason: 'virtual' } as const;
const survey: Survey = { used: [cable, second], skipped: [vpn, shared, loopback] };

describe('choosing interfaces', () => {
  const chosen = (...wanted: string[]) => {
    const result = chooseInterfaces(survey, wanted);
    return result.ok ? result.value.used.map(({ address }) => address) : result.failure;
  };

  it('uses all that are usable where none is named', () => {
    expect(chosen()).toEqual([cable.address, second.address, shared.address]);
    const all = chooseInterfaces(survey);
    expect(all).toMatchObject({ value: { used: [{}, {}, { setAside: true }], skipped: [vpn, loopback] } });
  });

  it('takes names and addresses, each interface once', () => {
    expect(chosen('10.0.0.5')).toEqual([second.address]);
    expect(chosen('eth0', '10.0.0.5')).toEqual([cable.address, second.address]);
  });

  it('lets a name overrule our judgement, but not what cannot work', () => {
    expect(chosen('wg0')).toEqual([vpn.address]);
    const named = chooseInterfaces(survey, ['bridge100']);
    expect(named.ok && named.value.used.map(({ setAside }) => setAside)).toEqual([undefined]);
    expect(chosen('lo')).toMatchObject({ wanted: 'lo' });
  });

  it('says what there is when one does not exist', () => {
    expect(chosen('eth0', 'wlan7')).toMatchObject({
      wanted: 'wlan7',
      exists: [{ name: 'eth0' }, { name: 'eth0' }, { name: 'wg0' }, { name: 'bridge100' }],
    });
  });
});

describe('subnets', () => {
  it.for([
    ['192.168.1.5', 24, '192.168.1.255'],
    ['10.20.30.40', 8, '10.255.255.255'],
    ['172.16.5.1', 20, '172.16.15.255'],
    ['200.1.2.3', 30, '200.1.2.3'],
    ['192.168.1.5', 31, '192.168.1.5'],
  ] as const)('the broadcast address of %s/%i is %s', ([address, prefix, broadcast]) => {
    expect(broadcastOf({ name: 'x', address, prefix })).toBe(broadcast);
  });

  it('holds itself and its broadcast address, and not the next subnet', () => {
    const octet = fc.integer({ min: 1, max: 223 });
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), fc.integer({ min: 2, max: 30 }), (octets, prefix) => {
        const lan = { name: 'x', address: octets.join('.'), prefix };
        expect(inSubnet(lan, lan.address)).toBe(true);
        expect(inSubnet(lan, broadcastOf(lan))).toBe(true);
        const number = octets.reduce((sum, part) => sum * 256 + part, 0);
        const other = (number + 2 ** (32 - prefix)) % 2 ** 32;
        const address = [24, 16, 8, 0].map((shift) => Math.floor(other / 2 ** shift) % 256).join('.');
        expect(inSubnet(lan, address)).toBe(false);
      }),
    );
  });
});

describe('names of interfaces', () => {
  it.for([
    'tun0',
    'wg0',
    'utun4',
    'ppp0',
    'tailscale0',
    'NordLynx',
    'OpenVPN TAP-Windows6',
    'OpenVPN Data Channel Offload',
    'AmneziaVPN',
    'Radmin VPN',
    'VPN-подключение',
    'Рабочий ВПН',
    'CloudflareWARP',
    'ZeroTier One [8056c2e21c000001]',
  ])('takes %s for a tunnel', (name) => {
    expect(isTunnelName(name)).toBe(true);
  });
  it.for([
    'docker0',
    'br-0123456789ab',
    'virbr0',
    'vmnet8',
    'vEthernet (WSL)',
    'vEthernet (WSL (Hyper-V firewall))',
    'vEthernet (Default Switch)',
    'VirtualBox Host-Only Network',
    'VMware Network Adapter VMnet8',
    'bridge100',
    'bridge101',
    'awdl0',
    'llw0',
  ])('takes %s for a network of virtual machines', (name) => {
    expect(isHostOnlyName(name)).toBe(true);
  });
  it.for([
    'eth0',
    'enp3s0',
    'wlan0',
    'en0',
    'br0',
    'veth0',
    'bridge0',
    'usb0',
    'wwan0',
    'enxa0cec8d1e2f3',
    'Ethernet',
    'Ethernet 2',
    'Wi-Fi',
    'Беспроводная сеть',
    'Подключение по локальной сети 3',
    'Сетевое подключение Bluetooth',
    'vEthernet (Cameras)',
    'bond0',
  ])('searches on %s', (name) => {
    expect(isTunnelName(name) || isHostOnlyName(name)).toBe(false);
  });
});

describe('the test network', () => {
  it('is loopback and the given port, and nothing else', () => {
    const network = testNetwork('127.0.0.1/8:40123', false);
    if (!network.ok) throw new Error(network.failure);
    expect(network.value).toMatchObject({ port: 40_123, loopback: true });
    expect(network.value.survey()).toEqual({
      used: [{ name: 'test', address: '127.0.0.1', prefix: 8 }],
      skipped: [],
    });
  });

  it('is refused by the bundled agent', () => {
    expect(testNetwork('127.0.0.1/8:40123', true)).toEqual({ ok: false, failure: 'packaged' });
  });

  it.for([
    '192.168.1.1/24:40123',
    '127.0.0.1/8',
    '127.0.0.1/8:0',
    '127.0.0.1/8:70000',
    '127.0.0.1/0:1',
    'yes',
  ])('refuses %s', (setting) => {
    expect(testNetwork(setting, false)).toEqual({ ok: false, failure: 'malformed' });
  });
});

describe('the inbox', () => {
  const datagram = (from: string, size = 100): Datagram => ({ bytes: Buffer.alloc(size), from, via: null });

  it('hands everything on in order', async () => {
    const read: string[] = [];
    const mailbox = inbox(({ from }) => read.push(from));
    const sent = Array.from({ length: 100 }, (_, i) => `10.0.0.${i}`);
    for (const from of sent) mailbox.put(datagram(from));
    expect(read).toEqual([]);
    await mailbox.drain();
    expect(read).toEqual(sent);
  });

  it('limits what one address may send in a second, and nobody else by it', async () => {
    let now = 0;
    const read = new Map<string, number>();
    const mailbox = inbox(
      ({ from }) => read.set(from, (read.get(from) ?? 0) + 1),
      () => now,
    );
    for (let i = 0; i < 1000; i++) mailbox.put(datagram('10.0.0.66'));
    mailbox.put(datagram('10.0.0.1'));
    now += 1000;
    mailbox.put(datagram('10.0.0.66'));
    await mailbox.drain();
    expect(Object.fromEntries(read)).toEqual({ '10.0.0.66': 65, '10.0.0.1': 1 });
    expect(mailbox.dropped()).toBe(936);
  });

  it('reads only a few large ones of one address in a second, and the small ones beside them', async () => {
    const read: number[] = [];
    const mailbox = inbox(({ bytes }) => read.push(bytes.length));
    for (let i = 0; i < 20; i++) mailbox.put(datagram('10.0.0.66', 10_000));
    for (let i = 0; i < 20; i++) mailbox.put(datagram('10.0.0.66', 8000));
    mailbox.put(datagram('10.0.0.1', 65_507));
    await mailbox.drain();
    expect(read.filter((size) => size === 10_000)).toHaveLength(6);
    expect(read.filter((size) => size === 8000)).toHaveLength(20);
    expect(read).toContain(65_507);
    expect(mailbox.dropped()).toBe(14);
  });

  it('does not pile up more than it can hold', async () => {
    const mailbox = inbox(() => undefined);
    for (let i = 0; i < 1000; i++) mailbox.put(datagram(`10.0.${i >> 8}.${i & 255}`, 64 * 1024));
    expect(mailbox.dropped()).toBe(1000 - 256);
    await mailbox.drain();
  });
});

describe('what was lost', () => {
  it('is nothing below the stated rate, and every one beyond it', () => {
    let now = 0;
    const strangers = strangerLosses(() => now);
    for (let i = 0; i < 500; i++) strangers.count(100);
    expect(strangers.lost()).toBe(0);
    strangers.count(100);
    expect(strangers.lost()).toBe(1);
    now += 1000;
    for (let i = 0; i < 31; i++) strangers.count(32_768);
    expect(strangers.lost()).toBe(1);
    strangers.count(32_768);
    expect(strangers.lost()).toBe(2);
  });
});

describe('a Uuid in the bytes of a datagram', () => {
  it('is found whatever is around it, in either case, and nothing makes the search throw', () => {
    const around = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(around, around, fc.boolean(), (before, after, isLower) => {
        // A hexadecimal digit at its edge would make it another one.
        const edge = Buffer.from(' ');
        const uuid = newUuid();
        const bytes = Buffer.from(isLower ? uuid.toLowerCase() : uuid);
        const datagram = Buffer.concat([before, edge, bytes, edge, after]);
        expect(uuidsIn(datagram)).toContainEqual({ uuid, at: before.length + 1 });
        expect(uuidsIn(Buffer.from(after)).length).toBeLessThanOrEqual(8);
      }),
    );
  });
});

describe('the window for a second answer to the key exchange', () => {
  it.for([
    [0, 1500],
    [750, 1500],
    [751, 1502],
    [2000, 4000],
    [2500, 5000],
    [60_000, 5000],
  ] as const)('with a slowest answer of %i ms is %i ms', ([slowest, expected]) => {
    expect(windowMs(slowest)).toBe(expected);
  });
});

describe('firewall commands', () => {
  it.for(['win32', 'darwin', 'linux'] as const)('name the port or the program on %s', (system) => {
    for (const command of firewallCommands(system, 37_020, '/bin/node')) {
      expect(command).toMatch(/37020|\/bin\/node/);
    }
  });
});

describe('what doctor makes of the system', () => {
  const line = (...fields: string[]) => fields.join('\t');
  const head = line('Iface', 'Destination', 'Gateway ', 'Flags', 'RefCnt', 'Use', 'Metric', 'Mask');
  const cableRoute = line('eth0', '00000000', '0114A8C0', '0003', '0', '0', '100', '00000000');
  const wifiRoute = line('wlan0', '00000000', '0114A8C0', '0003', '0', '0', '600', '00000000');
  const subnetRoute = line('eth0', '0014A8C0', '00000000', '0001', '0', '0', '100', '00FFFFFF');
  const half = line('tun0', '00000000', '00000000', '0001', '0', '0', '0', '00000080');
  const blackhole = line('*', '00000000', '00000000', '0201', '0', '0', '0', '00000000');

  it.for([
    ['the one there is', [subnetRoute, cableRoute], 'eth0'],
    ['the one of the least metric', [wifiRoute, cableRoute], 'eth0'],
    ['none', [subnetRoute], null],
    ['none but one that refuses', [blackhole], null],
    ['no half of all addresses, as VPNs have it', [half, wifiRoute], 'wlan0'],
    ['none in nothing', [], null],
  ] as const)('reads the default route: %s', ([, lines, expected]) => {
    expect(defaultRoute([head, ...lines, ''].join('\n'))).toBe(expected);
  });

  it('knows the permission of macOS from a cable that is out', () => {
    expect(sendFailed('darwin', 'en0', 'EHOSTUNREACH').detail).toBe('not-permitted');
    expect(sendFailed('darwin', 'en0', 'ENETDOWN').detail).toBe('send-failed');
    expect(sendFailed('linux', 'eth0', 'EHOSTUNREACH').detail).toBe('send-failed');
  });

  it.for([
    [0, null, ''],
    [30_000, null, ''],
    [86_400_000, 'clock-behind', '24:00:00'],
    [-3_661_000, 'clock-ahead', '01:01:01'],
  ] as const)('says of a difference of %i ms which clock is behind', ([ms, detail, by]) => {
    const checks = checkClock(ms).map((check) => [check.detail, check.values.by]);
    expect(checks).toEqual(detail === null ? [] : [[detail, by]]);
  });

  it.for([
    [[], 'ufw'],
    [['ufw', 'iptables'], 'ufw'],
    [['firewall-cmd', 'nft'], 'firewall-cmd'],
    [['iptables', 'nft'], 'iptables'],
    [['nft'], 'nft'],
  ] as const)('advises for the firewall that is there: %o', ([installed, expected]) => {
    const has = (command: string) => installed.some((one) => one === command);
    for (const command of firewallCommands('linux', 37_020, '/bin/node', has)) {
      expect(command.split(' ').slice(0, 2)).toEqual(['sudo', expected]);
    }
  });
});
