/** Which cases were left in the middle, so that their technician is reminded of them once. Pure. */
import type { CaseRecord } from './record.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

/** How long nobody has touched a case of which its technician is reminded, ms: from, to. */
const LEFT_MS = { open: [20 * HOUR, 7 * DAY], awaited: [14 * DAY, 30 * DAY] } as const;

/** So long after they did something for a case people are at work, ms. */
const AT_WORK_MS = 2 * HOUR;

/**
 * Whether a case was left in the middle: open, of a device, and nobody has touched it since yesterday; or the answer of
 * the service centre is awaited for two weeks. What is older than a week, or a month, was left on purpose. `now`: ms.
 */
export function isLeft(
  record: Pick<CaseRecord, 'device' | 'closedAt' | 'job' | 'group' | 'awaitsAnswer' | 'updatedAt'>,
  now: number,
): boolean {
  const { device, closedAt, job, group, awaitsAnswer, updatedAt } = record;
  // A group that was paused has its own way back.
  if (device === null || closedAt !== null || job !== null || group !== null) return false;
  const [from, to] = awaitsAnswer ? LEFT_MS.awaited : LEFT_MS.open;
  const left = now - updatedAt;
  return left >= from && left < to;
}

/** Whether somebody with these cases is at work just now. `now`: ms. */
export function isAtWork(records: readonly Pick<CaseRecord, 'updatedAt'>[], now: number): boolean {
  return records.some(({ updatedAt }) => now - updatedAt < AT_WORK_MS);
}
