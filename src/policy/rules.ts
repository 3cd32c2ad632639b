/**
 * The rule table as data: first match wins, in this order. `row` is the row of the table in docs (design: policy);
 * letters behind a number are rows of our own that stand between two of the note's.
 */
import { type FirmwareLine, lineOfFirmware } from '../device/firmware.ts';
import { type FactName, type Facts, type FactValues, isRecorderKind, knownValue } from './facts.ts';
import type { TriedNow, TriedWay } from './tried.ts';

/** Ways to an unbound device; `nothing-to-do` when it is unbound already. */
export type Method = 'sadp' | 'app' | 'recorder-menu' | 'firmware-first' | 'service-centre' | 'nothing-to-do';

/** A method; SADP is spoken by our agent or by the vendor's own tool. */
export type Way =
  | { readonly method: 'sadp'; readonly by: 'agent' | 'vendor-tool' }
  | { readonly method: Exclude<Method, 'sadp'>; readonly by: null };

/** A way by one word; SADP by the vendor's tool is a way of its own. */
export type WayId = Method | 'vendor-tool';

/** Name of a way, for what was tried, for buttons and texts. */
export function wayId(way: Way): WayId {
  return way.method === 'sadp' && way.by === 'vendor-tool' ? 'vendor-tool' : way.method;
}

/** What has to be done before any method works. */
export type BlockerId =
  | 'previous-owner'
  | 'installer-account'
  | 'activate'
  | 'recover-password'
  | 'bring-online'
  | 'get-onto-lan'
  | 'bring-phone'
  | 'ask-supplier'
  | 'bring-monitor';

/**
 * Where a rule comes from: the vendor's support note (v1.0 of 12/03/2023), what follows from it, the note together
 * with the public protocol, or our own judgement.
 */
export type RuleSource = 'note' | 'note-inference' | 'note-and-card' | 'own';

