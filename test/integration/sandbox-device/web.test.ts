import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { DeviceSpec, EmulatedDevice } from '../../../src/sandbox/device/device.ts';
import { DEMO_PASSWORD, ezvizCamera, recorder3, recorder4 } from '../../../src/sandbox/device/profiles.ts';
import { cameraWith, lanWith } from './setup.ts';
import { ask, inquiry, unbind } from './wire.ts';

const INFO = '/ISAPI/System/deviceInfo';
const CHECK = '/ISAPI/Security/userCheck';
const WRONG = 'Not-The-Pass1';

interface Answer {
  status: number;
  body: string;
  challenges: readonly string[];
}

function fetchFrom(
  device: EmulatedDevice,
  path: string,
  authorization?: string,
  method = 'GET',
): Promise<Answer> {
  const { address, httpPort } = device.snapshot();
  return new Promise((resolve, reject) => {
    const headers = authorization === undefined ? {} : { authorization };
    request({ host: address, port: httpPort, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString(),
          challenges: response.headersDistinct['www-authenticate'] ?? [],
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

interface DigestUse {
  challenge: string;
  path: string;
  password: string;
  user?: string;
  count?: string;
  method?: string;
}

/** Value of `Authorization` for a Digest challenge, worked out here. */
function digest({
  challenge,
  path,
  password,
  user = 'admin',
  count = '00000001',
  method = 'GET',
}: DigestUse): string {
  const value = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(challenge)?.[1];
  const algorithm = value('algorithm');
  const hash = (...parts: string[]) =>
    createHash(algorithm === 'SHA-256' ? 'sha256' : 'md5')
      .update(parts.join(':'))
      .digest('hex');
  const realm = value('realm') ?? '';
  const nonce = value('nonce') ?? '';
  const qop = value('qop');
  const cnonce = '0a4f113b5c6d7e8f';
  const middle = qop === undefined ? [] : [count, cnonce, qop];
  const response = hash(hash(user, realm, password), nonce, ...middle, hash(method, path));
  const extra = [
    algorithm === undefined ? '' : `, algorithm=${algorithm}`,
    qop === undefined ? '' : `, qop=${qop}, nc=${count}, cnonce="${cnonce}"`,
    value('opaque') === undefined ? '' : `, opaque="${value('opaque')}"`,
  ].join('');
  return `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${path}", response="${response}"${extra}`;
}

/** Challenge and answer, with the challenge at `index`. */
async function logIn(device: EmulatedDevice, path: string, password: string, index = 0): Promise<Answer> {
  const { challenges } = await fetchFrom(device, path);
  return fetchFrom(device, path, digest({ challenge: challenges[index] ?? '', path, password }));
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function webOf(web: DeviceSpec['profile']['web']) {
  return cameraWith({ profile: { ...(web === undefined ? {} : { web }) } });
}

describe('logging in to the web server', () => {
  it('is computed by this test as the vectors say', () => {
    const file = new URL('../../fixtures/digest-challenges.json', import.meta.url);
    const { responses } = JSON.parse(readFileSync(file, 'utf8'));
    for (const vector of responses) {
      const named = vector.algorithm === 'MD5' ? '' : `, algorithm="${vector.algorithm}"`;
      const qop = vector.qop === null ? '' : `, qop="${vector.qop}"`;
      const header = digest({
        challenge: `Digest realm="${vector.realm}", nonce="${vector.nonce}"${named}${qop}`,
        path: vector.uri,
        password: vector.password,
        user: vector.user,
        count: vector.nc,
        method: vector.method,
      });
      expect(header).toContain(`response="${vector.response}"`);
    }
  });

  it.each([
    ['camera', /^Digest qop="auth", realm="IP Camera\(C0015\)", nonce="\w+", stale="FALSE"$/],
    ['one-header', /^Digest qop="auth", .*stale="FALSE", Basic realm="/],
    [
      'two-headers',
      /^Digest realm="DVRNVRDVS", domain="::", qop="auth", nonce="\w+:\d+", opaque="", algorithm="MD5"/,
    ],
    ['no-qop', /^Digest realm="[^"]+", nonce="\w+", stale="FALSE"$/],
    ['sha-256', /^Digest .*algorithm="SHA-256"/],
  ] as const)('works with challenges of the style %s', async (challenge, shape) => {
    const { device } = await webOf({ challenge });
    const { status, challenges } = await fetchFrom(device, INFO);
    expect(status).toBe(401);
    expect(challenges[0]).toMatch(shape);
    expect((await logIn(device, INFO, DEMO_PASSWORD)).status).toBe(200);
    expect((await logIn(device, INFO, WRONG)).status).toBe(401);
    expect(device.snapshot()).toMatchObject({ httpAuthFailures: 1, passwordsTried: 2, triesLeft: 5 });
  });

  it('takes either of two Digest challenges, and Basic where it is offered', async () => {
    const { device } = await webOf({ challenge: 'md5-and-sha-256' });
    expect((await logIn(device, INFO, DEMO_PASSWORD, 0)).status).toBe(200);
    expect((await logIn(device, INFO, DEMO_PASSWORD, 1)).status).toBe(200);
    expect((await fetchFrom(device, INFO, basic('admin', DEMO_PASSWORD))).status).toBe(401);
    const { device: recorder } = await webOf({ challenge: 'two-headers' });
    const { challenges } = await fetchFrom(recorder, INFO);
    expect(challenges).toHaveLength(2);
    expect((await fetchFrom(recorder, INFO, basic('admin', DEMO_PASSWORD))).status).toBe(200);
    const { device: old } = await webOf({ challenge: 'basic-only' });
    expect((await fetchFrom(old, INFO)).challenges).toEqual(['Basic realm="DS-2CD2132-I"']);
    expect((await fetchFrom(old, INFO, basic('admin', WRONG))).status).toBe(401);
  });

  it('asks again with stale for a nonce it does not know, used up, or counted wrongly, and counts no failure', async () => {
    const { device } = await webOf({ nonceUses: 2 });
    const { challenges } = await fetchFrom(device, INFO);
    const use = (count: string, challenge = challenges[0] ?? '') =>
      fetchFrom(device, INFO, digest({ challenge, path: INFO, password: DEMO_PASSWORD, count }));
    expect((await use('00000001')).status).toBe(200);
    expect((await use('00000001')).challenges[0]).toContain('stale="TRUE"');
    expect((await use('00000002')).status).toBe(200);
    expect((await use('00000003')).challenges[0]).toContain('stale="TRUE"');
    const unknown = 'Digest qop="auth", realm="IP Camera(C0015)", nonce="00"';
    expect((await use('00000001', unknown)).challenges[0]).toContain('stale="TRUE"');
    expect(device.snapshot()).toMatchObject({ httpAuthFailures: 0, triesLeft: 6 });
  });

  it('takes a nonce for its own path only where the firmware binds it', async () => {
    const { device } = await webOf({ nonceBoundToPath: true });
    const { challenges } = await fetchFrom(device, INFO);
    const login = { challenge: challenges[0] ?? '', password: DEMO_PASSWORD };
    expect((await fetchFrom(device, CHECK, digest({ ...login, path: CHECK }))).status).toBe(401);
    expect((await fetchFrom(device, INFO, digest({ ...login, path: INFO, count: '00000002' }))).status).toBe(
      200,
    );
    expect(device.snapshot().httpAuthFailures).toBe(1);
  });

  it('refuses an answer computed for another address or another account', async () => {
    const { device } = await webOf({});
    const { challenges } = await fetchFrom(device, INFO);
    const login = { challenge: challenges[0] ?? '', password: DEMO_PASSWORD };
    expect((await fetchFrom(device, INFO, digest({ ...login, path: CHECK }))).status).toBe(401);
    const other = digest({ ...login, path: INFO, user: 'operator', count: '00000002' });
    expect((await fetchFrom(device, INFO, other)).status).toBe(401);
    const good = (count: string) => digest({ ...login, path: INFO, count });
    const misnamed = good('00000003').replace('username="admin"', 'username="root"');
    expect((await fetchFrom(device, INFO, misnamed)).status).toBe(401);
    const misplaced = good('00000004').replace(`uri="${INFO}"`, 'uri="/"');
    expect((await fetchFrom(device, INFO, misplaced)).status).toBe(401);
    expect((await fetchFrom(device, INFO, good('00000005'))).status).toBe(200);
  });
});

describe('the counter of the web server', () => {
  it('is told in the body of a 401 and not touched by a request without credentials', async () => {
    const { device } = await webOf({});
    expect((await fetchFrom(device, CHECK)).body).toContain('<retryLoginTime>6</retryLoginTime>');
    const { body } = await logIn(device, CHECK, WRONG);
    expect(body).toContain('<statusValue>401</statusValue>');
    expect(body).toContain('<lockStatus>unlock</lockStatus>');
    expect(body).toContain('<retryLoginTime>5</retryLoginTime>');
    expect((await logIn(device, CHECK, DEMO_PASSWORD)).body).toContain('<statusString>OK</statusString>');
  });

  it('is shared with SADP in both directions', async () => {
    const { device, wire, mac } = await cameraWith({ state: { triesLeft: 3 } });
    await logIn(device, CHECK, WRONG);
    expect((await unbind(wire, mac, WRONG)).get('RetryTimes')).toBe('1');
    const { body } = await logIn(device, CHECK, WRONG);
    expect(body).toContain('<lockStatus>lock</lockStatus>');
    expect(body).toContain('<unlockTime>1800</unlockTime>');
    expect((await unbind(wire, mac, DEMO_PASSWORD)).get('Result')).toBe('locked');
    expect((await logIn(device, CHECK, DEMO_PASSWORD)).status).toBe(401);
    expect(device.snapshot().passwordsTried).toBe(3);
  });

  it('is left out by old recorders and by devices that are not activated', async () => {
    const { lan } = await lanWith([recorder3]);
    const { body } = await logIn(lan.device('570000103'), CHECK, WRONG);
    expect(body).toMatch(/^<\?xml[^>]*>\s*<userCheck>\s*<statusValue>401<\/statusValue>/);
    expect(body).not.toContain('retryLoginTime');
    const { device } = await cameraWith({ state: { activated: false } });
    expect((await logIn(device, CHECK, DEMO_PASSWORD)).body).toContain('<isActivated>false</isActivated>');
    expect(device.snapshot().passwordsTried).toBe(0);
  });
});

describe('the documents of the web server', () => {
  it('are those of the device, in its namespace', async () => {
    const { lan } = await lanWith([recorder4]);
    const device = lan.device('G70000102');
    const { body } = await logIn(device, INFO, DEMO_PASSWORD);
    expect(body).toContain('<DeviceInfo version="1.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">');
    expect(body).toContain('<model>DS-7608NI-K2/8P</model>');
    expect(body).toContain('<serialNumber>DS-7608NI-K2/8P0820211105CCRRG70000102WCVU</serialNumber>');
    expect(body).toContain('<firmwareVersion>V4.62.210</firmwareVersion>');
    expect(body).toContain('<firmwareReleasedDate>build 230727</firmwareReleasedDate>');
    const ezviz = await logIn(device, '/ISAPI/System/Network/EZVIZ', DEMO_PASSWORD);
    expect(ezviz.body).toContain('<registerStatus>true</registerStatus>');
    expect(ezviz.body).not.toContain('bindStatus');
  });

  it('follow an unbind made over SADP', async () => {
    const { device, wire, mac } = await cameraWith();
    const bindStatus = async () =>
      /<bindStatus>(\w+)</.exec(
        (await logIn(device, '/ISAPI/System/Network/EZVIZ', DEMO_PASSWORD)).body,
      )?.[1];
    expect(await bindStatus()).toBe('bind');
    await unbind(wire, mac, DEMO_PASSWORD);
    expect(await bindStatus()).toBe('unbind');
  });

  it('tell capabilities and the lock settings, minutes there and seconds here', async () => {
    const { device } = await webOf({ unbindFlag: true });
    const network = await logIn(device, '/ISAPI/System/Network/capabilities', DEMO_PASSWORD);
    expect(network.body).toContain('<isSupportEZVIZUnbind>true</isSupportEZVIZUnbind>');
    const system = await logIn(device, '/ISAPI/System/capabilities', DEMO_PASSWORD);
    expect(system.body).toContain('<maxIllegalLoginLockTime min="1" max="120" def="30"/>');
    const lock = await logIn(device, '/ISAPI/Security/illegalLoginLock', DEMO_PASSWORD);
    expect(lock.body).toContain('<maxIllegalLoginLockTime>1800</maxIllegalLoginLockTime>');
  });

  it('tell without a login only whether the device is activated', async () => {
    const { device } = await webOf({});
    const { status, body } = await fetchFrom(device, '/SDK/activateStatus');
    expect([status, body.includes('<Activated>true</Activated>')]).toEqual([200, true]);
  });

  it('do not exist elsewhere, and writing is refused and noticed', async () => {
    const { device } = await webOf({});
    expect((await logIn(device, '/ISAPI/Nowhere', DEMO_PASSWORD)).status).toBe(404);
    expect(device.snapshot().httpWrites).toBe(0);
    await fetchFrom(device, '/ISAPI/System/Network/EZVIZ', undefined, 'PUT');
    await fetchFrom(device, '/ISAPI/System/Network/EZVIZ/unbind?format=json');
    expect(device.snapshot()).toMatchObject({ httpWrites: 2, bound: true });
  });

  it('are announced where a web server is, and only there', async () => {
    const { lan, wire } = await lanWith([ezvizCamera]);
    expect((await ask(wire, inquiry)).get('HttpPort')).toBeNull();
    expect(lan.device('K70000105').snapshot().httpPort).toBeNull();
  });

  it('are not served while the device restarts', async () => {
    const { device } = await webOf({});
    device.restart(60_000);
    await expect(fetchFrom(device, INFO)).rejects.toThrow();
  });
});
