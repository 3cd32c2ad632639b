import type { WordAfter } from '../kernel/texts.ts';
import type { DeviceSpec } from './device/device.ts';
import { DEMO_PASSWORD } from './device/profiles.ts';

/** What a device is there to show; `sandbox:tells.<word>` says how its case ends. */
type Tells = WordAfter<'sandbox:tells.'>;

/** Each in the order in which it decides: what stands further up is what a technician would stumble over first. */
const SIGNS: readonly (readonly [Tells, (spec: DeviceSpec) => boolean])[] = [
  ['ezviz', ({ profile }) => profile.ezvizBrand === true],
  ['notBound', ({ state }) => state?.bound === false],
  ['locked', ({ state }) => typeof state?.lockedUntil === 'number'],
  ['otherSubnet', ({ profile }) => typeof profile.announcedAddress === 'string'],
  ['otherPassword', ({ profile }) => profile.adminPassword !== DEMO_PASSWORD],
  ['cloudLost', ({ state }) => state?.cloud !== undefined && state.cloud !== 'online'],
  ['oldRecorder', ({ profile }) => profile.firmware.startsWith('V3.')],
  ['ownMenu', ({ quirks }) => quirks?.answersStatus === false],
];

/** What a device is there to show. One without anything odd is unbound over the network. */
export function tellsOf(spec: DeviceSpec): Tells {
  return SIGNS.find(([, holds]) => holds(spec))?.[0] ?? 'overNetwork';
}
