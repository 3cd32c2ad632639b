/** Figures and results as text: columns that line up in a terminal, and in a document. */
import { type Figure, isReached } from './figure.ts';

const HEAD = ['figure', 'value', 'baseline', 'ratio', 'middle half', 'stated', ''];

/** One line for each figure, with what it stands beside. */
export function figureTable(figures: readonly Figure[]): string {
  return columns([HEAD, ...figures.map(cells)]);
}

/** The figures of many benches in one table. */
export function resultTable(
  results: readonly { readonly name: string; readonly figures: readonly Figure[] }[],
): string {
  const rows = results.flatMap(({ name, figures }) => figures.map((figure) => [name, ...cells(figure)]));
  return columns([['bench', ...HEAD], ...rows]);
}

function cells(figure: Figure): string[] {
  const { name, unit, value, baseline, ratio, spread, reach } = figure;
  const isWithin = isReached(figure);
  return [
    name,
    withUnit(value, unit),
    baseline ? `${withUnit(baseline.value, unit)} ${baseline.name}` : '',
    ratio === null ? '' : short(ratio),
    spread ? `${short(spread[0])}..${short(spread[1])}` : '',
    reach ? ('atMost' in reach ? `<= ${short(reach.atMost)}` : `>= ${short(reach.atLeast)}`) : '',
    isWithin === null ? '' : isWithin ? 'ok' : 'NOT REACHED',
  ];
}

/** Rows under each other: every column as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function withUnit(value: number, unit: Figure['unit']): string {
  return unit === 'count' || unit === 'times' ? short(value) : `${short(value)} ${unit}`;
}

/** Three digits that mean something, never an exponent. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return value.toFixed(size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 4);
}
