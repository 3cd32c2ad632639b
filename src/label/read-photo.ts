import { readCodes } from './codes.ts';
import { createFindings } from './findings.ts';
import { LADDER, viewOf, workingSize } from './ladder.ts';
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
  for (const rung of LADDER) {
    if (performance.now() >= end || (!rung.cheap && findings.isTelling())) break;
    const view = await viewOf(photo, rung);
    if (!view) continue;
    for (const code of await readCodes(view, rung.linear)) findings.add(code);
    if (findings.isCertain()) break;
  }
  const reading = findings.reading() ?? { kind: 'unreadable' as const, tip: await tipFor(photo.working) };
  if (reading.kind !== 'several') return reading;
  const { kind, labels, places } = reading;
  return { kind, labels, picture: await drawPlaces(opened.value, places) };
}
