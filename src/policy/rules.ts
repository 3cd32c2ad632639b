/**
 * The rule table as data: first match wins, in this order. `row` is the row of the table in docs (design: policy);
 * letters behind a number are rows of our own that stand between two of the note's.
 */
import { type FirmwareLine, lineOfFirmware } from '../device/firmware.ts';
import { isRecorder } from '../device/kinds.ts';
import { type FactName, type Facts, type FactValues, knownValue } from './facts.ts';

/** Ways to an unbound device; `nothing-to-do` when it is unbound already. */
export type Method = 'sadp' | 'app' | 'recorder-menu' | 'firmware-first' | 'service-centre' | 'nothing-to-do';

/** A method; SADP is spoken by our agent or by the vendor's own tool. */
export type Way =
  | { readonly method: 'sadp'; readonly by: 'agent' | 'vendor-tool' }
  | { readonly method: Exclude<Method, 'sadp'>; readonly by: null };

/** What has to be done before any method works. */
export type BlockerId =
  | 'previous-owner'
  | 'installer-account'
  | 'activate'
  | 'recover-password'
  | 'bring-online'
  | 'get-onto-lan'
  | 'bring-phone'
  | 'ask-supplier';

/**
 * Where a rule comes from: the vendor's support note (v1.0 of 12/03/2023), what follows from it, the note together
 * with the public protocol, or our own judgement.
 */
export type RuleSource = 'note' | 'note-inference' | 'note-and-card' | 'own';

/** One condition of a rule: true, false, or null while a fact it needs is unknown. */
export interface Condition {
  readonly needs: readonly FactName[];
  readonly holds: (facts: Facts) => boolean | null;
}

export interface Rule {
  readonly id: string;
  readonly row: string;
  readonly source: RuleSource;
  /** All must hold. */
  readonly when: readonly Condition[];
  readonly way?: Way;
  readonly blocker?: BlockerId;
  /** Nothing after this rule is an alternative to it. */
  readonly final?: true;
  /** No method works while this rule fires, so it is told beside whatever else is decided. */
  readonly stopsAll?: true;
  /** The one method that is gone on with all the same. */
  readonly spares?: Method;
  /** What remains where the blocker cannot be removed. */
  readonly lastResort?: Way;
  /**
   * A parcel or an update is the word here, but where the device itself says "can be unbound now", two minutes go first
   * (docs/decisions/0019-answers.md).
   */
  readonly sadpFirst?: true;
}

function is<N extends FactName>(name: N, ...values: FactValues[N][]): Condition {
  return {
    needs: [name],
    holds: (facts) => {
      const value = knownValue(facts, name);
      return value === null ? null : values.includes(value);
    },
  };
}

/** Holds unless the fact is known to have this value. */
function notKnownToBe<N extends FactName>(name: N, value: FactValues[N]): Condition {
  return { needs: [name], holds: (facts) => knownValue(facts, name) !== value };
}

/** Holds once the fact is known to have this value; it is not asked for on that account. */
function knownToBe<N extends FactName>(name: N, value: FactValues[N]): Condition {
  return { needs: [], holds: (facts) => knownValue(facts, name) === value };
}

/** Waits until the fact was asked; "I don't know" then counts as null. */
function onceAsked<N extends FactName>(name: N, test: (value: FactValues[N] | null) => boolean): Condition {
  return {
    needs: [name],
    holds: (facts) => {
      const fact = facts[name];
      return fact.state === 'unknown' && !fact.asked ? null : test(knownValue(facts, name));
    },
  };
}

function firmwareIs(...lines: FirmwareLine[]): Condition {
  return {
    needs: ['firmware'],
    holds: (facts) => {
      const line = lineOfFirmware(knownValue(facts, 'firmware') ?? '');
      return line === null ? null : lines.includes(line);
    },
  };
}

/** EZVIZ by the device's own word, else by its kind; a model `CS-…` gives both. */
function ezvizBranded(facts: Facts): boolean | null {
  const kind = knownValue(facts, 'kind');
  return knownValue(facts, 'ezvizBrand') ?? (kind === null ? null : kind === 'ezviz');
}

const RECORDER: Condition = {
  needs: ['kind'],
  holds: (facts) => {
    const kind = knownValue(facts, 'kind');
    return kind === null ? null : kind === 'recorder' || (kind !== 'intercom' && isRecorder(kind));
  },
};
const NO_AGENT = notKnownToBe('agentSees', true);
const LAN_UNBIND_MAY_EXIST = notKnownToBe('lanUnbind', 'no');

export const SADP_BY_AGENT: Way = { method: 'sadp', by: 'agent' };
const way = (method: Exclude<Method, 'sadp'>): Way => ({ method, by: null });

