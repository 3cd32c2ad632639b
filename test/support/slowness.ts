/** Most runs of each length; the quickest of each counts. */
const MOST_RUNS = 40;
/** Anything quicker is as quick as this, ms: below it clocks and caches are measured. */
const QUICK_MS = 0.2;

/** Times as long for four times as much that no work in a straight line needs, and work with the square exceeds (16). */
export const FAR_BELOW_SQUARE = 10;

/**
 * How many times as long some work takes for four times as much input: a busy machine makes it look longer for a while,
 * so it is measured until it is far below the square, or often enough to believe that it is not.
 * @param inputOf makes the input for a number of units
 */
export function timesAsLong(
  work: (input: Buffer) => unknown,
  inputOf: (units: number) => string,
  units: number,
): number {
  const quarter = Buffer.from(inputOf(Math.ceil(units / 4)));
  const whole = Buffer.from(inputOf(units));
  const quickest = { quarter: Number.POSITIVE_INFINITY, whole: Number.POSITIVE_INFINITY };
  const times = () => quickest.whole / Math.max(quickest.quarter, QUICK_MS);
  for (let run = 0; run < MOST_RUNS && !(run > 1 && times() < FAR_BELOW_SQUARE); run++) {
    quickest.quarter = Math.min(quickest.quarter, elapsed(work, quarter));
    quickest.whole = Math.min(quickest.whole, elapsed(work, whole));
  }
  return times();
}

/** Time of a processor, ms: on a clock, long work is always interrupted where others want the processor, and short work is not. */
function elapsed(work: (input: Buffer) => unknown, input: Buffer): number {
  const start = process.cpuUsage();
  work(input);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
