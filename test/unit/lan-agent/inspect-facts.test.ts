import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, type DocumentName } from '../../../src/lan-agent/inspect/contract.ts';
import { cloudState, factsOf, isDocument } from '../../../src/lan-agent/inspect/facts.ts';
import { type IsapiElement, readDocument } from '../../../src/lan-agent/isapi/read-document.ts';

function read(xml: string): IsapiElement {
  const root = readDocument(Buffer.from(xml));
  if (!root.ok) throw new Error(root.failure);
  return root.value;
}
const fixture = (file: string) => read(readFileSync(`test/fixtures/isapi/${file}`, 'utf8'));
const ezviz = (
  enabled: boolean | null,
  registered: boolean | null,
  bind: 'bound' | 'not-bound' | 'unknown',
) => ({
  enabled,
  registered,
  bind,
  offlineStatus: null,
  host: null,
  hasVerificationCode: false,
});

describe('the state at the cloud', () => {
  it.for([
    [false, true, 'bound', 'cloud-disabled'],
    [false, null, 'unknown', 'cloud-disabled'],
    [true, false, 'bound', 'cloud-offline'],
    [true, false, 'unknown', 'cloud-offline'],
    [true, true, 'bound', 'bound'],
    [null, null, 'bound', 'bound'],
    [true, true, 'unknown', 'unknown'],
    [null, null, 'unknown', 'unknown'],
    ...([true, false, null] as const).map((flag) => [flag, flag, 'not-bound', 'not-bound'] as const),
  ] as const)('enabled %s, registered %s, %s is %s', ([enabled, registered, bind, state]) => {
    expect(cloudState(ezviz(enabled, registered, bind))).toBe(state);
  });

  it('names the verification code where the cloud has refused it, and only while offline', () => {
    const refused = { ...ezviz(true, false, 'bound'), offlineStatus: '1' };
    expect(cloudState(refused)).toBe('code-refused');
    expect(cloudState({ ...refused, offlineStatus: '0' })).toBe('cloud-offline');
    expect(cloudState({ ...refused, registered: true })).toBe('bound');
    expect(cloudState({ ...refused, enabled: false })).toBe('cloud-disabled');
  });
});

describe('both documents of capabilities', () => {
  const network = (inside: string) => read(`<NetworkCap>${inside}</NetworkCap>`);
  const facts = (capabilities: IsapiElement, networkCapabilities: IsapiElement) =>
    factsOf({ capabilities, networkCapabilities }, 'AC7000101').capabilities;

  it('are read together, whichever of them has the flag', () => {
    const merged = facts(fixture('systemcap-ipc-v5.7.xml'), fixture('networkcap-acs.xml'));
    expect(merged).toMatchObject({ supportsEzviz: true, ezvizUnbind: true, ezvizQrCode: true });
    expect(merged?.attempts).toMatchObject({ default: 7, min: 3, max: 20 });
    const other = facts(fixture('systemcap-ipc-v5.7.xml'), fixture('networkcap-nvr-v4.74.xml'));
    expect(other?.ezvizUnbind).toBeNull();
  });

  it('say nothing where they say two things', () => {
    const flag = (value: boolean) => network(`<isSupportEZVIZUnbind>${value}</isSupportEZVIZUnbind>`);
    expect(facts(flag(true), flag(false))?.ezvizUnbind).toBeNull();
    expect(facts(flag(false), flag(false))?.ezvizUnbind).toBe(false);
  });

  it('stand in for the settings of the lock where those were not read', () => {
    const capabilities = fixture('systemcap-ipc-v5.7.xml');
    const loginLock = fixture('illegal-login-lock-seconds.xml');
    expect(factsOf({ capabilities }, '').loginLock).toEqual({
      enabled: null,
      attempts: 7,
      lockMinutes: 30,
      from: 'capabilities',
    });
    expect(factsOf({ capabilities, loginLock }, '').loginLock).toEqual({
      enabled: true,
      attempts: 5,
      lockMinutes: 30,
      from: 'settings',
    });
  });
});

describe('facts', () => {
  it('are none without documents', () => {
    expect(factsOf({}, 'AC7000101')).toEqual({
      device: null,
      cloud: null,
      capabilities: null,
      loginLock: null,
    });
  });

  it('notice that the web server is another device’s', () => {
    const info = (serial: string) => read(`<DeviceInfo><serialNumber>${serial}</serialNumber></DeviceInfo>`);
    const isTheOne = (serial: string) => factsOf({ deviceInfo: info(serial) }, 'AC7000101').device?.isTheOne;
    expect(isTheOne('DS-2CD2386G2-IU20230815AAWRAC7000101')).toBe(true);
    expect(isTheOne('DS-2CD2386G2-IU20230815AAWRAC7000102')).toBe(false);
    expect(isTheOne('???')).toBeNull();
  });

  it('hold nothing that paints on a terminal, and no verification code', () => {
    const evil = '&#27;[31m\u202eX';
    const facts = factsOf(
      {
        deviceInfo: read(`<DeviceInfo><model>${evil}</model><deviceType>${evil}</deviceType></DeviceInfo>`),
        ezviz: read(
          `<EZVIZ><offlineStatus>${evil}</offlineStatus><serverAddress><hostName>${evil}</hostName></serverAddress><verificationCode>QWERTZ</verificationCode></EZVIZ>`,
        ),
        capabilities: read(
          `<DeviceCap><SecurityCap><WebCertificateCap><SecurityAlgorithm><algorithmType opt="${'\u202eMD5,'.repeat(50)}SHA256"/></SecurityAlgorithm></WebCertificateCap></SecurityCap></DeviceCap>`,
        ),
      },
      'AC7000101',
    );
    const text = JSON.stringify(facts);
    expect(text).not.toMatch(/\\u001b|\u202e|QWERTZ/);
    expect(facts.device?.model).toBe('[31mX');
    expect(facts.cloud).toMatchObject({ offlineStatus: '[31mX', host: '[31mX', hasVerificationCode: true });
    expect(facts.capabilities?.digestAlgorithms).toEqual(['MD5', 'SHA256']);
  });
});

describe('an answer', () => {
  const right: Record<Exclude<DocumentName, 'userCheck'>, string> = {
    deviceInfo: 'deviceinfo-ipc-v5.7.xml',
    capabilities: 'systemcap-ipc-v5.7.xml',
    networkCapabilities: 'networkcap-nvr-v4.74.xml',
    ezviz: 'ezviz-online-bound.xml',
    loginLock: 'illegal-login-lock-seconds.xml',
  };
  const names = DOCUMENTS.filter((name) => name !== 'userCheck');

  it.for(names)('is the document that was asked for, or is not read as it: %s', (name) => {
    expect(isDocument(name, fixture(right[name]))).toBe(true);
    for (const wrong of ['<html><body>Login</body></html>', '<ResponseStatus/>', '{"a":1}']) {
      expect(isDocument(name, read(wrong))).toBe(false);
    }
  });

  it('is no state where it lists options', () => {
    expect(isDocument('ezviz', fixture('ezviz-capabilities.xml'))).toBe(false);
  });
});
