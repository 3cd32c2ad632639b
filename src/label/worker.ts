/**
 * A thread that reads photos, one after the other. It says `ready` once and then answers every job with one reading.
 * What goes wrong beyond the readings ends the thread: the pool puts a new one in its place.
 */
import { parentPort } from 'node:worker_threads';
import { prepareCodes } from './codes.ts';
import { hasTooManyScans } from './jpeg.ts';
import { hardenSharp } from './photo.ts';
import { readPhoto } from './read-photo.ts';
import type { LabelReading, PhotoJob } from './reading.ts';

const port = parentPort;
if (!port) throw new Error('worker.ts runs as a worker thread; see pool.ts');

hardenSharp();
await prepareCodes();
port.on('message', async (job: PhotoJob) => {
  const answer: LabelReading = hasTooManyScans(job.bytes)
    ? { kind: 'rejected', reason: 'not-an-image' }
    : await readPhoto(job);
  port.postMessage({ answer });
});
port.postMessage({ ready: true });
