/**
 * What is known about a device and its site, and who said so. Facts are plain JSON and live in cases; every
 * function returns new facts and never throws.
 */
import { compareFirmware, formatFirmware, parseFirmware } from '../device/firmware.ts';
import { type DeviceKind, isIntercom, isRecorder, kindOf } from '../device/kinds.ts';

/** Who said it, strongest first: the device itself, its label, our firmware catalogue, the person. */
export const SOURCES = ['lan', 'label', 'catalogue', 'technician'] as const;
export type FactSource = (typeof SOURCES)[number];

/** Known with its source; or unknown, `asked` when the technician did not know either. */
export type Fact<T> =
  | { readonly state: 'known'; readonly value: T; readonly source: FactSource }
  | { readonly state: 'unknown'; readonly asked: boolean };

/** A kind as far as it is known: people say "recorder" and "intercom", the label tells which one. */
export type KnownKind = Exclude<DeviceKind, 'unknown'> | 'recorder' | 'intercom';

/** The best that is at hand on the device's LAN, in the order of the rule table. */
export type OnSite = 'windows-pc' | 'phone' | 'monitor' | 'nothing';

/** Every fact a rule looks at, and what it can be. */
export interface FactValues {
  kind: KnownKind;
  /** As printed or announced, 1 to 64 characters. */
  model: string;
  /** As `saidFirmware` writes it, for instance `V4.30.085 build 210222` or `3.x`; its line (3.x, 4.x) is derived. */
  firmware: string;
  bindStatus: 'bound' | 'not-bound';
  /** Ever added to an EZVIZ account and used with that app: neither the LAN nor the label knows. */
  everInEzviz: boolean;
  /** EZVIZ-branded: `EZVIZCode` or a model beginning with `CS-` (protocol/sadp.md 6). */
  ezvizBrand: boolean;
  /**
   * Whether firmware 4.x exists for this recorder: the vendor lists it for the model (for some hardware and regions), or
   * none; this very device has `refused` it, or no file fits its hardware; and `no-file`: the supplier has none either.
   */
  updateTo4x: 'exists' | 'none' | 'refused' | 'no-file';
  /** The technician has the device's admin password. The password itself is never a fact. */
  adminPassword: boolean;
  /** A login with the password the technician has: it let him in, or was refused. That he is sure of it is no login. */
  passwordProved: boolean;
  /** The device's connection to the cloud (protocol/sadp.md 7). */
  cloud: 'online' | 'disabled' | 'offline';
  /** Whether the device's firmware can unbind over the LAN at all. */
  lanUnbind: 'yes' | 'no';
  /** The device itself answered "bound, and can be unbound now". */
  canUnbindNow: boolean;
  /** An agent of ours sees the device. */
  agentSees: boolean;
  /** To be forgotten when the chosen thing turned out not to work, so that the rest is asked. */
  onSite: OnSite;
  activated: boolean;
  /** The previous owner can still delete it in his own account, Hik-Connect or EZVIZ. */
  previousOwner: boolean;
}

export type FactName = keyof FactValues;
type FactValue = FactValues[FactName];
export type Facts = { readonly [N in FactName]: Fact<FactValues[N]> };

/** Two sources that disagree. The stronger one is kept; that they disagree is worth telling. */
export interface Contradiction {
  readonly fact: FactName;
  readonly kept: { readonly value: FactValue; readonly source: FactSource };
  readonly refused: { readonly value: FactValue; readonly source: FactSource };
}

/** Facts after learning several things at once, with every contradiction on the way. */
export interface Learned {
  readonly facts: Facts;
  readonly contradictions: readonly Contradiction[];
}

const UNKNOWN = { state: 'unknown', asked: false } as const;

/** Nothing is known and nothing was asked. */
export function noFacts(): Facts {
  return {
    kind: UNKNOWN,
    model: UNKNOWN,
    firmware: UNKNOWN,
    bindStatus: UNKNOWN,
    everInEzviz: UNKNOWN,
    ezvizBrand: UNKNOWN,
    updateTo4x: UNKNOWN,
    adminPassword: UNKNOWN,
    passwordProved: UNKNOWN,
    cloud: UNKNOWN,
    lanUnbind: UNKNOWN,
    canUnbindNow: UNKNOWN,
    agentSees: UNKNOWN,
    onSite: UNKNOWN,
    activated: UNKNOWN,
    previousOwner: UNKNOWN,
  };
}

/** The value, or null while unknown. */
export function knownValue<N extends FactName>(facts: Facts, name: N): FactValues[N] | null {
  const fact: Fact<FactValues[N]> = facts[name];
  return fact.state === 'known' ? fact.value : null;
}

