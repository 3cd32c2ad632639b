import { onTestFinished } from 'vitest';
import type { DeviceSpec, EmulatedDevice } from '../../../src/sandbox/device/device.ts';
import { createEmulatedLan, type EmulatedLan, type LanOptions } from '../../../src/sandbox/device/lan.ts';
import { unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { openWire, type Wire } from './wire.ts';

/** A LAN and a laptop on it, both gone when the test ends. */
export async function lanWith(
  devices: readonly DeviceSpec[],
  options: Partial<LanOptions> = {},
): Promise<{ lan: EmulatedLan; wire: Wire }> {
  const lan = await createEmulatedLan({ devices, ...options });
  onTestFinished(() => lan.close());
  const wire = await openWire(lan.port);
  onTestFinished(() => wire.close());
  return { lan, wire };
}

/** The unbindable camera with the given manners. */
export async function cameraWith(
  spec: Pick<DeviceSpec, 'state' | 'quirks' | 'canned'> & { profile?: Partial<DeviceSpec['profile']> } = {},
  options: Partial<LanOptions> = {},
): Promise<{ lan: EmulatedLan; wire: Wire; device: EmulatedDevice; mac: string }> {
  const profile = { ...unbindableCamera.profile, ...spec.profile };
  const { lan, wire } = await lanWith([{ ...spec, profile }], options);
  return { lan, wire, device: lan.device(profile.shortSerial), mac: profile.mac };
}
