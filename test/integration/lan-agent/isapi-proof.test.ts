import { describe, expect, it, type TestContext } from 'vitest';
import { createEngine } from '../../../src/lan-agent/engine.ts';
import { openLedger } from '../../../src/lan-agent/ledger.ts';
import { testNetwork } from '../../../src/lan-agent/network/test-network.ts';
import type { Report, UnbindStage } from '../../../src/lan-agent/unbind/contract.ts';
import type { DeviceChanges, DeviceSpec, EmulatedDevice } from '../../../src/sandbox/device/device.ts';
import { createEmulatedLan } from '../../../src/sandbox/device/lan.ts';
import { DEMO_PASSWORD, unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { outlasts } from '../../support/outlasts.ts';
import { emptyHome, isapiServer, NOT_BOUND } from './isapi-server.ts';

const CAMERA = unbindableCamera.profile.shortSerial;

interface Done {
  readonly report: Report;
  readonly stages: readonly UnbindStage[];
  /** What is left of the typed password. */
  readonly typed: Buffer;
  readonly home: string;
}

interface Options extends Pick<DeviceSpec, 'state' | 'quirks' | 'canned'> {
  readonly profile?: Partial<DeviceSpec['profile']>;
  /** What becomes of the camera as soon as it has received the unbind. */
  readonly afterwards?: DeviceChanges;
  readonly password?: string;
  /** Called at every stage, before it. */
  readonly onStage?: (stage: UnbindStage, camera: EmulatedDevice, typed: Buffer) => void;
  /** Ms; 3 s by default. */
  readonly verifyMs?: number;
  readonly deadline?: number;
}

/** One unbind in this process, of a camera whose announcement says nothing about its binding. */
async function unbind(t: TestContext, options: Options = {}): Promise<Done & { camera: EmulatedDevice }> {
  const {
    profile,
    afterwards,
    password = DEMO_PASSWORD,
    onStage,
    verifyMs,
    deadline,
    quirks,
    ...spec
  } = options;
  const device = {
    ...spec,
    quirks: { bindStatusField: 'missing', ...quirks } as const,
    profile: { ...unbindableCamera.profile, ...profile },
  };
  const lan = await createEmulatedLan({ devices: [device] });
  t.onTestFinished(() => lan.close());
  const camera = lan.device(CAMERA);
  const stop = camera.onChange(({ unbindsReceived }) => {
    if (unbindsReceived === 0 || !afterwards) return;
    stop();
    camera.set(afterwards);
  });
  const network = testNetwork(lan.testNetwork, false);
  if (!network.ok) throw new Error(network.failure);
  const home = await emptyHome(t);
  const typed = Buffer.from(password);
  const stages: UnbindStage[] = [];
  const report = await createEngine({ home, network: network.value }).performUnbind({
    shortSerial: CAMERA,
    origin: 'local',
    afterLock: false,
    signal: new AbortController().signal,
    verifyMs: verifyMs ?? 3000,
    prompt: async () => ({ kind: 'typed', password: typed }),
    onStage: (stage) => {
      stages.push(stage);
      onStage?.(stage, camera, typed);
    },
    ...(deadline === undefined ? {} : { deadline }),
  });
  return { report, stages, typed, home, camera };
}

/** A camera whose web server is one of ours: its announcement, with the given elements. */
function announcement(httpPort: number, more: string): string {
  const { address, mac, fullSerial, model } = unbindableCamera.profile;
  return `<ProbeMatch><Uuid></Uuid><Types>inquiry</Types><DeviceDescription>${model}</DeviceDescription><DeviceSN>${fullSerial}</DeviceSN><HttpPort>${httpPort}</HttpPort><MAC>${mac}</MAC><IPv4Address>${address}</IPv4Address>${more}</ProbeMatch>`;
}

const UNCONFIRMED = { shortSerial: CAMERA, outcome: 'accepted-unconfirmed', verified: false };

describe.concurrent('the second proof', () => {
  it('is one login over HTTP, where the device has accepted the unbind and says nothing more', async (t) => {
    const httpBefore: number[] = [];
    const { report, camera, typed } = await unbind(t, {
      afterwards: { answersStatus: false },
      onStage: (_stage, device) => httpBefore.push(device.snapshot().httpRequests),
    });
    expect(report).toEqual({ shortSerial: CAMERA, outcome: 'unbound', verified: true });
    expect(camera.snapshot()).toMatchObject({
      unbindsReceived: 1,
      passwordsTried: 2,
      httpRequests: 2,
      httpAuthFailures: 0,
      httpWrites: 0,
    });
    // Up to the datagram nothing was said over HTTP.
    expect(new Set(httpBefore)).toEqual(new Set([0]));
    expect(typed.every((byte) => byte === 0)).toBe(true);
  });

  it('is not asked for twice', async (t) => {
    const { report, camera } = await unbind(t, {
      quirks: { settleAfterMs: 600_000 },
      afterwards: { answersStatus: false },
    });
    expect(report).toEqual(UNCONFIRMED);
    expect(camera.snapshot()).toMatchObject({ passwordsTried: 2, httpRequests: 2 });
  });

  it.for([
    { says: 'bound', settleAfterMs: 600_000, expected: UNCONFIRMED },
    { says: 'not bound', settleAfterMs: 0, expected: { ...UNCONFIRMED, outcome: 'unbound', verified: true } },
  ])('is not needed where the device says that it is $says', async ({ settleAfterMs, expected }, t) => {
    const { report, camera, typed } = await unbind(t, { quirks: { settleAfterMs } });
    expect(report).toEqual(expected);
    expect(camera.snapshot()).toMatchObject({ passwordsTried: 1, httpRequests: 0 });
    expect(typed.every((byte) => byte === 0)).toBe(true);
  });

  it('is worth nothing from a device that called itself "not bound" before', async (t) => {
    const { address } = unbindableCamera.profile;
    const web = await isapiServer(t, (_request, response) => response.end(NOT_BOUND), undefined, address);
    const said = '<Activated>true</Activated><EZVIZBindStatus>2</EZVIZBindStatus>';
    const { report } = await unbind(t, {
      profile: { httpPort: null },
      canned: { inquiry: [announcement(web.port, said)] },
      afterwards: { answersStatus: false },
    });
    expect(report).toEqual(UNCONFIRMED);
    expect(web.requests).toEqual([]);
  });

  it.for([
    { what: 'a wrong password', password: 'Not-The-One-9', outcome: 'wrong-password' },
    { what: 'no answer', quirks: { loseUnbindReply: true }, outcome: 'unknown' },
    {
      what: 'a refusal',
      quirks: { failedForWrongPassword: true },
      password: 'Not-The-One-9',
      outcome: 'denied',
    },
  ])('is never asked for after $what', async ({ what: _, outcome, ...options }, t) => {
    const { report, camera, typed } = await unbind(t, { ...options, afterwards: { answersStatus: false } });
    expect(report).toMatchObject({ outcome, verified: false });
    expect(camera.snapshot()).toMatchObject({ passwordsTried: 1, httpRequests: 0 });
    expect(typed.every((byte) => byte === 0)).toBe(true);
  });

  it('that the device refuses costs one attempt, which is on record', async (t) => {
    const { report, camera, home } = await unbind(t, {
      profile: { userName: 'chief' },
      afterwards: { answersStatus: false },
    });
    expect(report).toEqual(UNCONFIRMED);
    expect(camera.snapshot()).toMatchObject({ httpAuthFailures: 1, triesLeft: 5 });
    expect(await openLedger(home).permission(CAMERA, false)).toEqual({
      ok: true,
      value: { kind: 'allowed', attemptsLeft: 5, assumed: false },
    });
  });

  it('uses the administrator’s name where the device announces another one', async (t) => {
    const { report, camera } = await unbind(t, {
      profile: { userName: 'chief', securityMode: 'custom' },
      afterwards: { answersStatus: false },
    });
    expect(report).toMatchObject({ outcome: 'unbound' });
    expect(camera.snapshot().httpAuthFailures).toBe(0);
  });

  it('is done before the time of an unattended run is over', async (t) => {
    const untilEnd = async () => {
      const { report } = await unbind(t, {
        afterwards: { answersStatus: false },
        verifyMs: 50_000,
        deadline: performance.now() + 11_000,
      });
      expect(report).toMatchObject({ outcome: 'unbound' });
    };
    expect(await outlasts(45_000, untilEnd)).toBe(false);
  });

  it('cannot be had without a web server, so the password is gone before the verification begins', async (t) => {
    const atVerification: string[] = [];
    const { report } = await unbind(t, {
      profile: { httpPort: null },
      afterwards: { answersStatus: false },
      onStage: (stage, _camera, typed) => {
        if (stage === 'verifying') atVerification.push(typed.toString());
      },
    });
    expect(report).toEqual(UNCONFIRMED);
    expect(atVerification).toEqual(['\0'.repeat(DEMO_PASSWORD.length)]);
  });
});

describe.concurrent('a device whose announcement does not say whether it is activated', () => {
  it.for([
    { says: false, report: { outcome: 'refused', reason: 'not-activated' }, asked: false },
    { says: true, report: { outcome: 'unbound' }, asked: true },
  ])('is asked over HTTP, without a login: $says', async ({ says, report: expected, asked }, t) => {
    const web = await isapiServer(
      t,
      (_request, response) => response.end(`<ActivateStatus><Activated>${says}</Activated></ActivateStatus>`),
      undefined,
      unbindableCamera.profile.address,
    );
    const { report, stages } = await unbind(t, {
      profile: { httpPort: null },
      canned: { inquiry: [announcement(web.port, '')] },
    });
    expect(report).toMatchObject(expected);
    expect(stages.includes('password')).toBe(asked);
    expect(web.requests).toEqual([null]);
  });
});
