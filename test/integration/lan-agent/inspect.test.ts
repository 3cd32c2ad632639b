import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { lockDevice } from '../../../src/lan-agent/device-lock.ts';
import { createEngine, type Engine } from '../../../src/lan-agent/engine.ts';
import type { InspectPlan, InspectReport, InspectRequest } from '../../../src/lan-agent/inspect/contract.ts';
import { openJournal } from '../../../src/lan-agent/journal.ts';
import { openLedger } from '../../../src/lan-agent/ledger.ts';
import { testNetwork } from '../../../src/lan-agent/network/test-network.ts';
import type { DeviceSpec, EmulatedDevice } from '../../../src/sandbox/device/device.ts';
import { createEmulatedLan } from '../../../src/sandbox/device/lan.ts';
import {
  DEMO_PASSWORD,
  intercom,
  recorder3,
  recorder4,
  unbindableCamera,
} from '../../../src/sandbox/device/profiles.ts';
import { NAMESPACES } from '../../support/namespaces.ts';
import { challenge, emptyHome, isapiServer } from './isapi-server.ts';

const CAMERA = unbindableCamera.profile.shortSerial;
const WRONG = 'Not-The-One-9';
/** Documents, which is logins with a right password. */
const ALL = 6;

interface Place {
  readonly device: EmulatedDevice;
  readonly engine: Engine;
  readonly home: string;
  readonly plans: InspectPlan[];
  /** What the typed passwords became. */
  readonly typed: Buffer[];
  inspect(password?: string, changes?: Partial<InspectRequest>): Promise<InspectReport>;
  journal(): Promise<Record<string, unknown>[]>;
  changeLedger(changes: Record<string, unknown>): Promise<void>;
}

type Spec = Pick<DeviceSpec, 'state' | 'quirks' | 'canned'> & { profile?: Partial<DeviceSpec['profile']> };

/** A technician's laptop beside one device; the camera unless told otherwise. */
async function place(t: TestContext, spec: Spec = {}, base: DeviceSpec = unbindableCamera): Promise<Place> {
  const profile = { ...base.profile, ...spec.profile };
  const quirks = { ...base.quirks, ...spec.quirks };
  const lan = await createEmulatedLan({ devices: [{ ...spec, quirks, profile }] });
  t.onTestFinished(() => lan.close());
  const network = testNetwork(lan.testNetwork, false);
  if (!network.ok) throw new Error(network.failure);
  const home = await emptyHome(t);
  const engine = createEngine({ home, network: network.value });
  const plans: InspectPlan[] = [];
  const typed: Buffer[] = [];
  const file = join(home, 'ledger', `${profile.shortSerial}.json`);
  return {
    device: lan.device(profile.shortSerial),
    engine,
    home,
    plans,
    typed,
    inspect: (password = DEMO_PASSWORD, changes = {}) =>
      engine.performInspect({
        shortSerial: profile.shortSerial,
        afterLock: false,
        signal: new AbortController().signal,
        prompt: async (plan) => {
          plans.push(plan);
          const bytes = Buffer.from(password);
          typed.push(bytes);
          return { kind: 'typed', password: bytes };
        },
        ...changes,
      }),
    journal: async () => {
      const text = await readFile(join(home, 'journal.jsonl'), 'utf8');
      return text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    },
    changeLedger: async (changes) => {
      const before = JSON.parse(await readFile(file, 'utf8'));
      await writeFile(file, JSON.stringify({ ...before, ...changes }));
    },
  };
}

/** A camera whose web server is one of ours. `answer` gets the path, and whether somebody has logged in. */
async function withServer(
  t: TestContext,
  answer: (path: string, loggedIn: boolean, response: Parameters<RequestListener>[1]) => void,
  more = '<Activated>true</Activated>',
) {
  const { address, mac, fullSerial, model } = unbindableCamera.profile;
  const server = await isapiServer(
    t,
    ({ url, headers }, response) => answer(url ?? '', headers.authorization !== undefined, response),
    undefined,
    address,
  );
  const inquiry = `<ProbeMatch><Uuid></Uuid><Types>inquiry</Types><DeviceDescription>${model}</DeviceDescription><DeviceSN>${fullSerial}</DeviceSN><HttpPort>${server.port}</HttpPort><MAC>${mac}</MAC><IPv4Address>${address}</IPv4Address>${more}</ProbeMatch>`;
  const at = await place(t, { profile: { httpPort: null }, canned: { inquiry: [inquiry] } });
  return { ...at, server, logins: () => server.requests.filter((header) => header !== null).length };
}

