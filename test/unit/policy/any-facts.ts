import fc from 'fast-check';
import { type FactName, type Facts, type FactValues, SOURCES } from '../../../src/policy/facts.ts';

const ANY_VALUE: { readonly [N in FactName]: readonly FactValues[N][] } = {
  kind: ['camera', 'nvr', 'dvr', 'door-station', 'alarm-panel', 'ezviz'],
  model: ['DS-7608NI-K2', 'CS-C3'],
  firmware: ['V1.5.0', 'V2.2.65', 'V3.4.98', 'V4.30.085', 'V5.3.2', 'V6.1.0', 'not a version'],
  bindStatus: ['bound', 'not-bound'],
  everInEzviz: [true, false],
  ezvizBrand: [true, false],
  updateTo4x: ['exists', 'none', 'refused', 'no-file'],
  adminPassword: [true, false],
  passwordProved: [true, false],
  cloud: ['online', 'disabled', 'offline'],
  lanUnbind: ['yes', 'no'],
  canUnbindNow: [true, false],
  agentSees: [true, false],
  onSite: ['windows-pc', 'phone', 'monitor', 'nothing'],
  activated: [true, false],
  previousOwner: [true, false],
};

/** Any facts whatever, each known from any source, or unknown. */
export const anyFacts = fc.record(
  Object.fromEntries(
    Object.entries(ANY_VALUE).map(([name, values]) => [
      name,
      fc.oneof(
        fc.record({ state: fc.constant('unknown'), asked: fc.boolean() }),
        fc.record({
          state: fc.constant('known'),
          value: fc.constantFrom<unknown>(...values),
          source: fc.constantFrom(...SOURCES),
        }),
      ),
    ]),
  ),
) as fc.Arbitrary<unknown> as fc.Arbitrary<Facts>;