export const RULES = [
  {
    id: 'not-bound',
    row: '1',
    source: 'own',
    when: [is('bindStatus', 'not-bound')],
    way: way('nothing-to-do'),
    final: true,
  },
  {
    // A device of the EZVIZ brand was in EZVIZ by nature and is no case for Hikvision's service: row 2b.
    id: 'ever-in-ezviz',
    row: '2',
    source: 'note',
    when: [
      { needs: ['ezvizBrand', 'kind'], holds: (facts) => ezvizBranded(facts) !== true },
      is('everInEzviz', true),
    ],
    way: way('service-centre'),
    final: true,
    sadpFirst: true,
  },
  {
    id: 'ezviz-brand',
    row: '2b',
    source: 'own',
    when: [{ needs: ['ezvizBrand', 'kind'], holds: ezvizBranded }],
    blocker: 'previous-owner',
    final: true,
  },
  {
    // Accounts follow the installer's platform, and the unbind command is another one (protocol/isapi.md 9.3).
    id: 'alarm-panel',
    row: '2c',
    source: 'own',
    when: [is('kind', 'alarm-panel')],
    blocker: 'installer-account',
    final: true,
  },
  {
    id: 'not-activated',
    row: '2d',
    source: 'own',
    when: [is('activated', false)],
    blocker: 'activate',
    final: true,
  },
  {
    id: 'recorder-3x-no-update',
    row: '3',
    source: 'note',
    when: [RECORDER, firmwareIs('3.x'), is('updateTo4x', 'none', 'no-file')],
    way: way('service-centre'),
    final: true,
    sadpFirst: true,
  },
  {
    // The file is for other hardware, or another region: nobody but the supplier knows the right one.
    id: 'recorder-update-refused',
    row: '3b',
    source: 'own',
    when: [RECORDER, firmwareIs('1.x', '2.x', '3.x'), knownToBe('updateTo4x', 'refused')],
    blocker: 'ask-supplier',
    lastResort: way('service-centre'),
    sadpFirst: true,
  },
  {
    id: 'recorder-older-no-file',
    row: '3c',
    source: 'note-inference',
    when: [RECORDER, firmwareIs('1.x', '2.x'), knownToBe('updateTo4x', 'no-file')],
    way: way('service-centre'),
    final: true,
    sadpFirst: true,
  },
  {
    id: 'recorder-3x-update',
    row: '4',
    source: 'note-inference',
    when: [RECORDER, firmwareIs('3.x'), is('updateTo4x', 'exists')],
    way: way('firmware-first'),
    sadpFirst: true,
  },
  {
    id: 'recorder-3x-look-for-update',
    row: '4b',
    source: 'own',
    when: [RECORDER, firmwareIs('3.x'), onceAsked('updateTo4x', (known) => known === null)],
    way: way('firmware-first'),
    lastResort: way('service-centre'),
    sadpFirst: true,
  },
  {
    id: 'recorder-older-than-3x',
    row: '4c',
    source: 'own',
    when: [RECORDER, firmwareIs('1.x', '2.x')],
    way: way('firmware-first'),
    sadpFirst: true,
  },
  {
    id: 'no-password',
    row: '5',
    source: 'note',
    when: [onceAsked('adminPassword', (has) => has !== true)],
    blocker: 'recover-password',
    stopsAll: true,
  },
  {
    id: 'cloud-not-online',
    row: '6',
    source: 'note',
    when: [is('cloud', 'disabled', 'offline')],
    blocker: 'bring-online',
    stopsAll: true,
    // A recorder is updated from a stick; whether it is online is asked when it is assessed again.
    spares: 'firmware-first',
  },
  {
    id: 'agent-on-lan',
    row: '7',
    source: 'note-and-card',
    when: [is('agentSees', true), LAN_UNBIND_MAY_EXIST],
    way: SADP_BY_AGENT,
  },
  {
    id: 'windows-pc-on-lan',
    row: '7b',
    source: 'note',
    when: [NO_AGENT, is('onSite', 'windows-pc'), LAN_UNBIND_MAY_EXIST],
    way: { method: 'sadp', by: 'vendor-tool' },
  },
  {
    id: 'phone-on-lan',
    row: '8',
    source: 'note',
    when: [is('onSite', 'phone')],
    way: way('app'),
  },
  {
    id: 'monitor-at-recorder',
    row: '9',
    source: 'note',
    when: [RECORDER, firmwareIs('4.x'), is('onSite', 'monitor')],
    way: way('recorder-menu'),
  },
  {
    id: 'monitor-at-newer-recorder',
    row: '9b',
    source: 'own',
    when: [RECORDER, firmwareIs('5.x', 'later'), is('onSite', 'monitor')],
    way: way('recorder-menu'),
  },
  {
    id: 'nobody-on-lan',
    row: '10',
    source: 'note',
    when: [
      NO_AGENT,
      onceAsked('onSite', (best) => best === null || best === 'nothing' || best === 'monitor'),
    ],
    blocker: 'get-onto-lan',
  },
  {
    id: 'no-lan-unbind',
    row: '11',
    source: 'own',
    when: [onceAsked('onSite', () => true)],
    blocker: 'bring-phone',
    lastResort: way('service-centre'),
  },
] as const satisfies readonly Rule[];

export type RuleId = (typeof RULES)[number]['id'];
