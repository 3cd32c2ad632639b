import { describe, expect, it } from 'vitest';
import { type DeviceKind, isIntercom, isRecorder, kindOf } from '../../../src/device/kinds.ts';

describe('kindOf', () => {
  const models: [string, DeviceKind][] = [
    ['DS-2CD2386G2-IU', 'camera'],
    ['iDS-2CD7547G2-XHS', 'camera'],
    ['DS-7608NI-K2/8P', 'nvr'],
    ['iDS-9632NX-I8/X', 'nvr'],
    ['DS-96128NI-I16', 'nvr'],
    ['DS-7208HUHI-F2/N/A', 'dvr'],
    ['iDS-7204HUHI-M1/E', 'dvr'],
    ['DS-KV8113-WME1', 'door-station'],
    ['DS-KB8113-IME1', 'door-station'],
    ['DS-KD8003-IME1', 'door-station'],
    ['DS-KH6210-L', 'indoor-station'],
    ['DS-KM9503', 'main-station'],
    ['DS-K1T341CMFW', 'access-control'],
    ['DS-K2604T', 'access-control'],
    ['DS-PWA96-M-WE', 'alarm-panel'],
    ['DS-PHA64-LP', 'alarm-panel'],
    ['CS-C3-21PPFR', 'ezviz'],
    ['ds-7608ni-k2', 'nvr'],
    // Second brands of the vendor.
    ['DS-I200', 'camera'],
    ['DS-I402(D)', 'camera'],
    ['DS-I214W', 'camera'],
    ['DS-T107 (2.8-12)', 'camera'],
    ['DS-N304P', 'nvr'],
    ['DS-N241W', 'nvr'],
    ['DS-H204UA', 'dvr'],
    ['HWN-4108MH', 'nvr'],
    ['HWN-2116MH-16P', 'nvr'],
    ['HWD-6104MH-G2', 'dvr'],
    ['HWI-B120H-U', 'camera'],
    ['HWT-B120-M', 'camera'],
    ['HWP-N2404IH-DE3', 'camera'],
    ['IPC-T240H(C)', 'camera'],
    ['IPC-B121H-F', 'camera'],
    ['THC-B123-M', 'camera'],
    ['PTZ-N4215I-DE', 'camera'],
    ['NVR-104MH', 'nvr'],
    ['NVR-216MH-C', 'nvr'],
    ['DVR-204G', 'dvr'],
    ['DVR-208Q-K1(S)', 'dvr'],
    // Of other makers, and no devices that are bound.
    ['IPC-HFW2431S', 'unknown'],
    ['DS-3E0318P-E', 'unknown'],
    ['DS-UL2', 'unknown'],
    ['DS-1280ZJ-DM21', 'unknown'],
  ];
  it.each(models)('reads %s as %s', (model, kind) => {
    expect(kindOf({ model })).toBe(kind);
  });

  it('lets the model win over a device type that lies', () => {
    expect(kindOf({ model: 'DS-KH6320-WTE1', deviceType: 'DVR' })).toBe('indoor-station');
    expect(kindOf({ model: 'DS-7208HUHI-F2/N/A', deviceType: 'IPC' })).toBe('dvr');
  });

  it('falls back to the sub-type, then to the type, both without case and white space', () => {
    expect(kindOf({ model: 'OEM-1', deviceType: '\tVis ', subDeviceType: 'doorStation' })).toBe(
      'door-station',
    );
    expect(kindOf({ model: null, deviceType: ' ipcamera\n' })).toBe('camera');
    expect(kindOf({ deviceType: 'ACS' })).toBe('access-control');
  });

  it('says unknown where VIS names an intercom but not which one, and where nothing is said', () => {
    expect(kindOf({ deviceType: 'VIS' })).toBe('unknown');
    expect(kindOf({ deviceType: 'constructor', subDeviceType: '__proto__' })).toBe('unknown');
    expect(kindOf({})).toBe('unknown');
  });

  it('knows recorders and intercoms', () => {
    expect([isRecorder('nvr'), isRecorder('dvr'), isRecorder('camera')]).toEqual([true, true, false]);
    expect([isIntercom('door-station'), isIntercom('main-station'), isIntercom('access-control')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
