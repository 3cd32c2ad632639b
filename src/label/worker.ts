/** A process that unpacks photos, reads their codes and copies pictures. */
import { prepareCodes } from './codes.ts';
import { copyPhoto, hardenSharp } from './photo.ts';
import { readPhoto } from './read-photo.ts';
import type { PhotoAnswers, PhotoJob } from './reading.ts';
import { serve } from './serve.ts';

await serve<PhotoJob, PhotoAnswers[PhotoJob['task']]>(async () => {
  hardenSharp();
  await prepareCodes();
  return async (job, { isCancelled }) => {
    if (job.task === 'copy') return copyPhoto(job.bytes);
    const start = performance.now();
    const reading = await readPhoto(job, isCancelled);
    return { reading, ms: performance.now() - start };
  };
});
