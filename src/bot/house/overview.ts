/** How the house stands, for admins: who and what there is now, and what the audit trail says of the last seven days. */
import type { Audit } from '../../audit/trail.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type { HouseFailure } from '../../flows/ports.ts';
import type { AgentDirectory } from '../../hub/directory.ts';
import type { Result } from '../../kernel/result.ts';
import { createWorkCount, type WorkCounts } from '../../report/week.ts';
import type { Misunderstood } from './misunderstood.ts';
import { atBorder, must } from './must.ts';

export interface Overview {
  readonly admins: number;
  readonly technicians: number;
  /** A newer version of the bot that is out; null: none is known. */
  readonly newer: Newer | null;
  /** Laptops that are paired, and of those the ones online. */
  readonly paired: number;
  readonly online: number;
  readonly open: {
    /** Cases about a device that have not ended. */
    readonly count: number;
    /** When the oldest of them was opened, ms; null: there is none. */
    readonly oldest: number | null;
    /** There are older cases than were looked at. */
    readonly isCut: boolean;
  };
  readonly week: WorkCounts & {
    /** The trail holds more of these days than was read: where the counting ends, ms. Null: all of them were counted. */
    readonly countedFrom: number | null;
  };
  /** How many answers of these days were not understood, by name of the question, the most first. */
  readonly misunderstood: ReadonlyMap<string, number>;
}

/** A version of the bot that is out, and the older one that runs. */
export interface Newer {
  readonly version: string;
  readonly own: string;
}

export interface OverviewOptions {
  misunderstood: Pick<Misunderstood, 'week'>;
  /** Who is in (door/access.ts). */
  access: {
    readonly admins: readonly number[];
    list(): Promise<Result<readonly unknown[], unknown>>;
  };
  directory: Pick<AgentDirectory, 'list'>;
  cases: Pick<CaseDesk, 'latest'>;
  audit: Pick<Audit, 'readBack'>;
  /** The newer version of the bot that is known (server/newer-version.ts); null, and where left out: none. */
  newerVersion?: () => Newer | null;
  /** Milliseconds. */
  clock: () => number;
}

/** Cases that are looked at: some years of a small firm. */
export const MOST_CASES = 2_000;
/** Entries of the trail that are read back: a week of some hundred cases. */
const MOST_ENTRIES = 10_000;
export const WEEK_MS = 7 * 24 * 60 * 60_000;

export type LookOver = () => Promise<Result<Overview, HouseFailure>>;

export function createOverview(
  { access, directory, cases, audit, misunderstood, newerVersion = () => null, clock }: OverviewOptions,
  mostEntries = MOST_ENTRIES,
): LookOver {
  async function openCases(): Promise<Overview['open']> {
    const listed = must(await cases.latest(MOST_CASES + 1));
    const open = listed
      .slice(0, MOST_CASES)
      .filter(({ device, closedAt }) => device !== null && closedAt === null);
    const oldest = open.at(-1)?.createdAt ?? null;
    return { count: open.length, oldest, isCut: listed.length > MOST_CASES };
  }

  async function lastWeek(): Promise<Overview['week']> {
    const since = clock() - WEEK_MS;
    const work = createWorkCount();
    let left = mostEntries;
    let last = since;
    let isCut = false;
    const read = await audit.readBack((entry) => {
      if (entry.at < since) return false;
      isCut = left === 0;
      if (isCut) return false;
      left -= 1;
      last = entry.at;
      work.add(entry);
      return true;
    });
    must(read);
    return { ...work.counts(), countedFrom: isCut ? last : null };
  }

  return () =>
    atBorder(async () => {
      const laptops = must(await directory.list());
      return {
        admins: access.admins.length,
        newer: newerVersion(),
        technicians: must(await access.list()).length,
        paired: laptops.length,
        online: laptops.filter(({ online }) => online).length,
        open: await openCases(),
        week: await lastWeek(),
        misunderstood: must(await misunderstood.week()),
      };
    });
}
