import type { DeviceSpec } from './device/device.ts';
import { inEach } from './in-each.ts';
import { drawLabel } from './labels.ts';
import type { Sample } from './telegram/page.ts';
import { tellsOf } from './tells.ts';

/** A label photo per device, for the page's tray: what a technician would take with the phone. */
export function labelSamples(devices: readonly DeviceSpec[]): Promise<Sample[]> {
  return Promise.all(
    devices.map(async (spec) => ({
      id: spec.profile.shortSerial,
      title: spec.profile.model,
      tells: inEach(`sandbox:tells.${tellsOf(spec)}`),
      bytes: await labelOf(spec.profile),
    })),
  );
}

/** The label photo of one device. Its verification code is invented and the same everywhere. */
export function labelOf(profile: DeviceSpec['profile']): Promise<Buffer> {
  const { model, fullSerial, shortSerial } = profile;
  const host = model.startsWith('CS-') ? 'www.ezviz7.com' : 'www.hik-connect.com';
  return drawLabel({ model, fullSerial, shortSerial, verificationCode: 'QWERTZ', host, caption: model });
}
