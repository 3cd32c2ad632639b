/** What a device's documents say together (protocol/isapi.md 2 to 4, 6.2). Pure. */

import { wholeMinutes } from '../isapi/answer.ts';
import {
  type Capabilities,
  type EzvizState,
  type Limits,
  type LoginLock,
  readCapabilities,
  readDeviceInfo,
  readEzviz,
  readLoginLock,
} from '../isapi/documents.ts';
import { findElement, type IsapiElement } from '../isapi/read-document.ts';
import { clean } from '../network/sighting.ts';
import type { CloudState, DeviceFacts, DocumentName, Facts, LockFacts } from './contract.ts';

/** Longest text of a device that is shown, characters. */
const MAX_TEXT = 64;
const MAX_ALGORITHMS = 8;
/** `offlineStatus` by which the cloud has refused the verification code (3.3). */
const CODE_REFUSED = '1';

type Documents = Readonly<Partial<Record<DocumentName, IsapiElement>>>;

/** Whether an answer is the document that was asked for; a login page or a list of options is none. */
export function isDocument(name: DocumentName, root: IsapiElement): boolean {
  switch (name) {
    case 'userCheck':
      return true;
    case 'deviceInfo':
      return root.name === 'DeviceInfo';
    case 'capabilities':
    case 'networkCapabilities':
      return findElement(root, 'NetworkCap') !== null || findElement(root, 'SecurityCap') !== null;
    case 'ezviz':
      return readEzviz(root) !== null;
    case 'loginLock':
      return Object.values(readLoginLock(root)).some((value) => value !== null);
  }
}

/**
 * Puts the documents together.
 * @param shortSerial of the device that was looked for
 */
export function factsOf(documents: Documents, shortSerial: string): Facts {
  const { deviceInfo, ezviz, loginLock } = documents;
  const capabilities = mergeCapabilities(
    [documents.capabilities, documents.networkCapabilities].flatMap((root) =>
      root ? [readCapabilities(root)] : [],
    ),
  );
  const state = ezviz ? readEzviz(ezviz) : null;
  return {
    device: deviceInfo ? deviceFacts(deviceInfo, shortSerial) : null,
    cloud: state && {
      ...state,
      offlineStatus: clean(state.offlineStatus, MAX_TEXT),
      host: clean(state.host, MAX_TEXT),
      state: cloudState(state),
    },
    capabilities,
    loginLock: lockFacts(loginLock ? readLoginLock(loginLock) : null, capabilities),
  };
}

/** The table of 3.5. A device that says "not bound" is believed whatever its connection is. */
export function cloudState({ enabled, registered, bind, offlineStatus }: EzvizState): CloudState {
  if (bind === 'not-bound') return 'not-bound';
  if (enabled === false) return 'cloud-disabled';
  if (registered === false) return offlineStatus === CODE_REFUSED ? 'code-refused' : 'cloud-offline';
  return bind;
}

function deviceFacts(info: IsapiElement, wanted: string): DeviceFacts {
  const { deviceIdMatches, ...device } = readDeviceInfo(info);
  const same = device.shortSerial === null ? null : device.shortSerial === wanted;
  return {
    ...device,
    model: clean(device.model, MAX_TEXT),
    fullSerial: clean(device.fullSerial, MAX_TEXT),
    firmware: clean(device.firmware, MAX_TEXT),
    deviceType: clean(device.deviceType, MAX_TEXT),
    isTheOne: deviceIdMatches === false ? false : same,
  };
}

/** Both documents list the same flags, each of them on some devices only; where they disagree nothing is known (4). */
function mergeCapabilities(documents: readonly Capabilities[]): Capabilities | null {
  if (documents.length === 0) return null;
  const agreed = <T>(read: (one: Capabilities) => T | null): T | null => {
    const [first, ...others] = new Set(documents.map(read).filter((value) => value !== null));
    return first !== undefined && others.length === 0 ? first : null;
  };
  const first = (read: (one: Capabilities) => Limits | null) =>
    documents.map(read).find((value) => value !== null) ?? null;
  const algorithms = documents.flatMap((one) => one.digestAlgorithms.map((name) => clean(name, MAX_TEXT)));
  return {
    supportsEzviz: agreed((one) => one.supportsEzviz),
    ezvizUnbind: agreed((one) => one.ezvizUnbind),
    ezvizQrCode: agreed((one) => one.ezvizQrCode),
    labelCode: agreed((one) => one.labelCode),
    loginLock: agreed((one) => one.loginLock),
    attempts: first((one) => one.attempts),
    lockMinutes: first((one) => one.lockMinutes),
    passwordMaxLength: agreed((one) => one.passwordMaxLength),
    userCheck: agreed((one) => one.userCheck),
    digestAlgorithms: [...new Set(algorithms.filter((name) => name !== null))].slice(0, MAX_ALGORITHMS),
  };
}

/** The settings are what holds now; capabilities only say what it is unless somebody changed it. */
function lockFacts(settings: LoginLock | null, capabilities: Capabilities | null): LockFacts | null {
  if (settings) {
    const { enabled, attempts, lockSeconds } = settings;
    const lockMinutes = wholeMinutes(lockSeconds);
    return { enabled, attempts, lockMinutes, from: 'settings' };
  }
  const attempts = usual(capabilities?.attempts);
  const lockMinutes = usual(capabilities?.lockMinutes);
  if (attempts === null && lockMinutes === null) return null;
  return { enabled: null, attempts, lockMinutes, from: 'capabilities' };
}

function usual(limits: Limits | null | undefined): number | null {
  return limits?.current ?? limits?.default ?? null;
}
