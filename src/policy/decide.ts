/** From facts to a verdict with its reasons. Total: any facts give a verdict, if only "ask more". */
import { explain, type QuestionId, type TrailEntry, unsettledFacts } from './explain.ts';
import { type Facts, knownValue } from './facts.ts';
import {
  type BlockerId,
  type Method,
  RULES,
  type Rule,
  type RuleId,
  SADP_BY_AGENT,
  type Way,
} from './rules.ts';

/** Why: a rule, and the values of its sentence `policy:rule.<rule>`. */
interface Reason {
  readonly rule: RuleId;
  readonly values: { readonly firmware: string };
}

/** What to do with a device. Plain JSON. */
export interface Verdict {
  /** Null while something has to be done first (`blockers`) or asked (`rule` is null too). */
  readonly method: Method | null;
  /** Who speaks SADP; null for every other method. */
  readonly by: Way['by'];
  /** The rule that decided; null only while `nextQuestion` has a question. */
  readonly rule: RuleId | null;
  /** What has to be done before anything works, most urgent first. */
  readonly blockers: readonly BlockerId[];
  readonly reasons: readonly Reason[];
  /** Other ways whose own conditions hold, in the table's order; last what remains when nothing else is possible. */
  readonly alternatives: readonly Way[];
  /** The device says it can be unbound now: this first, the verdict only if it fails. */
  readonly tryFirst: Way | null;
  /** Unknown facts that could still change the verdict; `policy:question.<fact>.where` says where to look. */
  readonly unknowns: readonly QuestionId[];
  readonly trail: readonly TrailEntry[];
}

/** The verdict on these facts. While `nextQuestion` has a question it is the best that can be said so far. */
export function decide(facts: Facts): Verdict {
  const trail = explain(facts);
  const firing: readonly (Rule & { id: RuleId })[] = RULES.filter(
    (_, index) => trail[index]?.state === 'fires',
  );
  const [winner, ...later] = firing;
  const unknowns = unsettledFacts(facts, trail);
  if (winner === undefined) {
    const nothing = { method: null, by: null, rule: null, tryFirst: null };
    return { ...nothing, blockers: [], reasons: [], alternatives: [], unknowns, trail };
  }

  const stopped = firing.some((rule) => rule.stopsAll);
  const inTheWay = later.filter((rule) => rule.stopsAll && rule.spares !== winner.way?.method);
  const told = winner.final ? [winner] : [winner, ...inTheWay];
  const lastResort = winner.lastResort ? [winner.lastResort] : [];
  const open = winner.final || stopped ? [] : later.flatMap((rule) => rule.way ?? []);
  return {
    method: winner.way?.method ?? null,
    by: winner.way?.by ?? null,
    rule: winner.id,
    blockers: told.flatMap((rule) => rule.blocker ?? []),
    reasons: told.map((rule) => ({
      rule: rule.id,
      values: { firmware: knownValue(facts, 'firmware') ?? '' },
    })),
    alternatives: [...open, ...lastResort],
    tryFirst: winner.sadpFirst && !stopped && canUnbindNow(facts) ? SADP_BY_AGENT : null,
    unknowns,
    trail,
  };
}

function canUnbindNow(facts: Facts): boolean {
  return (
    knownValue(facts, 'canUnbindNow') === true &&
    knownValue(facts, 'lanUnbind') !== 'no' &&
    knownValue(facts, 'agentSees') !== false &&
    knownValue(facts, 'activated') !== false
  );
}