/** One condition of a rule: true, false, or null while a fact it needs is unknown. */
export interface Condition {
  readonly needs: readonly FactName[];
  readonly holds: (facts: Facts, tried: TriedNow) => boolean | null;
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

/** Holds only if the fact is known to have this value; nobody is asked. */
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
export function ezvizBranded(facts: Facts): boolean | null {
  const kind = knownValue(facts, 'kind');
  return knownValue(facts, 'ezvizBrand') ?? (kind === null ? null : kind === 'ezviz');
}

const NONE: TriedNow = { failed: new Set(), inDoubt: false, updated: false };
/** Lines whose menu can unbind; of those after 4.x we conclude it. */
const MENU_LINE = firmwareIs('4.x', '5.x', 'later');
const RECORDER: Condition = {
  needs: ['kind'],
  holds: (facts) => {
    const kind = knownValue(facts, 'kind');
    return kind === null ? null : isRecorderKind(kind);
  },
};
const NO_AGENT = notKnownToBe('agentSees', true);
const LAN_UNBIND_MAY_EXIST = notKnownToBe('lanUnbind', 'no');

/** Whoever has it in his account was not said to be out of reach. */
const OWNER_MAY_DELETE = notKnownToBe('previousOwner', false);

/** What was tried is known without asking. */
const byTried = (holds: (tried: TriedNow, facts: Facts) => boolean): Condition => ({
  needs: [],
  holds: (facts, tried) => holds(tried, facts),
});
const untried = (way: TriedWay): Condition => byTried(({ failed }) => !failed.has(way));
const SOMETHING_FAILED = byTried(({ failed }) => failed.size > 0);
/** Where a laptop of ours sees the device, the vendor's tool is another way only after ours. */
const NO_AGENT_WAY = byTried(
  ({ failed }, facts) => knownValue(facts, 'agentSees') !== true || failed.has('sadp'),
);
const NOTHING_LEFT = byTried(({ failed }, facts) => waysLeft(facts, failed).length === 0);

/** Ways that unbind on the site, that this device may have, and that have not failed, whatever is at hand. */
export function waysLeft(facts: Facts, failed: ReadonlySet<TriedWay>): TriedWay[] {
  const byAgent = knownValue(facts, 'agentSees') === true && !failed.has('sadp');
  const overLan: TriedWay[] = LAN_UNBIND_MAY_EXIST.holds(facts, NONE)
    ? [byAgent ? 'sadp' : 'vendor-tool']
    : [];
  const hasMenu = RECORDER.holds(facts, NONE) && MENU_LINE.holds(facts, NONE);
  const ways: TriedWay[] = [...overLan, 'app', ...(hasMenu ? (['recorder-menu'] as const) : [])];
  return ways.filter((way) => !failed.has(way));
}

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
    when: [{ needs: ['ezvizBrand', 'kind'], holds: ezvizBranded }, OWNER_MAY_DELETE],
    blocker: 'previous-owner',
    final: true,
  },
  {
    // Accounts follow the installer's platform, and the unbind command is another one (protocol/isapi.md 9.3).
    id: 'alarm-panel',
    row: '2c',
    source: 'own',
    when: [is('kind', 'alarm-panel'), OWNER_MAY_DELETE],
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
    lastResort: way('service-centre'),
  },
  {
    // Nobody else can take it out of that account: what is left is whoever serves the device.
    id: 'owner-out-of-reach',
    row: '2e',
    source: 'own',
    when: [
      {
        needs: ['ezvizBrand', 'kind'],
        holds: (facts) => ezvizBranded(facts) || knownValue(facts, 'kind') === 'alarm-panel',
      },
      knownToBe('previousOwner', false),
    ],
    way: way('service-centre'),
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
    id: 'update-failed',
    row: '4d',
    source: 'own',
    when: [RECORDER, firmwareIs('1.x', '2.x', '3.x'), byTried(({ failed }) => failed.has('firmware-first'))],
    way: way('service-centre'),
    final: true,
    sadpFirst: true,
  },
  {
    id: 'no-password',
    row: '5',
    source: 'note',
    when: [onceAsked('adminPassword', (has) => has !== true)],
    blocker: 'recover-password',
    stopsAll: true,
    lastResort: way('service-centre'),
  },
  {
    id: 'password-refused',
    row: '5b',
    source: 'own',
    when: [knownToBe('passwordProved', false)],
    blocker: 'recover-password',
    stopsAll: true,
    lastResort: way('service-centre'),
  },
  {
    // Every way would be a login with a password that may be the wrong one.
    id: 'password-unproved',
    row: '5c',
    source: 'own',
    when: [byTried(({ inDoubt }) => inDoubt), onceAsked('passwordProved', (proved) => proved !== true)],
    blocker: 'recover-password',
    stopsAll: true,
    lastResort: way('service-centre'),
  },
  {
    id: 'cloud-not-online',
    row: '6',
    source: 'note',
    when: [is('cloud', 'disabled', 'offline')],
    blocker: 'bring-online',
    stopsAll: true,
    lastResort: way('service-centre'),
    // A recorder is updated from a stick; whether it is online is asked when it is assessed again.
    spares: 'firmware-first',
  },
  {
    // What 4.x has brought is the menu, so that goes before anything else.
    id: 'menu-after-update',
    row: '6b',
    source: 'own',
    when: [RECORDER, MENU_LINE, byTried(({ updated }) => updated), is('onSite', 'monitor')],
    way: way('recorder-menu'),
  },
  {
    id: 'monitor-after-update',
    row: '6c',
    source: 'own',
    when: [
      RECORDER,
      MENU_LINE,
      byTried(({ updated }) => updated),
      untried('recorder-menu'),
      onceAsked('onSite', (best) => best !== 'monitor'),
    ],
    blocker: 'bring-monitor',
    lastResort: way('service-centre'),
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
    when: [NO_AGENT_WAY, is('onSite', 'windows-pc'), LAN_UNBIND_MAY_EXIST],
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
    id: 'menu-left',
    row: '9c',
    source: 'own',
    when: [
      RECORDER,
      MENU_LINE,
      SOMETHING_FAILED,
      untried('recorder-menu'),
      onceAsked('onSite', (best) => best !== 'monitor'),
    ],
    blocker: 'bring-monitor',
    lastResort: way('service-centre'),
  },
  {
    id: 'nobody-on-lan',
    row: '10',
    source: 'note',
    when: [
      NO_AGENT,
      untried('app'),
      untried('vendor-tool'),
      onceAsked('onSite', (best) => best === null || best === 'nothing' || best === 'monitor'),
    ],
    blocker: 'get-onto-lan',
    lastResort: way('service-centre'),
  },
  {
    id: 'pc-left',
    row: '10b',
    source: 'own',
    when: [
      byTried(({ failed }, facts) => failed.has('app') && waysLeft(facts, failed).includes('vendor-tool')),
      onceAsked('onSite', (best) => best !== 'windows-pc'),
    ],
    blocker: 'get-onto-lan',
    lastResort: way('service-centre'),
  },
  {
    id: 'no-lan-unbind',
    row: '11',
    source: 'own',
    when: [untried('app'), knownToBe('lanUnbind', 'no'), onceAsked('onSite', () => true)],
    blocker: 'bring-phone',
    lastResort: way('service-centre'),
  },
  {
    id: 'phone-left',
    row: '11b',
    source: 'own',
    when: [SOMETHING_FAILED, untried('app'), onceAsked('onSite', () => true)],
    blocker: 'bring-phone',
    lastResort: way('service-centre'),
  },
  {
    // That it failed on some 4.x proves nothing about the newest one.
    id: 'newer-firmware',
    row: '12',
    source: 'own',
    when: [RECORDER, firmwareIs('4.x'), NOTHING_LEFT],
    way: way('firmware-first'),
    lastResort: way('service-centre'),
  },
  {
    id: 'all-failed',
    row: '13',
    source: 'own',
    when: [NOTHING_LEFT],
    way: way('service-centre'),
  },
] as const satisfies readonly Rule[];

export type RuleId = (typeof RULES)[number]['id'];
