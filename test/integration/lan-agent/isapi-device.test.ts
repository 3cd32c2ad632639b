import { describe, expect, it, type TestContext } from 'vitest';
import { createEngine } from '../../../src/lan-agent/engine.ts';
import { readActivation } from '../../../src/lan-agent/isapi/activation.ts';
import { openPins } from '../../../src/lan-agent/isapi/pins.ts';
import { type Proof, readProof } from '../../../src/lan-agent/isapi/proof.ts';
import { siteOf } from '../../../src/lan-agent/isapi/site.ts';
import { openLan } from '../../../src/lan-agent/network/lan.ts';
import type { Network } from '../../../src/lan-agent/network/network.ts';
import { type FoundDevice, search } from '../../../src/lan-agent/network/search.ts';
import { testNetwork } from '../../../src/lan-agent/network/test-network.ts';
import type { DeviceSpec, EmulatedDevice } from '../../../src/sandbox/device/device.ts';
import { createEmulatedLan } from '../../../src/sandbox/device/lan.ts';
import { DEMO_PASSWORD, unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { emptyHome, isapiServer } from './isapi-server.ts';

const WRONG = 'Not-The-One-9';
const NEVER = new AbortController().signal;

interface Place {
  readonly camera: EmulatedDevice;
  readonly network: Network;
  readonly home: string;
  readonly found: FoundDevice;
  prove(password?: string, userName?: string): Promise<Proof>;
  /** What the password became. */
  readonly typed: Buffer[];
}

/** A camera that discovery has seen over real datagrams. */
async function seenCamera(
  t: TestContext,
  spec: Pick<DeviceSpec, 'state' | 'quirks' | 'canned'> & { profile?: Partial<DeviceSpec['profile']> } = {},
): Promise<Place> {
  const profile = { ...unbindableCamera.profile, ...spec.profile };
  const emulated = await createEmulatedLan({ devices: [{ ...spec, profile }] });
  t.onTestFinished(() => emulated.close());
  const network = testNetwork(emulated.testNetwork, false);
  if (!network.ok) throw new Error(network.failure);
  const lan = await openLan(network.value, network.value.survey().used);
  const { devices } = await search(lan, { waitMs: 5000, until: profile.shortSerial });
  lan.close();
  const [found] = devices;
  if (!found) throw new Error('the camera was not found');
  const home = await emptyHome(t);
  const typed: Buffer[] = [];
  return {
    camera: emulated.device(profile.shortSerial),
    network: network.value,
    home,
    found,
    typed,
    prove: (password = DEMO_PASSWORD, userName = 'admin') => {
      const site = siteOf(found, true);
      if (!site.ok) throw new Error(site.failure);
      const bytes = Buffer.from(password);
      typed.push(bytes);
      return readProof(site.value, openPins(home), { userName, password: bytes }, NEVER);
    },
  };
}

const STYLES = ['camera', 'one-header', 'two-headers', 'no-qop', 'sha-256', 'md5-and-sha-256'] as const;

describe('reading the binding with one digest login', () => {
  it.for(STYLES)('works with challenges of the style %s', async (challenge, t) => {
    const web = { challenge, nonceBoundToPath: true, nonceUses: 1 };
    const { camera, prove } = await seenCamera(t, { profile: { web } });
    expect(await prove()).toEqual({ kind: 'bound' });
    expect(camera.snapshot()).toMatchObject({ httpRequests: 2, passwordsTried: 1, httpAuthFailures: 0 });
    camera.set({ bound: false });
    expect(await prove()).toEqual({ kind: 'not-bound' });
    expect(camera.snapshot()).toMatchObject({ httpRequests: 4, httpAuthFailures: 0, httpWrites: 0 });
  });

  it.for(STYLES)('stops at the first refusal: style %s', async (challenge, t) => {
    const { camera, prove } = await seenCamera(t, { profile: { web: { challenge } } });
    expect(await prove(WRONG)).toEqual({ kind: 'wrong-password', attemptsLeft: 5, lockMinutes: null });
    expect(camera.snapshot()).toMatchObject({ httpRequests: 2, passwordsTried: 1, httpAuthFailures: 1 });
  });

  it('stops at the first refusal of a device that keeps its counter to itself', async (t) => {
    const { camera, prove } = await seenCamera(t, { profile: { web: { counters: 'bare' } } });
    expect(await prove(WRONG)).toEqual({ kind: 'wrong-password', attemptsLeft: null, lockMinutes: null });
    expect(camera.snapshot()).toMatchObject({ httpRequests: 2, httpAuthFailures: 1 });
  });

  it('never sends Basic', async (t) => {
    const { camera, prove } = await seenCamera(t, { profile: { web: { challenge: 'basic-only' } } });
    expect(await prove()).toEqual({ kind: 'unknown', why: 'no-digest' });
    expect(camera.snapshot()).toMatchObject({ httpRequests: 1, passwordsTried: 0 });
  });

  it('leaves open what the firmware does not say, and keeps the verification code to itself', async (t) => {
    const web = { showsBindStatus: false, verificationCode: 'QWERTZ' };
    const { prove } = await seenCamera(t, { profile: { web } });
    const proof = await prove();
    expect(proof).toEqual({ kind: 'unknown', why: 'not-said' });
    expect(JSON.stringify(proof)).not.toContain('QWERTZ');
  });

  it('logs in as the administrator the device has', async (t) => {
    const { camera, prove, found } = await seenCamera(t, {
      profile: { userName: 'chief', securityMode: 'custom' },
    });
    expect(found.announcement.digestUser).toBe('chief');
    expect(await prove(DEMO_PASSWORD, found.announcement.digestUser)).toEqual({ kind: 'bound' });
    expect(camera.snapshot().httpAuthFailures).toBe(0);
  });

  it('zeroes the password on every path, and has nothing to log in with a second time', async (t) => {
    const { camera, network, home, found, prove, typed } = await seenCamera(t);
    await prove();
    await prove(WRONG);
    await prove('a password of more than 16 bytes');
    expect(typed.map((bytes) => bytes.every((byte) => byte === 0))).toEqual([true, true, true]);
    const before = camera.snapshot().httpRequests;
    const site = siteOf(found, network.loopback);
    const used = typed[0] ?? Buffer.alloc(0);
    const again =
      site.ok && (await readProof(site.value, openPins(home), { userName: 'admin', password: used }, NEVER));
    expect(again).toEqual({ kind: 'unknown', why: 'no-password' });
    expect(camera.snapshot().httpRequests).toBe(before);
  });
});

describe('the lock', () => {
  it('is read without a login, in whichever word it comes', async (t) => {
    for (const lockWord of ['lock', 'locked'] as const) {
      const { camera, prove } = await seenCamera(t, {
        profile: { web: { lockWord } },
        state: { lockedUntil: Date.now() + 29 * 60_000 },
      });
      expect(await prove()).toEqual({ kind: 'locked', lockMinutes: 29 });
      expect(camera.snapshot()).toMatchObject({ httpRequests: 1, httpAuthFailures: 0, passwordsTried: 0 });
    }
  });

  it('is read after a login where the device says nothing before', async (t) => {
    const { camera, prove } = await seenCamera(t, { state: { triesLeft: 3 }, profile: { lockMinutes: 10 } });
    expect(await prove(WRONG)).toMatchObject({ kind: 'wrong-password', attemptsLeft: 2 });
    expect(camera.snapshot()).toMatchObject({ triesLeft: 2, lockedUntil: null });
  });

  it('is not risked: with two attempts left nothing is sent', async (t) => {
    const { camera, prove } = await seenCamera(t, { state: { triesLeft: 2 } });
    expect(await prove()).toEqual({ kind: 'unknown', why: 'few-attempts' });
    expect(camera.snapshot()).toMatchObject({ httpRequests: 1, passwordsTried: 0 });
  });

  it('counts wrong passwords of both protocols together', async (t) => {
    const { camera, network, home, prove } = await seenCamera(t);
    expect(await prove(WRONG)).toMatchObject({ attemptsLeft: 5 });
    const report = await createEngine({ home, network }).performUnbind({
      shortSerial: camera.profile.shortSerial,
      origin: 'local',
      afterLock: false,
      signal: NEVER,
      prompt: async () => ({ kind: 'typed', password: Buffer.from(WRONG) }),
    });
    expect(report).toMatchObject({ outcome: 'wrong-password', attemptsLeft: 4 });
    expect(await prove(WRONG)).toMatchObject({ kind: 'wrong-password', attemptsLeft: 3 });
  });
});

describe('activation', () => {
  it.for([true, false])('is told without a login: %s', async (activated, t) => {
    const { camera, found, prove } = await seenCamera(t, { state: { activated } });
    const site = siteOf(found, true);
    expect(site.ok && (await readActivation(site.value, NEVER))).toEqual({ ok: true, value: activated });
    expect(camera.snapshot()).toMatchObject({ httpRequests: 1, passwordsTried: 0 });
    expect((await prove()).kind).toBe(activated ? 'bound' : 'not-activated');
    expect(camera.snapshot().passwordsTried).toBe(activated ? 1 : 0);
  });
});

describe('a web server that may not be asked', () => {
  it('is one outside the private ranges, on loopback, or beyond the subnet', async (t) => {
    const { found } = await seenCamera(t);
    const at = (source: string, address: string, prefix: number): FoundDevice => ({
      ...found,
      source,
      via: { name: 'eth0', address, prefix },
    });
    const refused = { ok: false, failure: 'not-on-this-lan' };
    expect(siteOf(at('203.0.113.9', '203.0.113.1', 24), false)).toEqual(refused);
    expect(siteOf(at('172.32.0.9', '172.32.0.1', 24), false)).toEqual(refused);
    expect(siteOf(at('127.0.1.10', '127.0.0.1', 8), false)).toEqual(refused);
    expect(siteOf(at('192.168.1.64', '192.168.0.10', 24), false)).toEqual(refused);
    expect(siteOf(at('192.168.0.64', '192.168.0.10', 24), true)).toEqual(refused);
    for (const address of ['192.168.0.64', '172.31.0.64', '10.9.0.64', '169.254.3.64']) {
      expect(siteOf(at(address, address.replace(/64$/, '10'), 24), false)).toMatchObject({
        value: { address, httpsPort: 443 },
      });
    }
  });

  it.for([null, 0, 65_536, 999_999_999])('is one on port %s', async (httpPort, t) => {
    const { found } = await seenCamera(t);
    const announcement = { ...found.announcement, httpPort };
    expect(siteOf({ ...found, announcement }, true)).toEqual({ ok: false, failure: 'no-http' });
  });

  it('is the one at an address that a device merely announces', async (t) => {
    const elsewhere = await isapiServer(t, (_request, response) =>
      response.end('<Activated>true</Activated>'),
    );
    const { camera, found, prove } = await seenCamera(t, { profile: { announcedAddress: '127.0.0.1' } });
    const announcement = { ...found.announcement, httpPort: elsewhere.port };
    const site = siteOf({ ...found, announcement }, true);
    expect(found.announcement.ipv4).toBe('127.0.0.1');
    expect(site.ok && (await readActivation(site.value, NEVER))).toEqual({ ok: false, failure: 'no-answer' });
    expect(elsewhere.requests).toEqual([]);
    expect(await prove()).toEqual({ kind: 'bound' });
    expect(camera.snapshot().httpRequests).toBe(2);
  });
});
