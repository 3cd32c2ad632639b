/** The form of a figure, and what is reckoned from samples. Pure. */

/** How a figure is counted; `times` is a plain number without a unit. */
export type Unit = 'us' | 'ms' | 's' | 'B' | 'KB' | 'MB' | '/s' | 'MB/s' | '%' | 'count' | 'times';

/** A bound that was stated: of the ratio to the baseline, or of the value where there is no baseline. */
export type Reach = { readonly atMost: number } | { readonly atLeast: number };

/** One thing measured, beside something plainer measured in the same run. */
export interface Figure {
  /** What it is of. Names it within its bench for ever: comparisons go by it, so no sizes that change from run to run. */
  readonly name: string;
  readonly unit: Unit;
  readonly value: number;
  readonly baseline: { readonly name: string; readonly value: number } | null;
  /** The value beside its baseline; null beside 0. Where both were taken in turns: the median of the ratios of the rounds. */
  readonly ratio: number | null;
  /** The middle half of the ratios of the rounds, where there are at least three. */
  readonly spread: readonly [low: number, high: number] | null;
  readonly reach: Reach | null;
  readonly better: 'less' | 'more';
}

/** What was measured of one thing: of each round one sample or many. */
export type Rounds = readonly (readonly number[])[];

type Extra = Partial<Pick<Figure, 'reach' | 'better'>>;

/**
 * The value at this share of the samples, in ascending order (0.5: the median, 1: the most). The samples may be in any order.
 * @returns NaN of no samples
 */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** A figure without a baseline: a count that has to be what it is. */
export function plain(
  name: string,
  unit: Unit,
  value: number,
  { reach = null, better = 'less' }: Extra = {},
): Figure {
  return { name, unit, value, baseline: null, ratio: null, spread: null, reach, better };
}

/** Two numbers side by side, each of the whole run. */
export function against(
  name: string,
  unit: Unit,
  value: number,
  baseline: { readonly name: string; readonly value: number },
  extra: Extra = {},
): Figure {
  return {
    ...plain(name, unit, value, extra),
    baseline,
    ratio: baseline.value === 0 ? null : value / baseline.value,
  };
}

/**
 * What two things took that were measured in turns (`alternate`).
 * @param at which sample stands for many: 0.5 the median, 0.99 the slowest of a hundred
 */
export function beside(
  name: string,
  unit: Unit,
  rounds: Rounds,
  baseline: { readonly name: string; readonly rounds: Rounds },
  { at = 0.5, ...extra }: Extra & { readonly at?: number } = {},
): Figure {
  const of = (all: Rounds) => quantile(all.flat(), at);
  const whole = against(name, unit, of(rounds), { name: baseline.name, value: of(baseline.rounds) }, extra);
  // A round is a stretch of time with one mood of the machine: what both met in it is left out of their ratio.
  const ratios = rounds.map((round, n) => quantile(round, at) / quantile(baseline.rounds[n] ?? [], at));
  if (ratios.length < 3 || !ratios.every(Number.isFinite)) return whole;
  return { ...whole, ratio: median(ratios), spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)] };
}

/** What is wrong with figures, in words for whoever writes the bench. */
export function faultsOf(figures: readonly Figure[]): string[] {
  const names = figures.map(({ name }) => name);
  const numbers = figures.filter(
    ({ value, baseline }) => !Number.isFinite(value) || (baseline && !Number.isFinite(baseline.value)),
  );
  return [
    ...(figures.length === 0 ? ['there are none'] : []),
    ...names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name} is there twice`),
    ...numbers.map(({ name }) => `${name} is no number`),
  ];
}

/** Whether a figure is within its stated bound; null where none was stated. */
export function isReached({ value, ratio, baseline, reach }: Figure): boolean | null {
  if (!reach) return null;
  const number = baseline ? ratio : value;
  if (number === null) return false;
  return 'atMost' in reach ? number <= reach.atMost : number >= reach.atLeast;
}
