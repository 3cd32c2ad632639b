/** What has become better or worse between two runs, or two commits whose benches took turns. Pure. */
import type { Figure } from './figure.ts';
import { median, quantile } from './figure.ts';
import type { Result, Run } from './result.ts';
import { columns, short } from './table.ts';

/** Smaller changes are the machine's. */
const NOISE = 0.1;

export type Change = 'better' | 'worse' | 'alike' | 'new' | 'gone';

export interface Compared {
  readonly bench: string;
  readonly figure: string;
  readonly before: Figure | null;
  readonly after: Figure | null;
  /** After beside before: of the ratios to the baselines where both have one, so that a slower machine changes nothing. */
  readonly factor: number | null;
  readonly change: Change;
}

/** Every figure of either run, in the order of the later one. */
export function compare(before: Run, after: Run): Compared[] {
  const [was, is] = [figuresOf(before), figuresOf(after)];
  const keys = [...is.keys(), ...[...was.keys()].filter((key) => !is.has(key))];
  return keys.map((key) => {
    const [bench = '', figure = ''] = key.split('\n');
    const [one, other] = [was.get(key) ?? null, is.get(key) ?? null];
    if (!one || !other)
      return { bench, figure, before: one, after: other, factor: null, change: other ? 'new' : 'gone' };
    return { bench, figure, before: one, after: other, ...changeOf(one, other) };
  });
}

function changeOf(before: Figure, after: Figure): Pick<Compared, 'factor' | 'change'> {
  const byRatio = before.ratio !== null && after.ratio !== null;
  const [was, is] = byRatio ? [before.ratio, after.ratio] : [before.value, after.value];
  if (was === is) return { factor: 1, change: 'alike' };
  const factor = is / was;
  const isNoise = Math.abs(factor - 1) <= NOISE || (byRatio && overlap(before.spread, after.spread));
  if (isNoise) return { factor, change: 'alike' };
  return { factor, change: factor < 1 === (after.better === 'less') ? 'better' : 'worse' };
}

function overlap(one: Figure['spread'], other: Figure['spread']): boolean {
  return one !== null && other !== null && one[0] <= other[1] && other[0] <= one[1];
}

function figuresOf({ results }: Run): Map<string, Figure> {
  return new Map(results.flatMap(({ name, figures }) => figures.map((one) => [`${name}\n${one.name}`, one])));
}

/** One run out of several of the same commit: the medians of each figure, the middle half of its ratios. */
export function merged(runs: readonly [Run, ...Run[]]): Run {
  const [first] = runs;
  const names = [...new Set(runs.flatMap(({ results }) => results.map(({ name }) => name)))];
  const results = names.flatMap((name) => {
    const all = runs.flatMap((run) => run.results.filter((one) => one.name === name));
    const measured = all.filter(({ outcome }) => outcome === 'measured');
    const [one = all[0]] = measured;
    return one
      ? [{ ...one, seconds: median(all.map(({ seconds }) => seconds)), figures: mergedFigures(measured) }]
      : [];
  });
  return { ...first, results };
}

function mergedFigures(results: readonly Result[]): Figure[] {
  const [first] = results;
  return (first?.figures ?? []).map((figure) => {
    const all = results.flatMap(({ figures }) => figures.filter(({ name }) => name === figure.name));
    const ratios = all.flatMap(({ ratio }) => (ratio === null ? [] : [ratio]));
    return {
      ...figure,
      value: median(all.map(({ value }) => value)),
      baseline: figure.baseline && {
        ...figure.baseline,
        value: median(all.flatMap(({ baseline }) => (baseline ? [baseline.value] : []))),
      },
      ratio: ratios.length > 0 ? median(ratios) : null,
      spread: ratios.length > 2 ? [quantile(ratios, 0.25), quantile(ratios, 0.75)] : figure.spread,
    };
  });
}

/** What `npm run bench -- compare` prints. */
export function comparedTable(all: readonly Compared[]): string {
  const side = (figure: Figure | null) =>
    figure === null
      ? '-'
      : `${short(figure.value)} ${figure.unit}${figure.ratio === null ? '' : ` (${short(figure.ratio)} x)`}`;
  return columns([
    ['bench', 'figure', 'before', 'after', 'after/before', ''],
    ...all.map(({ bench, figure, before, after, factor, change }) => [
      bench,
      figure,
      side(before),
      side(after),
      factor === null ? '' : short(factor),
      change === 'alike' ? '' : change,
    ]),
  ]);
}