/** What was tried on the device itself: stronger than any list of models, which speaks for some hardware and regions. */
const TRIED: readonly FactValue[] = ['refused', 'no-file'];

/** How weak a word on a fact is: of two the lower one counts. */
function weakness(name: FactName, { value, source }: { value: FactValue; source: FactSource }): number {
  return name === 'updateTo4x' && TRIED.includes(value) ? -1 : SOURCES.indexOf(source);
}

/**
 * Learns one fact. A weaker source never overwrites a stronger one, nor a list of models what was tried on the device; the
 * same source may correct itself (a device that was offline comes online). A contradiction is reported when two different sources disagree.
 */
export function learn<N extends FactName>(
  facts: Facts,
  name: N,
  value: FactValues[N],
  source: FactSource,
): { facts: Facts; contradiction: Contradiction | null } {
  const before: Fact<FactValues[N]> = facts[name];
  const given = { value, source };
  if (before.state === 'known' && before.source !== source) {
    const stays = weakness(name, before) < weakness(name, given);
    const [kept, refused] = stays ? [before, given] : [given, before];
    const contradiction = agree(name, before.value, value)
      ? null
      : {
          fact: name,
          kept: { value: kept.value, source: kept.source },
          refused: { value: refused.value, source: refused.source },
        };
    return { facts: stays ? facts : withFact(facts, name, given), contradiction };
  }
  return { facts: withFact(facts, name, given), contradiction: null };
}

/** The technician does not know. What another source said stays. */
export function dontKnow(facts: Facts, name: FactName): Facts {
  const before = facts[name];
  if (before.state === 'known' && before.source !== 'technician') return facts;
  return { ...facts, [name]: { state: 'unknown', asked: true } };
}

/** As if it had never been learnt or asked: an answer can be changed, a device can be updated. */
export function forget(facts: Facts, name: FactName): Facts {
  return { ...facts, [name]: UNKNOWN };
}

/** Learns a model that a technician typed: it tells kind and brand, as it does on a label. */
export function learnTypedModel(facts: Facts, model: string): Learned {
  return learnAll(facts, 'technician', toldByModel(model));
}

/** Learns from a label. Its model tells the kind and the brand (protocol/isapi.md 2.3, labels.md 3.1). */
export function learnFromLabel(facts: Facts, label: { readonly model: string | null }): Learned {
  return learnAll(facts, 'label', label.model === null ? {} : toldByModel(label.model));
}

/** What policy reads of a device as an agent saw it (link's `DeviceSighting` fits). */
export interface SightingFacts {
  readonly model: string | null;
  readonly kind: string;
  readonly firmware: string | null;
  readonly activated: boolean | null;
  readonly lanUnbind: 'yes' | 'no' | 'unknown';
  readonly bindStatus: 'bound' | 'not-bound' | 'unknown';
  readonly ezvizBrand: boolean | null;
  readonly cloudEnabled: boolean | null;
}

/**
 * Learns from a device's announcement on the LAN (protocol/sadp.md 6). Firmware that cannot be read is not learnt,
 * so that its exact text is asked. The answer to the status question is the better word: an announcement after it
 * changes neither the bind status nor a proven LAN unbind.
 */
export function learnFromSighting(facts: Facts, sighting: SightingFacts): Learned {
  const { model, kind, activated, lanUnbind, bindStatus, ezvizBrand, cloudEnabled } = sighting;
  const firmware = parseFirmware(sighting.firmware ?? '');
  const statusAnswered = facts.canUnbindNow.state === 'known';
  const lanUnbindProven = facts.lanUnbind.state === 'known' && facts.lanUnbind.value === 'yes';
  // Switched on since we last looked: whether it is online already, only the status question tells.
  const switchedOn = cloudEnabled === true && knownValue(facts, 'cloud') === 'disabled';
  return learnAll(switchedOn ? forget(facts, 'cloud') : facts, 'lan', {
    agentSees: true,
    ...(model === null ? {} : toldByModel(model)),
    ...(isKnownKind(kind) ? { kind } : {}),
    ...(ezvizBrand === null ? {} : { ezvizBrand }),
    ...(firmware === null ? {} : { firmware: formatFirmware(firmware) }),
    ...(activated === null ? {} : { activated }),
    ...(lanUnbind === 'unknown' || lanUnbindProven ? {} : { lanUnbind }),
    ...(bindStatus === 'unknown' || statusAnswered ? {} : { bindStatus }),
    ...(cloudEnabled === false ? { cloud: 'disabled' } : {}),
  });
}

