/** What sort of device it is, as far as policy and texts tell devices apart. */
export type DeviceKind =
  | 'camera'
  | 'nvr'
  | 'dvr'
  | 'door-station'
  | 'indoor-station'
  | 'main-station'
  | 'access-control'
  | 'alarm-panel'
  | 'ezviz'
  | 'unknown';

/**
 * Model prefixes (protocol/isapi.md 2.3). `N` or `H` behind the number tells an NVR from a DVR. The second brands
 * HiWatch (`DS-I200`, `DS-N304P`, `HWN-4108MH`) and HiLook (`IPC-T240H`, `NVR-104MH`) are the vendor's own devices; their
 * names are as shops and quick start guides write them (mcgrp.ru, November 2026).
 */
const BY_MODEL: readonly [RegExp, DeviceKind][] = [
  [/^CS-/i, 'ezviz'],
  [/^DS-K[VBD]/i, 'door-station'],
  [/^DS-KH/i, 'indoor-station'],
  [/^DS-KM/i, 'main-station'],
  [/^DS-K[12]/i, 'access-control'],
  [/^DS-P[WH]/i, 'alarm-panel'],
  [/^i?DS-2/i, 'camera'],
  [/^i?DS-[789]\d{3,4}N/i, 'nvr'],
  [/^i?DS-[789]\d{3,4}H/i, 'dvr'],
  // HiWatch: network and analogue cameras, recorders for either.
  [/^DS-[IT]\d{3}/i, 'camera'],
  [/^DS-N\d{3}/i, 'nvr'],
  [/^DS-H\d{3}/i, 'dvr'],
  // HiLook, HiWatch Pro, and HiWatch as it is sold elsewhere. Other makers write `IPC-` with more letters behind it.
  [/^(?:IPC|THC)-[A-Z]\d{3}/i, 'camera'],
  [/^PTZ-[A-Z]\d{4}/i, 'camera'],
  [/^HW[ITP]-[A-Z]{0,2}\d/i, 'camera'],
  [/^(?:NVR|HWN)-\d{3}/i, 'nvr'],
  [/^(?:DVR|HWD)-\d{3}/i, 'dvr'],
];

/** `subDeviceType` of the vendor's guide, in lower case: closer than `deviceType`, so it is asked first. */
const BY_SUBTYPE: ReadonlyMap<string, DeviceKind> = new Map([
  ['accesscontrolterminal', 'access-control'],
  ['attendancecheckdevice', 'access-control'],
  ['multichannelaccesscontroller', 'access-control'],
  ['personandidcarddevice', 'access-control'],
  ['dropgate', 'access-control'],
  ['winggate', 'access-control'],
  ['threerollergate', 'access-control'],
  ['doorstation', 'door-station'],
  ['indoor', 'indoor-station'],
  ['mainstation', 'main-station'],
]);

/** `deviceType`, in lower case. `VIS` is missing on purpose: it says intercom, not which one. */
const BY_TYPE: ReadonlyMap<string, DeviceKind> = new Map([
  ['ipcamera', 'camera'],
  ['ipdome', 'camera'],
  ['ipc', 'camera'],
  ['nvr', 'nvr'],
  ['dvr', 'dvr'],
  ['hybrid dvr', 'dvr'],
  ['acs', 'access-control'],
  ['axpro', 'alarm-panel'],
]);

/**
 * Kind of a device. The model prefix wins, because `deviceType` lies: an indoor station and an old NVR both say
 * `DVR`, a DVR says `IPC` (protocol/isapi.md 2.3). White space around values is the device's own and is ignored.
 */
export function kindOf(device: {
  readonly model?: string | null | undefined;
  readonly deviceType?: string | null | undefined;
  readonly subDeviceType?: string | null | undefined;
}): DeviceKind {
  const model = device.model?.trim() ?? '';
  const byModel = BY_MODEL.find(([prefix]) => prefix.test(model));
  if (byModel) return byModel[1];
  const subtype = BY_SUBTYPE.get(device.subDeviceType?.trim().toLowerCase() ?? '');
  return subtype ?? BY_TYPE.get(device.deviceType?.trim().toLowerCase() ?? '') ?? 'unknown';
}

/** NVR or DVR: the kinds with a menu on a monitor and a firmware line that policy asks about. */
export function isRecorder(kind: DeviceKind): boolean {
  return kind === 'nvr' || kind === 'dvr';
}

/** Door, indoor or main station. */
export function isIntercom(kind: DeviceKind): boolean {
  return kind === 'door-station' || kind === 'indoor-station' || kind === 'main-station';
}
