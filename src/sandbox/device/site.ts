/**
 * A site for the demo and for tests: the devices of one owner as a technician finds them on a visit, with what goes
 * wrong on real ones. Everything that names a device is invented and its own, also beside the demo's devices.
 */
import type { DeviceSpec } from './device.ts';
import { ezvizCamera, recorder4, unbindableCamera } from './profiles.ts';

/** How many devices a site has at least, and at most: MACs of the documentation range end there for it. */
export const SITE_SIZES = { least: 12, most: 120 } as const;

/** Whether a site may have so many devices. */
export function isSiteSize(count: number): boolean {
  return Number.isInteger(count) && count >= SITE_SIZES.least && count <= SITE_SIZES.most;
}

/** Password of the one device somebody has set another for than the site's (DEMO_PASSWORD). It protects nothing. */
export const OTHER_PASSWORD = 'Fixture-Pass2';

/** Where cameras are before anybody has set them up: another subnet than the site's. */
const FACTORY_ADDRESS = '192.0.0.64';

/** How a device of the site differs from a bound, reachable one of its kind. */
type SiteRole = 'plain' | 'other-subnet' | 'locked' | 'ezviz' | 'other-password' | 'not-bound';

const MODELS: readonly (readonly [role: SiteRole, model: string])[] = [
  ['plain', 'DS-7608NI-K2/8P'],
  ['plain', 'DS-2CD2386G2-IU'],
  ['plain', 'DS-2CD2386G2-IU'],
  ['other-subnet', 'DS-2CD2143G2-I'],
  ['plain', 'DS-2CD2143G2-I'],
  ['ezviz', 'CS-CB2-R100-2D2WF'],
  ['locked', 'DS-2CD2143G2-I'],
  ['plain', 'DS-2CD2386G2-IU'],
  ['not-bound', 'DS-2CD2143G2-I'],
  ['other-subnet', 'DS-2CD2386G2-IU'],
  ['plain', 'DS-2CD2143G2-I'],
  ['other-password', 'DS-2CD2386G2-IU'],
];

/**
 * A site of `count` devices. The first twelve: a recorder 4.x and five cameras that can be unbound right away, two
 * cameras set up for another subnet, one that is locked, one of EZVIZ, one with another password, and one that is not
 * bound. All beyond are cameras that can be unbound.
 * @param count within SITE_SIZES
 * @param now from when the lock of the locked one runs, ms since 1970
 * @throws RangeError when the size is not one a site has
 */
export function siteOf(count: number, now = Date.now()): readonly DeviceSpec[] {
  const { least, most } = SITE_SIZES;
  if (!isSiteSize(count)) throw new RangeError(`a site has ${least} to ${most} devices, not ${count}`);
  return Array.from({ length: count }, (_, index) => {
    const [role, model] = MODELS[index] ?? ['plain', 'DS-2CD2386G2-IU'];
    return inRole(role, numbered(kindOf(model), model, index), now);
  });
}

function kindOf(model: string): DeviceSpec {
  if (model === recorder4.profile.model) return recorder4;
  return model === ezvizCamera.profile.model ? ezvizCamera : unbindableCamera;
}

/** The same device with everything that names it its own. */
function numbered(spec: DeviceSpec, model: string, index: number): DeviceSpec {
  const { profile } = spec;
  const shortSerial = `${profile.shortSerial.slice(0, 2)}${7_300_000 + index}`;
  const ends = profile.fullSerial.slice(profile.model.length).replace(profile.shortSerial, shortSerial);
  const last = index.toString(16).padStart(2, '0');
  return {
    ...spec,
    profile: {
      ...profile,
      model,
      shortSerial,
      fullSerial: `${model}${ends}`,
      mac: `00-00-5e-00-53-${last}`,
      address: `127.3.0.${index + 1}`,
    },
  };
}

function inRole(role: SiteRole, spec: DeviceSpec, now: number): DeviceSpec {
  const { profile } = spec;
  switch (role) {
    case 'other-subnet': {
      const place = { announcedAddress: FACTORY_ADDRESS, subnetMask: '255.255.255.0', gateway: '192.0.0.1' };
      return { ...spec, profile: { ...profile, ...place } };
    }
    case 'locked': {
      const { lockMinutes = 30 } = profile;
      return { ...spec, state: { triesLeft: 0, lockedUntil: now + lockMinutes * 60_000 } };
    }
    case 'other-password':
      return { ...spec, profile: { ...profile, adminPassword: OTHER_PASSWORD } };
    case 'not-bound':
      return { ...spec, state: { bound: false } };
    case 'plain':
    case 'ezviz':
      return spec;
  }
}
