import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { createEngine, type Engine } from '../../../src/lan-agent/engine.ts';
import { beginSearch, isPlainSearch } from '../../../src/lan-agent/network/head-start.ts';
import { testNetwork } from '../../../src/lan-agent/network/test-network.ts';
import type { DeviceSpec, EmulatedDevice } from '../../../src/sandbox/device/device.ts';
import { createEmulatedLan, type EmulatedLan } from '../../../src/sandbox/device/lan.ts';
import * as profiles from '../../../src/sandbox/device/profiles.ts';
import { eventually } from '../../support/eventually.ts';
import { outlasts } from '../../support/outlasts.ts';

const { unbindableCamera, recorder4 } = profiles;
const CAMERA = unbindableCamera.profile.shortSerial;

async function open(
  t: TestContext,
  devices: readonly DeviceSpec[],
): Promise<{ lan: EmulatedLan; engine: Engine }> {
  const lan = await createEmulatedLan({ devices });
  t.onTestFinished(() => lan.close());
  const network = testNetwork(lan.testNetwork, false);
  if (!network.ok) throw new Error(network.failure);
  return { lan, engine: createEngine({ home: '/nowhere', network: network.value }) };
}

const camera = (changes: Partial<DeviceSpec> = {}): DeviceSpec => ({ ...unbindableCamera, ...changes });

/** Listens in the group and calls back with the Uuid of every inquiry. */
async function eachInquiry(t: TestContext, lan: EmulatedLan, then: (uuid: string) => void): Promise<void> {
  const group = createSocket({ type: 'udp4', reuseAddr: true });
  t.onTestFinished(() => void group.close());
  await new Promise<void>((done) => group.bind(lan.port, '239.255.255.250', done));
  group.addMembership('239.255.255.250', '127.0.0.1');
  group.on('message', (bytes) => {
    const uuid = /<Probe>.*<Types>inquiry/.test(String(bytes)) && /<Uuid>([^<]+)/.exec(String(bytes))?.[1];
    if (uuid) then(uuid);
  });
}

/** Long enough for whoever answers on a machine that stands still for seconds; all wait side by side. Ms. */
const PATIENT = 5_000;

