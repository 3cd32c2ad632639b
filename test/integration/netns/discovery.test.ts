import { describe, expect, it } from 'vitest';
import { besidesBuffer } from '../../support/small-buffer.ts';
import { FROM_SOURCE } from '../lan-agent/agent.ts';
import { capture, NO_CAPTURE, sadpRequests } from './capture.ts';
import { createLaptop, createWorld, PATIENT, plugCamera, type Seen, startCamera } from './site.ts';

const DEFAULT_ROUTE = ['route', 'add', 'default', 'via', '198.51.100.1'] as const;
const summary = (devices: readonly Seen[]) =>
  devices.map((one) => [one.shortSerial, one.address, one.interface, one.reachability]);
const serials = (devices: readonly Seen[]) => devices.map(({ shortSerial }) => shortSerial);
/** A program that takes the SADP port, as the vendor's tools do, and says so. */
const sadpTool = (reuseAddr: boolean) => [
  '-e',
  `const s = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: ${reuseAddr} });
   s.bind(37020, '0.0.0.0', () => console.log('bound'));`,
];

describe('a laptop with several networks', PATIENT, () => {
  it('finds all devices on two subnets and the one of a wrong subnet, with the default route elsewhere', async (t) => {
    const world = createWorld(t);
    const [first, second, office, away] = [world.wire(), world.wire(), world.wire(), world.wire()];
    const laptop = await createLaptop(t, world);
    laptop.plug(first, 'lan0', '10.20.0.10/24');
    laptop.plug(second, 'lan1', '172.16.5.10/24');
    laptop.plug(office, 'office0', '198.51.100.2/24');
    laptop.ip(...DEFAULT_ROUTE);
    laptop.plug(away, 'wg0', '10.9.0.2/24');
    laptop.plug(away, 'tun0', '10.8.0.2/32');
    laptop.plug(away, 'docker0', '172.17.0.1/16');
    laptop.plug(away, 'br-0123456789ab', '172.18.0.1/16');
    laptop.plug(away, 'lan9');
    laptop.ip('link', 'set', 'lan9', 'down');
    await plugCamera(t, world, first, '10.20.0.64/24', 1);
    await plugCamera(t, world, first, '192.168.1.64/24', 2);
    await plugCamera(t, world, second, '172.16.5.64/24', 3);
    const hidden = await plugCamera(t, world, away, '10.9.0.64/24', 4);

    const ended = await laptop.agent(['discover', '--json', '--wait', '2500'], { program: FROM_SOURCE });
    expect([ended.code, besidesBuffer(ended.stderr)]).toEqual([0, '']);
    expect(summary(ended.json<Seen[]>()).sort()).toEqual([
      ['AC7100001', '10.20.0.64', 'lan0', 'same-subnet'],
      ['AC7100002', '192.168.1.64', 'lan0', 'other-subnet'],
      ['AC7100003', '172.16.5.64', 'lan1', 'same-subnet'],
    ]);
    // Whoever is behind a VPN was not even asked.
    expect(await hidden.snapshot()).toMatchObject({ inquiries: 0 });

    const { stdout } = await laptop.agent(['discover', '--wait', '900']);
    expect(stdout).toContain('Its address 192.168.1.64 belongs to another subnet');
    const listed = stdout.slice(stdout.indexOf('Interfaces')).split('\n').slice(1, -1).sort();
    const virtual =
      'not searched: virtual machines of this laptop (name it with --interface to search there)';
    const vpn = 'not searched: VPN or tunnel (name it with --interface to search there)';
    expect(listed).toEqual([
      `  br-0123456789ab 172.18.0.1: ${virtual}`,
      `  docker0 172.17.0.1: ${virtual}`,
      '  lan0 10.20.0.10: searched',
      '  lan1 172.16.5.10: searched',
      '  lan9: not searched: down or without an address',
      '  lo 127.0.0.1: not searched: this laptop itself',
      '  office0 198.51.100.2: searched',
      `  tun0 10.8.0.2: ${vpn}`,
      `  wg0 10.9.0.2: ${vpn}`,
    ]);

    // Named, it is searched all the same.
    expect(serials(await laptop.discover('--interface', 'wg0', '--wait', '900'))).toEqual(['AC7100004']);
  });

  it.for([
    ['of the second subnet, by unicast', '172.16.5.64/24', []],
    ['of a wrong subnet, by multicast, with the cable confirmed', '192.168.1.64/24', ['--direct-cable']],
  ] as const)('reads the status of a device %s, and unbinds it', async ([, address, words], t) => {
    const world = createWorld(t);
    const [first, second, office] = [world.wire(), world.wire(), world.wire()];
    const laptop = await createLaptop(t, world);
    laptop.plug(first, 'lan0', '10.20.0.10/24');
    laptop.plug(second, 'lan1', '172.16.5.10/24');
    laptop.plug(office, 'office0', '198.51.100.2/24');
    laptop.ip(...DEFAULT_ROUTE);
    const other = await plugCamera(t, world, first, '10.20.0.64/24', 1);
    const camera = await plugCamera(t, world, second, address, 2);

    const status = await laptop.agent(['status', camera.shortSerial, '--json']);
    expect(status.json()).toEqual({ shortSerial: camera.shortSerial, status: 'can-unbind' });
    const ended = await laptop.unbind(camera.shortSerial, { words });
    expect(ended.json()).toEqual({ shortSerial: camera.shortSerial, outcome: 'unbound', verified: true });
    expect(await camera.snapshot()).toMatchObject({
      bound: false,
      exchanges: 1,
      unbindsReceived: 1,
      unbindsExecuted: 1,
    });
    expect(await other.snapshot()).toMatchObject({ statusAsked: 0, exchanges: 0, unbindsReceived: 0 });
  });

  it('uses every address of an interface that has two', async (t) => {
    const world = createWorld(t);
    const wire = world.wire();
    const laptop = await createLaptop(t, world);
    laptop.plug(wire, 'lan0', '10.20.0.10/24', '192.168.1.10/24');
    await plugCamera(t, world, wire, '10.20.0.64/24', 1);
    await plugCamera(t, world, wire, '192.168.1.64/24', 2);
    expect(summary(await laptop.discover('--wait', '1500'))).toEqual([
      ['AC7100001', '10.20.0.64', 'lan0', 'same-subnet'],
      ['AC7100002', '192.168.1.64', 'lan0', 'same-subnet'],
    ]);
    const ended = await laptop.unbind('AC7100002');
    expect(ended.json()).toMatchObject({ outcome: 'unbound' });
  });

  it('meets a device once, by cable and by Wi-Fi, and unbinds it with one exchange and one datagram', async (t) => {
    t.skip(NO_CAPTURE !== null, NO_CAPTURE ?? '');
    const world = createWorld(t);
    const wire = world.wire();
    const laptop = await createLaptop(t, world);
    laptop.plug(wire, 'eth0', '10.20.0.10/24');
    laptop.plug(wire, 'wlan0', '10.20.0.11/24');
    const camera = await plugCamera(t, world, wire, '10.20.0.64/24', 1);
    const lost = await plugCamera(t, world, wire, '192.168.1.64/24', 2);
    const found = await laptop.discover('--wait', '1500');
    expect(serials(found)).toEqual([camera.shortSerial, lost.shortSerial]);

    for (const device of [camera, lost]) {
      const end = await capture(t, world, wire);
      const ended = await laptop.unbind(device.shortSerial, { words: ['--direct-cable'] });
      expect(ended.json()).toMatchObject({ outcome: 'unbound', verified: true });
      expect(await device.snapshot()).toMatchObject({ exchanges: 1, unbindsReceived: 1, unbindsExecuted: 1 });
      const captured = await end();
      for (const types of ['exchangecode', 'ezvizUnbind']) {
        expect(sadpRequests(captured, types)).toHaveLength(1);
      }
    }
  });

  it('goes on when an interface goes down in the middle, and says so', async (t) => {
    const world = createWorld(t);
    const [first, second] = [world.wire(), world.wire()];
    const laptop = await createLaptop(t, world);
    laptop.plug(first, 'lan0', '10.20.0.10/24');
    laptop.plug(second, 'lan1', '172.16.5.10/24');
    const stays = await plugCamera(t, world, first, '10.20.0.64/24', 1);
    const leaves = await plugCamera(t, world, second, '172.16.5.64/24', 2);

    const { child, ended } = laptop.startAgent(['discover', '--json', '--wait', '60000']);
    await leaves.until(({ inquiries }) => inquiries > 0);
    laptop.ip('link', 'set', 'lan1', 'down');
    const { inquiries: before } = await stays.snapshot();
    await stays.until(({ inquiries }) => inquiries > before + 2);
    child.kill('SIGINT');
    const { stderr, json } = await ended;
    expect(serials(json<Seen[]>()).sort()).toEqual(['AC7100001', 'AC7100002']);
    expect(stderr).toMatch(/Nothing can be sent on lan1.*: ENET[A-Z]+\./);
  });

  it('outlives an interface that is pulled out', async (t) => {
    const world = createWorld(t);
    const [first, second] = [world.wire(), world.wire()];
    const laptop = await createLaptop(t, world);
    laptop.plug(first, 'lan0', '10.20.0.10/24');
    laptop.plug(second, 'usb0', '172.16.5.10/24');
    const leaves = await plugCamera(t, world, second, '172.16.5.64/24', 2);
    const { ended } = laptop.startAgent(['discover', '--json', '--wait', '5000', '--until', 'AC7100001']);
    await leaves.until(({ inquiries }) => inquiries > 0);
    laptop.ip('link', 'del', 'usb0');
    await plugCamera(t, world, first, '10.20.0.64/24', 1);
    expect((await ended).code).toBe(0);
  });
});

