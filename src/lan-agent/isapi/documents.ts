/**
 * What ISAPI documents say, in our words (protocol/isapi.md 2, 3, 4, 6.2). Pure; a value that is missing, empty or
 * contradictory is null. The verification code, which some firmware shows in clear text, does not leave this file.
 */
import { parseFirmware } from '../../device/firmware.ts';
import { type DeviceKind, kindOf } from '../../device/kinds.ts';
import { isShortSerial, parseSerial } from '../../device/serial.ts';
import { digits, macKey } from '../sadp/message.ts';
import { elementAt, findElement, type IsapiElement, textAt } from './read-document.ts';

export interface DeviceInfo {
  readonly model: string | null;
  readonly fullSerial: string | null;
  /** `subSerialNumber` where the device tells it, else out of the full one. */
  readonly shortSerial: string | null;
  /** Twelve hexadecimal digits in lower case. */
  readonly mac: string | null;
  /** In the form of device/firmware.ts, build date included. */
  readonly firmware: string | null;
  readonly deviceType: string | null;
  readonly kind: DeviceKind;
  /** Recorders repeat short serial and MAC in their `deviceID`; null where it has another form (2.4). */
  readonly deviceIdMatches: boolean | null;
}

/** `GET /ISAPI/System/deviceInfo`. */
export function readDeviceInfo(info: IsapiElement): DeviceInfo {
  const model = textAt(info, 'model');
  const fullSerial = textAt(info, 'serialNumber');
  const deviceType = textAt(info, 'deviceType');
  const told = textAt(info, 'subSerialNumber');
  const parsed = fullSerial === null ? null : parseSerial(fullSerial, model);
  const shortSerial = told && isShortSerial(told) ? told : parsed?.ok ? parsed.value.short : null;
  const mac = macKey(textAt(info, 'macAddress'));
  return {
    model,
    fullSerial,
    shortSerial,
    mac,
    firmware: firmwareOf(info),
    deviceType,
    kind: kindOf({ model, deviceType, subDeviceType: textAt(info, 'subDeviceType') }),
    deviceIdMatches: deviceIdMatches(textAt(info, 'deviceID'), shortSerial, mac),
  };
}

/** The device's connection to Hik-Connect, as it sees it itself (3.3). */
export interface EzvizState {
  readonly enabled: boolean | null;
  /** Online at the cloud. */
  readonly registered: boolean | null;
  /** Firmware without the element, which is most of it, leaves this unknown: that is not "not bound". */
  readonly bind: 'bound' | 'not-bound' | 'unknown';
  /** The device's own word or number for being offline; 1 = its verification code was refused. */
  readonly offlineStatus: string | null;
  readonly host: string | null;
  readonly hasVerificationCode: boolean;
}

export const EZVIZ_PATH = '/ISAPI/System/Network/EZVIZ';

/**
 * `GET /ISAPI/System/Network/EZVIZ`.
 * @returns null for anything else, and for the capabilities of the same name: texts there are defaults, no state (3.1)
 */
export function readEzviz(ezviz: IsapiElement): EzvizState | null {
  const isCapabilities = ezviz.children.some(({ attributes }) => attributes.has('opt'));
  if (ezviz.name !== 'EZVIZ' || isCapabilities) return null;
  const bind = textAt(ezviz, 'bindStatus')?.toLowerCase();
  return {
    enabled: flagAt(ezviz, 'enabled'),
    registered: flagAt(ezviz, 'registerStatus'),
    bind: bind === 'bind' ? 'bound' : bind === 'unbind' ? 'not-bound' : 'unknown',
    offlineStatus: textAt(ezviz, 'offlineStatus'),
    host: textAt(ezviz, 'serverAddress', 'hostName'),
    hasVerificationCode: textAt(ezviz, 'verificationCode') !== null,
  };
}

/** Allowed values of a setting, and what it is where the document says so. */
export interface Limits {
  readonly min: number | null;
  readonly max: number | null;
  readonly default: number | null;
  readonly current: number | null;
}

export interface Capabilities {
  readonly supportsEzviz: boolean | null;
  /** Null: not announced, which means "ask SADP", not "impossible" (1). */
  readonly ezvizUnbind: boolean | null;
  readonly ezvizQrCode: boolean | null;
  /** Whether the verification code on the label still counts: `changed` on the device, or it never had one. */
  readonly labelCode: 'original' | 'changed' | 'none' | null;
  readonly loginLock: boolean | null;
  readonly attempts: Limits | null;
  /** In minutes here, in seconds in the settings. */
  readonly lockMinutes: Limits | null;
  readonly passwordMaxLength: number | null;
  readonly userCheck: boolean | null;
  /** As the device writes them, for instance `MD5/SHA256`. */
  readonly digestAlgorithms: readonly string[];
}