/** Lets in everybody who logs in, and gives them the document. */
const open =
  (documents: (path: string) => string): Parameters<typeof withServer>[1] =>
  (path, loggedIn, response) => {
    if (loggedIn) response.end(documents(path));
    else response.writeHead(...challenge(`n${path.length}`, false)).end();
  };
const OK = '<userCheck><statusValue>200</statusValue></userCheck>';

const STYLES = ['camera', 'one-header', 'two-headers', 'no-qop', 'sha-256', 'md5-and-sha-256'] as const;

describe.concurrent('a reading with the right password', () => {
  it.for(STYLES)('is one login a document, each with a fresh challenge: style %s', async (style, t) => {
    const web = { challenge: style, nonceBoundToPath: true, nonceUses: 1 };
    const { device, inspect, typed } = await place(t, { profile: { web } });
    expect(await inspect()).toMatchObject({ outcome: 'read', password: 'accepted' });
    expect(device.snapshot()).toMatchObject({
      httpRequests: 2 * ALL,
      passwordsTried: ALL,
      httpAuthFailures: 0,
      httpWrites: 0,
      statusAsked: 0,
      exchanges: 0,
      unbindsReceived: 0,
    });
    expect(typed.map((bytes) => bytes.every((byte) => byte === 0))).toEqual([true]);
  });

  it.for(NAMESPACES)('tells the same under the namespace %s', async (namespace, t) => {
    const web = { namespace, labelCode: 'original', unbindFlag: true } as const;
    const { inspect } = await place(t, { profile: { web } });
    expect(await inspect()).toEqual({
      version: 1,
      shortSerial: CAMERA,
      address: '127.0.1.10',
      interface: 'test',
      outcome: 'read',
      password: 'accepted',
      documents: {
        userCheck: 'read',
        deviceInfo: 'read',
        capabilities: 'read',
        networkCapabilities: 'read',
        ezviz: 'read',
        loginLock: 'read',
      },
      device: {
        model: 'DS-2CD2386G2-IU',
        fullSerial: 'DS-2CD2386G2-IU20230815AAWRAC7000101',
        shortSerial: CAMERA,
        mac: '00005e0053a1',
        firmware: 'V5.7.18 build 240826',
        deviceType: 'IPCamera',
        kind: 'camera',
        isTheOne: true,
      },
      cloud: {
        state: 'bound',
        enabled: true,
        registered: true,
        bind: 'bound',
        offlineStatus: null,
        host: 'litedev.hik-connect.com',
        hasVerificationCode: false,
      },
      capabilities: {
        supportsEzviz: true,
        ezvizUnbind: true,
        ezvizQrCode: null,
        labelCode: 'original',
        loginLock: true,
        attempts: { min: 3, max: 20, default: 6, current: null },
        lockMinutes: { min: 1, max: 120, default: 30, current: null },
        passwordMaxLength: 16,
        userCheck: true,
        digestAlgorithms: [],
      },
      loginLock: { enabled: true, attempts: 6, lockMinutes: 30, from: 'settings' },
    });
  });

  it.for([
    { state: { bound: false }, web: {}, is: 'not-bound' },
    { state: { bound: false, cloud: 'disabled' }, web: {}, is: 'not-bound' },
    { state: { cloud: 'disabled' }, web: {}, is: 'cloud-disabled' },
    { state: { cloud: 'offline' }, web: {}, is: 'cloud-offline' },
    { state: { cloud: 'offline' }, web: { offlineStatus: 1 }, is: 'code-refused' },
    { state: {}, web: { showsBindStatus: false }, is: 'unknown' },
  ] as const)('tells the cloud state: $state $web is $is', async ({ state, web, is }, t) => {
    const { inspect } = await place(t, { state, profile: { web } });
    expect((await inspect()).cloud?.state).toBe(is);
  });

  it.for(['changed', 'empty'] as const)('tells that the code on the label is %s', async (labelCode, t) => {
    const { inspect } = await place(t, { profile: { web: { labelCode } } });
    expect((await inspect()).capabilities?.labelCode).toBe(labelCode === 'empty' ? 'none' : 'changed');
  });

  it.for([
    [recorder3, 'dvr'],
    [recorder4, 'nvr'],
    [intercom, 'door-station'],
  ] as const)('reads recorders and intercoms, bare userCheck included: $1', async ([base, kind], t) => {
    const { device, inspect } = await place(t, {}, base);
    expect(await inspect()).toMatchObject({ outcome: 'read', device: { kind, isTheOne: true } });
    expect(device.snapshot()).toMatchObject({ passwordsTried: ALL, httpAuthFailures: 0 });
  });

  it('goes on where the firmware does not have a document', async (t) => {
    const unknownPaths = ['/ISAPI/System/Network/capabilities', '/ISAPI/Security/illegalLoginLock'];
    const { inspect } = await place(t, { profile: { web: { unknownPaths } } });
    expect(await inspect()).toMatchObject({
      outcome: 'read',
      documents: { networkCapabilities: 'not-supported', ezviz: 'read', loginLock: 'not-supported' },
      loginLock: { attempts: 6, lockMinutes: 30, from: 'capabilities' },
    });
  });

  it('goes on where the firmware has no userCheck: the next document is the test then', async (t) => {
    const web = { unknownPaths: ['/ISAPI/Security/userCheck'] };
    const right = await place(t, { profile: { web } });
    expect(await right.inspect()).toMatchObject({ outcome: 'read', password: 'accepted' });
    const wrong = await place(t, { profile: { web } });
    expect(await wrong.inspect(WRONG)).toMatchObject({ outcome: 'wrong-password', attemptsLeft: 5 });
    expect(wrong.device.snapshot().passwordsTried).toBe(1);
  });

  it('uses the administrator’s name where the device announces another one', async (t) => {
    const { device, inspect } = await place(t, { profile: { userName: 'chief', securityMode: 'custom' } });
    expect(await inspect()).toMatchObject({ outcome: 'read' });
    expect(device.snapshot().httpAuthFailures).toBe(0);
  });

  it('forgets the failures on record', async (t) => {
    const { home, inspect } = await place(t);
    await inspect(WRONG);
    await inspect();
    expect(await openLedger(home).permission(CAMERA, false)).toEqual({
      ok: true,
      value: { kind: 'allowed', attemptsLeft: null, assumed: false },
    });
  });

  it('shows the person what an unbind would show', async (t) => {
    const { inspect, plans } = await place(t);
    await inspect(WRONG);
    await inspect();
    expect(plans[1]).toEqual({
      shortSerial: CAMERA,
      fullSerial: 'DS-2CD2386G2-IU20230815AAWRAC7000101',
      model: 'DS-2CD2386G2-IU',
      address: '127.0.1.10',
      mac: '00-00-5e-00-53-a1',
      interface: 'test',
      driver: null,
      announcedAddress: null,
      wireMac: null,
      askCable: false,
      attemptsLeft: 5,
      attemptsAssumed: false,
      technician: null,
      origin: 'local',
    });
  });

  it('stands in the journal as what it is, and is no attempt to unbind', async (t) => {
    const { inspect, journal, home } = await place(t);
    await inspect();
    const lines = await journal();
    expect(lines.map(({ event, outcome }) => [event, outcome])).toEqual([
      ['begun', undefined],
      ['login', undefined],
      ['inspected', 'read'],
    ]);
    expect(new Set(lines.map(({ attempt }) => attempt)).size).toBe(1);
    // A crash after the login leaves an attempt on record, but nothing that the next unbind would settle.
    const crashed = lines.slice(0, 2).map((line) => `${JSON.stringify(line)}\n`);
    await writeFile(join(home, 'journal.jsonl'), crashed.join(''));
    expect(await openJournal(home).unsettled(CAMERA)).toEqual({ ok: true, value: [] });
  });
});

