/** The test's side of the fail points (docs/decisions/0076): a folder in which it says what is to happen in which program. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArmedPoint, FAIL_POINTS_FOLDER, type FailPointHit } from '../../src/kernel/fail-points.ts';

export interface FailPoints {
  /** For the environment of a program whose points are to be armed here. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes the place of what was armed before. Seen by the programs from their next step on. */
  arm(points: readonly ArmedPoint[]): void;
  /** Whether an armed point has happened at least once. */
  hasFired(id: string): boolean;
  /** Has those go on that stand at this armed point, and that will come to it. */
  release(id: string): void;
  /** Every hit since something was armed last, oldest first. */
  hits(): FailPointHit[];
  remove(): Promise<void>;
}

export async function openFailPoints(): Promise<FailPoints> {
  const folder = await mkdtemp(join(tmpdir(), 'unbind-fail-points-'));
  return {
    env: { [FAIL_POINTS_FOLDER]: folder },
    arm: (points) => {
      writeFileSync(join(folder, 'hits.jsonl'), '');
      // Whole or not at all: a program may read it at any moment.
      writeFileSync(join(folder, 'arming.json'), JSON.stringify(points));
      renameSync(join(folder, 'arming.json'), join(folder, 'armed.json'));
    },
    hasFired: (id) => existsSync(join(folder, `fired-${id}-0`)),
    release: (id) => writeFileSync(join(folder, `go-${id}`), ''),
    hits: () => linesOf(join(folder, 'hits.jsonl')).map((line) => JSON.parse(line) as FailPointHit),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The whole lines of a file: a program may be writing its next one, and a page of the file is seen before the rest of the line. */
function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(0, -1);
  } catch {
    return [];
  }
}
