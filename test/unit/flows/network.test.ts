import { describe, expect, it } from 'vitest';
import type { CaseNetwork } from '../../../src/cases/case.ts';
import { networkFinding } from '../../../src/flows/network.ts';

const FINE: CaseNetwork = {
  address: '192.168.1.64',
  subnetMask: '255.255.255.0',
  gateway: '192.168.1.1',
  reachability: 'same-subnet',
};

describe('networkFinding', () => {
  it.each<[string, string, Partial<CaseNetwork>]>([
    ['address', 'address', {}],
    ['no-address', 'address', { address: '0.0.0.0' }],
    ['no-address', 'address', { address: '169.254.7.9', reachability: 'other-subnet' }],
    ['other-subnet', 'address', { address: '10.0.0.64', reachability: 'other-subnet' }],
    // Mask and gateway belong to the address a device has set, wherever its datagrams come from.
    [
      'other-subnet',
      'address',
      { address: '10.0.0.9', announcedAddress: '172.16.0.64', reachability: 'other-subnet' },
    ],
    ['gateway', 'gateway', { address: '10.0.0.9', announcedAddress: '192.168.1.64' }],
    ['gateway', 'gateway', {}],
    ['no-gateway', 'gateway', { gateway: '0.0.0.0' }],
    ['gateway-elsewhere', 'gateway', { gateway: '192.168.0.1' }],
    ['gateway', 'gateway', { gateway: '192.168.0.1', subnetMask: '255.255.0.0' }],
  ])('finds %s at the step %s of %o', (finding, step, changes) => {
    expect(networkFinding(step, { ...FINE, ...changes })).toBe(finding);
  });

  it('says nothing about what no announcement tells, or an older agent did not report', () => {
    for (const step of ['enabled', 'dns', 'time', 'reach']) expect(networkFinding(step, FINE)).toBeNull();
    expect(networkFinding('gateway', { address: '192.168.1.64', reachability: 'same-subnet' })).toBeNull();
    expect(networkFinding('address', null)).toBeNull();
  });
});