describe.concurrent('a wrong password', () => {
  it.for(STYLES)('costs exactly one attempt: style %s', async (style, t) => {
    const { device, home, inspect, typed, journal } = await place(t, {
      profile: { web: { challenge: style } },
    });
    expect(await inspect(WRONG)).toMatchObject({
      outcome: 'wrong-password',
      attemptsLeft: 5,
      password: 'refused',
      device: null,
      cloud: null,
    });
    expect(device.snapshot()).toMatchObject({ passwordsTried: 1, httpRequests: 2, triesLeft: 5 });
    expect(typed[0]?.every((byte) => byte === 0)).toBe(true);
    expect(await openLedger(home).permission(CAMERA, false)).toMatchObject({ value: { attemptsLeft: 5 } });
    expect((await journal()).at(-1)).toMatchObject({
      event: 'inspected',
      outcome: 'wrong-password',
      attemptsLeft: 5,
    });
  });

  it('shares its count with unbinds, and both stop where few attempts are left', async (t) => {
    const { device, engine, inspect } = await place(t);
    const unbind = () =>
      engine.performUnbind({
        shortSerial: CAMERA,
        origin: 'local',
        afterLock: false,
        signal: new AbortController().signal,
        prompt: async () => ({ kind: 'typed', password: Buffer.from(WRONG) }),
      });
    expect(await inspect(WRONG)).toMatchObject({ attemptsLeft: 5 });
    expect(await unbind()).toMatchObject({ outcome: 'wrong-password', attemptsLeft: 4 });
    expect(await inspect(WRONG)).toMatchObject({ attemptsLeft: 3 });
    expect(await unbind()).toMatchObject({ attemptsLeft: 2 });
    const before = device.snapshot().httpRequests;
    for (const end of [await inspect(), await unbind()]) {
      expect(end).toMatchObject({ outcome: 'refused', reason: 'few-attempts', attemptsLeft: 2 });
    }
    expect(device.snapshot()).toMatchObject({ passwordsTried: 4, httpRequests: before });
  });

  it('at a device that tells no counter is the last one', async (t) => {
    const { device, inspect, plans } = await place(t, {}, recorder3);
    const first = await inspect(WRONG);
    expect(first).toMatchObject({ outcome: 'wrong-password' });
    expect(first.attemptsLeft).toBeUndefined();
    expect(await inspect()).toMatchObject({ outcome: 'refused', reason: 'lock-assumed', lockMinutes: 30 });
    expect(plans).toHaveLength(1);
    expect(device.snapshot().passwordsTried).toBe(1);
  });

  it('is no reason to go on, whatever came with the 401', async (t) => {
    const { inspect, logins, server } = await withServer(t, (path, loggedIn, response) => {
      const body = loggedIn ? '<html><a href="/ISAPI/System/deviceInfo">here</a></html>' : '';
      response.writeHead(...challenge(`${path}${server.requests.length}`, false)).end(body);
    });
    expect(await inspect()).toMatchObject({ outcome: 'wrong-password', password: 'refused' });
    expect(logins()).toBe(1);
  });

  it('that comes after an accepted one ends everything too', async (t) => {
    const left = '<userCheck><statusValue>401</statusValue><retryLoginTime>4</retryLoginTime></userCheck>';
    const { home, inspect, logins } = await withServer(t, (path, loggedIn, response) => {
      const isIn = loggedIn && path.endsWith('userCheck');
      if (isIn) response.end(OK);
      else response.writeHead(...challenge('n', false)).end(loggedIn ? left : '');
    });
    expect(await inspect()).toMatchObject({
      outcome: 'incomplete',
      reason: 'refused-later',
      attemptsLeft: 4,
      password: 'accepted',
      documents: { userCheck: 'read', deviceInfo: 'not-asked' },
    });
    expect(logins()).toBe(2);
    expect(await openLedger(home).permission(CAMERA, false)).toMatchObject({ value: { attemptsLeft: 4 } });
  });

  it('is not what a stale nonce means: one repeat with the new one, and only one', async (t) => {
    const patient = await withServer(t, (path, loggedIn, response) => {
      const used = patient.server.requests.at(-1)?.includes('nonce="new"');
      if (used) response.end(OK);
      else response.writeHead(...challenge(loggedIn ? 'new' : `old${path}`, loggedIn)).end();
    });
    expect(await patient.inspect()).toMatchObject({ password: 'accepted' });
    expect(patient.logins()).toBe(2 * ALL);
    const endless = await withServer(t, (_path, _loggedIn, response) => {
      response.writeHead(...challenge('n', true)).end();
    });
    expect(await endless.inspect()).toMatchObject({ outcome: 'wrong-password' });
    expect(endless.logins()).toBe(2);
  });
});