describe.concurrent('discovery', () => {
  it('finds every device once and tells what each has announced', async (t) => {
    const { engine } = await open(t, [
      unbindableCamera,
      recorder4,
      profiles.recorder3,
      profiles.intercom,
      profiles.ezvizCamera,
      profiles.offlineCamera,
    ]);
    const report = await engine.discover({ waitMs: PATIENT });
    expect(
      report.devices.map(({ shortSerial, kind, lanUnbind }) => [shortSerial, kind, lanUnbind]).sort(),
    ).toEqual(
      [
        ['570000103', 'dvr', 'unknown'],
        ['AC7000101', 'camera', 'yes'],
        [profiles.offlineCamera.profile.shortSerial, 'camera', 'yes'],
        ['G70000102', 'nvr', 'yes'],
        ['K70000104', 'door-station', expect.any(String)],
        ['K70000105', 'ezviz', expect.any(String)],
      ].sort(),
    );
    expect(report).toMatchObject({ omitted: 0, seen: true });
    expect(report.interfaces).toEqual([{ name: 'test', address: '127.0.0.1', used: true }]);
  });

  it('takes its whole time, and no more', async (t) => {
    const { lan, engine } = await open(t, [unbindableCamera]);
    const rounds = new Set<string>();
    await eachInquiry(t, lan, (uuid) => rounds.add(uuid));
    expect(await outlasts(690, () => engine.discover({ waitMs: 700 }))).toBe(true);
    // The fourth round is asked after a second.
    expect(rounds.size).toBeLessThanOrEqual(3);
  });

  it('ends as soon as the wanted device has answered', async (t) => {
    const { engine } = await open(t, [unbindableCamera, recorder4]);
    // Longer than this test may last.
    const report = await engine.discover({ waitMs: 60_000, until: CAMERA });
    expect(report.seen).toBe(true);
  });

  it('says that the wanted device has not answered, and what has', async (t) => {
    const { engine } = await open(t, [recorder4]);
    const report = await engine.discover({ waitMs: PATIENT, until: CAMERA });
    expect(report.seen).toBe(false);
    expect(report.devices).toHaveLength(1);
  });

  it('ends at once when it is stopped', async (t) => {
    const { engine } = await open(t, [unbindableCamera]);
    // Longer than this test may last.
    const { devices } = await engine.discover({ waitMs: 60_000, signal: AbortSignal.abort() });
    expect(devices).toEqual([]);
  });

  it.for([
    ['multicast', { replyBy: 'multicast' }],
    ['unicast', { replyBy: 'unicast' }],
    ['both ways', { replyBy: 'both', duplicateReplies: 3 }],
    ['lower case and braces', { uuid: 'braces' }],
    ['broken order and more than 4 KiB', { elementOrder: 'reversed', bigReply: true }],
    ['another character set', { gb18030Name: true }],
    ['decoys in front', { decoys: true }],
  ] as const)('hears a device that answers by %s', async ([, quirks], t) => {
    const { engine } = await open(t, [camera({ quirks })]);
    const report = await engine.discover({ waitMs: PATIENT, until: CAMERA });
    expect(report.devices).toHaveLength(1);
    expect(report.devices[0]).toMatchObject({ shortSerial: CAMERA, model: 'DS-2CD2386G2-IU' });
  });

  it('finds a device that only one inquiry reaches in time', async (t) => {
    const { engine } = await open(t, [camera({ quirks: { replyDelayMs: 1200 } })]);
    expect((await engine.discover({ waitMs: 4000, until: CAMERA })).seen).toBe(true);
  });

  it('marks a device of another subnet', async (t) => {
    const profile = { ...unbindableCamera.profile, announcedAddress: '192.168.1.64' };
    const { engine } = await open(t, [camera({ profile })]);
    const { devices } = await engine.discover({ waitMs: PATIENT, until: CAMERA });
    expect(devices[0]).toMatchObject({
      address: unbindableCamera.profile.address,
      announcedAddress: '192.168.1.64',
      reachability: 'other-subnet',
    });
  });

  it('reports two devices with one serial number apart, and marks both', async (t) => {
    const { lan, engine } = await open(t, [unbindableCamera, recorder4]);
    const { fullSerial } = unbindableCamera.profile;
    await lan.add({
      ...recorder4,
      profile: { ...recorder4.profile, fullSerial, shortSerial: 'G70000199', address: '127.0.1.77' },
    });
    const { devices } = await engine.discover({ waitMs: PATIENT });
    const twins = devices.filter(({ shortSerial }) => shortSerial === CAMERA);
    expect(twins.map(({ address }) => address).sort()).toEqual(['127.0.1.10', '127.0.1.77']);
    expect(twins.every(({ conflict }) => conflict)).toBe(true);
    expect(devices.find(({ shortSerial }) => shortSerial === 'G70000102')).not.toHaveProperty('conflict');
    expect(await engine.readStatus({ shortSerial: CAMERA })).toMatchObject({ status: 'unexpected' });
  });

  it('reports two addresses that answer in the name of one device, and merges nothing', async (t) => {
    const { lan, engine } = await open(t, [unbindableCamera]);
    const { fullSerial, mac } = unbindableCamera.profile;
    await lan.add(
      camera({
        profile: { ...recorder4.profile, mac, fullSerial, shortSerial: 'G70000199', address: '127.0.1.77' },
      }),
    );
    const { devices } = await engine.discover({ waitMs: PATIENT });
    expect(devices.map(({ address, conflict }) => [address, conflict]).sort()).toEqual([
      ['127.0.1.10', true],
      ['127.0.1.77', true],
    ]);
  });

  it('takes a device with a new address for the same device', async (t) => {
    const { lan, engine } = await open(t, [unbindableCamera]);
    const device = lan.device(CAMERA);
    const stop = new AbortController();
    const discovery = engine.discover({ waitMs: 60_000, signal: stop.signal });
    const asked = (one: EmulatedDevice, times: number) =>
      new Promise<void>((done) => one.onChange(({ inquiries }) => inquiries > times && done()));
    await asked(device, 1);
    await lan.remove(CAMERA);
    // Its old address is silent for as long as a device needs to take a new one.
    await new Promise((done) => setTimeout(done, 2500));
    await lan.add(camera({ profile: { ...unbindableCamera.profile, address: '127.0.1.78' } }));
    // Asked once more, it has been heard.
    await asked(lan.device(CAMERA), 1);
    stop.abort();
    expect((await discovery).devices).toEqual([
      expect.objectContaining({ shortSerial: CAMERA, address: '127.0.1.78' }),
    ]);
    expect((await discovery).devices[0]).not.toHaveProperty('conflict');
  });

  it('marks a device in whose name somebody says something else', async (t) => {
    const { lan, engine } = await open(t, [unbindableCamera]);
    const { address, fullSerial, mac } = unbindableCamera.profile;
    const forger = createSocket('udp4');
    t.onTestFinished(() => void forger.close());
    // The sender's address is forged as well.
    await new Promise<void>((done) => forger.bind(0, address, done));
    forger.setMulticastInterface('127.0.0.1');
    await eachInquiry(t, lan, (uuid) =>
      forger.send(
        `<ProbeMatch><Uuid>${uuid}</Uuid><Types>inquiry</Types><DeviceSN>${fullSerial}</DeviceSN><MAC>${mac}</MAC></ProbeMatch>`,
        lan.port,
        '239.255.255.250',
      ),
    );
    const { devices } = await engine.discover({ waitMs: PATIENT });
    expect(devices).toEqual([expect.objectContaining({ shortSerial: CAMERA, conflict: true })]);
    expect(await engine.readStatus({ shortSerial: CAMERA })).toMatchObject({ status: 'unexpected' });
    expect(lan.device(CAMERA).snapshot().statusAsked).toBe(0);
  });

  it('asks an address by unicast that spoke to somebody else and not to us', async (t) => {
    const { lan, engine } = await open(t, []);
    const shy = createSocket({ type: 'udp4', reuseAddr: true });
    t.onTestFinished(() => void shy.close());
    // Hears no multicast: a socket bound to an address of its own does not.
    await new Promise<void>((done) => shy.bind(lan.port, '127.4.4.4', done));
    shy.setMulticastInterface('127.0.0.1');
    const says = (root: string, types: string, uuid: string) =>
      `<${root}><Uuid>${uuid}</Uuid><Types>${types}</Types><DeviceSN>${CAMERA}</DeviceSN></${root}>`;
    shy.on('message', (bytes, { address, port }) => {
      const uuid = /<Uuid>([^<]+)/.exec(String(bytes))?.[1] ?? '';
      shy.send(says('ProbeMatch', 'inquiry', uuid), port, address);
    });
    const hello = setInterval(() => shy.send(says('Hello', 'hello', 'x'), lan.port, '239.255.255.250'), 50);
    t.onTestFinished(() => clearInterval(hello));
    const { devices } = await engine.discover({ waitMs: PATIENT, until: CAMERA });
    expect(devices[0]).toMatchObject({ shortSerial: CAMERA, address: '127.4.4.4', mac: null });
  });

  it('says how large a buffer Linux grants, not the double that it reports', async (t) => {
    const limit = await readFile('/proc/sys/net/core/rmem_max', 'utf8').catch(() => null);
    if (limit === null) return t.skip('only Linux tells its limit');
    const granted = Number(limit);
    const { engine } = await open(t, []);
    const { notes } = await engine.discover({ waitMs: 1 });
    expect(notes).toEqual(granted < 4 * 1024 * 1024 ? [{ kind: 'small-buffer', bytes: granted }] : []);
  });

  it('finds every one of 300 devices that answer at once', async (t) => {
    const { engine } = await open(t, profiles.manyCameras(300));
    const { devices, omitted } = await engine.discover({ waitMs: 4000 });
    expect(new Set(devices.map(({ shortSerial }) => shortSerial)).size).toBe(300);
    expect(omitted).toBe(0);
  });

  it('keeps working under a flood of nonsense, and limits what one address may claim', async (t) => {
    const { lan, engine } = await open(t, [unbindableCamera]);
    const flood = createSocket('udp4');
    t.onTestFinished(() => void flood.close());
    await new Promise<void>((done) => flood.bind(0, '127.3.3.3', done));
    flood.setMulticastInterface('127.0.0.1');
    // Answers every inquiry with a hundred devices that do not exist, and with rubbish: more than one address may say
    // in a second, and not so much that the kernel has no room for the camera's answers.
    await eachInquiry(t, lan, (uuid) => {
      for (let i = 0; i < 100; i++) {
        const fake = `<ProbeMatch><Uuid>${uuid}</Uuid><Types>inquiry</Types><DeviceSN>AF${1_000_000 + i}</DeviceSN></ProbeMatch>`;
        flood.send(fake, lan.port, '239.255.255.250');
        if (i < 20) flood.send(Buffer.alloc(8000, '<a>'), lan.port, '239.255.255.250');
      }
    });
    const { devices, omitted, dropped } = await engine.discover({ waitMs: 4000 });
    expect(devices.some(({ shortSerial }) => shortSerial === CAMERA)).toBe(true);
    expect(devices.filter(({ shortSerial }) => shortSerial?.startsWith('AF')).length).toBeLessThanOrEqual(
      128,
    );
    expect(omitted).toBeGreaterThan(0);
    expect(dropped).toBeGreaterThan(0);
  });
});

