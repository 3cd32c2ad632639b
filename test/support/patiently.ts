import { setTimeout as pause } from 'node:timers/promises';

const EVERY_MS = 20;
/** Half a minute at least, on a machine that does other things, too. */
const TRIES = 1_500;

/** `eventually` for what benches and scripts start as well, where no vitest runs. */
export async function patiently<T>(assertion: () => T | Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await assertion();
    } catch (error) {
      if (tries === TRIES) throw error;
    }
    await pause(EVERY_MS);
  }
}