/**
 * `GET /ISAPI/System/capabilities` or `/ISAPI/System/Network/capabilities`. Read both before concluding that a flag
 * is missing (4).
 */
export function readCapabilities(root: IsapiElement): Capabilities {
  const network = findElement(root, 'NetworkCap');
  const security = findElement(root, 'SecurityCap');
  const flag = (part: IsapiElement | null, name: string) => (part ? flagAt(part, name) : null);
  const limits = (name: string) => limitsOf(security && elementAt(security, name));
  const algorithms =
    security && elementAt(security, 'WebCertificateCap', 'SecurityAlgorithm', 'algorithmType');
  return {
    supportsEzviz: flag(network, 'isSupportEZVIZ'),
    ezvizUnbind: flag(network, 'isSupportEZVIZUnbind'),
    ezvizQrCode: flag(network, 'isSupportEZVIZQRCode') ?? flag(network, 'isSupportEZVIZQRcode'),
    labelCode: labelCode(network && elementAt(network, 'VerificationCodeModification')),
    // The element really is spelt so.
    loginLock: flag(security, 'issupIllegalLoginLock'),
    attempts: limits('maxIllegalLoginTimes'),
    lockMinutes: limits('maxIllegalLoginLockTime'),
    passwordMaxLength:
      limitsOf(security && elementAt(security, 'SecurityLimits', 'LoginPasswordLenLimit'))?.max ?? null,
    userCheck: flag(security, 'isSupportUserCheck'),
    digestAlgorithms: algorithms ? options(algorithms) : [],
  };
}

/** How logins are locked. */
export interface LoginLock {
  readonly enabled: boolean | null;
  readonly attempts: number | null;
  readonly lockSeconds: number | null;
}

/** A lock this short in seconds would be none: the number is minutes (6.2). */
const MOST_MINUTES = 120;

/** `GET /ISAPI/Security/illegalLoginLock`. */
export function readLoginLock(lock: IsapiElement): LoginLock {
  const time = digits(textAt(lock, 'maxIllegalLoginLockTime'));
  return {
    enabled: flagAt(lock, 'enabled'),
    attempts: digits(textAt(lock, 'maxIllegalLoginTimes')),
    lockSeconds: time !== null && time <= MOST_MINUTES ? time * 60 : time,
  };
}

/** `GET /SDK/activateStatus`: the element is known, what is around it is not (2.5). */
export function readActivated(root: IsapiElement): boolean | null {
  return flagOf(findElement(root, 'Activated')?.text ?? null);
}

/** A clear yes or no; anything else is unknown. Devices spell "false" wrongly (protocol/sadp.md R10). */
export function flagAt(element: IsapiElement, name: string): boolean | null {
  return flagOf(textAt(element, name));
}

function flagOf(text: string | null): boolean | null {
  if (text === null) return null;
  if (/^(?:true|1)$/i.test(text)) return true;
  return /^(?:false|flase|0)$/i.test(text) ? false : null;
}

/** Some write the build beside the version, some as a date, and `build 000000` is none (2.2). */
function firmwareOf(info: IsapiElement): string | null {
  const version = textAt(info, 'firmwareVersion');
  if (version === null || /build/i.test(version)) return version;
  const released = textAt(info, 'firmwareReleasedDate') ?? '';
  const [, year, month, day] = /^20(\d{2})-(\d{2})-(\d{2})$/.exec(released) ?? [];
  const build = year ? `build ${year}${month}${day}` : released;
  const whole = `${version} ${build}`;
  return build !== '' && parseFirmware(whole)?.build ? whole : version;
}

/** 16 bytes: `H`, the short serial in ASCII, the MAC (2.4). */
function deviceIdMatches(id: string | null, shortSerial: string | null, mac: string | null): boolean | null {
  const bytes = Buffer.from(id?.replaceAll('-', '') ?? '', 'hex');
  const told = bytes.toString('latin1', 1, 10);
  if (bytes.length !== 16 || bytes[0] !== 0x48 || !isShortSerial(told)) return null;
  return told === shortSerial && bytes.toString('hex', 10) === mac;
}

function labelCode(modification: IsapiElement | null): Capabilities['labelCode'] {
  if (!modification) return null;
  const changed = flagAt(modification, 'verificationCodeModify');
  if (changed) return 'changed';
  const type = textAt(modification, 'verificationCodeType')?.toLowerCase();
  if (type === 'empty') return 'none';
  return type === 'normal' && changed === false ? 'original' : null;
}

function limitsOf(element: IsapiElement | null): Limits | null {
  if (!element) return null;
  const number = (name: string) => digits(element.attributes.get(name) ?? null);
  return { min: number('min'), max: number('max'), default: number('def'), current: digits(element.text) };
}

function options({ attributes }: IsapiElement): string[] {
  return (attributes.get('opt') ?? '').split(',').filter((option) => option !== '');
}
