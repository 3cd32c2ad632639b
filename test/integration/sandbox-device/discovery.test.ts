import { describe, expect, it } from 'vitest';
import { createEmulatedLan } from '../../../src/sandbox/device/lan.ts';
import { demoDevices, intercom, recorder3, unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { cameraWith, lanWith } from './setup.ts';
import { answers, ask, command, inquiry, openWire, uuid } from './wire.ts';

describe('discovery of emulated devices', () => {
  it('is answered by every device of the demo from its own address', async () => {
    const { lan, wire } = await lanWith(demoDevices);
    const id = uuid();
    wire.send(inquiry(id));
    for (const { profile } of lan.devices) {
      const reply = await wire.until((one) => answers(id)(one) && one.from === profile.address);
      expect(reply.get('DeviceSN')).toBe(profile.fullSerial);
      expect(reply.get('MAC')).toBe(profile.mac);
      expect(reply.get('IPv4Address')).toBe(profile.address);
      expect(reply.get('Types')).toBe('inquiry');
      expect(Number(reply.get('HttpPort') ?? 0)).toBe(
        lan.device(profile.shortSerial).snapshot().httpPort ?? 0,
      );
    }
    expect(lan.devices.map((device) => device.snapshot().inquiries)).toEqual(demoDevices.map(() => 1));
  });

  it('reaches a single device by unicast', async () => {
    const { lan, wire } = await lanWith(demoDevices);
    const reply = await ask(wire, inquiry, intercom.profile.address);
    expect(reply.get('DeviceDescription')).toBe('DS-KV6113-WPE1(C)');
    expect(lan.devices.filter((device) => device.snapshot().inquiries > 0)).toHaveLength(1);
  });

  it.runIf(process.platform === 'linux')('reaches all devices by subnet broadcast', async () => {
    const { lan, wire } = await lanWith(demoDevices);
    const id = uuid();
    wire.send(inquiry(id), '127.255.255.255');
    for (const { profile } of lan.devices) {
      await wire.until((one) => answers(id)(one) && one.from === profile.address);
    }
  });

  it('tells the flags of the LAN unbind as the device knows them', async () => {
    const { wire } = await lanWith([unbindableCamera, recorder3]);
    const camera = await ask(wire, inquiry, unbindableCamera.profile.address);
    expect(camera.get('supportEzvizUnbind')).toBe('true');
    expect(camera.get('EZVIZBindStatus')).toBe('1');
    expect(camera.get('SADPVersion')).toBe('3.0');
    const recorder = await ask(wire, inquiry, recorder3.profile.address);
    expect(recorder.text).not.toMatch(/supportEzvizUnbind|EZVIZBindStatus|SADPVersion/);
  });

  it('follows the state: bind status, activation, cloud switch', async () => {
    const { wire, device } = await cameraWith();
    device.set({ bound: false, activated: false, cloud: 'disabled' });
    const reply = await ask(wire, inquiry);
    expect(reply.get('EZVIZBindStatus')).toBe('2');
    expect(reply.get('Activated')).toBe('false');
    expect(reply.get('HCPlatformEnable')).toBe('false');
  });

  it('does not react to anything but requests', async () => {
    const { wire, device } = await cameraWith();
    const { address, mac } = device.profile;
    const id = uuid();
    const own = `<Uuid>${id}</Uuid><Types>inquiry</Types>`;
    for (const xml of [
      `<ProbeMatch>${own}</ProbeMatch>`,
      `<Hello>${own}</Hello>`,
      `<Probe>${own}`,
      `<Probe>${own}<Uuid>${uuid()}</Uuid></Probe>`,
      `<Probe>${own}<Pad>${'x'.repeat(1024)}</Pad></Probe>`,
      command(id, mac, 'resetPassword'),
      '',
      'x',
    ]) {
      wire.send(xml);
    }
    await ask(wire, inquiry);
    expect(wire.heard.some((one) => answers(id)(one) && one.from === address)).toBe(false);
    expect(device.snapshot().inquiries).toBe(1);
  });

  it('announces a device that boots', async () => {
    const { lan, wire } = await lanWith([unbindableCamera]);
    await lan.add(intercom);
    const hello = await wire.until(
      (one) => one.text.includes('<Hello>') && one.get('MAC') === '00-00-5E-00-53-A4',
    );
    expect(hello.get('Types')).toBe('hello');
    expect(hello.get('DeviceSN')).toBe(intercom.profile.fullSerial);
  });

  it('loses a device that is unplugged and refuses two on one address', async () => {
    const { lan, wire } = await lanWith([unbindableCamera, intercom]);
    const twin = { profile: { ...unbindableCamera.profile, shortSerial: 'K79999999' } };
    await expect(lan.add(twin)).rejects.toThrow('127.0.1.10 is taken');
    await lan.remove('AC7000101');
    expect(lan.devices.map(({ profile }) => profile.shortSerial)).toEqual(['K70000104']);
    const id = uuid();
    wire.send(inquiry(id));
    await wire.until(answers(id));
    expect(wire.heard.filter(answers(id)).every((one) => one.from !== '127.0.1.10')).toBe(true);
  });

  it('answers a laptop on a random port by unicast only where the device does so', async () => {
    const lan = await createEmulatedLan({ devices: [unbindableCamera, intercom] });
    const wire = await openWire(lan.port, { port: 0 });
    try {
      lan.device('K70000104').set({ replyBy: 'unicast' });
      const reply = await ask(wire, inquiry);
      expect(reply.from).toBe(intercom.profile.address);
      lan.device('AC7000101').set({ replyBy: 'both' });
      const id = uuid();
      wire.send(inquiry(id));
      await wire.until((one) => answers(id)(one) && one.from === '127.0.1.10');
    } finally {
      await wire.close();
      await lan.close();
    }
  });

  it('gets an answer from each of 250 devices', async () => {
    const devices = Array.from({ length: 250 }, (_, i) => ({
      profile: {
        ...unbindableCamera.profile,
        shortSerial: `K${String(80_000_000 + i)}`,
        fullSerial: `DS-2CD2386G2-IU20230815AAWRK${String(80_000_000 + i)}`,
        mac: `00-00-5e-01-${(i >> 8).toString(16).padStart(2, '0')}-${(i & 255).toString(16).padStart(2, '0')}`,
        address: `127.0.2.${i + 1}`,
      },
    }));
    const { lan, wire } = await lanWith(devices);
    const id = uuid();
    wire.send(inquiry(id));
    for (const { profile } of lan.devices) {
      await wire.until((one) => answers(id)(one) && one.get('DeviceSN') === profile.fullSerial);
    }
    expect(new Set(wire.heard.filter(answers(id)).map((one) => one.from)).size).toBeGreaterThanOrEqual(250);
  });
});