describe.concurrent('a lock', () => {
  it.for(['lock', 'locked'] as const)('is told before the login, and kept to: %s', async (lockWord, t) => {
    const { device, inspect, plans } = await place(t, {
      state: { lockedUntil: Date.now() + 29 * 60_000 },
      profile: { web: { lockWord } },
    });
    expect(await inspect()).toMatchObject({ outcome: 'locked', lockMinutes: 29, password: 'not-sent' });
    expect(device.snapshot()).toMatchObject({ httpRequests: 1, passwordsTried: 0, httpAuthFailures: 0 });
    const again = await inspect();
    expect(again).toMatchObject({ outcome: 'locked', reason: 'lock-running', lockMinutes: 29 });
    expect(device.snapshot().httpRequests).toBe(1);
    expect(plans).toHaveLength(1);
  });

  it('that has run out leaves one careful try, if a person says so', async (t) => {
    const { device, inspect, changeLedger } = await place(t, { state: { lockedUntil: Date.now() + 60_000 } });
    await inspect();
    device.set({ lockedUntil: null });
    await changeLedger({ lock: { until: Date.now() - 1000, minutes: 1, assumed: false } });
    expect(await inspect()).toMatchObject({ outcome: 'refused', reason: 'after-lock' });
    expect(device.snapshot().passwordsTried).toBe(0);
    expect(await inspect(DEMO_PASSWORD, { afterLock: true })).toMatchObject({ outcome: 'read' });
  });

  it('is not risked where the device itself says that two attempts are left', async (t) => {
    const { device, inspect } = await place(t, { state: { triesLeft: 2 } });
    expect(await inspect()).toMatchObject({
      outcome: 'refused',
      reason: 'few-attempts',
      attemptsLeft: 2,
      password: 'not-sent',
    });
    expect(device.snapshot()).toMatchObject({ httpRequests: 1, passwordsTried: 0 });
  });
});

