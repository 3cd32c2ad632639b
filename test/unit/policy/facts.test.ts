import { describe, expect, it } from 'vitest';
import type { DeviceSighting, UnbindStatus } from '../../../src/link/messages.ts';
import { decide } from '../../../src/policy/decide.ts';
import {
  dontKnow,
  forget,
  knownValue,
  learn,
  learnFromLabel,
  learnFromSighting,
  learnFromStatus,
  noFacts,
} from '../../../src/policy/facts.ts';
import { known } from './known.ts';

const SIGHTING: DeviceSighting = {
  shortSerial: 'D20000042',
  fullSerial: null,
  model: 'DS-7608NI-K2/8P',
  kind: 'nvr',
  firmware: 'V4.62.210build 230727',
  mac: null,
  address: '192.168.1.64',
  interface: 'eth0',
  activated: true,
  lanUnbind: 'yes',
  bindStatus: 'bound',
  reachability: 'same-subnet',
  ezvizBrand: false,
  cloudEnabled: true,
};

describe('learn', () => {
  it.each([
    ['lan', 'label'],
    ['lan', 'catalogue'],
    ['lan', 'technician'],
    ['label', 'technician'],
    ['catalogue', 'technician'],
  ] as const)('believes %s more than %s, in either order, and reports the contradiction', (strong, weak) => {
    const first = learn(known({ updateTo4x: 'none' }, weak), 'updateTo4x', 'exists', strong);
    const second = learn(known({ updateTo4x: 'exists' }, strong), 'updateTo4x', 'none', weak);
    for (const { facts, contradiction } of [first, second]) {
      expect(facts.updateTo4x).toEqual({ state: 'known', value: 'exists', source: strong });
      expect(contradiction).toEqual({
        fact: 'updateTo4x',
        kept: { value: 'exists', source: strong },
        refused: { value: 'none', source: weak },
      });
    }
  });

  it('lets a source correct itself without a contradiction', () => {
    const { facts, contradiction } = learn(known({ cloud: 'offline' }, 'lan'), 'cloud', 'online', 'lan');
    expect(knownValue(facts, 'cloud')).toBe('online');
    expect(contradiction).toBeNull();
  });

  it.each([
    ['model', 'DS-7608NI-K2', 'DS-7608NI-K2/8P'],
    ['model', 'DS-7608NI-K2/8P', 'ds-7608ni-k2-8p'],
    ['firmware', 'V3.4.98', 'V3.4.98 build 190101'],
  ] as const)('sees no contradiction in another way of writing the %s', (name, typed, announced) => {
    expect(learn(known({ [name]: typed }), name, announced, 'lan').contradiction).toBeNull();
  });

  it('sees one where label and device are different models', () => {
    expect(
      learn(known({ model: 'DS-2CD2143G2-I' }, 'label'), 'model', 'DS-7608NI-K2', 'lan').contradiction,
    ).toMatchObject({
      fact: 'model',
      kept: { source: 'lan' },
    });
  });

  it('leaves the facts it was given as they were', () => {
    const before = noFacts();
    learn(before, 'cloud', 'online', 'lan');
    expect(before).toEqual(noFacts());
  });
});

describe('dontKnow and forget', () => {
  it('remember that the question was asked, and make it askable again', () => {
    const asked = dontKnow(noFacts(), 'cloud');
    expect(asked.cloud).toEqual({ state: 'unknown', asked: true });
    expect(forget(asked, 'cloud')).toEqual(noFacts());
  });

  it('never take back what the device or the label said', () => {
    const facts = known({ cloud: 'online' }, 'lan');
    expect(dontKnow(facts, 'cloud')).toEqual(facts);
    expect(dontKnow(known({ cloud: 'online' }), 'cloud').cloud).toEqual({ state: 'unknown', asked: true });
  });
});

describe('learnFromLabel', () => {
  it('learns kind and brand from the model', () => {
    const { facts } = learnFromLabel(noFacts(), { model: 'DS-7208HUHI-F2/N/A' });
    expect(facts).toMatchObject({
      model: { value: 'DS-7208HUHI-F2/N/A', source: 'label' },
      kind: { value: 'dvr', source: 'label' },
      ezvizBrand: { value: false, source: 'label' },
    });
    expect(knownValue(learnFromLabel(noFacts(), { model: 'CS-C3-21PPFR' }).facts, 'ezvizBrand')).toBe(true);
  });

  it('learns no kind from a model of another maker, and nothing from a label without model', () => {
    expect(learnFromLabel(noFacts(), { model: 'OEM-123' }).facts.kind.state).toBe('unknown');
    expect(learnFromLabel(noFacts(), { model: null }).facts).toEqual(noFacts());
  });
});

