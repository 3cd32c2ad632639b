import { parseSerial } from '../../device/serial.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { digits, type SadpMessage } from './message.ts';

/** Versions of the unbind exchange a device offers (protocol/sadp.md 6). */
export type SadpProtocol = '3.0' | '3.1';

/** What a device says about itself in answer to an inquiry, or unasked when it boots (protocol/sadp.md 5). */
export interface Announcement {
  /** Of the inquiry it answers; null when the device sent none. */
  readonly uuid: string | null;
  readonly model: string | null;
  readonly fullSerial: string | null;
  /** Null when the full serial cannot be read as one. */
  readonly shortSerial: string | null;
  readonly firmware: string | null;
  /** Number of the vendor's type table. */
  readonly deviceType: number | null;
  /** Exactly as announced: a request has to repeat this spelling (protocol/sadp.md 3). */
  readonly mac: string | null;
  readonly ipv4: string | null;
  /** Dotted quads; `0.0.0.0` where none is set. */
  readonly subnetMask: string | null;
  readonly gateway: string | null;
  readonly httpPort: number | null;
  readonly activated: boolean | null;
  /** `supportEzvizUnbind`; null when the element is missing: ask the status (protocol/sadp.md R10). */
  readonly lanUnbind: boolean | null;
  readonly bindStatus: 'bound' | 'not-bound' | 'unknown';
  readonly cloudEnabled: boolean | null;
  readonly ezvizBrand: boolean | null;
  /** The device implements the lock of protocol/sadp.md 10. */
  readonly deviceLock: boolean | null;
  readonly protocols: readonly SadpProtocol[];
  /** Administrator's name, where the security mode makes it part of the 3.1 digest; `admin` otherwise (11.2). */
  readonly digestUser: string;
  readonly salt: string | null;
  readonly salt2: string | null;
}

/** Why a readable message is no announcement. */
export type NoAnnouncement = 'own-request' | 'other-message';

/**
 * Reads a discovery reply or a boot announcement. A `Probe` is a request, often our own coming back by multicast.
 */
export function readAnnouncement(message: SadpMessage): Result<Announcement, NoAnnouncement> {
  if (message.root === 'Probe') return fail('own-request');
  const reply = message.root === 'ProbeMatch' && message.types === 'inquiry';
  const hello = message.root === 'Hello' && message.types === 'hello';
  if (!reply && !hello) return fail('other-message');

  const model = known(message.text('DeviceDescription'));
  const fullSerial = known(message.text('DeviceSN'));
  // The echo of another command under our Uuid; a device says at least what it is.
  if (model === null && fullSerial === null) return fail('other-message');
  const serial = fullSerial === null ? null : parseSerial(fullSerial, model);
  const ezvizCode = flag(message.text('EZVIZCode'));
  return ok({
    uuid: message.uuid,
    model,
    fullSerial,
    shortSerial: serial?.ok ? serial.value.short : null,
    firmware: known(message.text('SoftwareVersion')),
    deviceType: digits(message.text('DeviceType')),
    mac: message.mac,
    ipv4: ipv4(message.text('IPv4Address')),
    subnetMask: quad(message.text('IPv4SubnetMask')),
    gateway: quad(message.text('IPv4Gateway')),
    httpPort: digits(message.text('HttpPort')),
    activated: flag(message.text('Activated')),
    lanUnbind: flag(message.text('supportEzvizUnbind')),
    bindStatus: bindStatus(message.text('EZVIZBindStatus')),
    cloudEnabled: flag(message.text('HCPlatformEnable')),
    ezvizBrand: model?.toUpperCase().startsWith('CS-') ? true : ezvizCode,
    deviceLock: flag(message.text('DeviceLock')),
    protocols: protocols(message.text('SADPVersion')),
    digestUser: digestUser(message),
    salt: message.text('Salt'),
    salt2: message.text('Salt2'),
  });
}

/** Whether two answers to one inquiry differ in anything a decision rests on. Salts may be fresh in every answer. */
export function contradicts(one: Announcement, other: Announcement): boolean {
  const facts = ({ salt, salt2, ...rest }: Announcement) => JSON.stringify(rest);
  return one.uuid === other.uuid && facts(one) !== facts(other);
}

/** R10: `flase` is seen often, so everything but a clear yes is no; only a missing element is unknown. */
function flag(text: string | null): boolean | null {
  return text === null ? null : /^(?:true|1)$/i.test(text);
}

/** R12. */
function known(text: string | null): string | null {
  return text === null || /^n\/a$/i.test(text) ? null : text;
}

function quad(text: string | null): string | null {
  const parts = text?.split('.') ?? [];
  const valid = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
  return valid ? text : null;
}

function ipv4(text: string | null): string | null {
  return text === '0.0.0.0' ? null : quad(text);
}

function bindStatus(text: string | null): Announcement['bindStatus'] {
  const status = digits(text);
  if (status === 1) return 'bound';
  return status === 2 ? 'not-bound' : 'unknown';
}

/** Own reading of `SADPVersion` (protocol/sadp.md 6): missing or not understood means 3.0. */
function protocols(text: string | null): readonly SadpProtocol[] {
  const parts = (text ?? '').split(',').map((part) => part.trim());
  const offers = (version: SadpProtocol) => parts.some((part) => part.startsWith(version));
  const offered = (['3.0', '3.1'] as const).filter(offers);
  return offered.length > 0 ? offered : ['3.0'];
}

function digestUser(message: SadpMessage): string {
  const mode = message.text('SecurityMode');
  const renamed = mode !== null && mode !== 'standard';
  return (renamed ? message.text('UserName') : null) ?? 'admin';
}
