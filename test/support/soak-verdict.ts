/** Whether what a bot holds stays what it was while it is worked with. Pure. */

/** What a process holds at one moment, after its garbage was collected. */
export interface Held {
  /** Of JavaScript and its buffers. */
  readonly heapKb: number;
  /** What the system has given to it alone; told, not judged: what is free within is not given back. */
  readonly ownKb: number;
  /** Timers, sockets, requests, by what node calls them. */
  readonly resources: Readonly<Record<string, number>>;
  /** Of the process's own events. */
  readonly listeners: number;
  readonly warnings: readonly string[];
}

/** What was held when so many cases had been walked. */
export interface Sample {
  readonly cases: number;
  readonly held: Held;
}

/** How one thing has grown, from the first third of the samples to the last, for each case between. */
export interface Growth {
  readonly what: string;
  readonly first: number;
  readonly last: number;
  readonly perCase: number;
  readonly isFlat: boolean;
}

/** A thing that is kept for each tenth case is a leak; less is the moment at which was counted. */
const MOST_PER_CASE = 0.1;

/**
 * @param samples five at least, the first of a bot that is warm
 * @param heapKbPerCase the most that the heap may grow for a case
 * @param mostPerCase the most that of anything else may be kept for a case
 */
export function growthOf(
  samples: readonly Sample[],
  heapKbPerCase: number,
  mostPerCase = MOST_PER_CASE,
): Growth[] {
  const third = Math.ceil(samples.length / 3);
  const [early, late] = [samples.slice(0, third), samples.slice(-third)];
  const cases = middle(late.map((one) => one.cases)) - middle(early.map((one) => one.cases));
  const grown = (what: string, of: (held: Held) => number, most: number): Growth => {
    const [first, last] = [early, late].map((some) => middle(some.map(({ held }) => of(held)))) as [
      number,
      number,
    ];
    const perCase = (last - first) / cases;
    return { what, first, last, perCase, isFlat: perCase <= most };
  };
  const kinds = [...new Set(samples.flatMap(({ held }) => Object.keys(held.resources)))].sort();
  return [
    grown('heap, KB', ({ heapKb }) => heapKb, heapKbPerCase),
    ...kinds.map((kind) => grown(kind, ({ resources }) => resources[kind] ?? 0, mostPerCase)),
    grown('listeners', ({ listeners }) => listeners, mostPerCase),
    grown('warnings', ({ warnings }) => warnings.length, 0),
  ];
}

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? Number.NaN;
}