describe('learnFromSighting', () => {
  it('learns all a device announces', () => {
    const { facts } = learnFromSighting(noFacts(), SIGHTING);
    expect(facts).toMatchObject({
      model: { value: 'DS-7608NI-K2/8P', source: 'lan' },
      kind: { value: 'nvr' },
      firmware: { value: 'V4.62.210 build 230727' },
      agentSees: { value: true },
      activated: { value: true },
      lanUnbind: { value: 'yes' },
      bindStatus: { value: 'bound' },
      ezvizBrand: { value: false },
      cloud: { state: 'unknown', asked: false },
    });
  });

  it('learns nothing from what the device does not say or nobody can read', () => {
    const { facts } = learnFromSighting(noFacts(), {
      ...SIGHTING,
      model: null,
      kind: 'toaster',
      firmware: 'main_v4',
      activated: null,
      lanUnbind: 'unknown',
      bindStatus: 'unknown',
      ezvizBrand: null,
      cloudEnabled: null,
    });
    expect(facts).toEqual(known({ agentSees: true }, 'lan'));
  });

  it('reports that the label is another device’s', () => {
    const { contradictions } = learnFromSighting(
      learnFromLabel(noFacts(), { model: 'DS-2CD2143G2-I' }).facts,
      SIGHTING,
    );
    expect(contradictions.map(({ fact }) => fact)).toEqual(['model', 'kind']);
  });

  it('takes "switched off" back when the device was switched on', () => {
    const off = learnFromSighting(noFacts(), { ...SIGHTING, cloudEnabled: false }).facts;
    expect(knownValue(off, 'cloud')).toBe('disabled');
    expect(learnFromSighting(off, SIGHTING).facts.cloud).toEqual({ state: 'unknown', asked: false });
  });

  it('does not outweigh the device’s answer to the status question', () => {
    const answered = learnFromStatus(noFacts(), 'can-unbind').facts;
    const { facts } = learnFromSighting(answered, { ...SIGHTING, lanUnbind: 'no', bindStatus: 'not-bound' });
    expect(knownValue(facts, 'lanUnbind')).toBe('yes');
    expect(knownValue(facts, 'bindStatus')).toBe('bound');
  });
});

describe('learnFromStatus', () => {
  it.each<[UnbindStatus, object]>([
    [
      'can-unbind',
      { canUnbindNow: true, bindStatus: 'bound', cloud: 'online', lanUnbind: 'yes', agentSees: true },
    ],
    ['not-bound', { canUnbindNow: false, bindStatus: 'not-bound', lanUnbind: 'yes', agentSees: true }],
    ['cloud-disabled', { canUnbindNow: false, cloud: 'disabled', lanUnbind: 'yes', agentSees: true }],
    ['cloud-offline', { canUnbindNow: false, cloud: 'offline', lanUnbind: 'yes', agentSees: true }],
    ['unanswered', { canUnbindNow: false, lanUnbind: 'no', agentSees: true }],
    ['refused', { canUnbindNow: false, lanUnbind: 'yes', agentSees: true }],
    ['unexpected', { canUnbindNow: false, lanUnbind: 'yes', agentSees: true }],
    ['not-found', { agentSees: false }],
  ])('learns from %s', (status, told) => {
    expect(learnFromStatus(noFacts(), status).facts).toEqual(known(told, 'lan'));
  });

  it('keeps an announced LAN unbind although the question stayed unanswered', () => {
    const seen = learnFromSighting(noFacts(), SIGHTING).facts;
    expect(knownValue(learnFromStatus(seen, 'unanswered').facts, 'lanUnbind')).toBe('yes');
  });

  it('learns nothing from a word of a newer agent', () => {
    for (const word of ['sleeping', 'constructor', '__proto__']) {
      expect(learnFromStatus(noFacts(), word)).toEqual({ facts: noFacts(), contradictions: [] });
    }
  });

  it('turns a verdict when the device is unbound', () => {
    const before = learnFromStatus(known({ everInEzviz: true }), 'can-unbind').facts;
    expect(decide(before).method).toBe('service-centre');
    expect(decide(learnFromStatus(before, 'not-bound').facts).method).toBe('nothing-to-do');
  });
});