describe.concurrent('nothing is sent and nobody is asked', () => {
  it('where the device is not activated by its announcement', async (t) => {
    const { device, inspect, plans } = await place(t, { state: { activated: false } });
    expect(await inspect()).toMatchObject({ outcome: 'refused', reason: 'not-activated' });
    expect([device.snapshot().httpRequests, plans.length]).toEqual([0, 0]);
  });

  it('where its web server says so, which needs no login', async (t) => {
    const says = (answer: string) => withServer(t, (_path, _in, response) => response.end(answer), '');
    const { inspect, plans, server } = await says('<A><Activated>false</Activated></A>');
    expect(await inspect()).toMatchObject({ outcome: 'refused', reason: 'not-activated' });
    expect([plans.length, server.requests]).toEqual([0, [null]]);
  });

  it('where it announces no web server', async (t) => {
    const { inspect, plans } = await place(t, { profile: { httpPort: null } });
    expect(await inspect()).toMatchObject({ outcome: 'failed', reason: 'no-http', address: '127.0.1.10' });
    expect(plans).toEqual([]);
  });

  it('where the attempts on record cannot be read', async (t) => {
    const { device, home, inspect, plans } = await place(t);
    await mkdir(join(home, 'ledger'));
    await writeFile(join(home, 'ledger', `${CAMERA}.json`), '{"attemptsLeft": "ma');
    expect(await inspect()).toMatchObject({ outcome: 'refused', reason: 'ledger-unreadable' });
    expect([device.snapshot().httpRequests, plans.length]).toEqual([0, 0]);
  });

  it('where the journal cannot be written', async (t) => {
    const { device, home, inspect, plans } = await place(t);
    await mkdir(join(home, 'journal.jsonl'));
    expect(await inspect()).toMatchObject({ outcome: 'refused', reason: 'journal-unwritable' });
    expect([device.snapshot().httpRequests, plans.length]).toEqual([0, 0]);
  });

  it('beside an unbind of the same device, and the other way round', async (t) => {
    const { device, engine, home, inspect, plans } = await place(t);
    const lock = await lockDevice(home, CAMERA);
    expect(await inspect()).toMatchObject({ outcome: 'refused', reason: 'busy' });
    expect(plans).toEqual([]);
    if (lock.ok) await lock.value.release();
    const report = await inspect(DEMO_PASSWORD, {
      prompt: async () => {
        const unbind = await engine.performUnbind({
          shortSerial: CAMERA,
          origin: 'local',
          afterLock: false,
          signal: new AbortController().signal,
          prompt: async () => ({ kind: 'typed', password: Buffer.from(DEMO_PASSWORD) }),
        });
        expect(unbind).toMatchObject({ outcome: 'refused', reason: 'busy' });
        return { kind: 'typed', password: Buffer.from(DEMO_PASSWORD) };
      },
    });
    expect(report).toMatchObject({ outcome: 'read' });
    expect(device.snapshot().unbindsReceived).toBe(0);
  });

  it('where the device is not there', async (t) => {
    const { inspect, plans } = await place(t);
    const report = await inspect(DEMO_PASSWORD, {
      shortSerial: 'AC7000999',
      signal: AbortSignal.timeout(800),
    });
    expect(report).toMatchObject({ outcome: 'refused', reason: 'cancelled', address: null });
    expect(plans).toEqual([]);
  });
});

