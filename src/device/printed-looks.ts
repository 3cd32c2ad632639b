/** What several looks at one printed number say together. Whatever comes out is asked about (docs/decisions/0055). */
import type { PrintedSerial } from './printed.ts';
import { isShortSerial } from './serial-shapes.ts';

/** Most readings of one number that are offered. */
const MAX_READINGS = 4;
/** A look that differs in more characters has seen something else. */
const MAX_DOUBTFUL = 3;

/**
 * The readings of one number, the likeliest first: each character counts by how many looks saw it, and where looks differ
 * in several places, one may be right in one of them and another in the next.
 * @param first what the first look read: readings of one number, the surest first
 * @param looks short serials that further looks at the same lines read
 * @returns `first` where nothing else was seen; otherwise at most four with that among them, none with a full serial or surer
 *   than it was
 */
export function readingsOf(
  first: readonly PrintedSerial[],
  looks: readonly string[],
): readonly PrintedSerial[] {
  const [serial] = first;
  if (!serial) return first;
  const seen = [...first.map(({ shortSerial }) => shortSerial), ...looks].filter(
    (short) => isShortSerial(short) && differences(short, serial.shortSerial) <= MAX_DOUBTFUL,
  );
  if (seen.every((short) => first.some(({ shortSerial }) => shortSerial === short))) return first;
  const votes = [...serial.shortSerial].map((_, at) => votesAt(seen, at));
  const score = (short: string) =>
    [...short].reduce((sum, letter, at) => sum + (votes[at]?.get(letter) ?? 0), 0);
  const count = (short: string) => seen.filter((one) => one === short).length;
  const doubtful = votes.filter((letters) => letters.size > 1).length;
  const readings = doubtful > MAX_DOUBTFUL ? seen : [...seen, ...mixed(votes)];
  const likeliest = [...new Set(readings)]
    .filter(isShortSerial)
    .sort((a, b) => score(b) - score(a) || count(b) - count(a) || (a < b ? -1 : 1))
    .slice(0, MAX_READINGS);
  // What was read first is not left out for what was put together.
  if (!likeliest.includes(serial.shortSerial)) likeliest.splice(-1, 1, serial.shortSerial);
  return likeliest.map((shortSerial) => {
    const certainty = shortSerial === serial.shortSerial ? serial.certainty : 'repaired';
    return { ...serial, shortSerial, fullSerial: null, certainty };
  });
}

/** How often each character was seen in a place. */
function votesAt(seen: readonly string[], at: number): ReadonlyMap<string, number> {
  const votes = new Map<string, number>();
  for (const short of seen) votes.set(short.charAt(at), (votes.get(short.charAt(at)) ?? 0) + 1);
  return votes;
}

/** Every number of characters that were seen, each in its place. */
function mixed(votes: readonly ReadonlyMap<string, number>[]): string[] {
  return votes.reduce<string[]>(
    (starts, letters) => starts.flatMap((start) => [...letters.keys()].map((letter) => start + letter)),
    [''],
  );
}

function differences(one: string, other: string): number {
  return [...one].filter((letter, at) => letter !== other[at]).length;
}
