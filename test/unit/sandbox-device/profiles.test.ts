import { describe, expect, it } from 'vitest';
import { parseSerial } from '../../../src/device/serial.ts';
import { deviceChanges, deviceSpec } from '../../../src/sandbox/device/device.ts';
import { DEMO_PASSWORD, demoDevices } from '../../../src/sandbox/device/profiles.ts';
import { SITE_SIZES, siteOf } from '../../../src/sandbox/device/site.ts';

const NOW = 1_700_000_000_000;
const siteDevices = siteOf(SITE_SIZES.least, NOW);
const all = [...demoDevices, ...siteOf(60, NOW)];

describe('the devices of the demo and of a site', () => {
  it.each([...demoDevices, ...siteDevices].map(({ profile }) => profile))(
    '$model $shortSerial has a serial number that reads as its own',
    (profile) => {
      for (const known of [profile.model, null]) {
        const parsed = parseSerial(profile.fullSerial, known);
        expect(parsed).toMatchObject({
          ok: true,
          value: { short: profile.shortSerial, model: profile.model },
        });
      }
    },
  );

  it('differ in everything that names a device', () => {
    for (const name of ['address', 'mac', 'shortSerial', 'fullSerial'] as const) {
      expect(new Set(all.map(({ profile }) => profile[name])).size).toBe(all.length);
    }
  });

  it('are valid, and a change names nothing a device does not have', () => {
    for (const spec of all) expect(deviceSpec.safeParse(spec).success).toBe(true);
    expect(deviceChanges.parse({ bound: false })).toEqual({ bound: false });
    expect(deviceChanges.safeParse({ bond: false }).success).toBe(false);
  });
});

describe('a site', () => {
  const count = (holds: (spec: (typeof siteDevices)[number]) => boolean) => siteDevices.filter(holds).length;

  it('has twelve devices with what goes wrong on real ones', () => {
    expect(siteDevices).toHaveLength(12);
    expect({
      otherSubnet: count(({ profile }) => Boolean(profile.announcedAddress)),
      locked: count(({ state }) => (state?.lockedUntil ?? 0) > NOW),
      ezviz: count(({ profile }) => profile.ezvizBrand === true),
      otherPassword: count(({ profile }) => profile.adminPassword !== DEMO_PASSWORD),
      notBound: count(({ state }) => state?.bound === false),
    }).toEqual({ otherSubnet: 2, locked: 1, ezviz: 1, otherPassword: 1, notBound: 1 });
  });

  it('grows by cameras that can be unbound right away, up to its largest', () => {
    const large = siteOf(SITE_SIZES.most, NOW);
    expect(large.slice(0, 12)).toEqual(siteDevices);
    expect(new Set(large.map(({ profile }) => profile.mac)).size).toBe(SITE_SIZES.most);
    for (const { state, quirks, profile } of large.slice(12)) {
      expect([state, quirks, profile.adminPassword]).toEqual([undefined, undefined, DEMO_PASSWORD]);
    }
    for (const size of [11, SITE_SIZES.most + 1, 12.5, Number.NaN])
      expect(() => siteOf(size)).toThrow(RangeError);
  });
});
