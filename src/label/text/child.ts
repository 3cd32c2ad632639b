/** A process that recognises print. */
import { hardenSharp } from '../photo.ts';
import type { ReadJob, TextReading } from '../reading.ts';
import { serve } from '../serve.ts';
import { openOcr } from './ocr.ts';
import { readText } from './read-text.ts';

/** The end of a photo's time is for the last step, which cannot be interrupted, and for the picture of what was read. */
const LAST_STEP_MS = 500;

await serve<ReadJob, TextReading>(async () => {
  hardenSharp();
  const ocr = await openOcr();
  return (job, { leftMs, isCancelled, soFar }) => {
    const budgetMs = Math.min(job.budgetMs, leftMs) - LAST_STEP_MS;
    return readText(ocr, { ...job, budgetMs }, isCancelled, soFar);
  };
});
