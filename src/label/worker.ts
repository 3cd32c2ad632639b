/**
 * A thread for work on photos, one after the other. It says `ready` once and then answers every job.
 * What goes wrong beyond the readings ends the thread: the pool puts a new one in its place.
 */
import { parentPort } from 'node:worker_threads';
import { prepareCodes } from './codes.ts';
import { copyPhoto, hardenSharp } from './photo.ts';
import { readPhoto } from './read-photo.ts';
import type { PhotoJob } from './reading.ts';

const port = parentPort;
if (!port) throw new Error('worker.ts runs as a worker thread; see pool.ts');

hardenSharp();
await prepareCodes();
port.on('message', async (job: PhotoJob) => {
  port.postMessage({ answer: job.task === 'copy' ? await copyPhoto(job.bytes) : await readPhoto(job) });
});
port.postMessage({ ready: true });
