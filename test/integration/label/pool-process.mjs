/**
 * A process for pool.test.ts, made with the source's own `serve`: doubles numbers, tells what it has of its parent, and
 * does as it is told by the other jobs.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { serve } from '../../../src/label/serve.ts';

const held = [];
await serve(async () => async (job, { isCancelled, soFar }) => {
  if (job === 'exit') process.exit(3);
  if (job === 'throw') throw new Error('told to throw');
  if (job === 'hang') for (;;);
  if (job === 'lie') return 'anything';
  if (job === 'shout') process.send(null);
  if (job === 'fill') for (;;) held.push(Buffer.alloc(8 * 1024 * 1024, 1));
  if (job === 'says') soFar(42);
  if (job === 'patience' || job === 'late' || job === 'says') {
    // Ends when nobody waits any more.
    while (!isCancelled()) await new Promise(setImmediate);
    return 0;
  }
  if (job === 'home') return { env: process.env, argv: process.argv, cwd: process.cwd(), files: openFiles() };
  return job * 2;
});

/** What the open files of this process are; Linux only. */
function openFiles() {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The folder itself, which was closed again.
      return [];
    }
  });
}
