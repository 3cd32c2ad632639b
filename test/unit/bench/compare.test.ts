import { describe, expect, it } from 'vitest';
import { compare, comparedTable, merged } from '../../../bench/run/compare.ts';
import { against, type Figure, plain } from '../../../bench/run/figure.ts';
import type { Result, Run } from '../../../bench/run/result.ts';
import { resultTable } from '../../../bench/run/table.ts';

function runOf(commit: string, figures: readonly Figure[], outcome: Result['outcome'] = 'measured'): Run {
  const common = { about: 'what a press takes', seconds: 1, load: 0, why: null, notes: [] };
  return {
    form: 1,
    at: '2026-11-29T00:00:00.000Z',
    commit,
    node: 'v20.19.0',
    machine: { processors: 2, model: 'any', memoryMb: 1 },
    results: [{ name: 'press', ...common, outcome, figures }],
  };
}
const press = (value: number, echo: number, spread: Figure['spread'] = null): Figure => ({
  ...against('press', 'ms', value, { name: 'echo', value: echo }),
  spread,
});
const changes = (before: Figure[], after: Figure[]) =>
  compare(runOf('a', before), runOf('b', after)).map(({ figure, change }) => [figure, change]);

describe('two runs', () => {
  it('are compared by their ratios, so that a machine half as fast changes nothing', () => {
    expect(changes([press(10, 5)], [press(20, 10)])).toEqual([['press', 'alike']]);
    expect(changes([press(10, 5)], [press(10, 2.5)])).toEqual([['press', 'worse']]);
    expect(changes([press(10, 5)], [press(5, 5)])).toEqual([['press', 'better']]);
  });

  it('are alike where a change is smaller than what the rounds differ by', () => {
    expect(changes([press(10, 5, [1.5, 3])], [press(14, 5, [2, 4])])).toEqual([['press', 'alike']]);
    expect(changes([press(10, 5, [1.9, 2.1])], [press(14, 5, [2.7, 2.9])])).toEqual([['press', 'worse']]);
  });

  it('know which way is better', () => {
    const rate = (value: number) => plain('presses', '/s', value, { better: 'more' });
    expect(changes([rate(10)], [rate(20)])).toEqual([['presses', 'better']]);
    expect(changes([plain('writes', 'count', 0)], [plain('writes', 'count', 3)])).toEqual([
      ['writes', 'worse'],
    ]);
  });

  it('name what only one of them has, also where a bench failed', () => {
    expect(changes([plain('old', 'ms', 1)], [plain('new', 'ms', 1)])).toEqual([
      ['new', 'new'],
      ['old', 'gone'],
    ]);
    const [lost] = compare(runOf('a', [plain('writes', 'count', 1)]), runOf('b', [], 'failed'));
    expect(lost?.change).toBe('gone');
  });

  it('of one commit become one: the medians, and nothing of a round that failed', () => {
    const [first, ...more] = [press(10, 5), press(90, 5), press(12, 4)].map((figure) => runOf('a', [figure]));
    if (!first) throw new Error('there are three');
    const [result] = merged([first, ...more, runOf('a', [], 'failed')]).results;
    expect(result?.outcome).toBe('measured');
    expect(result?.figures[0]).toMatchObject({ value: 12, baseline: { value: 5 }, ratio: 3, spread: [2, 3] });
  });

  it('are told in columns', () => {
    const table = comparedTable(compare(runOf('a', [press(10, 5)]), runOf('b', [press(20, 5)])));
    expect(table).toMatch(/^press +press +10 ms \(2 x\) +20 ms \(4 x\) +2 +worse$/m);
  });
});

describe('the table of a run', () => {
  it('has a line for each figure beside its baseline, and says loudly what was not reached', () => {
    const figure = against(
      'presses',
      '/s',
      27,
      { name: 'telegraf', value: 100 },
      { reach: { atLeast: 0.45 } },
    );
    const table = resultTable([{ name: 'press', figures: [figure] }]);
    expect(table).toMatch(/^press +presses +27 \/s +100 \/s telegraf +0\.27 +>= 0\.45 +NOT REACHED$/m);
  });
});
