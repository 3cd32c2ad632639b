import { readCodes } from './codes.ts';
import { createFindings } from './findings.ts';
import { LADDER, stepsOf, workingSize } from './ladder.ts';
import { openPhoto } from './photo.ts';
import { drawPlaces } from './places.ts';
import { tipFor } from './quality.ts';
import type { LabelReading, PhotoJob } from './reading.ts';

/**
 * Reads one photo: climbs the ladder of preparations until a label is found, the budget is used up or a code makes
 * clear that this is something else.
 */
export async function readPhoto({ bytes, budgetMs }: PhotoJob): Promise<LabelReading> {
  const opened = await openPhoto(bytes);
  if (!opened.ok) return { kind: 'rejected', reason: opened.failure };

  const photo = await workingSize(opened.value);
  const findings = createFindings();
  const end = performance.now() + budgetMs;
  // What will not be done by the end, by what pixels have cost so far, is not begun.
  const spent = { ms: 0, pixels: 0 };
  for (const rung of LADDER) {
    if (findings.isCertain() || (!rung.cheap && findings.isTelling())) break;
    for (const step of stepsOf(photo, rung)) {
      const start = performance.now();
      const expected = spent.pixels === 0 ? 0 : (spent.ms / spent.pixels) * step.pixels;
      if (start + expected >= end) continue;
      for (const code of await readCodes(await step.view(), rung.linear)) findings.add(code);
      spent.ms += performance.now() - start;
      spent.pixels += step.pixels;
    }
  }
  const reading = findings.reading() ?? { kind: 'unreadable' as const, tip: tipFor(photo) };
  if (reading.kind !== 'several') return reading;
  const { kind, labels, places } = reading;
  return { kind, labels, picture: await drawPlaces(opened.value, places) };
}
