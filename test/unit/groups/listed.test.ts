import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goesAlong, listedOf, membersOf, wantedOf } from '../../../src/groups/listed.ts';
import type { DeviceSighting } from '../../../src/link/messages.ts';

const CAMERA: DeviceSighting = {
  shortSerial: 'AC7000101',
  fullSerial: 'DS-2CD2386G2-IU20230815AAWRAC7000101',
  model: 'DS-2CD2386G2-IU',
  kind: 'camera',
  firmware: 'V5.7.18build 240826',
  mac: '00-00-5e-00-53-a1',
  address: '10.0.0.20',
  interface: 'eth0',
  activated: true,
  lanUnbind: 'yes',
  bindStatus: 'bound',
  reachability: 'same-subnet',
  ezvizBrand: false,
  cloudEnabled: true,
};

const named = (shortSerial: string, but: Partial<DeviceSighting> = {}) => ({
  ...CAMERA,
  shortSerial,
  ...but,
});
const serials = (rows: readonly { shortSerial: string | null }[]) =>
  rows.map(({ shortSerial }) => shortSerial);

const rowsOf = (devices: readonly DeviceSighting[]) =>
  wantedOf(listedOf(devices), { show: 'all', sought: '' });

describe('the list of a site', () => {
  it('have bound devices first, of those the reachable ones, by their addresses as numbers', () => {
    const rows = rowsOf([
      named('J50000001', { bindStatus: 'not-bound', address: '10.0.0.1' }),
      named('J50000002', { bindStatus: 'unknown', address: '10.0.0.2' }),
      named('J50000003', { address: '10.0.0.100' }),
      named('J50000004', { address: '10.0.0.9' }),
      named('J50000005', { address: '10.0.0.3', reachability: 'other-subnet' }),
      named('J50000006', { address: 'fe80::1' }),
    ]);
    expect(serials(rows)).toEqual([
      'J50000004',
      'J50000003',
      'J50000006',
      'J50000005',
      'J50000002',
      'J50000001',
    ]);
  });

  it.each([
    ['a camera', {}, 'sadp', true],
    ['one of another subnet', { reachability: 'other-subnet' }, 'sadp', false],
    ['one that is not bound', { bindStatus: 'not-bound' }, 'nothing-to-do', false],
    ['one that does not say whether it is bound', { bindStatus: 'unknown' }, 'sadp', true],
    ['one of EZVIZ', { model: 'CS-CB2', kind: 'ezviz', ezvizBrand: true }, 'previous-owner', false],
    ['an alarm panel', { model: 'DS-PWA64', kind: 'alarm-panel' }, 'installer-account', false],
    ['one that is not activated', { activated: false }, 'activate', false],
    ['one without the cloud', { cloudEnabled: false }, 'bring-online', false],
    [
      'a recorder 3.x, of which nobody knows whether there is 4.x',
      { model: 'DS-7208HUHI-F2/N', kind: 'dvr', firmware: 'V3.4.88build 180228', lanUnbind: 'unknown' },
      'look',
      false,
    ],
  ] as const)('say which way policy would go with %s', (_, but, way, along) => {
    const [row] = rowsOf([{ ...CAMERA, ...but }]);
    expect(row?.way).toBe(way);
    expect(row && goesAlong(row)).toBe(along);
  });

  it('show the address a device has set for itself, which is what has to be put right', () => {
    const [row] = rowsOf([{ ...CAMERA, announcedAddress: '192.0.0.64', reachability: 'other-subnet' }]);
    expect(row?.address).toBe('192.0.0.64');
  });

  it('hold a serial number once, and mark it where two devices claim it', () => {
    const rows = rowsOf([CAMERA, { ...CAMERA, address: '10.0.0.66' }, named('J50000001')]);
    expect(rows).toHaveLength(2);
    expect(rows.filter(goesAlong).map(({ shortSerial }) => shortSerial)).toEqual(['J50000001']);
  });

  it('show what has no serial number, which is no member', () => {
    const list = listedOf([{ ...CAMERA, shortSerial: null }, CAMERA]);
    expect(list).toHaveLength(2);
    expect(serials(membersOf(list, { show: 'all', sought: '', along: true }))).toEqual(['AC7000101']);
  });

  it('give members in the order in which they were picked, or all that go along of those that are shown', () => {
    const list = listedOf([
      named('J50000001'),
      named('J50000002', { bindStatus: 'not-bound' }),
      named('J50000003', { model: 'DS-7608NI-K2/8P', fullSerial: null }),
    ]);
    expect(serials(membersOf(list, ['J50000003', 'J50000002', 'J50000009']))).toEqual([
      'J50000003',
      'J50000002',
    ]);
    expect(serials(membersOf(list, { show: 'all', sought: '', along: true }))).toEqual([
      'J50000001',
      'J50000003',
    ]);
    expect(serials(membersOf(list, { show: 'bound', sought: '7608', along: true }))).toEqual(['J50000003']);
    expect(membersOf(list, { show: 'all', sought: '', along: false })).toHaveLength(3);
  });

  it('are found by a piece of their serial number, model or address, also as a Russian keyboard types it', () => {
    const rows = rowsOf([
      CAMERA,
      named('J50000002', { model: 'DS-7608NI-K2/8P', address: '10.0.1.64', fullSerial: null }),
      named('J50000003', { model: null, address: '10.0.2.7', bindStatus: 'not-bound', fullSerial: null }),
    ]);
    const found = (typed: string) => serials(wantedOf(rows, { show: 'all', sought: typed }));
    expect(found('7608ni')).toEqual(['J50000002']);
    expect(found('АС700')).toEqual(['AC7000101']);
    expect(found('1.64')).toEqual(['J50000002']);
    expect(found(' 0003 ')).toEqual(['J50000003']);
    expect(found('nothing')).toEqual([]);
    expect(found('')).toHaveLength(3);
    expect(serials(wantedOf(rows, { show: 'bound', sought: '' }))).toEqual(['AC7000101', 'J50000002']);
  });

  it('lose no device and add none, whatever is typed and however they come', () => {
    const devices = fc.uniqueArray(
      fc.record({
        shortSerial: fc.integer({ min: 50_000_000, max: 59_999_999 }).map((number) => `J${number}`),
        bindStatus: fc.constantFrom('bound' as const, 'not-bound' as const, 'unknown' as const),
        address: fc.ipV4(),
      }),
      { selector: ({ shortSerial }) => shortSerial },
    );
    fc.assert(
      fc.property(devices, fc.string(), (list, typed) => {
        const rows = rowsOf(list.map((but) => ({ ...CAMERA, ...but })));
        expect(serials(rows).sort()).toEqual(serials(list).sort());
        const found = wantedOf(rows, { show: 'all', sought: typed });
        expect(rows.filter((row) => found.includes(row))).toEqual(found);
      }),
    );
  });
});
