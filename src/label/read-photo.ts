import { climb, lookBeside, type Way } from './climb.ts';
import type { Code } from './codes.ts';
import { createFindings } from './findings.ts';
import { workingSize } from './ladder.ts';
import { openPhoto } from './photo.ts';
import { drawPlaces } from './places.ts';
import { tipFor } from './quality.ts';
import type { LabelReading, ReadJob } from './reading.ts';

/** Kept for what comes after the ladder: the tip for the photo. Milliseconds. */
const RESERVE_MS = 30;

/**
 * Reads one photo: climbs the ladder of preparations until a label is found, the budget is used up or a code makes
 * clear that this is something else. `isCancelled`: whether nobody waits for it any more; asked between the steps.
 * `way`: another ladder and decoder than the usual ones.
 */
export async function readPhoto(
  { bytes, budgetMs }: ReadJob,
  isCancelled: () => boolean = () => false,
  way?: Way,
): Promise<LabelReading> {
  const start = performance.now();
  const opened = await openPhoto(bytes);
  if (!opened.ok) return { kind: 'rejected', reason: opened.failure };

  const photo = await workingSize(opened.value);
  const findings = createFindings();
  const boxes: Code['box'][] = [];
  const add = (code: Code) => {
    findings.add(code);
    boxes.push(code.box);
  };
  // A photo so large that unpacking it took the time is looked at nevertheless.
  const end = Math.max(start + budgetMs - RESERVE_MS, performance.now() + budgetMs / 2);
  const isDone = ({ cheap }: { cheap: boolean }) =>
    isCancelled() || findings.isCertain() || (!cheap && findings.isTelling());
  await climb(photo, { end, add, isDone }, way);
  // Nobody hears it: the process is wanted for the next photo.
  if (isCancelled()) return { kind: 'unreadable', tip: null };
  // Another label, too small for the rung that read the first, must not go unmentioned.
  if (findings.isCertain()) for (const code of await lookBeside(photo, boxes)) findings.add(code);

  const reading = findings.reading() ?? { kind: 'unreadable' as const, tip: tipFor(photo) };
  if (reading.kind !== 'several') return reading;
  const { kind, labels, more, places } = reading;
  return { kind, labels, more, picture: await drawPlaces(opened.value, places) };
}