describe.concurrent('the status question', () => {
  it.for([
    [{}, {}, 'can-unbind'],
    [{ bound: false }, {}, 'not-bound'],
    [{ cloud: 'disabled' }, {}, 'cloud-disabled'],
    [{ cloud: 'offline' }, {}, 'cloud-offline'],
    [{}, { answersStatus: false }, 'unanswered'],
    [{}, { ignoresUnicast: true }, 'can-unbind'],
    [{}, { decoys: true }, 'can-unbind'],
  ] as const)('with %o and %o is answered %s', async ([state, quirks, status], t) => {
    const { lan, engine } = await open(t, [camera({ state, quirks })]);
    expect(await engine.readStatus({ shortSerial: CAMERA })).toMatchObject({ status });
    expect(lan.device(CAMERA).snapshot()).toMatchObject({ exchanges: 0, unbindsReceived: 0 });
  });

  it('passes a word nobody knows on as it came', async (t) => {
    const canned = {
      getUnbindStatus: [
        '<ProbeMatch><Uuid></Uuid><Types>getUnbindStatus</Types><Result>platformBusy\u0007</Result></ProbeMatch>',
      ],
    };
    const { engine } = await open(t, [camera({ canned })]);
    expect(await engine.readStatus({ shortSerial: CAMERA })).toMatchObject({
      status: 'unexpected',
      word: 'platformBusy',
    });
  });
});

