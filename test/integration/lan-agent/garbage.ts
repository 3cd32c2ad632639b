import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects what nobody holds: a timer that only a weak reference leads to is then gone for good. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  // References of the running turn are weak only after it.
  for (let round = 0; round < 2; round++) {
    await new Promise((done) => setImmediate(done));
    collect();
  }
}
