/** From facts to a verdict with its reasons. Total: any facts give a verdict, if only "ask more". */
import { explain, type QuestionId, sadpGoesFirst, type TrailEntry, unsettledFacts } from './explain.ts';
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
import { NOTHING_TRIED, type Try, triedNow } from './tried.ts';

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
  /** Ways whose conditions hold and which have failed: worth it again only when something has changed. */
  readonly again: readonly Way[];
  /** The device says it can be unbound now: this first, the verdict only if it fails. */
  readonly tryFirst: Way | null;
  /** Unknown facts that could still change the verdict; `policy:question.<fact>.where` says where to look. */
  readonly unknowns: readonly QuestionId[];
  readonly trail: readonly TrailEntry[];
}

const SERVICE_CENTRE: Way = { method: 'service-centre', by: null };

/**
 * The verdict on these facts, after what was `tried`. While `nextQuestion` has a question it is the best that can be said
 * so far. A way that has failed is in `again` alone.
 */
export function decide(facts: Facts, tried: readonly Try[] = NOTHING_TRIED): Verdict {
  const now = triedNow(facts, tried);
  const trail = explain(facts, now);
  const inState = (wanted: TrailEntry['state']): readonly (Rule & { id: RuleId })[] =>
    RULES.filter((_, index) => trail[index]?.state === wanted);
  const firing = inState('fires');
  const again = inState('tried').flatMap((rule) => rule.way ?? []);
  const [winner, ...later] = firing;
  const unknowns = unsettledFacts(facts, trail, now);
  if (winner === undefined) {
    const nothing = { method: null, by: null, rule: null, tryFirst: null };
    return { ...nothing, blockers: [], reasons: [], alternatives: [], again, unknowns, trail };
  }

  const stopped = firing.some((rule) => rule.stopsAll);
  const inTheWay = later.filter((rule) => rule.stopsAll && rule.spares !== winner.way?.method);
  const told = winner.final ? [winner] : [winner, ...inTheWay];
  // Before any parcel: whoever can still delete it does, and it costs nothing.
  const byOwner = winner.way?.method === 'service-centre' && knownValue(facts, 'previousOwner') === true;
  const lastResort = byOwner ? [SERVICE_CENTRE] : winner.lastResort ? [winner.lastResort] : [];
  const open = winner.final || stopped ? [] : later.flatMap((rule) => rule.way ?? []);
  const others = [...open.filter(({ method }) => method !== 'service-centre'), ...lastResort];
  return {
    method: byOwner ? null : (winner.way?.method ?? null),
    by: byOwner ? null : (winner.way?.by ?? null),
    rule: winner.id,
    blockers: [
      ...(byOwner ? (['previous-owner'] as const) : []),
      ...told.flatMap((rule) => rule.blocker ?? []),
    ],
    reasons: told.map((rule) => ({
      rule: rule.id,
      values: { firmware: knownValue(facts, 'firmware') ?? '' },
    })),
    alternatives: others,
    again,
    tryFirst: sadpGoesFirst(facts, trail, now) ? SADP_BY_AGENT : null,
    unknowns,
    trail,
  };
}
