import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/policy/decide.ts';
import { explain } from '../../../src/policy/explain.ts';
import { dontKnow, type FactValues, noFacts } from '../../../src/policy/facts.ts';
import { RULES } from '../../../src/policy/rules.ts';
import { triedNow } from '../../../src/policy/tried.ts';
import { known } from './known.ts';

/** A 4.x recorder with everything in order and a Windows PC beside it. */
const FINE: Partial<FactValues> = {
  kind: 'nvr',
  firmware: 'V4.30.085',
  ezvizBrand: false,
  everInEzviz: false,
  adminPassword: true,
  cloud: 'online',
  onSite: 'windows-pc',
};
const fine = (changes: Partial<FactValues> = {}) => decide(known({ ...FINE, ...changes }));

/** The rule table, row by row: what makes each row win, and what it says. */
const ROWS: readonly [
  row: string,
  changes: Partial<FactValues>,
  method: string | null,
  blocker: string | null,
][] = [
  ['1', { bindStatus: 'not-bound' }, 'nothing-to-do', null],
  ['2', { everInEzviz: true }, 'service-centre', null],
  ['2b', { ezvizBrand: true, everInEzviz: true }, null, 'previous-owner'],
  ['2c', { kind: 'alarm-panel' }, null, 'installer-account'],
  ['2d', { activated: false }, null, 'activate'],
  ['3', { firmware: 'V3.4.98', updateTo4x: 'none' }, 'service-centre', null],
  ['3', { firmware: 'V3.4.98', updateTo4x: 'no-file' }, 'service-centre', null],
  ['3b', { firmware: 'V3.4.98', updateTo4x: 'refused' }, null, 'ask-supplier'],
  ['3b', { firmware: 'V2.2.65', updateTo4x: 'refused' }, null, 'ask-supplier'],
  ['3c', { firmware: 'V2.2.65', updateTo4x: 'no-file' }, 'service-centre', null],
  ['4', { firmware: 'V3.4.98', updateTo4x: 'exists' }, 'firmware-first', null],
  ['4c', { firmware: 'V2.2.65' }, 'firmware-first', null],
  ['5', { adminPassword: false }, null, 'recover-password'],
  ['5b', { passwordProved: false }, null, 'recover-password'],
  ['6', { cloud: 'disabled' }, null, 'bring-online'],
  ['6', { cloud: 'offline' }, null, 'bring-online'],
  ['7', { agentSees: true }, 'sadp', null],
  ['7b', {}, 'sadp', null],
  ['8', { onSite: 'phone' }, 'app', null],
  ['9', { onSite: 'monitor' }, 'recorder-menu', null],
  ['9b', { onSite: 'monitor', firmware: 'V5.3.2' }, 'recorder-menu', null],
  ['10', { onSite: 'nothing' }, null, 'get-onto-lan'],
  ['10', { onSite: 'monitor', kind: 'camera' }, null, 'get-onto-lan'],
  ['11', { lanUnbind: 'no' }, null, 'bring-phone'],
];