describe('a search that has begun before the program was loaded', () => {
  it('is gone on with, once: what has answered meanwhile is not asked again', async (t) => {
    const { lan } = await open(t, [unbindableCamera]);
    const network = testNetwork(lan.testNetwork, false);
    if (!network.ok) throw new Error(network.failure);
    const headStart = await beginSearch(network.value);
    const inquiries = () => lan.device(CAMERA).snapshot().inquiries;
    let hasAnswered = false;
    headStart.lan.listen(() => {
      hasAnswered = true;
      return true;
    });
    await eventually(() => expect(hasAnswered).toBe(true));
    expect(inquiries()).toBe(1);
    const engine = createEngine({ home: '/nowhere', network: network.value, headStart });
    const discover = () => engine.discover({ waitMs: 4000, until: CAMERA });
    expect(await discover()).toMatchObject({ seen: true, devices: [{ shortSerial: CAMERA }], dropped: 0 });
    expect(inquiries()).toBe(1);
    expect(await discover()).toMatchObject({ seen: true });
    expect(inquiries()).toBeGreaterThan(1);
  });

  it.each([
    ['discover', true],
    ['discover --json --wait 5000', true],
    ['discover --until J50000062 --json', true],
    ['discover --interface eth0', false],
    ['discover --interface=eth0', false],
    ['discover --until J50000062 --interface eth0', false],
    ['discover --until --interface', false],
    ['discover --wait 0', false],
    ['discover --help', false],
    ['status J50000062', false],
    ['unbind J50000062 --confirm J50000062', false],
    ['', false],
  ])('is for a search of every interface and nothing else: %j %s', (line, begins) => {
    expect(isPlainSearch(line.split(' ').filter(Boolean))).toBe(begins);
  });
});
