/** A process that recognises print. */
import { hardenSharp } from '../photo.ts';
import type { ReadJob, TextReading } from '../reading.ts';
import { serve } from '../serve.ts';
import { openOcr } from './ocr.ts';
import { readText } from './read-text.ts';

await serve<ReadJob, TextReading>(async () => {
  hardenSharp();
  const ocr = await openOcr();
  // Loading the models takes a second and more. The photo for which the process was started has waited for that.
  let waitedMs = process.uptime() * 1000;
  return (job, isCancelled) => {
    const budgetMs = job.budgetMs - waitedMs;
    waitedMs = 0;
    return readText(ocr, { ...job, budgetMs }, isCancelled);
  };
});
