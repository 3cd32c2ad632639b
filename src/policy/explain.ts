/** How every rule stands on given facts: the trail that a verdict is read from and questions are found in. */
import { type FactName, type Facts, knownValue } from './facts.ts';
import { RULES, type Rule, type RuleId, type RuleSource, wayId } from './rules.ts';
import type { TriedNow, TriedWay } from './tried.ts';

/**
 * `tried`: all of it holds, and its way has failed. `open` waits for facts that were not asked yet; `undecidable` needs a fact that the technician does not know, so
 * the rule is passed over.
 */
type RuleState = 'fires' | 'tried' | 'ruled-out' | 'open' | 'undecidable';

/** One line of the rule trail, in the table's order. */
export interface TrailEntry {
  readonly rule: RuleId;
  /** Row of the rule table. */
  readonly row: string;
  readonly source: RuleSource;
  readonly state: RuleState;
  /** The first rule that fires. */
  readonly decides: boolean;
  /** Unknown facts that keep an `open` or `undecidable` rule from being settled. */
  readonly missing: readonly FactName[];
}

/**
 * What a technician can be asked, in the order of how much it decides: what ends the search at once, what shapes
 * the rest, then what is at hand, then the cloud, which every method shows in its first step. Whether the password was
 * proved is asked after a refusal alone, and the previous owner before a parcel alone.
 */
export const QUESTION_ORDER = [
  'everInEzviz',
  'kind',
  'ezvizBrand',
  'firmware',
  'updateTo4x',
  'adminPassword',
  'passwordProved',
  'onSite',
  'cloud',
  'previousOwner',
] as const satisfies readonly FactName[];

/** Facts a technician can be asked for. */
export type QuestionId = (typeof QUESTION_ORDER)[number];

/** How every rule stands, first to last, after what was tried. */
export function explain(facts: Facts, now: TriedNow): TrailEntry[] {
  let decided = false;
  return RULES.map((rule) => {
    const { state, missing } = standing(rule, facts, now);
    const decides = !decided && state === 'fires';
    decided ||= decides;
    return { rule: rule.id, row: rule.row, source: rule.source, state, decides, missing };
  });
}

/** How one rule stands, whatever stands before it. */
export function standing(rule: Rule, facts: Facts, tried: TriedNow): Pick<TrailEntry, 'state' | 'missing'> {
  const waiting: (readonly FactName[])[] = [];
  for (const { needs, holds } of rule.when) {
    const held = holds(facts, tried);
    if (held === false) return { state: 'ruled-out', missing: [] };
    if (held === null) waiting.push(needs);
  }
  if (rule.way && tried.failed.has(wayId(rule.way) as TriedWay)) {
    return { state: waiting.length === 0 ? 'tried' : 'ruled-out', missing: [] };
  }
  if (waiting.length === 0) return { state: 'fires', missing: [] };
  const stuck = waiting.filter((needs) => !needs.some((name) => canStillBeAsked(facts, name)));
  if (stuck.length > 0) return { state: 'undecidable', missing: stuck.flat() };
  return { state: 'open', missing: waiting.flat().filter((name) => canStillBeAsked(facts, name)) };
}

/** Whether nobody has said anything about this fact yet, not even "I don't know". */
export function canStillBeAsked(facts: Facts, name: FactName): boolean {
  const fact = facts[name];
  return fact.state === 'unknown' && !fact.asked;
}

/**
 * Unknown facts that stand between the verdict and a surer one: those of rules before the deciding one that are
 * neither fulfilled nor ruled out, and before a parcel the previous owner. Only what a technician can find out, in the
 * order of asking.
 */
export function unsettledFacts(facts: Facts, trail: readonly TrailEntry[], tried: TriedNow): QuestionId[] {
  const deciding = trail.findIndex((entry) => entry.decides);
  const before = deciding === -1 ? trail : trail.slice(0, deciding);
  const missing = new Set(before.flatMap((entry) => entry.missing));
  if (isParcel(facts, trail, tried) && knownValue(facts, 'previousOwner') === null)
    missing.add('previousOwner');
  return QUESTION_ORDER.filter((name) => missing.has(name) && !lanWillTell(facts, name));
}

/** The rule that decides; null: none does yet. */
export function decidingRule(trail: readonly TrailEntry[]): (Rule & { readonly id: RuleId }) | null {
  return RULES.find((_, index) => trail[index]?.decides) ?? null;
}

/** Whether the verdict is a parcel, and nothing is to be tried before it. */
function isParcel(facts: Facts, trail: readonly TrailEntry[], tried: TriedNow): boolean {
  return decidingRule(trail)?.way?.method === 'service-centre' && !sadpGoesFirst(facts, trail, tried);
}

/** The device itself says "can be unbound now", nothing stops it, and our laptop has not tried it yet. */
export function sadpGoesFirst(facts: Facts, trail: readonly TrailEntry[], tried: TriedNow): boolean {
  const stopped = (RULES as readonly Rule[]).some(
    (rule, index) => rule.stopsAll && trail[index]?.state === 'fires',
  );
  return (
    decidingRule(trail)?.sadpFirst === true &&
    !stopped &&
    !tried.failed.has('sadp') &&
    !tried.inDoubt &&
    knownValue(facts, 'canUnbindNow') === true &&
    knownValue(facts, 'lanUnbind') !== 'no' &&
    knownValue(facts, 'agentSees') !== false &&
    knownValue(facts, 'activated') !== false
  );
}

/** Our agent asks the device for its unbind status before anything else, and that tells the cloud state. */
function lanWillTell(facts: Facts, name: FactName): boolean {
  return (
    name === 'cloud' && knownValue(facts, 'agentSees') === true && knownValue(facts, 'lanUnbind') !== 'no'
  );
}
