/**
 * Ready devices for the demo and for tests: seven cases a technician meets. Models and manners follow published
 * captures and the policy's cases; every serial number, MAC (documentation range) and password is invented.
 */
import type { DeviceSpec } from './device.ts';

/** The password of every ready device. It protects nothing. */
export const DEMO_PASSWORD = 'Fixture-Pass1';

/** Web manners of recorders with firmware 3.x and 4.x. */
const RECORDER_WEB = {
  challenge: 'two-headers',
  namespace: 'http://www.hikvision.com/ver20/XMLSchema',
  version: '1.0',
  showsBindStatus: false,
} as const;

/** A camera that can be unbound by SADP right away. */
export const unbindableCamera: DeviceSpec = {
  profile: {
    model: 'DS-2CD2386G2-IU',
    fullSerial: 'DS-2CD2386G2-IU20230815AAWRAC7000101',
    shortSerial: 'AC7000101',
    mac: '00-00-5e-00-53-a1',
    firmware: 'V5.7.18build 240826',
    dspVersion: 'V7.3 build 240801',
    address: '127.0.1.10',
    adminPassword: DEMO_PASSWORD,
  },
};

/** A recorder with firmware 4.x: LAN unbind, and an Unbind of its own in the menu. */
export const recorder4: DeviceSpec = {
  profile: {
    model: 'DS-7608NI-K2/8P',
    fullSerial: 'DS-7608NI-K2/8P0820211105CCRRG70000102WCVU',
    shortSerial: 'G70000102',
    mac: '00-00-5e-00-53-a2',
    firmware: 'V4.62.210build 230727',
    dspVersion: 'V5.0, build 230703',
    deviceType: 2025,
    address: '127.0.1.11',
    adminPassword: DEMO_PASSWORD,
    digitalChannels: 8,
    ezvizBrand: false,
    web: { ...RECORDER_WEB, deviceType: 'NVR', deviceName: 'Network Video Recorder' },
  },
};

/** A recorder with firmware 3.x: knows nothing of LAN unbind and does not answer when asked. */
export const recorder3: DeviceSpec = {
  profile: {
    model: 'DS-7208HUHI-F2/N',
    fullSerial: 'DS-7208HUHI-F2/N0820160411CCWR570000103WCVU',
    shortSerial: '570000103',
    mac: '00-00-5e-00-53-a3',
    firmware: 'V3.4.88build 180228',
    dspVersion: 'V5.0, build 180126',
    deviceType: 44322,
    address: '127.0.1.12',
    adminPassword: DEMO_PASSWORD,
    analogChannels: 8,
    digitalChannels: 4,
    web: { ...RECORDER_WEB, counters: 'bare', deviceType: 'IPC', deviceName: 'DVR' },
  },
  quirks: {
    lanUnbindFlag: 'missing',
    bindStatusField: 'missing',
    sadpVersion: null,
    answersStatus: false,
    answersUnbind: false,
    flagSpelling: 'flase',
  },
};

/** A recorder with firmware 4.x that knows nothing of LAN unbind, but tells its bind status: its own menu can unbind. */
export const menuRecorder: DeviceSpec = {
  profile: {
    model: 'DS-7616NI-Q2/16P',
    fullSerial: 'DS-7616NI-Q2/16P1620220310CCRRK70000107WCVU',
    shortSerial: 'K70000107',
    mac: '00-00-5e-00-53-a7',
    firmware: 'V4.61.025build 221209',
    dspVersion: 'V5.0, build 221130',
    deviceType: 2027,
    address: '127.0.1.16',
    adminPassword: DEMO_PASSWORD,
    digitalChannels: 16,
    ezvizBrand: false,
    web: { ...RECORDER_WEB, deviceType: 'NVR', deviceName: 'Network Video Recorder' },
  },
  quirks: { lanUnbindFlag: false, answersStatus: false, answersUnbind: false },
};

/** A door station that writes its MAC in capitals. */
export const intercom: DeviceSpec = {
  profile: {
    model: 'DS-KV6113-WPE1(C)',
    fullSerial: 'DS-KV6113-WPE1(C)0120220504WRK70000104',
    shortSerial: 'K70000104',
    mac: '00-00-5E-00-53-A4',
    firmware: 'V2.2.45build 220322',
    dspVersion: 'V1.0, build 220210',
    deviceType: 57397,
    address: '127.0.1.13',
    adminPassword: DEMO_PASSWORD,
    analogChannels: 1,
    digitalChannels: 0,
    web: { deviceType: '\tVis', deviceName: 'OUTDOOR STATION' },
  },
};

/** A camera of the EZVIZ brand: no LAN unbind, no ISAPI. */
export const ezvizCamera: DeviceSpec = {
  profile: {
    model: 'CS-CB2-R100-2D2WF',
    fullSerial: 'CS-CB2-R100-2D2WF20220714AARRK70000105',
    shortSerial: 'K70000105',
    mac: '00-00-5e-00-53-a5',
    firmware: 'V5.3.2build 220610',
    deviceType: 143001,
    address: '127.0.1.14',
    httpPort: null,
    adminPassword: DEMO_PASSWORD,
    ezvizBrand: true,
  },
  quirks: {
    lanUnbindFlag: false,
    bindStatusField: 'missing',
    sadpVersion: null,
    answersStatus: false,
    answersUnbind: false,
  },
};

/** A camera that is bound, but has lost the cloud. */
export const offlineCamera: DeviceSpec = {
  profile: {
    model: 'DS-2CD2143G2-I',
    fullSerial: 'DS-2CD2143G2-I20220222AAWRK70000106',
    shortSerial: 'K70000106',
    mac: '00-00-5e-00-53-a6',
    firmware: 'V5.7.12build 221114',
    address: '127.0.1.15',
    adminPassword: DEMO_PASSWORD,
  },
  state: { cloud: 'offline' },
};

/** The LAN of the demo. */
export const demoDevices: readonly DeviceSpec[] = [
  unbindableCamera,
  menuRecorder,
  recorder4,
  recorder3,
  intercom,
  ezvizCamera,
  offlineCamera,
];

/** A site of any size up to 65,536: cameras like `unbindableCamera`, each on an address of its own in 127.2.0.0/16. */
export function manyCameras(count: number): readonly DeviceSpec[] {
  return Array.from({ length: count }, (_, i) => {
    const shortSerial = `AC${7_100_000 + i}`;
    const last = i.toString(16).padStart(4, '0');
    const profile = {
      ...unbindableCamera.profile,
      httpPort: null,
      shortSerial,
      fullSerial: `DS-2CD2386G2-IU20230815AAWR${shortSerial}`,
      mac: `00-00-5e-00-${last.slice(0, 2)}-${last.slice(2)}`,
      address: `127.2.${i >> 8}.${i & 255}`,
    };
    return { ...unbindableCamera, profile };
  });
}