describe('decide', () => {
  it.each(ROWS)('follows row %s for %o', (row, changes, method, blocker) => {
    const verdict = fine(changes);
    expect(verdict).toMatchObject({ method, blockers: blocker === null ? [] : [blocker] });
    expect(verdict.trail.find((entry) => entry.decides)?.row).toBe(row);
  });

  it('follows row 4b when nobody knows whether there is 4.x', () => {
    const facts = dontKnow(known({ ...FINE, firmware: 'V3.4.98' }), 'updateTo4x');
    expect(decide(facts)).toMatchObject({
      method: 'firmware-first',
      rule: 'recorder-3x-look-for-update',
      alternatives: [
        { method: 'sadp', by: 'vendor-tool' },
        { method: 'service-centre', by: null },
      ],
      unknowns: ['updateTo4x'],
    });
  });

  it('leaves the service centre to whoever was refused an update, and asks no recorder of before 3.x about it', () => {
    const refused = fine({ firmware: 'V3.4.98', updateTo4x: 'refused' });
    expect(refused.alternatives.at(-1)).toEqual({ method: 'service-centre', by: null });
    expect(fine({ firmware: 'V2.2.65' }).unknowns).toEqual([]);
    expect(fine({ updateTo4x: 'refused' }).blockers).toEqual([]);
  });

  it('tries our agent before the vendor’s tool', () => {
    expect(fine({ agentSees: true }).by).toBe('agent');
    expect(fine().by).toBe('vendor-tool');
  });

  it('keeps recorders’ rules off cameras: 3.x firmware alone sends nothing to service', () => {
    expect(fine({ kind: 'camera', firmware: 'V3.4.98', updateTo4x: 'none' }).method).toBe('sadp');
  });

  it.each(['ever-in-ezviz', 'recorder-3x-no-update'] as const)(
    'says "try this first" before the service centre of %s when the device can be unbound now',
    (rule) => {
      const service: Partial<FactValues> =
        rule === 'ever-in-ezviz' ? { everInEzviz: true } : { firmware: 'V3.4.98', updateTo4x: 'none' };
      const ready: Partial<FactValues> = {
        ...service,
        agentSees: true,
        lanUnbind: 'yes',
        canUnbindNow: true,
      };
      expect(fine(ready)).toMatchObject({
        rule,
        tryFirst: { method: 'sadp', by: 'agent' },
        alternatives: [],
      });
      expect(fine(service).tryFirst).toBeNull();
      expect(fine({ ...ready, lanUnbind: 'no' }).tryFirst).toBeNull();
      expect(fine({ ...ready, agentSees: false }).tryFirst).toBeNull();
      expect(fine({ ...ready, adminPassword: false }).tryFirst).toBeNull();
    },
  );

  it('tries the two minutes before an update of the firmware as well', () => {
    const ready = { agentSees: true, lanUnbind: 'yes', canUnbindNow: true } as const;
    for (const changes of [{ firmware: 'V3.4.98', updateTo4x: 'exists' }, { firmware: 'V2.2.65' }] as const) {
      const verdict = fine({ ...changes, ...ready });
      expect(verdict).toMatchObject({ method: 'firmware-first', tryFirst: { method: 'sadp', by: 'agent' } });
      expect(fine({ ...changes, ...ready, adminPassword: false }).tryFirst).toBeNull();
    }
  });

  it('updates a recorder that is offline: whether it is online is asked afterwards', () => {
    const offline = fine({ firmware: 'V3.4.98', updateTo4x: 'exists', cloud: 'offline' });
    expect(offline).toMatchObject({ method: 'firmware-first', blockers: [], alternatives: [] });
  });

  it.each(['3.x', 'V3.4', 'V3.4.98'])('takes %s for the line it names', (firmware) => {
    expect(fine({ firmware, updateTo4x: 'none' }).rule).toBe('recorder-3x-no-update');
  });

  it('names the other ways whose own conditions hold, in the table’s order', () => {
    expect(fine({ agentSees: true, onSite: 'phone' }).alternatives).toEqual([{ method: 'app', by: null }]);
    expect(
      fine({ firmware: 'V3.4.98', updateTo4x: 'exists', agentSees: true, onSite: 'phone' }).alternatives,
    ).toEqual([
      { method: 'sadp', by: 'agent' },
      { method: 'app', by: null },
    ]);
    expect(fine({ lanUnbind: 'no' }).alternatives).toEqual([{ method: 'service-centre', by: null }]);
  });

  it('names no way on the site while something stops them all, and names all that does', () => {
    const verdict = fine({ agentSees: true, adminPassword: false, cloud: 'offline' });
    expect(verdict.alternatives).toEqual([{ method: 'service-centre', by: null }]);
    expect(verdict.blockers).toEqual(['recover-password', 'bring-online']);
    expect(verdict.reasons.map(({ rule }) => rule)).toEqual(['no-password', 'cloud-not-online']);
    expect(fine({ firmware: 'V3.4.98', updateTo4x: 'exists', adminPassword: false })).toMatchObject({
      method: 'firmware-first',
      blockers: ['recover-password'],
      alternatives: [],
    });
  });

  it('gives the firmware to the sentence of its reason', () => {
    expect(fine({ firmware: 'V3.4.98', updateTo4x: 'none' }).reasons).toEqual([
      { rule: 'recorder-3x-no-update', values: { firmware: 'V3.4.98' } },
    ]);
  });

  it('lists what is unknown and could change the verdict', () => {
    const facts = dontKnow(dontKnow(known({ ...FINE, onSite: 'monitor' }), 'firmware'), 'cloud');
    expect(decide({ ...facts, firmware: { state: 'unknown', asked: true } })).toMatchObject({
      rule: 'nobody-on-lan',
      unknowns: ['firmware', 'cloud'],
    });
    expect(fine().unknowns).toEqual([]);
  });

  it('knows nothing about nothing', () => {
    expect(decide(noFacts())).toMatchObject({ method: null, rule: null, blockers: [], reasons: [] });
    expect(decide(noFacts()).unknowns[0]).toBe('everInEzviz');
  });

  it('is plain JSON', () => {
    const verdict = fine();
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });
});

describe('explain', () => {
  it('tells for every rule how it stands, in the table’s order, with its source', () => {
    const trail = explain(
      known({ kind: 'nvr', firmware: 'V3.4.98', everInEzviz: false }),
      triedNow(noFacts(), []),
    );
    expect(trail.map(({ rule }) => rule)).toEqual(RULES.map(({ id }) => id));
    expect(trail.find(({ rule }) => rule === 'ever-in-ezviz')).toMatchObject({
      source: 'note',
      state: 'ruled-out',
    });
    expect(trail.find(({ rule }) => rule === 'recorder-3x-no-update')).toMatchObject({
      state: 'open',
      missing: ['updateTo4x'],
    });
  });

  it('marks a rule undecidable once the technician does not know', () => {
    const trail = explain(
      dontKnow(known({ everInEzviz: false, ezvizBrand: false }), 'kind'),
      triedNow(noFacts(), []),
    );
    expect(trail.find(({ rule }) => rule === 'alarm-panel')).toMatchObject({
      state: 'undecidable',
      missing: ['kind'],
    });
  });
});
