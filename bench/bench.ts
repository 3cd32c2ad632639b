/**
 * What every bench has in common: the form of a figure, how it is taken, and how it is told. A bench is a program by itself,
 * `npx tsx bench/<name>.ts`, whose last word is `report`; `npm run bench` runs all of them (bench/run/), and with `--json` a
 * bench prints one line for it. How to write one: CONTRIBUTING.md; why it is so: docs/decisions/0077.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Figure, faultsOf } from './run/figure.ts';
import { figureTable } from './run/table.ts';

export { against, beside, median, plain, quantile } from './run/figure.ts';

/** What a bench hands to the runner. */
export type Told =
  | { readonly figures: readonly Figure[]; readonly notes: readonly string[] }
  | { readonly skipped: string };

/**
 * Does several things in turns, so that whatever else the machine does meets all of them alike. Who begins changes from round to
 * round. What a task gives back is its sample, or all of them, of that round.
 * @param warmUps rounds at the beginning that are not counted
 */
export async function alternate<K extends string>(
  tasks: Readonly<Record<K, () => number | readonly number[] | Promise<number | readonly number[]>>>,
  rounds: number,
  warmUps = 1,
): Promise<Record<K, number[][]>> {
  const names = Object.keys(tasks) as K[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[][]])) as Record<K, number[][]>;
  for (let round = 0; round < rounds + warmUps; round++) {
    for (let n = 0; n < names.length; n++) {
      const name = names[(round + n) % names.length] as K;
      const got = await tasks[name]();
      if (round >= warmUps) samples[name].push(typeof got === 'number' ? [got] : [...got]);
    }
  }
  return samples;
}

/** How long something takes, ms. */
export async function timed(task: () => unknown): Promise<number> {
  const begun = performance.now();
  await task();
  return performance.now() - begun;
}

/** How long each of so many takes, one after another, ms. */
export async function timedEach(count: number, task: (n: number) => unknown): Promise<number[]> {
  const samples: number[] = [];
  for (let n = 0; n < count; n++) samples.push(await timed(() => task(n)));
  return samples;
}

/** What a size of a bench is, by its default. */
type Asked<T> = { [K in keyof T]: T[K] extends number ? number : T[K] extends boolean ? boolean : string };

/**
 * The sizes of a bench, of its command line: `--rounds 40` where the defaults have `rounds`. Ends the program, as `parseArgs` does, at
 * a word nobody knows, and at a number that is none.
 */
export function asked<T extends Record<string, number | string | boolean>>(defaults: T): Asked<T> {
  const entries = Object.entries(defaults);
  const options: NonNullable<ParseArgsConfig['options']> = { json: { type: 'boolean' } };
  for (const [name, value] of entries)
    options[name] = { type: typeof value === 'boolean' ? 'boolean' : 'string' };
  const values: Record<string, unknown> = parseArgs({ options }).values;
  const read = entries.map(([name, value]) => {
    const said = values[name] ?? value;
    if (typeof value !== 'number') return [name, said];
    if (!Number.isFinite(Number(said))) throw new Error(`--${name} takes a number, not ${String(said)}`);
    return [name, Number(said)];
  });
  return Object.fromEntries(read);
}

const notes: string[] = [];
const isForRunner = () => process.argv.includes('--json');

/** What a figure does not hold: said at once where somebody watches, otherwise kept with the figures. */
export function note(line: string): void {
  notes.push(line);
  if (!isForRunner()) console.log(line);
}

/** The last word of a bench. Throws where two figures have one name or a number is none: that is a fault of the bench. */
export function report(figures: readonly Figure[]): void {
  const faults = faultsOf(figures);
  if (faults.length > 0) throw new Error(`no figures to tell: ${faults.join(', ')}`);
  tell({ figures, notes });
}

/** Ends a bench that cannot run here, and says why. */
export function cannot(why: string): never {
  tell({ skipped: why });
  process.exit();
}

function tell(told: Told): void {
  if (isForRunner()) return void process.stdout.write(`\n${JSON.stringify(told)}\n`);
  console.log('skipped' in told ? `not measured: ${told.skipped}` : figureTable(told.figures));
}
