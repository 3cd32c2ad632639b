/** A thread for pool.test.ts: doubles numbers, tells a secret of its environment, and does as it is told by the other jobs. */
import { parentPort } from 'node:worker_threads';

parentPort.on('message', (job) => {
  if (job === 'exit') process.exit(3);
  if (job === 'throw') throw new Error('told to throw');
  if (job === 'hang') for (;;);
  parentPort.postMessage({ answer: job === 'secret' ? (process.env.BOT_TOKEN ?? null) : job * 2 });
});
parentPort.postMessage({ ready: true });