describe.concurrent('the password stays here', () => {
  it('where only Basic is offered, and the schemes are named', async (t) => {
    const { device, inspect, typed, home } = await place(t, {
      profile: { web: { challenge: 'basic-only' } },
    });
    expect(await inspect()).toMatchObject({
      outcome: 'refused',
      reason: 'no-digest',
      offered: ['basic'],
      password: 'not-sent',
    });
    expect(device.snapshot()).toMatchObject({ httpRequests: 1, passwordsTried: 0 });
    expect(typed[0]?.every((byte) => byte === 0)).toBe(true);
    // No attempt was made, so none is on record.
    expect(await readdir(home)).not.toContain('ledger');
  });

  it.for([
    ['', 'password-empty'],
    ['more than sixteen bytes', 'password-too-long'],
    ['zero\0byte', 'password-has-control-character'],
  ] as const)('where it cannot be one: %j', async ([password, reason], t) => {
    const { device, inspect, typed } = await place(t);
    expect(await inspect(password)).toMatchObject({ outcome: 'refused', reason, password: 'not-sent' });
    expect(device.snapshot().httpRequests).toBe(0);
    expect(typed[0]?.every((byte) => byte === 0)).toBe(true);
  });

  it.for(['abandoned', 'unavailable'] as const)('where nobody typed it: %s', async (kind, t) => {
    const { device, inspect } = await place(t);
    const reason = kind === 'abandoned' ? 'abandoned' : 'no-terminal';
    expect(await inspect('', { prompt: async () => ({ kind }) })).toMatchObject({
      outcome: 'refused',
      reason,
    });
    expect(device.snapshot().httpRequests).toBe(0);
  });

  it('where it was stopped while it was typed', async (t) => {
    const { device, inspect } = await place(t);
    const stop = new AbortController();
    const password = Buffer.from(DEMO_PASSWORD);
    const prompt: InspectRequest['prompt'] = async () => {
      stop.abort();
      return { kind: 'typed', password };
    };
    expect(await inspect('', { signal: stop.signal, prompt })).toMatchObject({ reason: 'cancelled' });
    expect(password.every((byte) => byte === 0)).toBe(true);
    expect(device.snapshot().httpRequests).toBe(0);
  });

  it('where the lock on the device was lost meanwhile', async (t) => {
    const { device, home, inspect } = await place(t);
    const report = await inspect(DEMO_PASSWORD, {
      prompt: async () => {
        await writeFile(join(home, 'locks', `${CAMERA}.lock`), '1 stolen\n');
        return { kind: 'typed', password: Buffer.from(DEMO_PASSWORD) };
      },
    });
    expect(report).toMatchObject({ outcome: 'refused', reason: 'busy', password: 'not-sent' });
    expect(device.snapshot().passwordsTried).toBe(0);
  });

  it('where the web server sends us elsewhere', async (t) => {
    const target = await isapiServer(t, (_request, response) => response.end(OK));
    const { inspect } = await withServer(t, (_path, _in, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${target.port}/` }).end();
    });
    expect(await inspect()).toMatchObject({ outcome: 'refused', reason: 'redirected' });
    expect(target.requests).toEqual([]);
  });
});

describe.concurrent('a web server that does not answer as it should', () => {
  it('after the login leaves it open whether that was an attempt, and it counts as one', async (t) => {
    const { home, inspect, logins } = await withServer(t, (_path, loggedIn, response) => {
      if (loggedIn) response.destroy();
      else response.writeHead(...challenge('n', false)).end();
    });
    expect(await inspect()).toMatchObject({ outcome: 'unknown', reason: 'no-answer', password: 'unknown' });
    expect(logins()).toBe(1);
    expect(JSON.parse(await readFile(join(home, 'ledger', `${CAMERA}.json`), 'utf8'))).toMatchObject({
      withoutResult: 1,
    });
    await inspect();
    expect(await inspect()).toMatchObject({ outcome: 'refused', reason: 'lock-assumed' });
    expect(logins()).toBe(2);
  });

  it.for([
    [403, '<R><subStatusCode>invalidOperation</subStatusCode></R>', 'device-refused'],
    [503, '<R><subStatusCode>deviceBusy</subStatusCode></R>', 'device-busy'],
    [403, '<R><subStatusCode>lowPrivilege</subStatusCode></R>', 'no-permission'],
  ] as const)('to the login with %i is not asked on', async ([status, body, reason], t) => {
    const { inspect, logins } = await withServer(t, (_path, loggedIn, response) => {
      if (loggedIn) response.writeHead(status).end(body);
      else response.writeHead(...challenge('n', false)).end();
    });
    expect(await inspect()).toMatchObject({ outcome: 'unknown', reason, password: 'unknown' });
    expect(logins()).toBe(1);
  });

  it('in one document does not spoil the others', async (t) => {
    const { inspect } = await withServer(t, (path, loggedIn, response) => {
      if (!loggedIn) response.writeHead(...challenge('n', false)).end();
      else if (path.endsWith('System/capabilities')) response.end('x'.repeat(70_000));
      else if (path.endsWith('deviceInfo')) response.destroy();
      else if (path.endsWith('EZVIZ')) response.end('<EZVIZ><bindStatus>unbind</bindStatus></EZVIZ>');
      else response.end(OK);
    });
    expect(await inspect()).toMatchObject({
      outcome: 'incomplete',
      password: 'accepted',
      documents: {
        deviceInfo: 'no-answer',
        capabilities: 'too-large',
        networkCapabilities: 'unreadable',
        ezviz: 'read',
      },
      cloud: { state: 'not-bound' },
    });
  });

  it('at all costs no attempt', async (t) => {
    const { home, inspect } = await withServer(t, (_path, _in, response) => response.destroy());
    expect(await inspect()).toMatchObject({ outcome: 'failed', reason: 'no-answer', password: 'not-sent' });
    expect(await readdir(home)).not.toContain('ledger');
  });

  it('and lets everybody in proves nothing about the password', async (t) => {
    const { inspect, logins } = await withServer(t, (path, _in, response) =>
      response.end(path.endsWith('EZVIZ') ? '<EZVIZ><enabled>true</enabled></EZVIZ>' : OK),
    );
    expect(await inspect()).toMatchObject({ password: 'not-sent', outcome: 'incomplete' });
    expect(logins()).toBe(0);
  });

  it('but is another device’s, is noticed', async (t) => {
    const info = '<DeviceInfo><serialNumber>DS-2CD2386G2-IU20230815AAWRAC7000102</serialNumber></DeviceInfo>';
    const { inspect } = await withServer(
      t,
      open((path) => (path.endsWith('deviceInfo') ? info : OK)),
    );
    expect((await inspect()).device).toMatchObject({ shortSerial: 'AC7000102', isTheOne: false });
  });

  it('says nothing about activation before the login, but does after it', async (t) => {
    const notActivated =
      '<userCheck><statusValue>401</statusValue><isActivated>false</isActivated></userCheck>';
    const { inspect, logins } = await withServer(t, (_path, loggedIn, response) =>
      response.writeHead(...challenge('n', false)).end(loggedIn ? notActivated : ''),
    );
    expect(await inspect()).toMatchObject({ outcome: 'failed', reason: 'not-activated' });
    expect(logins()).toBe(1);
  });
});
