import { expect, it } from 'vitest';
import { demoDevices, recorder3 } from '../../../src/sandbox/device/profiles.ts';
import { SITE_SIZES, siteOf } from '../../../src/sandbox/device/site.ts';
import { tellsOf } from '../../../src/sandbox/tells.ts';

it('tells of each device of the demo what it is there to show', () => {
  expect(demoDevices.map((spec) => [spec.profile.model, tellsOf(spec)])).toEqual([
    ['DS-2CD2386G2-IU', 'overNetwork'],
    ['DS-7616NI-Q2/16P', 'ownMenu'],
    ['DS-7608NI-K2/8P', 'overNetwork'],
    ['DS-7208HUHI-F2/N', 'oldRecorder'],
    ['DS-KV6113-WPE1(C)', 'overNetwork'],
    ['CS-CB2-R100-2D2WF', 'ezviz'],
    ['DS-2CD2143G2-I', 'cloudLost'],
  ]);
});

it('tells of each device of a site what is odd about it', () => {
  const odd = siteOf(SITE_SIZES.least)
    .map(tellsOf)
    .filter((tells) => tells !== 'overNetwork');
  expect(odd.toSorted()).toEqual([
    'ezviz',
    'locked',
    'notBound',
    'otherPassword',
    'otherSubnet',
    'otherSubnet',
  ]);
});

it('names what a technician would stumble over first', () => {
  expect(tellsOf({ ...recorder3, state: { lockedUntil: Date.now(), cloud: 'offline' } })).toBe('locked');
});