/** What an answer to the status question tells (protocol/sadp.md 7). Any answer proves that LAN unbind exists. */
const TOLD_BY_STATUS: Readonly<Record<string, Partial<FactValues>>> = {
  'can-unbind': { bindStatus: 'bound', cloud: 'online', lanUnbind: 'yes', canUnbindNow: true },
  'not-bound': { bindStatus: 'not-bound', lanUnbind: 'yes', canUnbindNow: false },
  'cloud-disabled': { cloud: 'disabled', lanUnbind: 'yes', canUnbindNow: false },
  'cloud-offline': { cloud: 'offline', lanUnbind: 'yes', canUnbindNow: false },
  refused: { lanUnbind: 'yes', canUnbindNow: false },
  unexpected: { lanUnbind: 'yes', canUnbindNow: false },
};

/**
 * Learns from the unbind status in link's words (`UnbindStatus`). No answer means that LAN unbind is not available,
 * unless the device announces it; a word of a newer agent teaches nothing.
 */
export function learnFromStatus(facts: Facts, status: string): Learned {
  if (status === 'not-found') return learnAll(facts, 'lan', { agentSees: false });
  if (status === 'unanswered') {
    const announced = knownValue(facts, 'lanUnbind') === 'yes';
    return learnAll(facts, 'lan', {
      agentSees: true,
      canUnbindNow: false,
      ...(announced ? {} : { lanUnbind: 'no' }),
    });
  }
  const told = Object.hasOwn(TOLD_BY_STATUS, status) ? TOLD_BY_STATUS[status] : undefined;
  return told ? learnAll(facts, 'lan', { agentSees: true, ...told }) : { facts, contradictions: [] };
}

/** Kinds a device can be known to be; a record, so that a new kind cannot be forgotten here. */
const KNOWN_KINDS: Readonly<Record<Exclude<DeviceKind, 'unknown'>, true>> = {
  camera: true,
  nvr: true,
  dvr: true,
  'door-station': true,
  'indoor-station': true,
  'main-station': true,
  'access-control': true,
  'alarm-panel': true,
  ezviz: true,
};

/** Whether the word names a kind that was recognised. */
function isKnownKind(kind: string): kind is Exclude<DeviceKind, 'unknown'> {
  return Object.hasOwn(KNOWN_KINDS, kind);
}

function toldByModel(model: string): Partial<FactValues> {
  const kind = kindOf({ model });
  return { model, ezvizBrand: kind === 'ezviz', ...(isKnownKind(kind) ? { kind } : {}) };
}

function learnAll(facts: Facts, source: FactSource, told: Partial<FactValues>): Learned {
  const contradictions: Contradiction[] = [];
  let current = facts;
  for (const [name, value] of Object.entries(told) as [FactName, FactValue][]) {
    const learnt = learn(current, name, value, source);
    current = learnt.facts;
    if (learnt.contradiction) contradictions.push(learnt.contradiction);
  }
  return { facts: current, contradictions };
}

function withFact(facts: Facts, name: FactName, known: { value: FactValue; source: FactSource }): Facts {
  return { ...facts, [name]: { state: 'known', ...known } };
}

/** Whether two sources mean the same: models differ in separators and suffixes, firmware in the build. */
function agree(name: FactName, one: FactValue, other: FactValue): boolean {
  if (name === 'model') {
    const [a, b] = [bareModel(String(one)), bareModel(String(other))];
    return a.startsWith(b) || b.startsWith(a);
  }
  if (name === 'firmware') return isSameFirmware(String(one), String(other));
  // That the vendor lists 4.x, and that this device does not take it, is both true.
  if (name === 'updateTo4x' && (TRIED.includes(one) || TRIED.includes(other))) return true;
  if (name === 'kind') return isRoughly(one, other) || isRoughly(other, one);
  return one === other;
}

/** Whether two firmwares are one version, as far as both say it: beside `4.x`, the line is all they can differ in. */
export function isSameFirmware(one: string, other: string): boolean {
  const [a, b] = [parseFirmware(one), parseFirmware(other)];
  if (a !== null && b !== null) return compareFirmware({ ...a, build: null }, { ...b, build: null }) === 0;
  const [said = [], more = []] = [one, other].map((text) => text.match(/\d+/g)?.map(Number));
  return said.every((number, at) => at >= more.length || more[at] === number);
}

/** Whether it is a recorder, of whatever kind. */
export function isRecorderKind(kind: KnownKind): boolean {
  return kind === 'recorder' || (kind !== 'intercom' && isRecorder(kind));
}

/** Whether a rough kind covers another: `recorder` covers NVR and DVR. */
function isRoughly(rough: FactValue, fine: FactValue): boolean {
  if (rough === fine) return true;
  const kind = fine as DeviceKind;
  return (rough === 'recorder' && isRecorder(kind)) || (rough === 'intercom' && isIntercom(kind));
}

function bareModel(model: string): string {
  return model.toUpperCase().replace(/[^A-Z0-9]/g, '');
}
