/** The one JSON of a run: what was measured, of which commit, on what machine. Read again by `compare`. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import * as z from 'zod';

const number = z.number();

export const figure = z.strictObject({
  name: z.string(),
  unit: z.enum(['us', 'ms', 's', 'B', 'KB', 'MB', '/s', 'MB/s', '%', 'count', 'times']),
  value: number,
  baseline: z.strictObject({ name: z.string(), value: number }).nullable(),
  ratio: number.nullable(),
  spread: z.tuple([number, number]).readonly().nullable(),
  reach: z.union([z.strictObject({ atMost: number }), z.strictObject({ atLeast: number })]).nullable(),
  better: z.enum(['less', 'more']),
});

const result = z.strictObject({
  name: z.string(),
  about: z.string(),
  seconds: number,
  /** Processes that wanted a processor, the most of before and after. */
  load: number,
  outcome: z.enum(['measured', 'skipped', 'failed']),
  why: z.string().nullable(),
  figures: z.array(figure).readonly(),
  /** What its figures do not hold, in words. */
  notes: z.array(z.string()).readonly(),
});

const run = z.strictObject({
  form: z.literal(1),
  /** ISO 8601. */
  at: z.string(),
  /** With a plus where files were changed since. */
  commit: z.string(),
  node: z.string(),
  machine: z.strictObject({ processors: number, model: z.string(), memoryMb: number }),
  results: z.array(result).readonly(),
});

export type Result = z.infer<typeof result>;
export type Run = z.infer<typeof run>;

export function runOf(root: string, results: readonly Result[]): Run {
  const all = cpus();
  return {
    form: 1,
    at: new Date().toISOString(),
    commit: commitOf(root),
    node: process.version,
    machine: {
      processors: all.length,
      model: all[0]?.model ?? 'unknown',
      memoryMb: Math.round(totalmem() / 2 ** 20),
    },
    results,
  };
}

/** Throws, naming the file, where it is not the JSON of a run. */
export function readRun(path: string): Run {
  const read = run.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!read.success)
    throw new Error(`${path} is not what npm run bench has written: ${z.prettifyError(read.error)}`);
  return read.data;
}

function commitOf(root: string): string {
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short=12', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}
