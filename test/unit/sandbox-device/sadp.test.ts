import { describe, expect, it } from 'vitest';
import { type DeviceSpec, deviceSpec } from '../../../src/sandbox/device/device.ts';
import { DeviceMachine } from '../../../src/sandbox/device/machine.ts';
import { recorder4 } from '../../../src/sandbox/device/profiles.ts';
import { SadpFace } from '../../../src/sandbox/device/sadp.ts';
import { readRequest } from '../../../src/sandbox/device/xml.ts';
import { fixture } from './fixture.ts';

const FIXTURE_MAC = '00-00-5e-00-53-13';

/** The recorder of the fixtures, answering the requests of the fixtures. */
function recorder(state: DeviceSpec['state'] = {}) {
  const spec = deviceSpec.parse({ profile: { ...recorder4.profile, mac: FIXTURE_MAC }, state });
  const machine = new DeviceMachine(spec.profile, spec.state, () => 0);
  const face = new SadpFace(machine, { canned: {}, script: null }, () => {});
  const answer = (file: string) => {
    const request = readRequest(fixture(`sadp/requests/${file}`));
    return request === null ? [] : face.answer(request).map(({ bytes }) => bytes.toString());
  };
  return { machine, answer };
}

describe('replies of an emulated device', () => {
  it.each([
    [{}, 'status-success'],
    [{ bound: false }, 'status-not-bound'],
    [{ cloud: 'disabled' }, 'status-cloud-disabled'],
    [{ cloud: 'offline' }, 'status-cloud-offline'],
  ] as const)('to a status question with %o are the bytes of the fixture %s', (state, file) => {
    expect(recorder(state).answer('get-unbind-status.xml')).toEqual([
      fixture(`sadp/replies/${file}.xml`).toString(),
    ]);
  });

  it.each([
    [{ activated: false }, 'unbind-not-activated'],
    [{ lockedUntil: 29 * 60_000 - 1 }, 'unbind-locked'],
  ] as const)('to an unbind with %o are the bytes of the fixture %s', (state, file) => {
    expect(recorder(state).answer('ezviz-unbind.xml')).toEqual([
      fixture(`sadp/replies/${file}.xml`).toString(),
    ]);
  });

  it('to an exchange have the shape of the fixture', () => {
    const withoutCode = (xml: string) => xml.replace(/<Code>[A-Za-z0-9+/=]{172}<\/Code>/, '<Code/>');
    const [reply = ''] = recorder().answer('exchangecode.xml');
    expect(withoutCode(reply)).toBe(withoutCode(fixture('sadp/replies/exchangecode-ok.xml').toString()));
    expect(reply).not.toContain('<Code/>');
  });

  it('to an inquiry have the elements of a published reply in its order', () => {
    const names = (xml: string) => [...xml.matchAll(/<([A-Za-z]\w+)>/g)].map(([, name]) => name);
    const published = names(fixture('sadp/discovery/probematch-nvr-lan-unbind-bound.xml').toString());
    const own = names(recorder().answer('inquiry.xml')[0] ?? '');
    expect(own.length).toBeGreaterThan(25);
    const known = own.filter((name) => published.includes(name));
    expect(known).toEqual(published.filter((name) => known.includes(name)));
    // OEMInfo stands in other published replies; a recorder without a web server announces no port.
    expect(own.filter((name) => !published.includes(name))).toEqual(['OEMInfo']);
  });

  it('keep an unbind apart from the exchange that went before it on another version', () => {
    const { answer, machine } = recorder();
    answer('exchangecode.xml');
    expect(answer('ezviz-unbind-v31.xml')).toEqual([]);
    expect(answer('ezviz-unbind.xml').join()).toContain('<Result>failed</Result>');
    expect(machine.snapshot()).toMatchObject({ exchanges: 1, passwordsTried: 0 });
  });
});
