/**
 * `npm run bench`: every bench that takes no minutes, one after another, each in a process of its own; then one table, and one JSON.
 *
 *   npm run bench                             those that take no minutes (together under 15 on two cores)
 *   npm run bench -- press relay              these; `--only press,relay` says the same
 *   npm run bench -- --all                    every one
 *   npm run bench -- --json <file>            where the JSON goes (dist/bench.json)
 *   npm run bench -- list                     their names
 *   npm run bench -- compare <one> <other>    two such files, or two commits, whose benches then take turns (`--rounds 3`)
 *
 * Exit code 1 where a bench failed or a stated figure was not reached.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../scripts/bundles.ts';
import { type CheckedOut, checkOut } from './commits.ts';
import { compare, comparedTable, merged } from './compare.ts';
import { isReached } from './figure.ts';
import { BENCHES, type Listed } from './list.ts';
import { runBench } from './one.ts';
import { type Result, type Run, readRun, runOf } from './result.ts';
import { columns, resultTable } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    json: { type: 'string', default: join(ROOT, 'dist/bench.json') },
    rounds: { type: 'string', default: '3' },
  },
});
// What was started ends with this, also where somebody presses Ctrl-C.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const [word, ...rest] = positionals;
if (word === 'list') list();
else if (word === 'compare') await compareTwo(rest);
else await runAll(wanted(positionals));

function list(): void {
  console.log(columns(BENCHES.map(({ name, about, isHeavy }) => [name, isHeavy ? '--all' : '', about])));
}

/** Throws where a name is none. */
function wanted(named: readonly string[]): readonly Listed[] {
  const names = [...named, ...values.only.split(',').filter(Boolean)];
  if (names.length === 0) return BENCHES.filter(({ isHeavy }) => values.all || !isHeavy);
  return names.map((name) => {
    const bench = BENCHES.find((one) => one.name === name);
    if (!bench) throw new Error(`there is no bench ${name}: npm run bench -- list`);
    return bench;
  });
}

async function runAll(benches: readonly Listed[]): Promise<void> {
  const results: Result[] = [];
  for (const bench of benches) results.push(await runTold(ROOT, bench));
  const run = runOf(ROOT, results);
  write(values.json, run);
  console.log(`\n${resultTable(results)}\n`);
  for (const { name, notes } of results) for (const line of notes) console.log(`${name}: ${line}`);
  const missed = results.flatMap(({ name, figures }) =>
    figures.filter((figure) => isReached(figure) === false).map((figure) => `${name}: ${figure.name}`),
  );
  for (const { name, outcome, why } of results) {
    if (outcome === 'skipped') console.log(`${name}: not measured here: ${why}`);
    if (outcome === 'failed') console.log(`${name}: FAILED: ${why}`);
  }
  console.log(
    `commit ${run.commit}, node ${run.node}, ${run.machine.processors} x ${run.machine.model}; not reached: ${missed.join('; ') || 'none'}; ${values.json}`,
  );
  if (missed.length > 0 || results.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1;
}

async function runTold(root: string, bench: Listed): Promise<Result> {
  process.stderr.write(`${bench.name}: ${bench.about} … `);
  const result = await runBench(join(root, 'bench', `${bench.name}.ts`), root, bench);
  process.stderr.write(`${result.outcome}, ${result.seconds.toFixed(0)} s, load ${result.load.toFixed(1)}\n`);
  return result;
}

async function compareTwo([one, other]: readonly string[]): Promise<void> {
  if (one === undefined || other === undefined) throw new Error('compare takes two files, or two commits');
  if ([one, other].every((path) => existsSync(path))) return show(readRun(one), readRun(other));
  const trees: CheckedOut[] = [];
  // Also where it is ended in the middle.
  process.once('exit', () => {
    for (const tree of trees) tree.remove();
  });
  for (const commit of [one, other]) trees.push(checkOut(ROOT, commit));
  const runs = trees.map(() => [] as Result[][]);
  for (let round = 0; round < Number(values.rounds); round++) {
    // Who is first changes, too.
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    const results = trees.map(() => [] as Result[]);
    for (const bench of wanted([])) {
      for (const at of order) results[at]?.push(await runTold(trees[at]?.root ?? '', bench));
    }
    for (const [at, all] of results.entries()) runs[at]?.push(all);
  }
  const [before, after] = trees.map(({ root }, at) => {
    const [first, ...more] = (runs[at] ?? []).map((results) => runOf(root, results));
    if (!first) throw new Error('compare takes one round at least');
    return merged([first, ...more]);
  });
  if (before && after) show(before, after);
}

function show(before: Run, after: Run): void {
  const all = compare(before, after);
  console.log(`before ${before.commit}, after ${after.commit}\n${comparedTable(all)}`);
  for (const { commit, results } of [before, after])
    for (const { name, outcome, why } of results)
      if (outcome !== 'measured') console.log(`${commit}, ${name}: ${outcome}: ${why}`);
  if (all.some(({ change }) => change === 'worse')) process.exitCode = 1;
}

function write(path: string, run: Run): void {
  mkdirSync(dirname(resolve(path)), { recursive: true });
  writeFileSync(path, `${JSON.stringify(run, null, 2)}\n`);
}
