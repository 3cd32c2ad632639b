/**
 * Points at which a test lets a program die, stand still or fail (docs/decisions/0076). Each stands behind the label
 * `FAIL_POINT`, which esbuild drops from what is released (scripts/bundles.ts): there, neither the points nor this file
 * exist. From source they do nothing unless `UNBIND_FAIL_POINTS` names a folder, in which a test says what is to happen.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * All there are, in pairs: the first before the step is taken, the second when it was taken and nobody knows yet. They
 * stand at the narrowest place that everything of their kind passes; a hit's subject says which it was.
 */
export const FAIL_POINTS = [
  /** What the bot asks of its store: `get case`, `keys agent`. */
  'store-read-before',
  'store-read-after',
  /** What the bot writes there: `set case`, `take claims`. */
  'store-write-before',
  'store-write-after',
  /** A method of the Bot API. */
  'telegram-before',
  'telegram-after',
  /** A request to the hub: `POST /v1/permit`; its answer is about to leave. */
  'hub-before',
  'hub-after',
  /** A line of the agent's journal: its event. */
  'journal-before',
  'journal-after',
  /** A file of the agent's state that is replaced whole: `commands.json`, or the folder of those that lie in one. */
  'state-before',
  'state-after',
  /** A request of the agent's: `POST /v1/poll`. */
  'link-before',
  'link-after',
  /** A datagram of the agent's: its `Types`. */
  'lan-before',
  'lan-after',
] as const;
export type FailPoint = (typeof FAIL_POINTS)[number];

/** What a test has armed a point with; `armed.json` of the folder is a list of them. */
export interface ArmedPoint {
  /** Names it among all that were ever armed in the folder. */
  readonly id: string;
  readonly point: FailPoint;
  /** Only hits about it; any where left out. */
  readonly subject?: string;
  /** The how many-th hit that fits, counted in each process from its start: 1 where left out. */
  readonly nth?: number;
  /** How many hits in a row, from that one on: 1 where left out. */
  readonly times?: number;
  /**
   * `kill`: the process dies on the spot (SIGKILL). `hang`: it stands at the point until the test has written `go-<id>`.
   * `fail`: the step is not taken, or was taken and is told as failed, in its room's own words. `jump`: the clock of the
   * process is set by `ms`, as of a machine that was asleep or heard of the right time.
   */
  readonly act: 'kill' | 'hang' | 'fail' | 'jump';
  /** For `jump`: ms, negative to set it back. */
  readonly ms?: number;
  /** For `fail`: code of the system's, `EIO` where left out. */
  readonly code?: string;
}

/** One hit, a line of `hits.jsonl`. */
export interface FailPointHit {
  readonly pid: number;
  readonly point: FailPoint;
  readonly subject: string;
  /** What was armed and happened here. */
  readonly fired?: string;
}

/** Environment variable that names the folder. */
export const FAIL_POINTS_FOLDER = 'UNBIND_FAIL_POINTS';
const LOOK_EVERY_MS = 10;

/** Hits of this process that fitted what is armed, by its id. */
const counts = new Map<string, number>();

/** Whether points of this process can be armed. */
export function canFail(): boolean {
  return Boolean(process.env[FAIL_POINTS_FOLDER]);
}

/**
 * A step comes by. Null: go on; else the code with which it is to fail.
 * @param subject one word or two of a closed set: never anything of a person's or a device's
 */
export async function reach(point: FailPoint, subject: string): Promise<string | null> {
  const folder = process.env[FAIL_POINTS_FOLDER];
  if (!folder) return null;
  const armed = armedIn(folder).find((one) => isMeant(one, point, subject) && claim(folder, one));
  const hit: FailPointHit = { pid: process.pid, point, subject, ...(armed && { fired: armed.id }) };
  appendFileSync(join(folder, 'hits.jsonl'), `${JSON.stringify(hit)}\n`);
  switch (armed?.act) {
    case undefined:
      return null;
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      // The signal is on its way: nothing more is done.
      return new Promise(() => undefined);
    case 'hang':
      while (!existsSync(join(folder, `go-${armed.id}`))) await pause(LOOK_EVERY_MS);
      return null;
    case 'fail':
      return armed.code ?? 'EIO';
    case 'jump':
      setClock(armed.ms ?? 0);
      return null;
  }
}

/** From here on the process reads this much more, ms, off its clock; its timers run as before. */
function setClock(ms: number): void {
  const Before = Date;
  globalThis.Date = class extends Before {
    static override now(): number {
      return Before.now() + ms;
    }
    constructor(...given: [] | [string | number | Date]) {
      super(...((given.length === 0 ? [Before.now() + ms] : given) as [number]));
    }
  } as DateConstructor;
}

function armedIn(folder: string): ArmedPoint[] {
  try {
    return JSON.parse(readFileSync(join(folder, 'armed.json'), 'utf8')) as ArmedPoint[];
  } catch {
    return [];
  }
}

function isMeant({ id, nth = 1, ...armed }: ArmedPoint, point: FailPoint, subject: string): boolean {
  if (armed.point !== point || (armed.subject ?? subject) !== subject) return false;
  const count = (counts.get(id) ?? 0) + 1;
  counts.set(id, count);
  return count >= nth;
}

/** Each of its times once, also in a process that was started since. */
function claim(folder: string, { id, times = 1 }: ArmedPoint): boolean {
  for (let time = 0; time < times; time++) {
    try {
      writeFileSync(join(folder, `fired-${id}-${time}`), '', { flag: 'wx' });
      return true;
    } catch {
      // That time is over.
    }
  }
  return false;
}
