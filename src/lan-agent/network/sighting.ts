import { type DeviceKind, kindOf } from '../../device/kinds.ts';
import type { DeviceSighting } from '../../link/messages.ts';
import type { StatusAnswer } from '../sadp/reply.ts';
import { announcedElsewhere, isSameSubnet } from './route.ts';
import type { FoundDevice } from './search.ts';

/** A device as this laptop sees it: its kind is one of ours, where the wire takes any word. */
export type OwnSighting = DeviceSighting & { readonly kind: DeviceKind };

/**
 * A found device as it is printed and reported to the bot. Texts of the device come without control and formatting
 * characters, so that none of them can paint on a terminal or turn the reading direction round.
 */
export function toSighting(device: FoundDevice): OwnSighting {
  const { announcement, source, via } = device;
  const announcedAddress = announcedElsewhere(device);
  return {
    shortSerial: announcement.shortSerial,
    fullSerial: clean(announcement.fullSerial, 64),
    model: clean(announcement.model, 64),
    kind: kindOf({
      model: announcement.model,
      deviceType: announcement.deviceType?.toString() ?? null,
      subDeviceType: null,
    }),
    firmware: clean(announcement.firmware, 64),
    mac: clean(announcement.mac, 17),
    address: source,
    ...(announcedAddress === null ? {} : { announcedAddress }),
    subnetMask: announcement.subnetMask,
    gateway: announcement.gateway,
    interface: via.name.slice(0, 64),
    activated: announcement.activated,
    lanUnbind: announcement.lanUnbind === null ? 'unknown' : announcement.lanUnbind ? 'yes' : 'no',
    bindStatus: announcement.bindStatus,
    reachability: isSameSubnet(device) ? 'same-subnet' : 'other-subnet',
    ezvizBrand: announcement.ezvizBrand,
    cloudEnabled: announcement.cloudEnabled,
  };
}

/**
 * The sighting with what the status question added: an answer says more than the flag, and without one LAN unbinding
 * is not available (protocol/sadp.md 6, 7).
 */
export function withStatus(sighting: OwnSighting, answer: StatusAnswer | null): OwnSighting {
  if (answer === null) return { ...sighting, lanUnbind: 'no' };
  const bindStatus =
    answer.kind === 'can-unbind' ? 'bound' : answer.kind === 'not-bound' ? 'not-bound' : sighting.bindStatus;
  return { ...sighting, lanUnbind: 'yes', bindStatus };
}

/** Text of a device, fit for terminals and chats. */
export function clean(text: string | null, most: number): string | null {
  const printable = text?.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, '').trim();
  return printable ? printable.slice(0, most) : null;
}