describe('the SADP port', PATIENT, () => {
  // A device that answers by multicast answers to the port: kept by another program, it cannot be heard, and the
  // warning says so.
  it.for([
    ['is done without where another program keeps it, with a warning', false, ['AC7100001']],
    ['is shared with a program that shares it', true, ['AC7100001', 'AC7100002']],
  ] as const)('%s', async ([, shared, heard], t) => {
    const world = createWorld(t);
    const wire = world.wire();
    const laptop = await createLaptop(t, world);
    laptop.plug(wire, 'lan0', '10.20.0.10/24');
    await plugCamera(t, world, wire, '10.20.0.64/24', 1, { quirks: { replyBy: 'unicast' } });
    await plugCamera(t, world, wire, '10.20.0.65/24', 2, { quirks: { replyBy: 'multicast' } });
    await laptop.start(process.execPath, ...sadpTool(shared));
    const ended = await laptop.agent(['discover', '--json', '--wait', '1500']);
    expect(ended.stderr.includes('The SADP port is taken by another program.')).toBe(!shared);
    expect(serials(ended.json<Seen[]>()).sort()).toEqual(heard);
  });
});

describe('manners of devices', PATIENT, () => {
  it('hears those that answer only by multicast, only by unicast or only to the SADP port', async (t) => {
    const world = createWorld(t);
    const wire = world.wire();
    const laptop = await createLaptop(t, world);
    laptop.plug(wire, 'lan0', '10.20.0.10/24');
    const manners = ['multicast', 'unicast', 'sadp-port'] as const;
    const cameras = [];
    for (const [i, replyBy] of manners.entries()) {
      cameras.push(await plugCamera(t, world, wire, `10.20.0.${64 + i}/24`, i, { quirks: { replyBy } }));
    }
    expect(serials(await laptop.discover('--wait', '1500'))).toEqual(
      cameras.map(({ shortSerial }) => shortSerial),
    );
    for (const { shortSerial } of cameras) {
      const ended = await laptop.unbind(shortSerial);
      expect(ended.json()).toMatchObject({ outcome: 'unbound', verified: true });
    }
  });

  it('finds a device again that has changed its address', async (t) => {
    const world = createWorld(t);
    const wire = world.wire();
    const laptop = await createLaptop(t, world);
    laptop.plug(wire, 'lan0', '10.20.0.10/24');
    const camera = await plugCamera(t, world, wire, '10.20.0.64/24', 1);
    expect(summary(await laptop.discover('--wait', '900'))).toEqual([
      ['AC7100001', '10.20.0.64', 'lan0', 'same-subnet'],
    ]);
    await camera.off();
    camera.host.ip('addr', 'add', '10.20.0.99/24', 'brd', '+', 'dev', 'eth1');
    await startCamera(t, camera.host, '10.20.0.99', 1);
    expect(summary(await laptop.discover('--wait', '900'))).toEqual([
      ['AC7100001', '10.20.0.99', 'lan0', 'same-subnet'],
    ]);
    expect((await laptop.unbind('AC7100001')).json()).toMatchObject({ outcome: 'unbound', verified: true });
  });

  it('lists a device once that changes its address between two inquiries', async (t) => {
    const world = createWorld(t);
    const wire = world.wire();
    const laptop = await createLaptop(t, world);
    laptop.plug(wire, 'lan0', '10.20.0.10/24');
    const camera = await plugCamera(t, world, wire, '10.20.0.64/24', 1);
    const clock = await plugCamera(t, world, wire, '10.20.0.70/24', 2);
    const { child, ended } = laptop.startAgent(['discover', '--json', '--wait', '60000']);
    await camera.until(({ inquiries }) => inquiries > 0);
    await camera.off();
    // Gone for as long as a device needs to change its address: what the other one hears, tells the time.
    const { inquiries: before } = await clock.snapshot();
    await clock.until(({ inquiries }) => inquiries > before + 5);
    camera.host.ip('addr', 'add', '10.20.0.99/24', 'brd', '+', 'dev', 'eth1');
    const moved = await startCamera(t, camera.host, '10.20.0.99', 1);
    await moved.until(({ inquiries }) => inquiries > 1);
    child.kill('SIGINT');
    expect(summary((await ended).json<Seen[]>()).sort()).toEqual([
      ['AC7100001', '10.20.0.99', 'lan0', 'same-subnet'],
      ['AC7100002', '10.20.0.70', 'lan0', 'same-subnet'],
    ]);
  });
});
