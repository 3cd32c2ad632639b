/**
 * The long form of the matrix (test/support/matrix.ts), on lmdb or on Redis: `npx tsx scripts/matrix.ts [short|redis|singles|pairs] [--to <file>] [--houses 2] [--redis]
 * [--seed 1] [--most 100] [--only <expression>]`. Verdicts go to the file (without `--to`: in the temporary folder), a line each; a run that was
 * stopped goes on where it was.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type FailingHouse, openFailingHouse } from '../test/support/failing-house.ts';
import { type Cell, faultsOfTrail, runCells, type Verdict } from '../test/support/matrix.ts';
import { pairs, SHORT, singles, WITH_REDIS } from '../test/support/matrix-cells.ts';
import { matrixTable } from '../test/support/matrix-table.ts';
import programs from '../test/support/programs.ts';
import { type RedisServer, startRedis } from '../test/support/redis.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    to: { type: 'string' },
    houses: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    most: { type: 'string', default: '1000000' },
    redis: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const [form = 'short'] = positionals;
const file = values.to ?? join(tmpdir(), `unbind-matrix-${form}.jsonl`);
const verdicts = existsSync(file) ? readVerdicts(file) : [];
const before = verdicts.length;
const removePrograms = await programs();
const houses: FailingHouse[] = [];
const servers: RedisServer[] = [];
let failed = false;
try {
  for (let number = 0; number < Number(values.houses); number++) {
    const redis = values.redis || form === 'redis' ? await startRedis({ appendonly: true }) : undefined;
    if (redis) servers.push(redis);
    houses.push(await openFailingHouse(redis));
  }
  const done = new Set(verdicts.map(({ cell }) => cell));
  const only = new RegExp(values.only);
  const wanted = (await cellsOf(form)).filter(({ name }) => only.test(name));
  const left = wanted.filter(({ name }) => !done.has(name)).slice(0, Number(values.most));
  console.log(`${wanted.length} cells, ${wanted.length - left.length} of them done or left out`);
  await Promise.all(houses.map((house) => runCells(house, taken(left), keep)));
  const faults = [];
  for (const house of houses) faults.push(...(await faultsOfTrail(house)));
  // Below the table, because that is what is read: they may be of another commit.
  const older = before === 0 ? [] : [`${before} of these are of a run before, as they stand in ${file}`];
  console.log([matrixTable(verdicts), ...faults, ...older].join('\n'));
  failed = faults.length > 0 || verdicts.some(({ violations }) => violations.length > 0);
} finally {
  for (const house of houses) await house.close();
  for (const server of servers) await server.end();
  await removePrograms();
}
process.exit(failed ? 1 : 0);

async function cellsOf(name: string): Promise<readonly Cell[]> {
  if (name === 'short') return SHORT;
  if (name === 'redis') return WITH_REDIS;
  const steps = await stepsOfACase();
  return name === 'singles' ? singles([...steps.keys()]) : pairs(steps, Number(values.seed));
}

/** What a case takes when nothing happens, and how often; the first one of a house does more than the next ones. */
async function stepsOfACase(): Promise<Map<string, number>> {
  const [house] = houses;
  if (!house) return new Map();
  let steps = new Map<string, number>();
  await runCells(
    house,
    [
      { name: 'nothing', blows: [] },
      { name: 'nothing', blows: [] },
    ],
    (verdict) => {
      steps = new Map(Object.entries(verdict.reached));
    },
  );
  return steps;
}

/** The next one for whichever house is free. */
function* taken(left: Cell[]): Generator<Cell> {
  for (let next = left.shift(); next; next = left.shift()) yield next;
}

function keep(verdict: Verdict): void {
  if (verdict.cell === 'nothing') return;
  verdicts.push(verdict);
  appendFileSync(file, `${JSON.stringify({ ...verdict, reached: {} })}\n`);
  const { cell, end, met, of, tookMs, violations, told } = verdict;
  const word = violations.length > 0 ? `VIOLATION ${violations.join(', ')}` : end;
  if (verdict.chat) console.log(verdict.chat);
  console.log(`${(tookMs / 1000).toFixed(1)} s  ${met}/${of}  told ${told}  ${word}  ${cell}`);
}

function readVerdicts(path: string): Verdict[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Verdict);
}
