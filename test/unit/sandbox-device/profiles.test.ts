import { describe, expect, it } from 'vitest';
import { parseSerial } from '../../../src/device/serial.ts';
import { deviceChanges, deviceSpec } from '../../../src/sandbox/device/device.ts';
import { demoDevices } from '../../../src/sandbox/device/profiles.ts';

describe('the devices of the demo', () => {
  it.each(demoDevices.map(({ profile }) => profile))(
    '$model has a serial number that reads as its own',
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
      expect(new Set(demoDevices.map(({ profile }) => profile[name])).size).toBe(demoDevices.length);
    }
  });

  it('are valid, and a change names nothing a device does not have', () => {
    for (const spec of demoDevices) expect(deviceSpec.safeParse(spec).success).toBe(true);
    expect(deviceChanges.parse({ bound: false })).toEqual({ bound: false });
    expect(deviceChanges.safeParse({ bond: false }).success).toBe(false);
  });
});
