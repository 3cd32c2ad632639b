/** The matrix as it is printed: what struck against what came of it. */
import type { Verdict } from './matrix.ts';

/** One line for each thing that strikes, with all the cells it was part of, and one for all. */
export function matrixTable(verdicts: readonly Verdict[]): string {
  const rows = new Map<string, Verdict[]>();
  for (const verdict of verdicts)
    for (const part of new Set(verdict.cell.split(' + ').map(kindOf)))
      rows.set(part, [...(rows.get(part) ?? []), verdict]);
  const lines = [...rows]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, of]) => lineOf(name, of));
  return [HEAD, ...lines, lineOf('all', verdicts)].map((cells) => cells.map(padded).join('  ')).join('\n');
}

const HEAD = [
  '',
  'cells',
  'struck',
  'unbound',
  'not bound',
  'deaths',
  'told twice',
  'longest silence',
  'violations',
];
const WIDTHS = [64, 6, 6, 7, 9, 6, 10, 15, 10];

function lineOf(name: string, verdicts: readonly Verdict[]): string[] {
  const count = (fits: (one: Verdict) => boolean) => String(verdicts.filter(fits).length);
  const silence = Math.max(0, ...verdicts.map(({ longestMs }) => longestMs));
  return [
    name,
    String(verdicts.length),
    count(({ met, of }) => met === of),
    count(({ end }) => end === 'unbound'),
    count(({ end }) => end === 'not-bound'),
    String(verdicts.reduce((sum, { deaths }) => sum + deaths.length, 0)),
    count(({ told }) => told > 1),
    `${(silence / 1000).toFixed(1)} s`,
    count(({ violations }) => violations.length > 0),
  ];
}

/** A point with its act, whichever step and time it was. */
function kindOf(part: string): string {
  return /^(?:kill|hang|fail) [a-z-]+-(?:before|after)\b/.exec(part)?.[0] ?? part;
}

function padded(text: string, column: number): string {
  const width = WIDTHS[column] ?? 0;
  return column === 0 ? text.slice(0, width).padEnd(width) : text.padStart(width);
}
